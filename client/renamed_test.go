package client

import (
	"fmt"
	"testing"
	"testing/synctest"

	"jim/wire"
)

// enter lets ann in to a server whose log has that name, and returns what she said.
func (p *peer) enter(log string) *wire.Request {
	p.t.Helper()
	q := p.hear(wire.ActPresence)
	p.say(`{"response":200,"log":%q,"jim":2,"user":{"account_name":"ann"}}`, log)
	return q
}

// TestALogWithAnotherName comes back to a server to which a backup was restored, and which has come as far again.
func TestALogWithAnotherName(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		c, p := start(t, n, Options{})
		p.s.close()

		p = n.accept()
		if q := p.enter("one"); q.Log != "" {
			t.Fatalf("said the name %q before she knew one", q.Log)
		}
		for seq := 5; seq <= 9; seq++ {
			p.tell("#tea", seq)
			wantEvents(t, c, fmt.Sprint("#tea ", seq))
		}
		p.s.close()

		p = n.accept()
		if q := p.enter("two"); q.Log != "one" || q.Since[0].Seq != 9 {
			t.Fatalf("said %+v", q)
		}
		p.hear(wire.ActPing)
		p.s.close() // before it is said how much of that is right

		p = n.accept()
		if q := p.enter("two"); q.Log != "one" || q.Since[0].Seq != 9 {
			t.Fatalf("after a cut said %+v", q)
		}
		ping := p.hear(wire.ActPing)
		p.say(`{"action":"behind","to":"#tea","seq":6}`)
		for seq := 7; seq <= 10; seq++ {
			p.tell("#tea", seq)
		}
		wantEvents(t, c, "reset #tea 6", "#tea 7", "#tea 8", "#tea 9", "#tea 10")
		p.say(`{"response":200,"id":%q}`, ping.ID)
		p.tell("#tea", 11)
		wantEvents(t, c, "#tea 11")
		p.s.close()

		p = n.accept()
		if q := p.enter("two"); q.Log != "two" || q.Since[0].Seq != 11 {
			t.Fatalf("said %+v", q)
		}
		c.Close()
	})
}

// TestANameThatTheReaderKnew begins with numbers that a program has kept, and the name of the log they are of.
func TestANameThatTheReaderKnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		o := Options{Name: "ann", Dial: n.dial, Since: map[string]uint64{"#tea": 9, "#gone": 4}, Log: "one"}
		ready := make(chan *peer, 1)
		go func() {
			p := n.accept()
			p.enter("two")
			ready <- p
		}()
		c, err := Dial(t.Context(), "tcp://chat.example:1", o)
		if err != nil {
			t.Fatal(err)
		}
		p := <-ready
		q := p.hear(wire.ActSync)
		if q.Log != "one" || len(q.Since) != 2 {
			t.Fatalf("said %+v", q)
		}
		p.say(`{"response":404,"id":%q,"error":"no room #gone"}`, q.ID)
		q = p.hear(wire.ActSync) // nothing of what it had is certain then
		p.say(`{"action":"behind","to":"#tea","seq":12}`)
		p.say(`{"response":200,"id":%q,"log":"two"}`, q.ID)
		got := map[string]bool{next(t, c): true, next(t, c): true}
		if !got["reset #tea 0"] || !got["reset #gone 0"] {
			t.Fatalf("told %v", got)
		}
		page := p.hear(wire.ActHistory)
		if !page.HasAfter || page.After != 0 {
			t.Fatalf("asks for %+v", page)
		}
		p.page(page, "#tea", 1, 12, false)
		for seq := 1; seq <= 12; seq++ {
			wantEvents(t, c, fmt.Sprint("#tea ", seq))
		}
		p.s.close()
		p = n.accept()
		if q := p.enter("two"); q.Log != "two" {
			t.Fatalf("said %+v", q)
		}
		c.Close()
	})
}

// TestARoomThatIsMadeAgain is told that the reader comes in before that is answered.
func TestARoomThatIsMadeAgain(t *testing.T) {
	f := newFeed(Options{Name: "ann", Since: map[string]uint64{"#tea": 9}})
	f.take(&wire.Event{Action: wire.ActCreate, To: "#tea", From: "ann", Seq: 1})
	f.entered("#tea", 1)
	if name, have, ok := f.missing(); !ok || name != "#tea" || have != 0 {
		t.Errorf("asks for nothing: %q %d %v", name, have, ok)
	}
}

// TestNumbersThatTheServerWasNotTold are of more conversations than fit into a presence.
func TestNumbersThatTheServerWasNotTold(t *testing.T) {
	f := newFeed(Options{Since: map[string]uint64{"#tea": 9, "#milk": 9}, Log: "one"})
	if have, log := f.since(30); len(have) != 1 || log != "one" {
		t.Fatalf("says %v of %q", have, log)
	}
	if !f.welcome("two") || len(f.queue) != 1 || f.queue[0].Action != Reset || f.queue[0].Seq != 0 {
		t.Errorf("queued %v", f.queue)
	}
	if f.welcome("two"); len(f.queue) != 1 {
		t.Errorf("twice: %v", f.queue)
	}
}
