package listen

import (
	"net/netip"
	"testing"

	"jim/wire"
)

// A peer that is silently gone while events fill its window is not waited for at the end: his goodbye cannot be sent before
// they are given up, which takes many seconds. Who still says something is.
func TestTheEndDoesNotWaitForWhoIsGone(t *testing.T) {
	h := open(t, Options{}, "udp://127.0.0.1:0")
	m := h.knock(t, 0)
	s := m.comes(h, `{"action":"presence","ack":0,"jim":2}`)
	for range windowSize {
		puts(t, s, `{"action":"msg","to":"ann","from":"bob","seq":1,"message":"x"}`)
	}
	ended := make(chan error)
	go func() {
		b := new(wire.Batch)
		b.AppendEvent(&wire.Event{Action: wire.ActBye, Alert: "the server is stopping"})
		ended <- s.Write([]*wire.Batch{b})
	}()
	c := h.sockets[0].session(netip.MustParseAddrPort(m.LocalAddr().String()))
	c.Leave()
	c.tick()
	c.mu.Lock()
	c.leaves = c.leaves.Add(-goodbyeTimeout)
	open := c.closed.IsZero()
	c.heard = c.leaves.Add(goodbyeTimeout) // as if he had just said something
	c.mu.Unlock()
	c.tick()
	select {
	case <-c.gone:
		open = false
	default:
	}
	if !open {
		t.Fatal("who says something is not waited for")
	}
	c.mu.Lock()
	c.heard = c.heard.Add(-goodbyeTimeout)
	c.mu.Unlock()
	c.tick()
	if err := <-ended; err == nil {
		t.Error("a goodbye was sent though there was no room for it")
	}
}
