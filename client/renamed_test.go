package client

import (
	"fmt"
	"testing"
	"testing/synctest"

	"jim/wire"
)

// enter lets ann in to a server whose log has that name, with more members in the answer, and returns what she said.
func (p *peer) enter(log, more string) *wire.Request {
	p.t.Helper()
	q := p.hear(wire.ActPresence)
	p.say(`{"response":200,"log":%q,"jim":2,"user":{"account_name":"ann"}`+more+`}`, log)
	return q
}

// TestALogWithAnotherName comes back to a server to which a backup was restored, and which has come as far again.
func TestALogWithAnotherName(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		c, p := start(t, n, Options{})
		p.s.close()

		p = n.accept()
		if q := p.enter("one", ""); q.Log != "" {
			t.Fatalf("said the name %q before she knew one", q.Log)
		}
		for seq := 5; seq <= 9; seq++ {
			p.tell("#tea", seq)
			wantEvents(t, c, fmt.Sprint("#tea ", seq))
		}
		p.s.close()

		p = n.accept()
		if q := p.enter("two", `,"since":{"#TEA":6}`); q.Log != "one" || q.Since[0].Seq != 9 {
			t.Fatalf("said %+v", q)
		}
		wantEvents(t, c, "reset #tea 6")
		p.s.close()

		p = n.accept()
		if q := p.enter("two", ""); q.Log != "two" || q.Since[0].Seq != 6 {
			t.Fatalf("said %+v", q)
		}
		p.tell("#tea", 7)
		wantEvents(t, c, "#tea 7")
		c.Close()
	})
}

// TestANameThatTheReaderKnew begins with numbers that a program has kept, and the name of the log they are of.
func TestANameThatTheReaderKnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		o := Options{Name: "ann", Dial: n.dial, Since: map[string]uint64{"#tea": 9, "#gone": 4}, Log: "one"}
		said := make(chan *wire.Request, 1)
		ready := make(chan *peer, 1)
		go func() {
			p := n.accept()
			said <- p.enter("two", `,"since":{"#tea":6,"#gone":0}`)
			ready <- p
		}()
		c, err := Dial(t.Context(), "tcp://chat.example:1", o)
		if err != nil {
			t.Fatal(err)
		}
		if q := <-said; q.Log != "one" || len(q.Since) != 2 {
			t.Fatalf("said %+v", q)
		}
		p := <-ready
		got := map[string]bool{next(t, c): true, next(t, c): true}
		if !got["reset #tea 6"] || !got["reset #gone 0"] {
			t.Fatalf("told %v", got)
		}
		p.tell("#tea", 7)
		q := p.hear(wire.ActSync)
		if len(q.Since) != 0 {
			t.Fatalf("says again %+v", q)
		}
		p.say(`{"response":200,"id":%q,"log":"two"}`, q.ID)
		wantEvents(t, c, "#tea 7")
		c.Close()
	})
}

// TestARoomThatIsMadeAgain is told that the reader comes in before that is answered.
func TestARoomThatIsMadeAgain(t *testing.T) {
	f := newFeed(Options{Name: "ann", Since: map[string]uint64{"#tea": 9}})
	f.take(&wire.Event{Action: wire.ActCreate, To: "#tea", From: "ann", Seq: 1})
	f.entered("#tea", 1)
	if name, have, _, ok := f.missing(); !ok || name != "#tea" || have != 0 {
		t.Errorf("asks for nothing: %q %d %v", name, have, ok)
	}
}

// TestNumbersThatTheServerWasNotTold are of more conversations than fit into a presence.
func TestNumbersThatTheServerWasNotTold(t *testing.T) {
	f := newFeed(Options{Since: map[string]uint64{"#tea": 9, "#milk": 9}, Log: "one"})
	if have, log := f.since(30); len(have) != 1 || log != "one" {
		t.Fatalf("says %v of %q", have, log)
	}
	f.welcome("two", nil)
	if len(f.queue) != 1 || f.queue[0].Action != Reset || f.queue[0].Seq != 0 {
		t.Errorf("queued %v", f.queue)
	}
	if f.welcome("two", nil); len(f.queue) != 1 {
		t.Errorf("twice: %v", f.queue)
	}
}

// aboveNine is a client that was told #tea 9 of the log "one", and that there is more.
func aboveNine(t *testing.T, n *network, o Options) (*Client, *peer) {
	t.Helper()
	c, p := start(t, n, o)
	p.s.close()
	p = n.accept()
	p.enter("one", "")
	p.tell("#tea", 9)
	p.say(`{"action":"behind","to":"#tea","seq":11}`)
	return c, p
}

// TestNumbersOfALogBefore are not waited for: they were given out again after a backup was restored that the reader has all of.
func TestNumbersOfALogBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		c, p := aboveNine(t, n, Options{})
		p.hear(wire.ActHistory)
		p.s.close()
		p = n.accept()
		p.enter("two", "")
		p.page(p.hear(wire.ActHistory), "#tea", 1, 0, false)
		synctest.Wait()
		p.tell("#tea", 10)
		p.tell("#tea", 11)
		wantEvents(t, c, "#tea 9", "#tea 10", "#tea 11")
		c.Close()
	})
}

// TestAPageOfALogBefore was read before the connection was lost, and the queue was full.
func TestAPageOfALogBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		c, p := aboveNine(t, n, Options{Queue: 1})
		p.page(p.hear(wire.ActHistory), "#tea", 10, 11, false)
		synctest.Wait() // 9 is offered, 10 is queued, 11 waits
		p.s.close()
		p = n.accept()
		p.enter("two", "")
		synctest.Wait()
		wantEvents(t, c, "#tea 9", "#tea 10")
		synctest.Wait()
		p.tell("#tea", 11)
		if e := <-c.Events(); e.Seq != 11 || e.Message != "m11" {
			t.Errorf("told %d %q of the log before", e.Seq, e.Message)
		}
		c.Close()
	})
}
