package listen

import (
	"strings"
	"testing"
	"time"

	"github.com/gobwas/ws"

	"jim/chat"
	"jim/wire"
)

// A ping that comes while the system has taken a part of a frame is answered behind that frame: the pong would
// stand inside of it otherwise, and everything after it would be read as something else.
func TestAPongStandsInNoFrame(t *testing.T) {
	h := open(t, Options{}, "tcp://127.0.0.1:0")
	c, in := raw(t, h, "")
	s := h.next(t)
	e := s.(chat.Eager)
	b := new(wire.Batch)
	text := strings.Repeat("x", 100<<10)
	b.AppendEvent(&wire.Event{Action: wire.ActMsg, Message: text})
	whole, n, all := 0, 0, true
	for all { // until the client, who reads nothing, is sent a part of one
		var err error
		if n, all, err = e.WriteNow([]*wire.Batch{b}); err != nil {
			t.Fatal(err)
		}
		if !all && n == 0 {
			t.Skip("this system takes frames as a whole, or none")
		}
		if all {
			whole++
		}
	}
	ping, object := clientFrame(0x89, "there?"), clientFrame(0x81, "{}")
	say(t, c, ping+object+object[:3])
	read := make(chan error, 2)
	go func() {
		for range 2 {
			_, err := s.Read()
			read <- err
		}
	}()
	if err := <-read; err != nil {
		t.Fatal(err)
	}
	say(t, c, object[3:]) // which is read only when nothing is left to do for the ping
	select {
	case err := <-read:
		if err != nil {
			t.Fatal(err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("the pong is being written inside of a frame")
	}
	rest := make(chan error, 1)
	go func() { rest <- e.WriteRest([]*wire.Batch{b}, n) }()
	for range whole + 1 {
		if op, payload := hearFrame(t, in); op != ws.OpText || !strings.Contains(payload, text) {
			t.Fatalf("frame %v of %d bytes, %.60q …", op, len(payload), payload)
		}
	}
	if err := <-rest; err != nil {
		t.Fatal(err)
	}
	if op, payload := hearFrame(t, in); op != ws.OpPong || payload != "there?" {
		t.Errorf("frame %v %.60q, want the pong", op, payload)
	}
}
