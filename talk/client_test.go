package talk

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"jim/chat"
	"jim/client"
	"jim/wire"
)

// clientAddress is where the Go client finds a house.
func clientAddress(h *House) string {
	switch {
	case h.way != nil:
		return "udp://" + h.way.address()
	case strings.HasPrefix(h.Address, "quic"):
		return h.Address + "#fingerprint=" + h.listeners.Fingerprint()
	}
	return h.Address
}

// TestTheClientOverDatagrams has one client talk and another one listen, over a way that
// loses, doubles and reorders too. Everything must come once and in order, also what was
// said while the server was away.
func TestTheClientOverDatagrams(t *testing.T) {
	for _, transport := range []string{"udp", "lossy", "quic"} {
		t.Run(transport, func(t *testing.T) {
			t.Parallel()
			folder, err := TempFolder()
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { os.RemoveAll(folder) })
			h, err := Open(transport, folder, chat.Options{Guests: chat.Local, NoLimits: true, OperatorUID: -1})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() {
				if err := h.Close(); err != nil {
					t.Error(err)
				}
			})
			ctx, cancel := context.WithTimeout(t.Context(), 6*Patience)
			defer cancel()
			talkAndListen(t, ctx, h)
		})
	}
}

func talkAndListen(t *testing.T, ctx context.Context, h *House) {
	dial := func(name string) *client.Client {
		c, err := client.Dial(ctx, clientAddress(h), client.Options{Name: name})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		if _, err := c.Do(ctx, wire.Request{Action: wire.ActJoin, To: "#tea"}); err != nil {
			t.Fatal(err)
		}
		return c
	}
	ann, bob := dial("ann"), dial("bob")
	const n = 20
	heard := make(chan error, 1)
	go func() { heard <- hearAll(ctx, bob, n) }()
	for i := range n {
		if i == n/2 {
			if err := h.Restart(); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := ann.Send(ctx, "#tea", fmt.Sprint(i)); err != nil {
			t.Fatalf("message %d: %v", i, err)
		}
	}
	if err := <-heard; err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("x", 3000)
	if _, err := ann.Send(ctx, "#tea", long); (err == nil) == strings.HasPrefix(ann.Address(), "udp") {
		t.Errorf("a long message: %v", err)
	}
}

// hearAll listens until n messages of ann have come, in order.
func hearAll(ctx context.Context, c *client.Client, n int) error {
	seq := uint64(0)
	for i := 0; i < n; {
		select {
		case e, ok := <-c.Events():
			switch {
			case !ok:
				return fmt.Errorf("the client has ended: %w", c.Err())
			case e.Seq == 0 || e.Action == wire.ActBehind:
				continue
			case seq != 0 && e.Seq != seq+1:
				return fmt.Errorf("%d came after %d", e.Seq, seq)
			}
			seq = e.Seq
			if e.Action != wire.ActMsg {
				continue
			}
			if e.Message != fmt.Sprint(i) {
				return fmt.Errorf("%q came instead of %d", e.Message, i)
			}
			i++
		case <-ctx.Done():
			return fmt.Errorf("after %d messages nothing more came", i)
		}
	}
	return nil
}

// annInTea is a house over a way, and ann, who has joined #tea there with package client. ctx
// ends when the test has lost its patience.
func annInTea(t *testing.T, way string, address func(*House) string, patience time.Duration) (*House, *client.Client, context.Context) {
	t.Helper()
	folder, err := TempFolder()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(folder) })
	h, err := Open(way, folder, chat.Options{Guests: chat.Local, NoLimits: true, OperatorUID: -1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	})
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	ann, err := client.Dial(ctx, address(h), client.Options{Name: "ann"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ann.Close() })
	if _, err := ann.Do(ctx, wire.Request{Action: wire.ActJoin, To: "#tea"}); err != nil {
		t.Fatal(err)
	}
	return h, ann, ctx
}

// TestLongMessagesOverDatagrams: who is on UDP is told that there is a message that no
// datagram takes, and everything around it.
func TestLongMessagesOverDatagrams(t *testing.T) {
	h, ann, ctx := annInTea(t, "both", func(h *House) string { return h.Address }, 2*Patience)
	say := func(text string) {
		t.Helper()
		if _, err := ann.Send(ctx, "#tea", text); err != nil {
			t.Fatal(err)
		}
	}
	long := strings.Repeat("x", 5000)
	for _, text := range []string{"one", long, "three", long, long, "six"} {
		say(text)
	}
	// bob has the entry of the room's making; what follows is read from the log, and what
	// is said then is told to him.
	bob, err := client.Dial(ctx, h.listeners.Addresses()[1], client.Options{Name: "bob", Since: map[string]uint64{"#tea": 1}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { bob.Close() })
	if _, err := bob.Do(ctx, wire.Request{Action: wire.ActJoin, To: "#tea"}); err != nil {
		t.Fatal(err)
	}
	say(long)
	say("last")
	want := []string{"one", "behind 3", "three", "behind 5", "behind 6", "six", "", "behind 9", "last"}
	for i := 0; i < len(want); {
		select {
		case e := <-bob.Events():
			got := e.Message
			if e.Action == wire.ActBehind {
				got = fmt.Sprintf("behind %d", e.Seq)
			}
			if e.Action == wire.ActPresence {
				continue
			}
			if got != want[i] {
				t.Fatalf("event %d is %s %q (%d), want %q", i, e.Action, got, e.Seq, want[i])
			}
			i++
		case <-ctx.Done():
			t.Fatalf("after %d events nothing more came", i)
		}
	}
}
