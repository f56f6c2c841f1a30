package lines

import (
	"strings"
	"time"

	"jim/printable"
	"jim/wire"
)

// event tells what the server tells.
func (c *Conn) event(e *wire.Event) {
	switch e.Action {
	case wire.ActProbe:
		c.say(c.greeting())
	case wire.ActBye:
		text := sayClosing.in(c.lang, seen(e.Alert))
		if e.RetryAfter > 0 {
			text += " " + sayAgainIn.in(c.lang, int(e.RetryAfter+1))
		}
		c.say("* " + text)
	case wire.ActBehind:
		c.say("* " + sayBehind.in(c.lang, seen(e.To)))
	case wire.ActPresence:
		if e.User != nil && same(c.here, e.User.Name) {
			c.say("* " + seen(e.User.Name) + ": " + c.status(e.User.Status))
		}
	case wire.ActMsg:
		if !c.mine(e.ID) || !same(e.From, c.me) { // what was typed here stands on the screen already; others have seen such ids, too
			c.relate(e)
		}
	case wire.ActLeave:
		switch {
		case !same(e.From, c.me):
			c.relate(e)
		case same(e.To, c.here) && (c.command == nil || !c.command.leaves): // on another device
			c.here = ""
			c.say(sayLeft.in(c.lang, seen(e.To)))
		}
	default:
		if e.Seq > 0 && !same(e.From, c.me) { // of one's own, the answer has told
			c.relate(e)
		}
	}
}

// relate tells an entry of a conversation.
func (c *Conn) relate(e *wire.Event) {
	to, who := e.Conversation(c.me), seen(e.From)
	var b strings.Builder
	b.WriteString(clock(e.Time))
	if e.Action == wire.ActMsg {
		if !same(to, c.here) {
			b.WriteString("[" + seen(to) + "] ")
		}
		// Further lines are set in, so that nobody can make one that looks like another's.
		b.WriteString("<" + who + "> " + printable.Text(e.Message, "\n      "))
		c.say(b.String())
		return
	}
	b.WriteString("* ")
	switch e.Action {
	case wire.ActCreate:
		b.WriteString(sayMade.in(c.lang, who, seen(to)))
	case wire.ActJoin:
		b.WriteString(sayCame.in(c.lang, who, seen(to)))
	case wire.ActLeave:
		b.WriteString(sayWent.in(c.lang, who, seen(to)))
	case wire.ActTopic:
		b.WriteString(saySetTopic.in(c.lang, who, seen(to), seen(deref(e.Topic))))
	default:
		b.WriteString(sayOther.in(c.lang, who, seen(to), seen(e.Action)))
		if e.Message != "" {
			b.WriteString(": " + printable.Text(e.Message, "\n      "))
		}
	}
	c.say(b.String())
}

func deref(text *string) string {
	if text == nil {
		return ""
	}
	return *text
}

// clock is a time as it stands in front of a line: the day too when it is not
// today's. It is that of the server.
func clock(t wire.Time) string {
	at, now := t.Time().Local(), time.Now()
	if at.Format(time.DateOnly) != now.Format(time.DateOnly) {
		return at.Format("2006-01-02 15:04 ")
	}
	return at.Format("15:04 ")
}

// same tells whether two addresses are written the same, but for their case. The
// server's answers write an address in one way, so that this is about what was typed.
func same(a, b string) bool { return strings.EqualFold(a, b) }
