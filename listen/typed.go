package listen

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"sync/atomic"

	"jim/chat"
	"jim/wire"
)

// findOut looks at the first bytes of a stream, if they have come, and hands it to
// who talks in lines if a person typed them. It is done when begin is nil. No more
// than what has come is to be expected after the end.
func (s *stream) findOut(end bool) {
	kept := s.in.kept()
	s.in.drop(len(kept) - len(bytes.TrimLeft(kept, " \t\r\n")))
	typed, known := isTyped(s.in.kept())
	if !known && !end {
		return
	}
	begin := s.begin
	s.begin = nil
	var c chat.Conn
	switch {
	case typed:
		s.in.hurry(false) // a person may take a while
		c = begin((*bare)(s), &s.peer)
	case isUnclear(s.in.kept()):
		c = &unclear{stream: s, begin: begin}
	default:
		return
	}
	s.lines.Store(&c)
	if s.closed.Load() { // and Close may not have seen c
		c.Close() // never fails
	}
}

// bare is the bytes of a stream.
type bare stream

// Read reads into p. With an empty p it waits until there is something to read; no
// buffer is held meanwhile.
func (b *bare) Read(p []byte) (int, error) {
	if len(b.in.kept()) == 0 {
		if len(p) > 0 {
			return b.in.conn.Read(p)
		}
		return 0, b.in.fill(false)
	}
	n := copy(p, b.in.kept())
	b.in.drop(n)
	if len(b.in.kept()) == 0 {
		b.in.release()
	}
	return n, nil
}

func (b *bare) Write(p []byte) (int, error) { return b.in.conn.Write(p) }

// Close closes the connection. It never fails.
func (b *bare) Close() error {
	(*stream)(b).shut()
	return nil
}

// unclear is a stream whose first byte may begin the broken JSON of a program, or what a person
// types who knows nothing yet, such as `7 apples` or `:)`. It is taken for JSON, and its first line
// is answered so; but until one object has been understood, a line that begins with a slash and a
// letter is a person's, who has read the answer.
type unclear struct {
	*stream
	begin   beginLines
	certain bool // an object was understood; the reader's own
	person  atomic.Pointer[chat.Conn]
}

// isUnclear tells whether what is not typed is something else than an object or what only
// programs send.
func isUnclear(p []byte) bool {
	p = bytes.TrimPrefix(p, []byte(bom))
	return len(p) > 0 && strings.IndexByte(`}[]":,-0123456789`, p[0]) >= 0
}

// orPerson is how a person begins, for those who are answered as programs are.
const orPerson = "; a person begins with /nick NAME"

// Read is [chat.Conn]'s.
func (u *unclear) Read() ([]byte, error) {
	for {
		u.findPerson()
		if c := u.person.Load(); c != nil {
			return (*c).Read()
		}
		if kept := u.in.kept(); len(kept) > 0 && !u.waits(kept) {
			object, done, err := u.cutter.Cut(kept)
			u.in.drop(done)
			if err != nil || object != nil {
				u.in.whole()
			}
			u.certain = u.certain || object != nil
			switch {
			case err != nil && !u.certain && !err.Close:
				return nil, wire.Errorf(err.Code, "%s%s", err.Text, orPerson)
			case err != nil:
				return nil, err
			case object != nil:
				return object, nil
			}
		}
		if err := u.in.fill(u.cutter.Partial() || u.waits(u.in.kept())); err != nil {
			if errors.Is(err, io.EOF) && u.cutter.Partial() {
				err = io.ErrUnexpectedEOF
			}
			return nil, err
		}
	}
}

// waits tells whether it takes one more byte to know what a line is.
func (u *unclear) waits(kept []byte) bool {
	return !u.certain && !u.cutter.Partial() && string(bytes.TrimLeft(kept, " \t\r\n")) == "/"
}

// findPerson hands the stream to who talks in lines if a person's command comes next.
func (u *unclear) findPerson() {
	if u.certain || u.cutter.Partial() || u.person.Load() != nil {
		return
	}
	kept := u.in.kept()
	line := bytes.TrimLeft(kept, " \t\r\n")
	if len(line) < 2 || line[0] != '/' || (line[1]|0x20) < 'a' || (line[1]|0x20) > 'z' {
		return
	}
	u.in.drop(len(kept) - len(line))
	u.in.hurry(false)
	c := u.begin((*bare)(u.stream), &u.peer)
	u.person.Store(&c)
	if u.closed.Load() { // and Close may not have seen c
		c.Close() // never fails
	}
}

// Ready is [chat.Conn]'s.
func (u *unclear) Ready() bool {
	if c := u.person.Load(); c != nil {
		return (*c).Ready()
	}
	return len(bytes.TrimLeft(u.in.kept(), " \t\r\n")) > 0
}

// Write is [chat.Conn]'s.
func (u *unclear) Write(batches []*wire.Batch) error {
	if c := u.person.Load(); c != nil {
		return (*c).Write(batches)
	}
	return write(u.in.conn, batches, nil, 0)
}

// Close is [chat.Conn]'s. It never fails.
func (u *unclear) Close() error {
	u.closed.Store(true)
	if c := u.person.Load(); c != nil {
		return (*c).Close()
	}
	u.shut()
	return nil
}

// Peer is [chat.Conn]'s.
func (u *unclear) Peer() *chat.Peer {
	if c := u.person.Load(); c != nil {
		return (*c).Peer()
	}
	return &u.peer
}
