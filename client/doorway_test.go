package client

import (
	"testing"
	"testing/synctest"

	"jim/wire"
)

// answered has the client ask something about #tea, which is answered so.
func (p *peer) answered(c *Client, action, answer string) {
	p.t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		if _, err := c.Do(p.t.Context(), wire.Request{Action: action, To: "#tea"}); err != nil {
			p.t.Error(err)
		}
	}()
	p.say(answer, p.hear(action).ID)
	<-done
}

// TestLeavingAndComingBackUnseen: what another device did while this one was behind is in the log, and all that followed is.
func TestLeavingAndComingBackUnseen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		c, p := start(t, n, Options{})
		p.tell("#tea", 3)
		p.say(`{"action":"behind","to":"#tea","seq":7}`)
		p.say(`{"response":200,"id":%q,"seq":7,"events":[{"action":"msg","to":"#tea","from":"bob","seq":4,"message":"m"},`+
			`{"action":"leave","to":"#tea","from":"ann","seq":5},{"action":"join","to":"#tea","from":"ann","seq":6},`+
			`{"action":"msg","to":"#tea","from":"bob","seq":7,"message":"m"}]}`, p.hear(wire.ActHistory).ID)
		synctest.Wait() // or 8 may come among these, and would have to be asked for
		p.tell("#tea", 8)
		wantEvents(t, c, "#tea 3", "#tea 4", "leave #tea 5", "join #tea 6", "#tea 7", "#tea 8")
		c.Close()
	})
}

// TestLeavingWithAHole: what was said before the reader left is read, and then nothing more.
func TestLeavingWithAHole(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		c, p := start(t, n, Options{})
		p.tell("#tea", 3)
		p.say(`{"action":"behind","to":"#tea","seq":4}`)
		q := p.hear(wire.ActHistory)
		p.answered(c, wire.ActLeave, `{"response":200,"id":%q,"to":"#tea","seq":5}`)
		p.say(`{"action":"leave","to":"#tea","from":"ann","seq":5}`)
		p.say(`{"response":200,"id":%q,"seq":6,"events":[{"action":"msg","to":"#tea","from":"bob","seq":4,"message":"m"},`+
			`{"action":"leave","to":"#tea","from":"ann","seq":5},{"action":"msg","to":"#tea","from":"bob","seq":6,"message":"m"}]}`, q.ID)
		wantEvents(t, c, "#tea 3", "#tea 4", "leave #tea 5")
		p.s.close()
		p = n.accept()
		if q := p.welcome(true); len(q.Since) != 0 {
			t.Errorf("came back with %v after leaving", q.Since)
		}
		c.Close()
	})
}

// TestTheDoorIsToldThoughTheConnectionWasLost: coming in and leaving were answered, and the connection was lost before they
// were told.
func TestTheDoorIsToldThoughTheConnectionWasLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		c, p := start(t, n, Options{})
		p.answered(c, wire.ActJoin, `{"response":200,"id":%q,"to":"#tea","seq":5}`)
		p.s.close()
		p = n.accept()
		if q := p.welcome(true); len(q.Since) != 1 || q.Since[0].Seq != 4 {
			t.Fatalf("came back with %v", q.Since)
		}
		p.say(`{"action":"join","to":"#tea","from":"ann","seq":5}`)
		p.answered(c, wire.ActLeave, `{"response":200,"id":%q,"to":"#tea","seq":6}`)
		p.s.close()
		p = n.accept()
		if q := p.welcome(true); len(q.Since) != 1 || q.Since[0].Seq != 5 {
			t.Fatalf("came back with %v", q.Since)
		}
		p.say(`{"action":"leave","to":"#tea","from":"ann","seq":6}`)
		wantEvents(t, c, "join #tea 5", "leave #tea 6")
		p.s.close()
		p = n.accept()
		if q := p.welcome(true); len(q.Since) != 0 {
			t.Errorf("came back with %v after leaving", q.Since)
		}
		c.Close()
	})
}

// TestComingInWithAFullQueue: it is told when there is room.
func TestComingInWithAFullQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		c, p := start(t, n, Options{Queue: 1})
		for seq := 1; seq <= 2; seq++ {
			p.tell("#milk", seq)
			synctest.Wait()
		}
		p.answered(c, wire.ActJoin, `{"response":200,"id":%q,"to":"#tea","seq":5}`)
		p.say(`{"action":"join","to":"#tea","from":"ann","seq":5}`)
		synctest.Wait()
		wantEvents(t, c, "#milk 1")
		p.say(`{"response":200,"id":%q,"seq":5,"events":[{"action":"join","to":"#tea","from":"ann","seq":5}]}`, p.hear(wire.ActHistory).ID)
		wantEvents(t, c, "#milk 2", "join #tea 5")
		c.Close()
	})
}

// TestWhereAReaderBeginsIsTold though the queue is full.
func TestWhereAReaderBeginsIsTold(t *testing.T) {
	f := newFeed(Options{Name: "ann", Queue: 1})
	f.take(&wire.Event{Action: wire.ActBehind, To: "#tea", Seq: 3})
	f.take(&wire.Event{Action: wire.ActBehind, To: "#milk", Seq: 4})
	if len(f.queue) != 2 || f.queue[1].To != "#milk" {
		t.Errorf("queued %v", f.queue)
	}
}

