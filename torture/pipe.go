package torture

import (
	"context"
	"net"
	"time"

	"jim/chat"
	"jim/wire"
)

// pipe is a connection to a hub in this process, as the hub has it.
type pipe struct {
	*line
	peer chat.Peer
}

// join connects to a hub; serve runs its side, and returns at once.
func join(serve func(chat.Conn)) dialer {
	return func(context.Context) (net.Conn, error) {
		here, there := net.Pipe()
		serve(&pipe{line: newLine(there), peer: chat.Peer{Transport: "pipe", Address: "pipe", Local: true, UID: -1}})
		return here, nil
	}
}

// Read returns the next object.
func (p *pipe) Read() ([]byte, error) { return p.object() }

// Ready tells whether more has come than was read.
func (p *pipe) Ready() bool { return p.from < len(p.buf) && p.buf[p.from] != '\n' }

// unread is how long a write may wait for its reader. A pipe has no room in it, so two who
// both write would wait for each other for ever.
const unread = 200 * time.Millisecond

// Write writes batches in order.
func (p *pipe) Write(batches []*wire.Batch) error {
	if err := p.SetWriteDeadline(time.Now().Add(unread)); err != nil {
		return err
	}
	for _, b := range batches {
		if _, err := p.Conn.Write(b.Bytes()); err != nil {
			return err
		}
	}
	return nil
}

// Peer tells who is at the other end.
func (p *pipe) Peer() *chat.Peer { return &p.peer }
