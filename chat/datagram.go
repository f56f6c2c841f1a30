package chat

import "jim/wire"

// limits are those of the session's transport.
func (s *Session) limits() *wire.Limits {
	if s.peer.Datagrams {
		return &wire.UDP
	}
	return &wire.JIM2
}

// fitted is an answer that fits a datagram: r, or what r can do with, or else an error that says what to do.
func (s *Session) fitted(r *wire.Response) *wire.Response {
	data, err := r.AppendJSON(nil)
	if err != nil || len(data) < wire.UDP.Answer {
		return r
	}
	if short := shorter(r); short != nil {
		return s.fitted(short)
	}
	e := wire.Errorf(wire.TooLarge, "the answer has %d bytes, which is too large for a datagram: ask for less with `limit`, or over a stream", len(data))
	return s.stamp(e.Response(r.ID))
}

// shorter is an answer without something that its reader can ask for, or has read in the specification; nil where there is nothing of
// that. Who is in, or in a room, must be told so, and a list must not end at its longest row.
func shorter(r *wire.Response) *wire.Response {
	short := *r
	switch {
	case r.JIM != 0 && r.User != nil && r.User.Status != "":
		user := *r.User
		user.Status = ""
		short.User = &user
	case r.JIM != 0 && r.Limits != nil:
		short.Limits = nil
	case r.Seq != 0 && r.Topic != nil: // of a room that was joined
		short.Topic = nil
	case len(r.Rooms) == 1 && r.Rooms[0].Topic != "":
		row := r.Rooms[0]
		row.Topic = ""
		short.Rooms = []wire.Conversation{row}
	case len(r.Members) == 1 && r.Members[0].Status != "":
		short.Members = withoutStatus(r.Members[0])
	case len(r.Contacts) == 1 && r.Contacts[0].Status != "":
		short.Contacts = withoutStatus(r.Contacts[0])
	default:
		return nil
	}
	return &short
}

func withoutStatus(p wire.Person) []wire.Person {
	p.Status = ""
	return []wire.Person{p}
}
