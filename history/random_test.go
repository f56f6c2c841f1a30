package history_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"jim/history"
)

// imaginedChat makes a history without faults: clients that send, are cut off and try
// again, and readers who come, are behind, and go.
type imaginedChat struct {
	r       *rand.Rand
	entries []E
	log     []E // Send entries as they were kept; number i+1
	kept    map[string]int64
	try     int
	reader  map[string]*imaginedReader
}

type imaginedReader struct {
	has     int64
	session int
	open    bool
}

func correct(r *rand.Rand) []E {
	c := &imaginedChat{r: r, kept: map[string]int64{}, reader: map[string]*imaginedReader{}}
	for _, name := range []string{"bob", "cid", "dan"} {
		c.reader[name] = &imaginedReader{}
	}
	for n := range 60 {
		switch r.IntN(3) {
		case 0:
			c.say(fmt.Sprint("k", n), "msg", 0, fmt.Sprint("text ", n))
		case 1:
			if seq := c.someMessage(); seq > 0 {
				c.say(fmt.Sprint("k", n), []string{history.Edit, history.Delete}[r.IntN(2)], seq, fmt.Sprint("edit ", n))
			}
		case 2:
			c.hear([]string{"bob", "cid", "dan"}[r.IntN(3)])
		}
	}
	for _, name := range []string{"bob", "cid", "dan"} {
		c.finish(name)
	}
	return c.entries
}

func (c *imaginedChat) someMessage() int64 {
	if len(c.log) == 0 {
		return 0
	}
	if i := c.r.IntN(len(c.log)); c.log[i].Action == "msg" {
		return int64(i + 1)
	}
	return 0
}

// say sends, keeps and acknowledges, or not.
func (c *imaginedChat) say(id, action string, of int64, body string) {
	e := E{Kind: history.Send, Client: "ann", Session: fmt.Sprint("s", c.try), To: "#a", ID: id, Action: action, Of: of, Body: body}
	if action == history.Delete {
		e.Body = ""
	}
	for {
		c.entries = append(c.entries, e)
		if c.kept[id] == 0 && c.r.IntN(4) > 0 {
			c.log = append(c.log, e)
			c.kept[id] = int64(len(c.log))
		}
		switch c.r.IntN(3) {
		case 0: // cut off, and tries again
			c.try++
			e.Session = fmt.Sprint("s", c.try)
			continue
		case 1: // cut off, and gives up
			c.try++
			return
		}
		if seq := c.kept[id]; seq > 0 {
			c.entries = append(c.entries, E{Kind: history.Ack, Client: "ann", Session: e.Session, To: "#a", ID: id, Seq: seq})
		}
		return
	}
}

func (c *imaginedChat) add(name string, kind history.Kind, seq int64) {
	c.entries = append(c.entries, E{Kind: kind, Client: name, Session: fmt.Sprint(c.reader[name].session), To: "#a", Seq: seq})
}

// hear lets a reader come, read some, miss some or go.
func (c *imaginedChat) hear(name string) {
	r := c.reader[name]
	last := int64(len(c.log))
	switch {
	case !r.open:
		r.session++
		r.open = true
		c.add(name, history.Since, r.has)
	case c.r.IntN(8) == 0:
		r.open = false
		return
	case c.r.IntN(8) == 0 && r.has < last:
		c.add(name, history.Behind, last)
		c.add(name, history.Since, r.has)
	}
	for r.has < last && c.r.IntN(5) > 0 {
		c.readNext(name)
	}
}

func (c *imaginedChat) readNext(name string) {
	r := c.reader[name]
	e := c.log[r.has]
	r.has++
	c.entries = append(c.entries, E{
		Kind: history.Read, Client: name, Session: fmt.Sprint(r.session), To: e.To, From: e.Client, ID: e.ID, Seq: r.has, Action: e.Action, Of: e.Of, Body: e.Body,
	})
}

// finish lets a reader read all there is, and say what it has.
func (c *imaginedChat) finish(name string) {
	r := c.reader[name]
	r.session++
	r.has = 0
	c.add(name, history.Since, 0)
	for r.has < int64(len(c.log)) {
		c.readNext(name)
	}
	c.add(name, history.Complete, r.has)
	for i, e := range c.log {
		if e.Action != "msg" {
			continue
		}
		s := E{Kind: history.State, Client: name, To: "#a", Seq: int64(i + 1), Body: e.Body}
		for _, change := range c.log {
			if change.Of == s.Seq && s.Action != history.Delete {
				s.Body = change.Body
				if change.Action == history.Delete {
					s.Action = history.Delete
				}
			}
		}
		c.entries = append(c.entries, s)
	}
}

func TestCorrectHistoriesHaveNoFault(t *testing.T) {
	for seed := range uint64(500) {
		entries := correct(rand.New(rand.NewPCG(seed, 1)))
		if faults := history.Check(entries); len(faults) > 0 {
			t.Fatalf("seed %d: %v\n%v", seed, faults[0], faults[0].Entries)
		}
	}
}

// spoiled is a way to make a history wrong. It gets the place of an entry of its kind, and tells
// false when this one cannot be used.
type spoiled struct {
	name, want string
	kind       history.Kind
	do         func(h []E, i int) ([]E, bool)
}

