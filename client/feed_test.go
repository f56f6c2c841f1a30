package client

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"

	"jim/wire"
)

func TestHolesAreFilledAndDoublesDropped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		c, p := start(t, n, Options{})
		for _, seq := range []int{41, 41, 43, 44, 40} {
			p.tell("#tea", seq)
		}
		wantEvents(t, c, "#tea 41")
		q := p.hear(wire.ActHistory)
		if q.To != "#tea" || q.After != 41 {
			t.Fatalf("asked for %s after %d", q.To, q.After)
		}
		p.tell("#tea", 45)
		p.page(q, "#tea", 42, 43, true)
		q = p.hear(wire.ActHistory)
		p.page(q, "#tea", int(q.After)+1, 45, false)
		synctest.Wait()
		p.tell("#tea", 46)
		wantEvents(t, c, "#tea 42", "#tea 43", "#tea 44", "#tea 45", "#tea 46")
		c.Close()
	})
}

func TestBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		c, p := start(t, n, Options{})
		p.tell("#tea", 7)
		p.say(`{"action":"behind","to":"#tea","seq":9}`)
		p.tell("#tea", 10)
		p.page(p.hear(wire.ActHistory), "#tea", 8, 10, false)
		wantEvents(t, c, "#tea 7", "#tea 8", "#tea 9", "#tea 10")

		p.say(`{"action":"behind","to":"#old","seq":900}`) // never heard of before: begins there
		p.tell("#old", 901)
		wantEvents(t, c, "behind #old 900", "#old 901")

		p.say(`{"action":"behind","to":"carl","seq":2}`) // a person's first words
		q := p.hear(wire.ActHistory)
		if q.To != "carl" || !q.HasAfter || q.After != 0 {
			t.Fatalf("asked for %s after %d", q.To, q.After)
		}
		p.page(q, "carl", 1, 2, false)
		wantEvents(t, c, "carl 1", "carl 2")
		c.Close()
	})
}

// TestUnfillable: what the server does not give is told as behind, and asked for once.
func TestUnfillable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		c, p := start(t, n, Options{})
		p.tell("#tea", 1)
		p.tell("#tea", 5)
		p.say(`{"response":404,"id":%q,"error":"gone"}`, p.hear(wire.ActHistory).ID)
		wantEvents(t, c, "#tea 1", "behind #tea 5")
		p.tell("#tea", 6)
		p.tell("#tea", 9)
		p.page(p.hear(wire.ActHistory), "#tea", 1, 0, false) // an empty page
		wantEvents(t, c, "#tea 6", "behind #tea 9")
		c.Close()
	})
}

func TestComingBackNamesWhatItHas(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		c, p := start(t, n, Options{Since: map[string]uint64{"#ops": 3}})
		p.say(`{"action":"behind","to":"#quiet","seq":50}`)
		p.tell("#tea", 7)
		p.say(`{"action":"msg","to":"ann","from":"Bob","seq":2,"message":"hi"}`)
		p.say(`{"action":"msg","to":"bob","from":"ann","seq":3,"message":"hi"}`)
		wantEvents(t, c, "behind #quiet 50", "#tea 7", "ann 2", "bob 3")
		p.s.close()
		p = n.accept()
		q := p.welcome(true)
		slices.SortFunc(q.Since, func(a, b wire.Since) int { return int(a.Seq) - int(b.Seq) })
		if got := fmt.Sprint(q.Since); got != "[{#ops 3} {Bob 3} {#tea 7} {#quiet 50}]" &&
			got != "[{Bob 3} {#ops 3} {#tea 7} {#quiet 50}]" {
			t.Errorf("came back with %s", got)
		}
		p.tell("#tea", 8)
		wantEvents(t, c, "#tea 8")
		c.Close()
	})
}

func TestJoiningAndLeaving(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		c, p := start(t, n, Options{})
		p.answered(c, wire.ActJoin, `{"response":200,"id":%q,"to":"#tea","seq":5}`)
		p.say(`{"action":"join","to":"#tea","from":"ann","seq":5}`)
		p.tell("#tea", 6)
		wantEvents(t, c, "join #tea 5", "#tea 6")
		p.answered(c, wire.ActLeave, `{"response":200,"id":%q}`)
		p.say(`{"action":"leave","to":"#tea","from":"ann","seq":7}`)
		wantEvents(t, c, "leave #tea 7")
		p.s.close()
		p = n.accept()
		if q := p.welcome(true); len(q.Since) != 0 {
			t.Errorf("came back with %v after leaving", q.Since)
		}
		p.answered(c, wire.ActJoin, `{"response":200,"id":%q,"to":"#tea","seq":20}`)
		p.tell("#tea", 22)                                     // 21 was lost
		p.page(p.hear(wire.ActHistory), "#tea", 20, 22, false) // 20 was the newest when she came
		wantEvents(t, c, "#tea 21", "#tea 22")
		c.Close()
	})
}

