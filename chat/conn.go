package chat

import (
	"net/netip"
	"time"

	"jim/wire"
)

// Conn carries whole objects between a session and its peer. Package listen has
// one for each transport.
//
// Conn has no deadlines: patience is the session's. Its promise is that Close may
// come from anywhere, any number of times, and wakes Read and Write, which then
// return an error.
type Conn interface {
	// Read returns the next object, without what stood around it. The bytes are
	// good until the next Read. A [*wire.Error] that does not say Close is a
	// fault of the peer after which Read may be called again; any other error
	// ends the connection. One goroutine reads.
	Read() ([]byte, error)

	// Ready tells whether more than white space has come that Read has not
	// returned: most likely Read would not have to wait. The reader calls it.
	Ready() bool

	// Write sends batches in order and returns when the transport has taken
	// them. Objects of one batch may travel together. It keeps neither the
	// slice nor the batches, and changes nothing in them. One goroutine writes.
	Write(batches []*wire.Batch) error

	Close() error

	// Peer tells who is at the other end. That does not change, but for Person,
	// which a transport may learn from the first bytes. Any goroutine calls it.
	Peer() *Peer
}

// Eager is a Conn that can write without waiting for its peer. Then one goroutine
// can write to many, and only who must be waited for costs one of its own.
type Eager interface {
	Conn

	// WriteNow is Write that stops where it would have to wait, perhaps before it
	// has begun. It tells how many bytes went out, and whether that was all. When
	// it was not, and there is no error, what is written next is the rest, with
	// WriteRest. The goroutine that writes calls it.
	WriteNow(batches []*wire.Batch) (n int, all bool, err error)

	// WriteRest is Write of what is left of batches after the n bytes that
	// WriteNow has written.
	WriteRest(batches []*wire.Batch, n int) error
}

// Leaver is a Conn that waits for its peer where that may be gone without a sign.
type Leaver interface {
	Conn

	// Leave says that what is written from now on, or waits to be, is the last: a peer that shows no sign of life need not
	// be waited for much longer. It does not wait, and may come from anywhere.
	Leave()
}

// Peer is what a transport knows of who is at the other end.
type Peer struct {
	Transport string     // "tcp", "tls", "unix", "ws", "wss", "http", "https", "udp", "quic"
	Address   string     // for people and logs: "192.0.2.7:50312", "uid 1000"
	Host      netip.Addr // whom limits per address count against; invalid = nobody (UNIX)

	// Since is when the connection came, before anything was found out about it;
	// zero = now. A session's patience begins then.
	Since time.Time

	// UID is the user at the other end of a UNIX socket, whose login is the
	// name of that user; -1 elsewhere.
	UID int

	// Proven is the name of somebody whose secret the peer has shown to the Conn,
	// in a way of its own; "" = none. A Conn that interprets a dialect sets it
	// before it returns the request that logs in.
	Proven string

	// Local tells that the peer is on this machine: loopback or UNIX.
	Local bool

	// Packets tells that the boundaries between writes may be lost on the way,
	// as in every stream of bytes. Programs that take one read for one object
	// have to be written to with pauses between.
	Packets bool

	// Person tells that somebody types here, who needs more time to say who he is
	// than a program.
	Person bool

	// Datagrams tells that an object is a datagram, in both directions: the
	// limits are [wire.UDP], and JIM/1 is not spoken.
	Datagrams bool

	// Brief marks a peer that asks one thing and is gone, as in an HTTP request:
	// it does not count as being here.
	Brief bool
}