// inFinal tells whether the entry belongs to the complete reading at the end, and to which reader's.
func inFinal(h []E, i int) bool {
	for j := i + 1; j < len(h); j++ {
		if h[j].Client == h[i].Client && h[j].Session == h[i].Session && h[j].Kind == history.Complete {
			return true
		}
	}
	return false
}

func ackOf(h []E, e E) int {
	return slices.IndexFunc(h, func(o E) bool { return o.Kind == history.Ack && o.ID == e.ID })
}

var ways = []spoiled{
	{"a read is dropped", "lost", history.Read, func(h []E, i int) ([]E, bool) {
		ok := inFinal(h, i) && ackOf(h, h[i]) >= 0
		return slices.Delete(h, i, i+1), ok
	}},
	{"a read of something unacknowledged is dropped", "gap", history.Read, func(h []E, i int) ([]E, bool) {
		ok := inFinal(h, i) && ackOf(h, h[i]) < 0
		return slices.Delete(h, i, i+1), ok
	}},
	{"a read is doubled", "doubled", history.Read, func(h []E, i int) ([]E, bool) {
		return slices.Insert(h, i, h[i]), true
	}},
	{"two reads are swapped", "reordered", history.Read, func(h []E, i int) ([]E, bool) {
		if i+1 == len(h) || h[i+1].Kind != history.Read || h[i+1].Client != h[i].Client {
			return h, false
		}
		h[i], h[i+1] = h[i+1], h[i]
		return h, true
	}},
	{"a text is changed for one reader", "disagree", history.Read, func(h []E, i int) ([]E, bool) {
		h[i].Body += "?"
		return h, h[i].Action == "msg"
	}},
	{"a text is changed for everybody", "phantom", history.Read, func(h []E, i int) ([]E, bool) {
		e := h[i]
		for j := range h {
			if h[j].Kind != history.Send && h[j].Body == e.Body {
				h[j].Body += "?"
			}
		}
		return h, e.Action == history.Edit
	}},
	{"the sender never sent it", "phantom", history.Read, func(h []E, i int) ([]E, bool) {
		id := h[i].ID
		ok := ackOf(h, h[i]) < 0
		return slices.DeleteFunc(h, func(e E) bool { return e.Kind == history.Send && e.ID == id }), ok && h[i].Action == "msg"
	}},
	{"an acknowledgement has another number", "misnumbered", history.Ack, func(h []E, i int) ([]E, bool) {
		h[i].Seq += 1000
		return h, true
	}},
	{"a second acknowledgement has another number", "renumbered", history.Ack, func(h []E, i int) ([]E, bool) {
		e := h[i]
		e.Seq += 1000
		return slices.Insert(h, i+1, e), true
	}},
	{"somebody has another text in the end", "diverged", history.State, func(h []E, i int) ([]E, bool) {
		h[i].Body += "?"
		return h, true
	}},
	{"somebody has what was deleted", "diverged", history.State, func(h []E, i int) ([]E, bool) {
		ok := h[i].Action == history.Delete
		h[i].Action = ""
		return h, ok
	}},
	{"everybody reads two messages of a sender the other way round", "reordered", history.Ack, func(h []E, i int) ([]E, bool) {
		a := h[i]
		j := slices.IndexFunc(h[i:], func(e E) bool { return e.Kind == history.Ack && e.Seq == a.Seq+1 })
		if j < 0 {
			return h, false
		}
		b := h[i+j]
		swapNumbers(h, a, b)
		return h, !slices.ContainsFunc(h, func(e E) bool { return e.Of == a.Seq || e.Of == b.Seq })
	}},
}

// swapNumbers gives a the number of b and b that of a, for everybody.
func swapNumbers(h []E, a, b E) {
	content := map[int64]E{}
	for _, e := range h {
		if e.Kind == history.Read {
			content[e.Seq] = e
		}
	}
	other := map[int64]int64{a.Seq: b.Seq, b.Seq: a.Seq}
	for i := range h {
		e := &h[i]
		seq, swapped := other[e.Seq]
		switch {
		case !swapped:
		case e.Kind == history.Ack || e.Kind == history.State:
			e.Seq = seq
		case e.Kind == history.Read:
			o := content[seq]
			e.ID, e.Action, e.Of, e.Body = o.ID, o.Action, o.Of, o.Body
		}
	}
}

// Every way to spoil a history is found, and as what it is.
func TestSpoiledHistories(t *testing.T) {
	for _, way := range ways {
		t.Run(way.name, func(t *testing.T) {
			done := 0
			for seed := uint64(0); done < 100 && seed < 5000; seed++ {
				r := rand.New(rand.NewPCG(seed, 2))
				h := correct(r)
				var places []int
				for i := range h {
					if h[i].Kind == way.kind {
						places = append(places, i)
					}
				}
				if len(places) == 0 {
					continue
				}
				h, ok := way.do(h, places[r.IntN(len(places))])
				if !ok {
					continue
				}
				done++
				if faults := history.Check(h); kindsOf(faults) != way.want {
					t.Fatalf("seed %d: want %s, got %v", seed, way.want, faults)
				}
			}
			if done < 20 {
				t.Errorf("was done %d times only", done)
			}
		})
	}
}
