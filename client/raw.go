package client

import (
	"context"
	"fmt"
	"net"
)

// Raw is a connection on which nobody has said who he is. It carries whatever it is given: it is there for
// programs that look at a server from outside, and say what no good client would.
type Raw struct {
	t transport
}

// Open connects to an address of [Dial] and says nothing. Of the options it looks at Dial and Fingerprint.
// Errors are an [*AddressError] or an [*UnreachableError].
func Open(ctx context.Context, address string, o Options) (*Raw, error) {
	to, err := parseAddress(address, o.Fingerprint)
	if err != nil {
		return nil, err
	}
	if o.Dial == nil {
		o.Dial = new(net.Dialer).DialContext
	}
	t, err := to.open(ctx, o.Dial, newMemory())
	if err != nil {
		return nil, &UnreachableError{to.String(), err}
	}
	return &Raw{t}, nil
}

// Stream is the stream of bytes below, or nil where there is none: over WebSockets and UDP. Who uses it uses
// nothing else of the Raw but Close.
func (r *Raw) Stream() net.Conn {
	if s, ok := r.t.(*stream); ok {
		return s.Conn
	}
	return nil
}

// Read returns the next object that came, good until the next call.
func (r *Raw) Read() ([]byte, error) {
	b, err := r.t.read()
	if err != nil {
		return nil, fmt.Errorf("client: %w", err)
	}
	return b, nil
}

// Write sends one object, which need not be one. Over UDP it must, and is sent again until it is answered.
func (r *Raw) Write(object []byte) error {
	if err := r.t.write([][]byte{object}); err != nil {
		return fmt.Errorf("client: %w", err)
	}
	return nil
}

// Close ends the connection. It may come from anywhere, any number of times, and wakes Read and Write.
func (r *Raw) Close() { r.t.close() }
