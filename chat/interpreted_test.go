package chat_test

import (
	"context"
	"testing"

	"jim/chat"
	"jim/wire"
)

// halfPipe is an eager Conn that takes one byte of what is written at once, when it may, and the rest later.
type halfPipe struct {
	*pipe
	asked, take, rest chan struct{}
}

func (p halfPipe) WriteNow([]*wire.Batch) (int, bool, error) {
	close(p.asked)
	<-p.take
	return 1, false, nil
}

func (p halfPipe) WriteRest([]*wire.Batch, int) error { close(p.rest); return nil }

// lateInterpreter says when it is read.
type lateInterpreter struct {
	*pipe
	read chan struct{}
}

func (p lateInterpreter) Read() ([]byte, error) { close(p.read); return p.pipe.Read() }

// What was begun to be written is written to its end where it was begun, though the session talks through an interpreter
// by then. That happens when it ends: nobody waits for what was said before.
func TestWhatWasBegunIsWrittenWhereItWasBegun(t *testing.T) {
	p := halfPipe{newPipe(16), make(chan struct{}), make(chan struct{}), make(chan struct{})}
	reading := make(chan struct{})
	h := newHouse(t, chat.Options{Interpret: func(c chat.Conn, first []byte) chat.Conn {
		if string(first) != "lines" {
			return nil
		}
		return lateInterpreter{p.pipe, reading}
	}})
	defer h.close()
	ctx, cancel := context.WithCancel(t.Context())
	h.serve.Go(func() { h.hub.Serve(ctx, p) })
	p.in <- `]`
	<-p.asked
	cancel()
	p.in <- "lines"
	<-reading
	close(p.take)
	<-p.rest
	p.Close()
}
