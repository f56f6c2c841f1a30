package conntest

import (
	"testing"

	"jim/chat"
	"jim/wire"
)

// eagerly writes like a runner of the core: what goes at once, and then the rest.
type eagerly struct{ chat.Eager }

func (e eagerly) Write(batches []*wire.Batch) error {
	n, all, err := e.WriteNow(batches)
	if err != nil || all {
		return err
	}
	return e.WriteRest(batches, n)
}

// eager proves the promise of [chat.Eager] for a transport that has it.
func eager(t *testing.T, tr Transport) {
	server, _ := tr.Open(t)
	if _, is := server.(chat.Eager); is != tr.Eager {
		t.Fatalf("eager is %v, want %v", is, tr.Eager)
	}
	if !tr.Eager {
		return
	}
	open := tr.Open
	tr.Open = func(t *testing.T) (chat.Conn, *Client) {
		server, client := open(t)
		return eagerly{server.(chat.Eager)}, client
	}
	t.Run("objects go out in order", func(t *testing.T) { outOrder(t, tr) })
	t.Run("batches of every size", func(t *testing.T) { bigBatches(t, tr) })
	t.Run("batches are not changed", func(t *testing.T) { unchanged(t, tr) })
	t.Run("close wakes the rest", func(t *testing.T) { closeWakesWrite(t, tr) })
	t.Run("nothing after close", func(t *testing.T) { afterClose(t, tr) })
	t.Run("nobody is waited for", func(t *testing.T) { neverWaits(t, tr) })
}

// neverWaits writes to a client that reads nothing until the transport takes no
// more, and says so at once; then the client reads, and nothing is missing.
func neverWaits(t *testing.T, tr Transport) {
	server, client := tr.Open(t)
	e := server.(eagerly)
	const size = 10000
	written := 0
	var left []*wire.Batch
	var begun int
	finish(t, start(t, func() error {
		for left == nil {
			batches := []*wire.Batch{batch(numbered(written, size)), batch(numbered(written+1, size))}
			written += 2
			n, all, err := e.WriteNow(batches)
			if err != nil {
				return err
			}
			if !all {
				left, begun = batches, n
			}
		}
		return nil
	}))
	rest := start(t, func() error { return e.WriteRest(left, begun) })
	for i := range written {
		receive(t, client, numbered(i, size))
	}
	finish(t, rest)
	if n, all, err := e.WriteNow([]*wire.Batch{batch(numbered(0, 1))}); err != nil || !all && n > 0 {
		t.Errorf("after the rest: %d bytes, all %v, %v", n, all, err)
	} else if !all {
		finish(t, start(t, func() error { return e.WriteRest([]*wire.Batch{batch(numbered(0, 1))}, n) }))
	}
	receive(t, client, numbered(0, 1))
}
