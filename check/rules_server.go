package check

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"jim/wire"
)

// server judges an object that the server sent.
func (j *Judge) server(o fields, text []byte) {
	if j.old() || j.turnsOld(o) {
		j.serverOld(o, text)
		return
	}
	if rule, detail := wrongKind(o, serverKinds); rule != "" {
		j.breaks(rule, detail)
		j.forget(o)
		return
	}
	if len(text) > j.limits.Answer {
		j.breaks("too-large", strconv.Itoa(len(text))+" > "+strconv.Itoa(j.limits.Answer))
	}
	switch {
	case j.Datagrams: // the goodbye may have overtaken the rest
	case j.bye:
		j.breaks("after-bye", "")
	case j.left:
		j.breaks("after-quit", "")
	}
	if t, ok := o.seconds("time"); o.has("time") && (!ok || t <= 0 || t >= latestTime) {
		j.breaks("time-sense", shortened(string(o["time"])))
	}
	switch {
	case o.has("response"):
		j.answer(o)
	case o.has("action"):
		j.event(o)
	default:
		j.breaks("neither", "")
	}
}

// latestTime is a time that no clock shows: what is beyond it are milliseconds.
const latestTime = 1e11

// forget takes the request out that a spoilt answer belongs to, so that nothing more is said about it.
func (j *Judge) forget(o fields) {
	for i, a := range j.asked {
		if id := o.text("id"); o.has("response") && a.id == id {
			j.answered(i)
			return
		}
	}
}

// event judges what the server tells.
func (j *Judge) event(o fields) {
	action := o.text("action")
	info, ok := actionOf(action)
	if !ok || info.From == "client" {
		j.breaks("event-unknown", strconv.Quote(shortened(action)))
		return
	}
	if !j.hello && action != wire.ActProbe && action != wire.ActBye {
		j.breaks("told-early", action)
		return
	}
	for _, name := range eventMembers[action] {
		if !o.has(name) {
			j.breaks("event-member", action+": "+name)
			return
		}
	}
	switch action {
	case wire.ActProbe:
		if j.in || j.probed {
			j.breaks("probe-late", "")
		}
		j.probed = true
		return
	case wire.ActBye:
		j.bye = true
		return
	case wire.ActBehind:
		j.behind(o)
		return
	case wire.ActPresence:
		if u := o.inner("user"); u.text("account_name") == "" || u.text("status") == "" {
			j.breaks("event-member", "presence: user.account_name, user.status")
		}
		return
	}
	if j.addresses(o) && o.has("seq") && action != wire.ActRead {
		j.kept(o)
	}
}

// eventMembers are the members that an event must have.
var eventMembers = map[string][]string{
	wire.ActProbe:      {"time"},
	wire.ActBye:        {"time"},
	wire.ActMsg:        {"to", "from", "seq", "time", "message"},
	wire.ActCreate:     {"to", "from", "seq", "time"},
	wire.ActJoin:       {"to", "from", "seq", "time"},
	wire.ActLeave:      {"to", "from", "seq", "time"},
	wire.ActTopic:      {"to", "from", "seq", "time", "topic"},
	wire.ActTyping:     {"to", "from"},
	wire.ActRead:       {"to", "seq"},
	wire.ActBehind:     {"to", "seq"},
	wire.ActPresence:   {"user"},
	wire.ActAddContact: {"to"},
	wire.ActDelContact: {"to"},
	wire.ActSessions:   {"revoke"},
}

// addresses judges the names in an event.
func (j *Judge) addresses(o fields) bool {
	for _, name := range []string{"to", "from"} {
		if a := o.text(name); o.has(name) && !isAddress(a, name == "to", j.limits.Name) {
			j.breaks("name", name+" "+strconv.Quote(shortened(a)))
			return false
		}
	}
	return true
}

// isAddress tells whether a name, or a room where that can be, is one by its characters. Of the
// rules for scripts it knows nothing: those need the server's tables.
func isAddress(a string, room bool, most int) bool {
	if room {
		a = strings.TrimPrefix(a, "#")
	}
	if a == "" || utf8.RuneCountInString(a) > most {
		return false
	}
	for i, r := range a {
		switch {
		case unicode.IsLetter(r), unicode.IsDigit(r):
		case i > 0 && (r == '-' || r == '_' || r == '.' || unicode.Is(unicode.M, r)):
		default:
			return false
		}
	}
	return true
}

// actionOf is the row of the table of actions.
func actionOf(name string) (wire.ActionInfo, bool) {
	i := slices.IndexFunc(wire.Actions, func(a wire.ActionInfo) bool { return a.Name == name })
	if i < 0 {
		return wire.ActionInfo{}, false
	}
	return wire.Actions[i], true
}
