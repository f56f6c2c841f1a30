package chat

import "jim/wire"

// limits are those of the session's transport.
func (s *Session) limits() *wire.Limits {
	if s.peer.Datagrams {
		return &wire.UDP
	}
	return &wire.JIM2
}

// fitted is an answer that fits a datagram: r, or else an error that says what to do.
func (s *Session) fitted(r *wire.Response) *wire.Response {
	data, err := r.AppendJSON(nil)
	if err != nil || len(data) < wire.UDP.Answer {
		return r
	}
	e := wire.Errorf(wire.TooLarge, "the answer has %d bytes, which is too large for a datagram: ask for less with `limit`, or over a stream", len(data))
	return s.stamp(e.Response(r.ID))
}
