package client

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"jim/wire"
)

// fits refuses a request that the server would not read to its end. Its answer to one could not
// carry the id, and nobody would know whose it is.
func (c *Client) fits(q *wire.Request, size int) error {
	max := wire.JIM2
	if w := c.Welcome(); w != nil && w.Limits != nil {
		max = *w.Limits
	}
	if c.to.scheme == "udp" {
		max.Object -= cookieRoom
	}
	refuse := func(code wire.Code, format string, args ...any) error {
		return &Error{Action: q.Action, Code: code, Text: fmt.Sprintf(format, args...)}
	}
	switch {
	case len(q.Message) > max.Message:
		return refuse(wire.TooLarge, "a message may have %d bytes; this one has %d", max.Message, len(q.Message))
	case size > max.Object:
		return refuse(wire.TooLarge, "a request may have %d bytes", max.Object)
	case q.Topic != nil && utf8.RuneCountInString(*q.Topic) > max.Topic:
		return refuse(wire.TooLarge, "a topic may have %d characters", max.Topic)
	case utf8.RuneCountInString(q.ID) > max.ID:
		return refuse(wire.TooLarge, "an id may have %d characters", max.ID)
	case tooLong(q.To, max.Name) || utf8.RuneCountInString(q.Mark) > max.Name+markRoom || utf8.RuneCountInString(q.User.Name) > max.Name:
		return refuse(wire.TooLarge, "a name may have %d characters", max.Name)
	case hasNUL(q):
		return refuse(wire.BadRequest, "a text may not have NUL characters")
	}
	return nil
}

// markRoom is what may stand before a name where it is a place in a list: what list it is, and a room's #.
const markRoom = 2

// tooLong tells whether the name of a room, with its #, or of a person is.
func tooLong(to string, most int) bool {
	return utf8.RuneCountInString(strings.TrimPrefix(to, "#")) > most
}

func hasNUL(q *wire.Request) bool {
	texts := []string{
		q.ID, q.To, q.Mark, q.Message, q.Status, q.Password, q.Old, q.Device, q.Invite, q.Revoke,
		q.Do, q.User.Name, q.User.Password, q.User.Token, q.User.Status,
	}
	if q.Topic != nil {
		texts = append(texts, *q.Topic)
	}
	for _, text := range texts {
		if strings.IndexByte(text, 0) >= 0 {
			return true
		}
	}
	return false
}
