package listen

import (
	"net/netip"
	"strings"
	"testing"
	"time"
)

// An event comes again as soon as others do, though one before it, which came again often, waits for long.
func TestAnEventDoesNotWaitForThoseBeforeIt(t *testing.T) {
	h := open(t, Options{}, "udp://127.0.0.1:0")
	m := h.knock(t, 0)
	s := m.comes(h, `{"action":"presence","ack":0,"jim":2}`)
	puts(t, s, `{"action":"msg","to":"#tea","seq":7}`)
	m.hears()
	c := h.sockets[0].session(netip.MustParseAddrPort(m.LocalAddr().String()))
	c.mu.Lock()
	c.out.sent[0].next = time.Now().Add(time.Hour)
	c.timer.Reset(time.Hour)
	c.mu.Unlock()
	puts(t, s, `{"action":"msg","to":"#tea","seq":8}`)
	for range 2 {
		if got := m.hears(); !strings.Contains(got, `"seq":8`) {
			t.Errorf("heard %s", got)
		}
	}
	for _, ack := range []string{`{"ack":1}`, `{"ack":2}`} { // or its end would wait for them
		say(t, m, m.with(ack))
	}
}
