package client

import (
	"crypto/rand"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"jim/wire"
)

// encode is r as one JSON object and LF; members that are empty are left out. A text
// that is not UTF-8 is refused as the server would refuse it, with an [*Error].
func encode(r *wire.Request) ([]byte, error) {
	e := encoder{dst: append(make([]byte, 0, 160+len(r.Message)), '{'), full: r.Action == wire.ActPresence}
	e.text("action", r.Action)
	e.text("id", r.ID)
	e.number("jim", uint64(r.JIM))
	e.text("to", r.To)
	e.text("message", r.Message)
	if r.Topic != nil {
		e.name("topic")
		e.quote(*r.Topic)
	}
	e.number("seq", r.Seq)
	if r.HasAfter && r.After == 0 {
		e.name("after")
		e.dst = append(e.dst, '0')
	}
	e.number("after", r.After)
	e.text("after", r.Mark)
	e.number("before", r.Before)
	e.number("limit", uint64(r.Limit))
	e.since(r)
	e.text("log", r.Log)
	e.user(&r.User)
	e.text("status", r.Status)
	e.text("device", r.Device)
	e.text("invite", r.Invite)
	e.text("password", r.Password)
	e.text("old", r.Old)
	e.text("revoke", r.Revoke)
	e.text("do", r.Do)
	e.yes("alone", r.Alone)
	e.yes("live", r.Live)
	if e.full {
		e.text("type", "status")
		e.name("time")
		e.dst = strconv.AppendFloat(e.dst, olderTime(), 'f', 3, 64)
	}
	if e.err != nil {
		return nil, &Error{Action: r.Action, Code: wire.BadRequest, Text: "a text is not UTF-8"}
	}
	return append(e.dst, "}\n"...), nil
}

// encoder appends members; err is the first thing that went wrong.
type encoder struct {
	dst  []byte
	err  error
	full bool // a presence, in the form that servers of the course want
}

func (e *encoder) name(name string) {
	if last := e.dst[len(e.dst)-1]; last != '{' {
		e.dst = append(e.dst, ',')
	}
	e.quote(name)
	e.dst = append(e.dst, ':')
}

func (e *encoder) quote(s string) {
	dst, err := jsontext.AppendQuote(e.dst, s)
	if err != nil && e.err == nil {
		e.err = err
	}
	e.dst = dst
}

func (e *encoder) text(name, value string) {
	if value != "" {
		e.name(name)
		e.quote(value)
	}
}

func (e *encoder) number(name string, value uint64) {
	if value != 0 {
		e.name(name)
		e.dst = strconv.AppendUint(e.dst, value, 10)
	}
}

func (e *encoder) yes(name string, value bool) {
	if value {
		e.name(name)
		e.dst = append(e.dst, "true"...)
	}
}

// since writes the numbers a client has. In sync it is written even when empty: it
// is what sync asks about.
func (e *encoder) since(r *wire.Request) {
	if len(r.Since) == 0 && !r.HasSince && r.Action != wire.ActSync {
		return
	}
	e.name("since")
	e.dst = append(e.dst, '{')
	for _, s := range r.Since {
		e.name(s.To)
		e.dst = strconv.AppendUint(e.dst, s.Seq, 10)
	}
	e.dst = append(e.dst, '}')
}

func (e *encoder) user(u *wire.User) {
	if *u == (wire.User{}) {
		return
	}
	e.name("user")
	e.dst = append(e.dst, '{')
	e.text("account_name", u.Name)
	e.text("password", u.Password)
	e.text("token", u.Token)
	if u.Status != "" || e.full {
		e.name("status")
		e.quote(u.Status)
	}
	e.dst = append(e.dst, '}')
}

// NewID is a request id nobody has used: 128 random bits or a little more, as 26
// letters and digits.
func NewID() string { return rand.Text() }
