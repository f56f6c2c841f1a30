package client

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"jim/wire"
)

// fromOlder is an object of a server of the course, whatever its members are called.
type fromOlder struct {
	code  wire.Code // of a response; 0 = it is none
	words string    // its alert or error
	bare  bool      // it has neither these nor a time
	jim   bool      // a member that only servers of JIM/2 have

	action, from, to, text string
	names                  olderNames
}

// olderNames are what a server calls the members of a message, as far as is known.
type olderNames struct{ from, to, text string }

// parseOlder reads an object of a server of the course: codes may be numbers or texts.
func parseOlder(object []byte) (*fromOlder, error) {
	var m map[string]json.RawMessage
	if err := json.Unmarshal(object, &m); err != nil {
		return nil, err
	}
	text := func(name string) (s string) {
		if json.Unmarshal(m[name], &s) != nil {
			return ""
		}
		return s
	}
	first := func(names ...string) (string, string) {
		for _, name := range names {
			if s := text(name); s != "" {
				return name, s
			}
		}
		return "", ""
	}
	s := &fromOlder{action: text("action"), words: or(text("error"), text("alert"))}
	if n, err := strconv.Atoi(strings.Trim(string(m["response"]), `" `)); err == nil {
		s.code = wire.Code(n)
	}
	s.jim = m["jim"] != nil || m["retry"] != nil
	s.bare = m["time"] == nil && m["alert"] == nil && m["error"] == nil
	s.names.from, s.from = first("from", "sender", "from_user", "user")
	s.names.to, s.to = first("to", "destination", "recipient", "to_user")
	for _, name := range []string{"to", "destination", "recipient", "to_user"} {
		if s.names.to == "" && m[name] != nil {
			s.names.to = name
		}
	}
	s.names.text, s.text = first("mess_text", "message_text", "message", "text", "message text")
	return s, nil
}

// olderTime is a time as programs of the course write it.
func olderTime() float64 { return float64(time.Now().UnixMilli()) / 1000 } //tidy:stamp it travels

// olderPresence is a presence as the course has it: in the mentors' form, or in full.
func olderPresence(q *wire.Request, mentor bool) map[string]any {
	user := map[string]any{"account_name": q.User.Name}
	object := map[string]any{"action": wire.ActPresence, "time": olderTime(), "user": user}
	if !mentor {
		object["type"], user["status"] = "status", or(q.User.Status, "here")
	}
	if q.User.Password != "" {
		user["password"] = q.User.Password
		object["action"] = wire.ActAuthenticate
	}
	return object
}

// presenceOlder logs in and waits for the answer.
func (c *Client) presenceOlder(t transport, d Dialect) error {
	c.mu.Lock()
	q := wire.Request{User: wire.User{Name: c.name, Password: c.password}}
	c.mu.Unlock()
	object, err := json.Marshal(olderPresence(&q, d == Mentor))
	if err != nil {
		return err
	}
	if err := t.write([][]byte{object}); err != nil {
		return &UnreachableError{c.to.String(), err}
	}
	for {
		object, err := t.read()
		if err != nil {
			return &UnreachableError{c.to.String(), err}
		}
		s, err := parseOlder(object)
		switch {
		case err != nil:
			return &UnreachableError{c.to.String(), wire.Errorf(wire.BadRequest, "not JSON")}
		case s.code.IsError():
			return &Error{Action: wire.ActPresence, Code: s.code, Text: s.words}
		case s.code >= wire.OK:
			return nil
		}
	}
}

// message is a message as the server wants it. Mentors' servers differ in names, and mind
// none that they do not know: those that are common are written, and those that were
// seen. A long text is written once.
func (o *older) message(q *wire.Request) map[string]any {
	object := map[string]any{"action": wire.ActMsg, "time": olderTime()}
	if !o.mentor {
		object["encoding"], object["from"], object["to"], object["message"] = "utf-8", o.name, q.To, q.Message
		return object
	}
	o.mu.Lock()
	names := o.names
	o.mu.Unlock()
	object["action"] = "message"
	to := q.To
	if wire.IsRoom(to) {
		to = "#"
	}
	for _, name := range []string{"from", "sender", or(names.from, "from")} {
		object[name] = o.name
	}
	for _, name := range []string{"to", "destination", or(names.to, "to")} {
		object[name] = to
	}
	texts := []string{"mess_text", "message_text", or(names.text, "mess_text")}
	if len(q.Message) > wire.JIM1.Object/len(texts) {
		texts = texts[2:]
	}
	for _, name := range texts {
		object[name] = q.Message
	}
	return object
}
