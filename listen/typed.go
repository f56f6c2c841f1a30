package listen

import "bytes"

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
	if !typed {
		return
	}
	s.in.hurry(false) // a person may take a while
	c := begin((*bare)(s), &s.peer)
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
