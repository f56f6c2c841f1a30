package client

import (
	"context"
	"testing"

	"jim/wire"
)

// Whose patience ends just when the answer comes takes nothing from a request that has the same id since: that would wait
// for an answer that was thrown away.
func TestAnIDThatIsUsedAgainIsWaitedFor(t *testing.T) {
	c := &Client{calls: make(map[string]*call), ctx: t.Context(), feed: newFeed(Options{})}
	second := &call{id: "a", result: make(chan result, 1)}
	first := &call{id: "a", result: make(chan result)}
	over, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() {
		_, err := c.exchange(over, first)
		ended <- err
	}()
	for waits := false; !waits; { // until it is asked
		c.mu.Lock()
		if waits = c.calls["a"] == first; waits { // and its answer comes, which nobody takes yet
			c.calls["a"] = second
		}
		c.mu.Unlock()
	}
	cancel()
	<-ended
	c.answer(&wire.Response{Code: wire.OK, ID: "a"})
	select {
	case <-second.result:
	default:
		t.Error("the second request waits for ever")
	}
}
