package check

import (
	"strconv"
	"unicode/utf8"

	"jim/wire"
)

// course is what a judge knows of a conversation in a dialect of the course.
type oldCourse struct {
	open     int  // requests that may be answered
	messages int  // of them, those of the mentors' dialect that must not be
	presence bool // the first answer is still to come
	answered bool // it came
	name     string
	second   bool // of the second year: a key, or lists as data_list
}

// What programs of the course call the members of a message; see docs/dialects.md.
var (
	oldFrom = []string{"from", "sender", "from_user", "user"}
	oldTo   = []string{"to", "destination", "recipient", "to_user"}
	oldText = []string{"mess_text", "message_text", "message", "text", "message text"}
	oldUser = []string{"account_name", "account", "client_name", "username"}
)

// cyrillicProbe is probe as the course's own text writes it.
const cyrillicProbe = "pr\u043ebe"

// tongueOf is what a client speaks, by its first object.
func (j *Judge) tongueOf(o fields) Level {
	version, _ := o.number("jim")
	action := o.text("action")
	switch {
	case version >= wire.Version, j.Datagrams, action == wire.ActAdmin, action == "" && !o.has("response"):
		return JIM2
	case action == "message", action == wire.ActPresence && !o.has("type") && !o.has("status") && !o.inner("user").has("status"):
		return Mentor
	}
	return JIM1
}

// turnsOld tells whether an answer shows that a server does not know JIM/2.
func (j *Judge) turnsOld(o fields) bool {
	code, ok := o.number("response")
	if j.Datagrams || j.answers > 0 || !ok || code < 200 || o.has("jim") || o.has("retry") || o.has("id") || j.broken || len(j.asked) == 0 || j.asked[0].action != wire.ActPresence {
		return false
	}
	j.tongue = JIM1
	if len(o) == 1 {
		j.tongue = Mentor
	}
	j.course = oldCourse{open: len(j.asked), presence: true, name: j.login}
	j.asked = nil
	return true
}

// oldActions are the actions of both dialects and what they need, for [JIM1] and for
// [Mentor].
var oldActions = map[string][2][]string{
	wire.ActPresence:     {{}, {}},
	wire.ActAuthenticate: {{"user"}, nil},
	wire.ActMsg:          {{"to", "from", "message"}, nil},
	wire.ActJoin:         {{"room"}, nil},
	wire.ActLeave:        {{"room"}, nil},
	wire.ActQuit:         {{}, {}},
	wire.ActGetContacts:  {{}, {"user"}},
	wire.ActAddContact:   {{"user_id"}, nil},
	wire.ActDelContact:   {{"user_id"}, nil},
	"message":            {nil, {}},
	"exit":               {nil, {"account_name"}},
	"get_users":          {nil, {"account_name"}},
	"add":                {nil, {"account_name"}},
	"remove":             {nil, {"account_name"}},
	"pubkey_need":        {nil, {"account_name"}},
}

// clientOld judges what a program of the course sends.
func (j *Judge) clientOld(o fields, text []byte) {
	action := o.text("action")
	if action == cyrillicProbe {
		action = wire.ActProbe
	}
	switch {
	case action == "message":
		j.tongue = Mentor
	case action == wire.ActMsg:
		j.tongue = JIM1
	}
	c := &j.course
	late := j.quit
	j.counts(o, action)
	if late {
		j.breaks("after-quit", "")
		return
	}
	if o.has("response") && action == "" {
		return // a handshake, or an answer of its own, which means nothing
	}
	row, known := oldActions[action]
	needs := row[0]
	if j.tongue == Mentor {
		needs = row[1]
	}
	if rule, detail := oldFault(o, text, action, j.tongue); rule != "" {
		j.breaks(rule, detail)
		return
	}
	if !known || needs == nil {
		j.breaks("old-action", strconv.Quote(shortened(action)))
		return
	}
	for _, name := range needs {
		if !o.has(name) {
			j.breaks("old-member", action+": "+name)
			return
		}
	}
	j.oldSense(o, action, c)
}

// counts notes what the server may answer.
func (j *Judge) counts(o fields, action string) {
	c := &j.course
	switch action {
	case wire.ActPresence, wire.ActAuthenticate:
		c.presence = true
		j.hello = true
		c.second = c.second || o.inner("user").first("pubkey", "public_key", "key") != ""
		if name := oldAccount(o); name != "" {
			c.name = name
		}
	case wire.ActQuit, "exit":
		j.quit = true
		return
	case "message":
		c.messages++
	}
	c.open++
	j.expect(pending{action: action, at: j.at})
}

// oldAccount is who logs in.
func oldAccount(o fields) string {
	if name := o.text("user"); name != "" {
		return name
	}
	u := o.inner("user")
	if name := u.first(oldUser...); name != "" {
		return u.text(name)
	}
	return o.text(o.first(oldUser...))
}

// oldFault looks for what is wrong with any request of a dialect.
func oldFault(o fields, text []byte, action string, tongue Level) (rule, detail string) {
	long := func(name, text string, most int) bool {
		n := utf8.RuneCountInString(text)
		detail = name + " " + strconv.Itoa(n) + " > " + strconv.Itoa(most)
		return n > most
	}
	message := o.text(o.first(oldText...))
	switch {
	case action == "":
		return "action-missing", ""
	case long("action", action, wire.JIM1.Action), long("account_name", oldAccount(o), wire.JIM1.Name),
		long("to", o.text(o.first(oldTo...)), wire.JIM1.Name+1), long("room", o.text("room"), wire.JIM1.Name+1):
		return "old-long", detail
	case tongue == JIM1 && long("message", message, wire.JIM1.Message):
		return "old-long", detail
	case tongue == JIM1 && action != wire.ActPresence && long("", string(text), wire.JIM1.Object):
		return "old-size", detail[1:]
	case action != wire.ActQuit && !o.has("time"):
		return "old-time", ""
	case o.has("time") && o["time"].Kind() != '0':
		return "old-time", shortened(string(o["time"]))
	}
	return "", ""
}

// oldSense judges what a request means, and when it comes.
func (j *Judge) oldSense(o fields, action string, c *oldCourse) {
	switch action {
	case wire.ActPresence, wire.ActAuthenticate:
		if oldAccount(o) == "" {
			j.breaks("old-member", action+": user.account_name")
		}
		return
	case wire.ActQuit, "exit":
		return
	}
	if !j.hello {
		j.breaks("old-login", action)
		return
	}
	switch action {
	case wire.ActMsg, "message":
		from, to, text := o.first(oldFrom...), o.first(oldTo...), o.first(oldText...)
		sender := o.text(from)
		if in := o.inner(from); in != nil {
			sender = oldAccount(o)
		}
		switch {
		case from == "", to == "", text == "":
			j.breaks("old-member", action+": from, to, text")
		case o.text(text) == "":
			j.breaks("empty", "")
		case c.name != "" && foldedName(sender) != foldedName(c.name):
			j.breaks("old-from", strconv.Quote(shortened(sender))+" ≠ "+strconv.Quote(shortened(c.name)))
		}
	case wire.ActJoin, wire.ActLeave:
		if room := o.text("room"); len(room) < 2 || !wire.IsRoom(room) {
			j.breaks("name", strconv.Quote(shortened(room)))
		}
	}
}

// oldCodes are the numbers that programs of the course know.
var oldCodes = []uint64{100, 101, 102, 200, 201, 202, 205, 400, 401, 402, 403, 404, 409, 410, 500, 511}
