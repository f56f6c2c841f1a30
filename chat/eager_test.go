package chat_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"jim/chat"
	"jim/wire"
)

// eagerPipe takes one object at once, if there is room, and the rest when somebody
// waits for it.
type eagerPipe struct{ *pipe }

func (p eagerPipe) WriteNow(batches []*wire.Batch) (int, bool, error) {
	first := batches[0].Object(0)
	select {
	case <-p.closed:
		return 0, false, fmt.Errorf("closed")
	case p.got <- []string{strings.TrimSpace(string(first))}:
		return len(first), len(batches) == 1 && batches[0].Len() == 1, nil
	default:
		return 0, false, nil
	}
}

func (p eagerPipe) WriteRest(batches []*wire.Batch, n int) error {
	if n == 0 {
		return p.Write(batches)
	}
	var rest []*wire.Batch
	for k, b := range batches {
		left := new(wire.Batch)
		for i := range b.Len() {
			if k == 0 && i == 0 {
				continue // n is its length
			}
			left.Append(func(dst []byte) []byte { return append(dst, strings.TrimSpace(string(b.Object(i)))...) })
		}
		rest = append(rest, left)
	}
	return p.Write(rest)
}

func (h *house) comesEagerly(name string, room int) *guest {
	h.t.Helper()
	g := &guest{pipe: newPipe(room), t: h.t}
	h.serve.Go(func() { h.hub.Serve(context.Background(), eagerPipe{g.pipe}) })
	g.say(`{"action":"presence","jim":2,"user":{"account_name":%q}}`, name)
	g.hears(`"response":200`)
	g.say(`{"action":"join","id":"j","to":"#tea"}`)
	g.hears(`"id":"j"`)
	return g
}

// TestWhoDoesNotReadHoldsUpNobody has more of them than there are runners.
func TestWhoDoesNotReadHoldsUpNobody(t *testing.T) {
	h := newHouse(t, chat.Options{NoLimits: true})
	defer h.close()
	ann := h.comesEagerly("ann", 1024)
	ann.hears(`"action":"create"`)
	var deaf []*guest
	for i := range 20 {
		deaf = append(deaf, h.comesEagerly(fmt.Sprintf("deaf%d", i), i%2))
		ann.hears(`"action":"join"`)
	}
	bob := h.comesEagerly("bob", 1024)
	ann.hears(`"action":"join"`)
	bob.hears(`"action":"join"`)
	const n = 200
	for i := range n {
		ann.say(`{"action":"msg","id":"%d","to":"#tea","message":"m%d"}`, i, i)
		if i%10 == 9 { // now and then several wait
			for k := i - 9; k <= i; k++ {
				bob.hears(fmt.Sprintf(`"message":"m%d"`, k))
			}
		}
	}
	// Who reads after all has everything, in order.
	for _, g := range deaf {
		for i, heard := 0, false; i < n; i++ {
			for !heard {
				heard = strings.Contains(g.hears(), fmt.Sprintf(`"message":"m%d"`, i))
			}
			heard = false
		}
		g.Close()
	}
}
