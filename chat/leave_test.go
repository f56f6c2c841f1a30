package chat_test

import (
	"strings"
	"sync"
	"testing"

	"jim/chat"
)

// leaving is a pipe whose peer is gone without a sign: it takes nothing, and gives up when it is told of the end.
type leaving struct{ *pipe }

func (l leaving) Leave() { l.Close() }

// A Conn that waits for a peer who may be gone is told of the end when it comes, though what was said before still waits.
func TestWhoWaitsIsToldOfTheEnd(t *testing.T) {
	h := newHouse(t, chat.Options{})
	p := leaving{newPipe(0)}
	var served sync.WaitGroup
	served.Go(func() { h.hub.Serve(t.Context(), p) })
	(&guest{pipe: p.pipe, t: t}).say(`{"action":"presence","jim":2,"user":{"account_name":"ann"}}`)
	bob := h.comes("bob")
	for here := false; !here; { // and nothing of what she is told is taken
		bob.say(`{"action":"whois","id":"w","to":"ann"}`)
		here = strings.HasPrefix(bob.answer(t, "w"), `{"response":200`)
	}
	h.close()
	served.Wait()
}
