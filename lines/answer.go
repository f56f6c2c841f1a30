package lines

import (
	"math"
	"strings"

	"jim/wire"
)

// response hears the answer to a command or to a message.
func (c *Conn) response(r *wire.Response) {
	cmd := c.command
	switch {
	case r.ID == "":
		// Of no request: a goodbye follows, and says the same.
	case cmd == nil || r.ID != cmd.id: // of a message
		if r.Code.IsError() {
			c.say(sayNotSaid.in(c.lang, c.reason(r)))
		} else if c.mine(r.ID) {
			c.kept++
		}
	default:
		c.command = nil
		c.answered.Broadcast()
		c.showAgain()
		if r.Code.IsError() && !cmd.errors {
			c.say("* " + c.reason(r))
			return
		}
		cmd.answer(c, cmd, r)
	}
}

// reason is in words why a request was refused.
func (c *Conn) reason(r *wire.Response) string {
	text := seen(r.Error)
	if p, ok := reasons[r.Code]; ok && (c.lang != english || p.en != "") {
		text = p.in(c.lang)
	}
	if r.RetryAfter > 0 {
		text += " " + sayAgainIn.in(c.lang, int(math.Ceil(r.RetryAfter)))
	}
	return text
}

func (c *Conn) nothing(*command, *wire.Response) {}

// entered hears whether somebody was let in.
func (c *Conn) entered(cmd *command, r *wire.Response) {
	switch {
	case r.Code == wire.Unauthorized && c.safe:
		c.wantSecret(secret{what: (*Conn).loginWith, name: cmd.about})
		return
	case r.Code == wire.Unauthorized:
		c.say("* " + sayNeedsSecret.in(c.lang, seen(cmd.about)) + " " + sayUnsafe.in(c.lang))
		return
	case r.Code.IsError():
		c.say("* " + c.reason(r))
		return
	}
	known := c.me != ""
	c.me = cmd.about
	guest := false
	if r.User != nil {
		c.me, guest = r.User.Name, r.User.Guest
	}
	switch {
	case known || r.Code == wire.Created:
		c.say(sayYours.in(c.lang, seen(c.me)))
	case guest:
		c.say(sayGuest.in(c.lang, seen(c.me)))
	default:
		c.say(sayWelcome.in(c.lang, seen(c.me)))
	}
	if !known {
		c.say(sayNext.in(c.lang))
	}
}

func (c *Conn) joined(_ *command, r *wire.Response) {
	c.here = r.To
	text := sayJoined.in(c.lang, seen(r.To))
	if r.Topic != nil && *r.Topic != "" {
		text += " " + sayTopicIs.in(c.lang, seen(*r.Topic))
	}
	if r.Seq > 1 {
		text += " " + sayEarlier.in(c.lang)
	}
	c.say(text)
}

func (c *Conn) left(_ *command, r *wire.Response) {
	if same(c.here, r.To) {
		c.here = ""
	}
	c.say(sayLeft.in(c.lang, seen(r.To)))
}

// turned hears that there is the person with whom somebody wants to talk.
func (c *Conn) turned(_ *command, r *wire.Response) {
	c.here = r.To
	c.say(sayTurned.in(c.lang, seen(r.To)))
}

func (c *Conn) listOne(_ *command, r *wire.Response) {
	if r.User != nil {
		c.say(seen(r.User.Name) + ": " + c.status(r.User.Status))
	}
}

func (c *Conn) listMembers(_ *command, r *wire.Response) {
	names := make([]string, 0, len(r.Members))
	for _, m := range r.Members {
		name := seen(m.Name)
		if m.Status != "here" {
			name += " (" + c.status(m.Status) + ")"
		}
		names = append(names, name)
	}
	if r.More {
		names = append(names, "…")
	}
	c.say(seen(r.To) + ": " + strings.Join(names, ", "))
}

// status is what somebody is doing, in words where it is a usual thing.
func (c *Conn) status(s string) string {
	if p, ok := statuses[s]; ok {
		return p.in(c.lang)
	}
	return seen(s)
}

func (c *Conn) listEvents(_ *command, r *wire.Response) {
	if len(r.Events) == 0 {
		c.say(sayNothingYet.in(c.lang))
	}
	for i := range r.Events {
		c.relate(&r.Events[i])
	}
}

func (c *Conn) showTopic(_ *command, r *wire.Response) {
	if r.Topic == nil || *r.Topic == "" {
		c.say(sayNoTopic.in(c.lang))
		return
	}
	c.say(sayTopicIs.in(c.lang, seen(*r.Topic)))
}

func (c *Conn) listRooms(_ *command, r *wire.Response) {
	for _, room := range r.Rooms {
		line := "  " + seen(room.Name)
		if room.Member {
			line += " " + sayMember.in(c.lang)
		}
		if room.Topic != "" {
			line += " — " + seen(room.Topic)
		}
		c.say(line)
	}
	switch {
	case r.More:
		c.say("  …")
	case len(r.Rooms) == 0:
		c.say(sayNoRooms.in(c.lang))
	}
}

// gone hears that all has been answered, and says goodbye.
func (c *Conn) gone(*command, *wire.Response) {
	c.say(c.farewell())
}

// farewell says what became of what was typed. The caller holds mu.
func (c *Conn) farewell() string {
	if c.me == "" {
		return sayGoodbye.in(c.lang)
	}
	return sayGoodbyeKept.in(c.lang, c.kept)
}