// TestSlowReader: a reader that does not read costs a bounded queue, keeps nothing from
// being asked, and misses nothing in the end.
func TestSlowReader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		c, p := start(t, n, Options{Queue: 8})
		const all = 300
		for seq := 1; seq <= all; seq++ {
			p.tell("#tea", seq)
			p.say(`{"action":"typing","to":"#tea","from":"bob"}`)
		}
		done := make(chan struct{})
		go func() { c.Do(t.Context(), wire.Request{Action: wire.ActWhois, To: "bob"}); close(done) }()
		page := func(q *wire.Request) {
			last := min(int(q.After)+50, all)
			p.page(q, "#tea", int(q.After)+1, last, last < all)
		}
		q := p.next()
		if q.Action == wire.ActHistory { // asked while there was room for a moment
			go page(q)
			q = p.hear(wire.ActWhois)
		}
		p.say(`{"response":200,"id":%q}`, q.ID)
		<-done
		if waiting := len(c.feed.queue); waiting > 8 {
			t.Errorf("%d events wait, want at most 8", waiting)
		}
		go func() {
			for {
				object, err := p.s.read()
				if err != nil {
					return
				}
				q := new(wire.Request)
				new(wire.Decoder).Request(object, wire.JIM2, q)
				page(q)
			}
		}()
		for seq := 1; seq <= all; {
			e := <-c.Events()
			if e.Action == wire.ActMsg {
				if e.Seq != uint64(seq) {
					t.Fatalf("seq %d, want %d", e.Seq, seq)
				}
				seq++
			}
		}
		c.Close()
	})
}

// TestFullIsNotRefused: what the server gave and the queue could not take is asked for
// again, not given up.
func TestFullIsNotRefused(t *testing.T) {
	f := newFeed(Options{Name: "ann", Queue: 1})
	f.begun()
	f.take(&wire.Event{Action: wire.ActBehind, To: "carl", Seq: 1})
	f.take(&wire.Event{Action: wire.ActTyping, To: "ann", From: "carl"})
	name, have, turn, ok := f.missing()
	if name != "carl" || have != 0 || !ok {
		t.Fatalf("missing is %s after %d (%v)", name, have, ok)
	}
	if f.passed(name, have, turn) {
		t.Error("passed before anything came")
	}
	f.take(&wire.Event{Action: wire.ActMsg, To: "ann", From: "carl", Seq: 1})
	if !f.passed(name, have, turn) {
		t.Error("given up because the queue was full")
	}
}

// TestAnyOrder throws the events of a conversation at a feed in every kind of
// disorder, with losses of the connection, and wants each once and in order.
func TestAnyOrder(t *testing.T) {
	for seed := range uint64(20) {
		synctest.Test(t, func(t *testing.T) { anyOrder(t, rand.New(rand.NewPCG(seed, 1))) })
	}
}

func anyOrder(t *testing.T, r *rand.Rand) {
	const all = 200
	n := newNetwork(t)
	c, p := start(t, n, Options{Queue: 1 + r.IntN(20), Since: map[string]uint64{"#tea": 1}})
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for serving := p.serveLog(r, all); ; synctest.Wait() {
			if r.IntN(30) == 0 {
				p.s.close()
				<-serving
				select {
				case conn := <-n.conns:
					p = &peer{t, newStream(conn)}
					serving = p.serveLog(r, all)
				case <-stop:
					return
				}
			}
			if _, err := fmt.Fprintf(p.s, `{"action":"msg","to":"#tea","from":"bob","seq":%d,"message":"m"}`, 2+r.IntN(all-1)); err != nil {
				<-stop
				return
			}
		}
	}()
	for seq := uint64(2); seq <= all; seq++ {
		if e := <-c.Events(); e.Seq != seq {
			t.Fatalf("seq %d, want %d", e.Seq, seq)
		}
	}
	close(stop)
	c.Close()
	<-stopped
}

// serveLog answers requests about a log of #tea with pages of any length, until the
// connection ends.
func (p *peer) serveLog(r *rand.Rand, all int) (over chan struct{}) {
	over = make(chan struct{})
	seed := r.Uint64()
	go func() {
		defer close(over)
		r := rand.New(rand.NewPCG(seed, 2))
		for {
			object, err := p.s.read()
			if err != nil {
				return
			}
			q := new(wire.Request)
			new(wire.Decoder).Request(object, wire.JIM2, q)
			if q.Action == wire.ActPresence {
				fmt.Fprint(p.s, `{"response":200,"jim":2}`)
				continue
			}
			answer := wire.Response{Code: wire.OK, ID: q.ID, More: true}
			for seq := q.After + 1; seq <= min(q.After+1+r.Uint64N(9), uint64(all)); seq++ {
				answer.Events = append(answer.Events, wire.Event{Action: wire.ActMsg, To: "#tea", From: "bob", Seq: seq})
			}
			b, _ := answer.AppendJSON(nil)
			p.s.Write(b)
		}
	}()
	return over
}
