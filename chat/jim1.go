package chat

import (
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"jim/wire"
)

// jim1 is what a session does differently for a client of the course's JIM/1;
// docs/protocol.md, section 12. The zero value is a JIM/2 session.
//
// It is set before the session is told anything, and not changed later, except
// by the session's own goroutine as said.
type jim1 struct {
	on     bool
	bare   bool // presence came without type and status
	proves bool // authenticate was used; own goroutine only
}

// meet learns from the first presence what the program expects.
func (v *jim1) meet(r *wire.Request) {
	v.bare = r.Type == "" && r.Status == "" && r.User.Status == ""
}

// silent tells whether a request is a message whose answer would break the
// program that sent it.
func (v *jim1) silent(r *wire.Request) bool {
	return v.on && r.Action == wire.ActMsg && v.bare && !v.proves && r.Encoding == ""
}

// response is r as JIM/1 has it: a code, a time and words.
func (v *jim1) response(r *wire.Response) *wire.Response {
	old := &wire.Response{Code: r.Code, Time: r.Time, Alert: r.Alert, Error: r.Error, Quantity: r.Quantity}
	switch r.Code {
	case wire.Created:
		old.Code = wire.OK
	case wire.NotImplemented, wire.TooLarge, wire.TooMany:
		old.Code = wire.BadRequest
	case wire.Timeout, wire.Unavailable, wire.StorageFull, wire.UpgradeRequired:
		old.Code = wire.Internal
	}
	if !old.Code.IsError() && old.Alert == "" && old.Quantity == nil {
		old.Alert = "OK"
	}
	return old
}

func (v *jim1) unknown(action string) error {
	return wire.Errorf(wire.NotImplemented, "no action %q here", action)
}

// contactError is the answer to a contact that is not there: 400, as the course has it.
func (v *jim1) contactError(err error) error {
	var e *wire.Error
	if v.on && errors.As(err, &e) && e.Code == wire.NotFound {
		return &wire.Error{Code: wire.BadRequest, Text: e.Text}
	}
	return err
}

// reachable refuses a message to a person who is not connected: JIM/1 keeps
// nothing for later.
func (s *Session) reachable(to string) error {
	if wire.IsRoom(to) {
		return nil
	}
	key, bad := nameKey(to)
	if bad != nil {
		return bad
	}
	other, err := s.someone(s.ctx, key, to)
	if err == nil && s.hub.statusOf(other.ID) == gone {
		return wire.Errorf(wire.Offline, "%s is not connected", other.Name)
	}
	return err
}

// complain tells a program that no answer may be sent to what went wrong.
func (s *Session) complain(err error) {
	var e *wire.Error
	if !errors.As(err, &e) {
		s.respond("", nil, err)
		return
	}
	s.tellTextV1(&wire.Event{Action: wire.ActMsg, To: s.account.Name, From: serverName, Message: e.Text, Time: wire.At(time.Now())})
}

// tellV1 tells a JIM/1 reader the messages among entries, except its own.
func (s *Session) tellV1(n *sub, entries []*Entry) {
	for _, e := range entries {
		if e.Kind != Said || e.From == s.account.ID && e.from == s {
			continue
		}
		ev := e.event(n.room.name)
		for _, b := range cutV1(&ev) {
			if !n.out.tell(n, b, e.Seq) {
				return
			}
		}
	}
}

func (s *Session) tellTextV1(ev *wire.Event) {
	for _, b := range cutV1(ev) {
		s.out.pass(b)
	}
}

// cutV1 is a message as objects that a JIM/1 program can take: without the members
// it does not know, and of at most 640 bytes each.
func cutV1(ev *wire.Event) []*wire.Batch {
	old := wire.Event{Action: ev.Action, Time: ev.Time, To: ev.To, From: ev.From}
	var all []*wire.Batch
	for text := ev.Message; text != ""; {
		n := fitV1(&old, text)
		old.Message = text[:n]
		b := new(wire.Batch)
		b.AppendEvent(&old)
		all = append(all, b)
		text = text[n:]
	}
	return all
}

// fitV1 is how many bytes of text fit into one object: whole characters, at
// least one of them.
func fitV1(ev *wire.Event, text string) int {
	n := min(len(text), wire.JIM1.Answer)
	for {
		for n > 0 && n < len(text) && !utf8.RuneStart(text[n]) {
			n--
		}
		ev.Message = text[:n]
		over := len(ev.AppendJSON(nil)) + 1 - wire.JIM1.Answer
		if over <= 0 || n <= utf8.UTFMax {
			return n
		}
		n = max(n-over, n/2) // escaped characters take up to six bytes: \u0001
	}
}

// contactsV1 answers get_contacts as the course's programs of two years expect it.
func (s *Session) contactsV1(r *wire.Request, list []Account) (*wire.Response, error) {
	if r.Login != "" {
		names := make([]string, len(list))
		for i, a := range list {
			names[i] = "'" + a.Name + "'"
		}
		return &wire.Response{Code: wire.Accepted, Alert: "[" + strings.Join(names, ", ") + "]"}, nil
	}
	n := len(list)
	s.respond("", &wire.Response{Code: wire.Accepted, Quantity: &n}, nil)
	for _, a := range list {
		s.out.answer(func(b *wire.Batch) {
			b.AppendEvent(&wire.Event{Action: wire.ActContactList, UserID: a.Name})
		})
	}
	return nil, nil
}

func isCode(err error, code wire.Code) bool {
	var e *wire.Error
	return errors.As(err, &e) && e.Code == code
}
