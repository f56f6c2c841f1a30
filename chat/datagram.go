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
	if r.JIM != 0 {
		if short := shorter(r); short != nil {
			return s.fitted(short)
		}
	}
	e := wire.Errorf(wire.TooLarge, "the answer has %d bytes, which is too large for a datagram: ask for less with `limit`, or over a stream", len(data))
	return s.stamp(e.Response(r.ID))
}

// shorter is a welcome without the status, which can be asked for, or else without the limits, which the specification has; nil
// where there is neither. Who is in must be told so.
func shorter(r *wire.Response) *wire.Response {
	short := *r
	switch {
	case r.User != nil && r.User.Status != "":
		user := *r.User
		user.Status, short.User = "", &user
	case r.Limits != nil:
		short.Limits = nil
	default:
		return nil
	}
	return &short
}