// TestAnAnswerCountsWhereItStands among what the server tells, not when whoever asked wakes.
func TestAnAnswerCountsWhereItStands(t *testing.T) {
	f := newFeed(Options{Name: "ann"})
	c := &Client{feed: f, calls: map[string]*call{}}
	for _, action := range []string{wire.ActJoin, wire.ActLeave} {
		c.calls[action] = &call{id: action, action: action, to: "#tea", result: make(chan result, 1)}
	}
	for seq := uint64(5); seq <= 7; seq++ {
		f.take(&wire.Event{Action: wire.ActMsg, To: "#tea", From: "bob", Seq: seq})
	}
	c.answer(&wire.Response{Code: wire.OK, ID: wire.ActJoin, To: "#tea", Seq: 7})
	f.take(&wire.Event{Action: wire.ActLeave, To: "#tea", From: "ann", Seq: 8})
	f.take(&wire.Event{Action: wire.ActJoin, To: "#tea", From: "ann", Seq: 9}) // on another device
	c.answer(&wire.Response{Code: wire.OK, ID: wire.ActLeave, To: "#tea", Seq: 8})
	if have, _ := f.since(1000); len(have) != 1 || have[0].Seq != 9 {
		t.Errorf("has %v", have)
	}
}

// TestWhatComesLateOfARoomThatWasLeft is known: over UDP an event that was lost comes again, and may have been read meanwhile.
func TestWhatComesLateOfARoomThatWasLeft(t *testing.T) {
	f := newFeed(Options{Name: "ann"})
	for seq := uint64(5); seq <= 7; seq++ {
		f.take(&wire.Event{Action: wire.ActMsg, To: "#tea", From: "bob", Seq: seq})
	}
	f.take(&wire.Event{Action: wire.ActLeave, To: "#tea", From: "ann", Seq: 8})
	f.take(&wire.Event{Action: wire.ActMsg, To: "#tea", From: "bob", Seq: 6})
	f.take(&wire.Event{Action: wire.ActBehind, To: "#tea", Seq: 7})
	if len(f.queue) != 4 || len(f.talks) != 0 {
		t.Errorf("%d events are queued", len(f.queue))
	}
	f.take(&wire.Event{Action: wire.ActJoin, To: "#tea", From: "ann", Seq: 11})
	if len(f.queue) != 5 || len(f.talks) != 1 {
		t.Errorf("%d events are queued", len(f.queue))
	}
}

// TestWhoHasNothingSaysSo when coming back: then the server tells of what came meanwhile, such as a person's first words.
func TestWhoHasNothingSaysSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		c, p := start(t, n, Options{})
		p.s.close()
		p = n.accept()
		if q := p.welcome(true); !q.HasSince {
			t.Error("came back as if for the first time")
		}
		p.say(`{"action":"behind","to":"carl","seq":1}`)
		p.page(p.hear(wire.ActHistory), "carl", 1, 1, false)
		wantEvents(t, c, "carl 1")
		c.Close()
	})
}

// TestTheFirstEventMayComeLate over datagrams: what was told of a conversation before what came first is not missed.
func TestTheFirstEventMayComeLate(t *testing.T) {
	f := newFeed(Options{Name: "ann"})
	f.begun()
	f.take(&wire.Event{Action: wire.ActMsg, To: "ann", From: "carl", Seq: 2, Ack: 2})
	if name, have, _, ok := f.missing(); name != "carl" || have != 0 || !ok {
		t.Errorf("missing is %q after %d (%v)", name, have, ok)
	}
	f.take(&wire.Event{Action: wire.ActMsg, To: "ann", From: "carl", Seq: 1, Ack: 1})
	f.take(&wire.Event{Action: wire.ActMsg, To: "ann", From: "carl", Seq: 2, Ack: 2})
	f.take(&wire.Event{Action: wire.ActMsg, To: "#tea", From: "bob", Seq: 8, Ack: 4})
	if name, have, _, ok := f.missing(); ok {
		t.Errorf("missing is %q after %d", name, have)
	}
	f.take(&wire.Event{Action: wire.ActJoin, To: "#tea", From: "ann", Seq: 7, Ack: 3}) // on another device
	if name, have, _, ok := f.missing(); name != "#tea" || have != 7 || !ok {
		t.Errorf("missing is %q after %d (%v)", name, have, ok)
	}
	f.take(&wire.Event{Action: wire.ActMsg, To: "#milk", From: "bob", Seq: 5, Ack: 6})
	f.take(&wire.Event{Action: wire.ActMsg, To: "#milk", From: "bob", Seq: 6, Ack: 7})
	if have, _ := f.since(1000); len(have) != 2 {
		t.Errorf("has %v", have)
	}
	f.take(&wire.Event{Action: wire.ActBehind, To: "#milk", Seq: 6})
	if last := f.queue[len(f.queue)-1]; len(f.queue) != 4 || last.Action != wire.ActBehind || last.To != "#milk" {
		t.Errorf("queued %d, the last is %v", len(f.queue), last)
	}
}
