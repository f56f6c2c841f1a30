package dialect

import (
	"strings"
	"time"
	"unicode/utf8"

	"jim/wire"
)

// server is who tells a program what no answer can say. Nobody else may be called so.
const server = "server"

func errorOf(r *wire.Response) *wire.Error { return &wire.Error{Code: r.Code, Text: r.Error} }

// answer and event queue an object for the program. conn.mu is held here and in all
// that follows.
func (c *conn) answer(o object) { c.out = append(c.out, parcel{o.end(), false}) }
func (c *conn) event(o object)  { c.out = append(c.out, parcel{o.end(), true}) }

// tellOK answers what has been done. Clients read an integer 200; the time and the
// words suit all but one, which wants an empty error beside them.
func (c *conn) tellOK() {
	o := begin().number("response", int(wire.OK)).at(time.Now()).text("alert", "OK")
	if c.speech.wordy {
		o = o.text("error", "")
	}
	c.answer(o)
}

// tellNotice tells the program something in a message from the server.
func (c *conn) tellNotice(words string) {
	c.tellMessage(server, c.speech.login, words, time.Now())
}

// tellEvent tells the program what happened, if its dialect has words for it.
func (c *conn) tellEvent(e *wire.Event) {
	switch e.Action {
	case wire.ActMsg:
		c.tellSaid(e)
	case wire.ActJoin:
		c.tellLists(e.From)
	case wire.ActPresence:
		if e.User != nil {
			c.tellLists(e.User.Name)
		}
	case wire.ActBehind:
		words := "messages of " + e.To + " were left out here: they came faster than you read"
		if c.speech.mentor {
			words = russian(sayBehind, e.To)
		}
		c.tellNotice(words)
	case wire.ActBye:
		if c.speech.name == "" {
			return
		}
		words := "goodbye: " + e.Alert
		if c.speech.mentor {
			words = sayBye
		}
		c.tellNotice(words)
	}
}

// tellSaid tells the program what somebody has said, but not its own words. Many
// programs show a message only when it is addressed to their own login, so the
// mentors' are told the room in the text.
func (c *conn) tellSaid(e *wire.Event) {
	if strings.HasPrefix(e.ID, c.speech.prefix) && fold(e.From) == fold(c.speech.name) { // others have seen such ids, too
		return
	}
	to, text := e.To, e.Message
	switch {
	case fold(e.To) == fold(c.speech.name):
		to = c.speech.login
	case c.speech.mentor && wire.IsRoom(e.To):
		to, text = c.speech.login, e.To+": "+text
	case c.speech.mentor:
		to, text = c.speech.login, "to "+e.To+": "+text
	}
	c.tellMessage(e.From, to, text, e.Time.Time())
}

// tellMessage tells the program a message, in as many objects as it takes.
func (c *conn) tellMessage(from, to, text string, at time.Time) {
	for text != "" {
		n := c.fit(from, to, text, at)
		c.event(c.messageOf(from, to, text[:n], at))
		text = text[n:]
	}
}

// messageOf is a message in the program's own words. As long as a mentors' program has
// not shown what it calls the ends of a message it is told them under two names.
func (c *conn) messageOf(from, to, text string, at time.Time) object {
	sp := &c.speech
	if !sp.mentor {
		o := begin().text("action", wire.ActMsg).at(at).text(or(sp.names.to, "to"), to)
		return sp.sender(o, "from", from).text(or(sp.names.text, "message"), text)
	}
	o := sp.sender(begin().text("action", actMessage).at(at), "from", from)
	if sp.names.from == "" {
		o = o.text("sender", from)
	}
	o = o.text(or(sp.names.to, "to"), to)
	if sp.names.to == "" {
		o = o.text("destination", to)
	}
	return o.text(or(sp.names.text, "mess_text"), text)
}

// sender adds who says something, under the program's own name for it.
func (sp *speech) sender(o object, usual, from string) object {
	if !sp.names.nested {
		return o.text(or(sp.names.from, usual), from)
	}
	return append(o.name(sp.names.from), begin().text("account_name", from).end()...)
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// fit is how many bytes of text fit into one object: whole characters, at least one
// of them.
func (c *conn) fit(from, to, text string, at time.Time) int {
	most := c.speech.longest() - len("}\n")
	_, least := utf8.DecodeRuneInString(text)
	n := whole(text, most)
	for {
		over := len(c.messageOf(from, to, text[:n], at)) - most
		if over <= 0 || n <= least {
			return max(n, least)
		}
		n = whole(text, max(n-over, n/2)) // escaped characters take up to six bytes: \u0001
	}
}

// whole is how many bytes of text, at most n, are whole characters.
func whole(text string, n int) int {
	if n >= len(text) {
		return len(text)
	}
	for n > 0 && !utf8.RuneStart(text[n]) {
		n--
	}
	return n
}

// cut is the object that is made of words, or of as much of them as it has room for.
func (c *conn) cut(words string, made func(words string) object) object {
	const dots = "…"
	o := made(words)
	if over := len(o) + len("}\n") - c.speech.longest(); over > 0 {
		o = made(words[:whole(words, max(0, len(words)-over-len(dots)))] + dots)
	}
	return o
}
