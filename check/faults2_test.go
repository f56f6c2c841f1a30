package check_test

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json"

	"jim/check"
)

// row changes the rows of a list in the answers to an action.
func row(action, list string, change func(m object)) func(*link, map[string]any, []byte) []any {
	return answers(action, func(m object) {
		rows, _ := m[list].([]any)
		for _, r := range rows {
			change(r.(object))
		}
	})
}

// wrongRooms are faults of rooms and lists.
var wrongRooms = []*fault{
	{name: "a room can be made twice", level: check.JIM2, ids: ids("create.there", "error.409.code"), says: `"response":409`, down: coded("create", 409, 201)},
	{name: "joining makes a room and says 200", level: check.JIM2, ids: ids("join.makes"), says: `"response":201`, down: coded("join", 201, 200)},
	{name: "joining again is a conflict", level: check.JIM2, ids: ids("join.again"), says: `"response":200`, down: func(l *link, m map[string]any, raw []byte) []any {
		if m["response"] != nil && l.action(m) == "join" && l.note("joined", true) != nil {
			m["response"] = 409
		}
		return []any{m}
	}},
	{name: "who joins is not told", level: check.JIM2, ids: ids("join.told", "join.own"), says: `"action":"join"`, mute: true, down: events("join", func(*link, object) bool { return false })},
	{name: "joining does not tell the topic", level: check.JIM2, ids: ids("topic.joined"), says: `"topic":"hot water"`, down: without("join", "topic")},
	{name: "leaving has no number", level: check.JIM2, ids: ids("leave.code"), says: `"seq":3`, down: without("leave", "seq")},
	{name: "who leaves is not told", level: check.JIM2, ids: ids("leave.own", "leave.told"), says: `"action":"leave"`, mute: true, down: events("leave", func(*link, object) bool { return false })},
	{name: "leaving does not leave", level: check.JIM2, ids: ids("leave.members"), says: "a list without", up: func(l *link, p []byte) []byte {
		if !bytes.Contains(p, []byte(`"action":"leave"`)) {
			return p
		}
		l.mu.Lock()
		defer l.mu.Unlock()
		for id, q := range l.bodies {
			if q["action"] == "leave" {
				l.tell(object{"response": 200, "id": id, "to": q["to"], "seq": 3})
			}
		}
		return nil
	}},
	{name: "a topic cannot be read", level: check.JIM2, ids: ids("topic.read"), says: `"topic":"hot water"`, down: without("topic", "topic")},
	{name: "a new topic is answered 200", level: check.JIM2, ids: ids("topic.set"), says: `"response":201`, down: coded("topic", 201, 200)},
	{name: "a new topic is not told", level: check.JIM2, ids: ids("topic.told"), says: `"action":"topic"`, mute: true, down: events("topic", func(*link, object) bool { return false })},
	{name: "a room begins without its topic", level: check.JIM2, ids: ids("create.event"), says: `"topic":"hot water"`, mute: true, down: events("create", func(_ *link, m object) bool { delete(m, "topic"); return true })},
	{name: "rooms does not say where one is in", level: check.JIM2, ids: ids("rooms.own"), says: `"member":true`, down: row("rooms", "rooms", func(m object) { delete(m, "member") })},
	{name: "one is in every room", level: check.JIM2, ids: ids("rooms.others"), says: `without "member":true`, down: row("rooms", "rooms", func(m object) { m["member"] = true })},
	{name: "rooms does not say what was read", level: check.JIM2, ids: ids("read.listed", "read.back"), says: `"read":`, down: row("rooms", "rooms", func(m object) { delete(m, "read") })},
	{name: "rooms has old numbers", level: check.JIM2, ids: ids("rooms.seq"), says: `"seq":2`, down: row("rooms", "rooms", func(m object) { m["seq"] = 1 })},
	{name: "members have no status", level: check.JIM2, ids: ids("members.status"), says: `"status":"away"`, down: row("members", "members", func(m object) { delete(m, "status") })},
	{name: "every page of members is the first", level: check.JIM2, ids: ids("members.pages"), says: "on two pages", up: func(l *link, p []byte) []byte {
		return bytes.ReplaceAll(p, []byte(`,"after":"`), []byte(`,"x":"`))
	}},
	{name: "lists have no next", level: check.JIM2, ids: ids("rooms.pages", "members.pages"), says: `"next"`, down: without("", "next")},
}

// wrongPeople are faults of names, people and devices.
var wrongPeople = []*fault{
	{name: "a name that is connected is not authorised", level: check.JIM2, ids: ids("login.taken", "login.name.case"), says: `"response":409`, down: coded("presence", 409, 401)},
	{name: "a reserved name is a bad request", level: check.JIM2, ids: ids("login.reserved.server", "login.reserved.zh"), says: `"response":409`, down: coded("presence", 409, 400)},
	{name: "a name may have spaces", level: check.JIM2, ids: ids("login.bad.space"), says: `"response":400`, down: coded("presence", 400, 200)},
	{name: "a wrong password is not authorised", level: check.JIM2, ids: ids("password.wrong", "error.402.code"), says: `"response":402`, down: coded("", 402, 401)},
	{name: "a wrong name is told apart from a wrong password", level: check.JIM2, ids: ids("password.same"), says: "the same words", down: func(l *link, m map[string]any, raw []byte) []any {
		if m["response"] == float64(402) && l.note("told", true) != nil {
			m["error"] = "nobody is called so"
		}
		return []any{m}
	}},
	{name: "a short password will do", level: check.JIM2, ids: ids("register.short"), says: `"response":400`, down: coded("register", 400, 201)},
	{name: "contacts have no status", level: check.JIM2, ids: ids("contact.status"), says: `"status":"away"`, down: row("get_contacts", "contacts", func(m object) { delete(m, "status") })},
	{name: "there are no contacts", level: check.JIM2, ids: ids("contact.listed"), says: "a list with", down: answers("get_contacts", func(m object) { m["contacts"] = []any{} })},
	{name: "the list of contacts is no list", level: check.JIM2, ids: ids("contact.listed"), says: `with "contacts"`, down: answers("get_contacts", func(m object) { m["contacts"] = object{} })},
	{name: "nobody is ever gone", level: check.JIM2, ids: ids("whois.gone"), says: `"status":"gone"`, mute: true, down: answers("whois", func(m object) {
		if u, ok := m["user"].(object); ok {
			u["status"] = "here"
		}
	})},
	{name: "a person was never made", level: check.JIM2, ids: ids("whois.since"), says: "since when", down: answers("whois", func(m object) {
		if u, ok := m["user"].(object); ok {
			delete(u, "since")
		}
	})},
	{name: "no connection is the current one", level: check.JIM2, ids: ids("session.list"), says: "one of them current", down: row("sessions", "sessions", func(m object) { delete(m, "current") })},
	{name: "another device is not told what was read", level: check.JIM2, ids: ids("device.read"), says: `"action":"read"`, mute: true, down: events("read", func(*link, object) bool { return false })},
}

// each makes a fault of every object of a client, which must be one in each chunk.
func each(change func(text string) string) func(*link, []byte) []byte {
	return func(_ *link, p []byte) []byte { return []byte(change(string(p))) }
}

// wrongInput are faults with what a client sends.
var wrongInput = []*fault{
	{name: "one read is one object", level: check.JIM2, ids: ids("frame.half"), says: `"response":200`, up: each(func(s string) string {
		s = strings.ReplaceAll(s, `{"action":"ping","id":"k"}`, `{"action":"ping","id":"k"}`[:13]+"\n"+`{"action":"ping","id":"k"}`[13:]) // both halves came together
		if s == `{"action":"pi` {
			s += "\n"
		}
		return s
	})},
	{name: "an object ends with its line", level: check.JIM2, ids: ids("frame.unended", "frame.bytes"), says: "nothing in", mute: true, up: func(l *link, p []byte) []byte {
		held, _ := l.note("held", nil).([]byte)
		p = append(held, p...)
		end := bytes.LastIndexByte(p, '\n') + 1
		l.note("held", append([]byte(nil), p[end:]...))
		return p[:end]
	}},
	{name: "a line is one object", level: check.JIM2, ids: ids("frame.joined"), says: "", mute: true, up: func(_ *link, p []byte) []byte {
		if i := bytes.Index(p, []byte("}{")); i >= 0 {
			return p[:i+1]
		}
		return p
	}},
	{name: "objects end without LF", level: check.JIM2, ids: ids("frame.lf"), says: "LF behind it", tail: " ", mute: true},
	{name: "bytes that are no UTF-8 are replaced", level: check.JIM2, ids: ids("json.utf8.byte", "json.utf8.long", "json.utf8.surrogate"), says: `"response":400`, up: each(func(s string) string {
		if utf8.ValidString(s) {
			return s
		}
		return strings.ToValidUTF8(s, "?")
	})},
	{name: "a mark of byte order is passed over", level: check.JIM2, ids: ids("json.utf8.bom"), says: `"response":400`, up: each(func(s string) string { return strings.ReplaceAll(s, "\ufeff", "") })},
	{name: "half a surrogate pair is replaced", level: check.JIM2, ids: ids("json.surrogate.unknown"), says: `"response":400`, up: each(func(s string) string { return strings.ReplaceAll(s, `\ud800`, `\ufffd`) })},
	{name: "of two keys the last one counts", level: check.JIM2, ids: ids("json.twice", "json.twice.inner"), says: `"response":400`, up: each(func(s string) string {
		return strings.ReplaceAll(strings.ReplaceAll(s, `"id":"a","id"`, `"id"`), `"a":1,"a"`, `"a"`)
	})},
	{name: "NUL is left out", level: check.JIM2, ids: ids("json.nul.message", "json.nul.id"), says: `"response":400`, up: each(func(s string) string { return strings.ReplaceAll(s, `\u0000`, "") })},
	{name: "commas may stand behind the last member", level: check.JIM2, ids: ids("json.comma.trailing"), says: `"response":400`, up: each(func(s string) string { return strings.ReplaceAll(s, ",}", "}") })},
	{name: "numbers are as in other languages", level: check.JIM2, ids: ids("json.number.zero", "json.number.hex", "json.number.nan"), says: `"response":400`, up: each(func(s string) string {
		return strings.NewReplacer(`"x":01`, `"x":1`, "0x10", "16", "NaN", "0").Replace(s)
	})},
	{name: "numbers are texts and texts numbers", level: check.JIM2, ids: ids("kind.id", "kind.message.number"), says: `"response":400`, up: each(func(s string) string {
		return strings.NewReplacer(`"id":7`, `"id":"7"`, `"message":5`, `"message":"5"`).Replace(s)
	})},
	{name: "a comment is passed over", level: check.JIM2, ids: ids("json.comment"), says: `"response":400`, up: each(func(s string) string { return strings.ReplaceAll(s, "/* hi */", "") })},
	{name: "members that nobody knows are refused", level: check.JIM2, ids: ids("json.unknown.text"), says: `"response":200`, down: func(l *link, m map[string]any, raw []byte) []any {
		if q := l.body(m); q["colour"] != nil {
			return []any{object{"response": 400, "id": m["id"], "error": "no such member", "retry": false}}
		}
		return []any{raw}
	}},
	{name: "the time must be a number", level: check.JIM2, ids: ids("json.time.text", "json.time.null"), says: `"response":200`, down: func(l *link, m map[string]any, raw []byte) []any {
		q := l.body(m)
		if v, there := q["time"]; there && m["response"] != nil {
			if _, ok := v.(float64); !ok {
				return []any{object{"response": 400, "id": m["id"], "error": "time", "retry": false}}
			}
		}
		return []any{raw}
	}},
	{name: "a broken object ends the connection", level: check.JIM2, ids: ids("json.comma.trailing", "json.twice", "shape.empty"), also: ids("to.none.join"), says: "closed the connection", down: func(l *link, m map[string]any, raw []byte) []any {
		if m["response"] == float64(400) {
			return []any{raw, cutHere{}}
		}
		return []any{raw}
	}},
	{name: "a broken object is not answered", level: check.JIM2, ids: ids("json.colon", "json.words"), says: "nothing in", mute: true, down: func(l *link, m map[string]any, raw []byte) []any {
		if m["response"] == float64(400) && m["id"] == nil {
			return nil
		}
		return []any{raw}
	}},
	{name: "what is broken is a fault of the server", level: check.JIM2, ids: ids("json.comma.trailing", "to.none.msg"), also: ids("to.none.join"), says: `"response":400`, down: coded("", 400, 500)},
	{name: "large objects end the connection", level: check.JIM2, ids: ids("size.object.then"), says: "an answer to {\"action\":\"ping\"", down: func(l *link, m map[string]any, raw []byte) []any {
		if m["response"] == float64(413) {
			return []any{raw, cutHere{}}
		}
		return []any{raw}
	}},
	{name: "nonsense is taken for ever", level: check.JIM2, ids: ids("size.strikes.close"), says: "still open", mute: true, up: each(func(s string) string { return strings.ReplaceAll(s, "nonsense\n", `{"action":"ping","id":"n"}`+"\n") })},
	{name: "the server sends what is no JSON", level: check.JIM2, ids: ids("whois.name"), says: "no JSON", down: func(l *link, m map[string]any, raw []byte) []any {
		if l.action(m) == "whois" {
			return []any{bytes.Replace(raw, []byte(`"time"`), []byte(`time`), 1)}
		}
		return []any{raw}
	}},
}

// wrongCourse are faults of servers of the specification.
var wrongCourse = []*fault{
	{name: "no alert", level: check.JIM1, ids: ids("jim1.presence.alert"), says: `"alert":"OK"`, down: edit(func(_ *link, m object) { delete(m, "alert") })},
	{name: "the time in words", level: check.JIM1, ids: ids("jim1.presence.time", "jim1.msg.time"), says: `"time"`, down: edit(func(_ *link, m object) { m["time"] = "Fri Nov 21 12:00:00 2025" })},
	{name: "who says something is told it", level: check.JIM1, ids: ids("jim1.msg.own", "jim1.room.own"), says: "to ann", up: echoed},
	{name: "messages are told twice", level: check.JIM1, ids: ids("jim1.msg.once"), says: "to bob", down: func(_ *link, m map[string]any, raw []byte) []any {
		if m["action"] == "msg" {
			return []any{raw, raw}
		}
		return []any{raw}
	}},
	{name: "messages are not answered", level: check.JIM1, ids: ids("jim1.msg.code"), says: "nothing in", mute: true, down: func(l *link, m map[string]any, raw []byte) []any {
		if l.actions[""] == "msg" && m["response"] != nil {
			return nil
		}
		return []any{raw}
	}},
	{name: "nobody is missing", level: check.JIM1, ids: ids("jim1.nobody", "jim1.offline"), says: `"response":4`, down: edit(func(_ *link, m object) {
		if m["response"] == float64(404) || m["response"] == float64(410) {
			m["response"] = 200
		}
	})},
	{name: "everything is escaped", level: check.JIM1, ids: ids("jim1.msg.raw"), says: `\u043f`, down: func(_ *link, m map[string]any, _ []byte) []any {
		b, _ := json.Marshal(m)
		return []any{escaped(b)}
	}},
	{name: "objects without LF", level: check.JIM1, ids: ids("course.lf"), says: "LF behind", tail: " ", mute: true},
	{name: "lists in one segment", level: check.JIM1, ids: ids("jim1.contact.segments"), says: "two in one", down: func(l *link, m map[string]any, raw []byte) []any {
		if m["quantity"] == float64(1) {
			l.note("held", append([]byte(nil), raw...))
			return nil
		}
		if held, _ := l.note("held", nil).([]byte); held != nil {
			return []any{append(append(held, '\n'), raw...)}
		}
		return []any{raw}
	}},
	{name: "quit is answered", level: check.JIM1, ids: ids("jim1.quit"), says: "no answer to quit", up: func(l *link, p []byte) []byte {
		if bytes.Contains(p, []byte(`"quit"`)) {
			l.tell(object{"response": 200, "time": 1.5, "alert": "bye"})
		}
		return p
	}},
	{name: "a name twice", level: check.JIM1, ids: ids("jim1.presence.taken"), says: `"response":409`, down: edit(func(_ *link, m object) {
		if m["response"] == float64(409) {
			m["response"] = 200
		}
	})},
	{name: "a list of contacts is empty", level: check.JIM1, ids: ids("jim1.contact.quantity"), says: `"quantity":1`, down: edit(func(_ *link, m object) {
		if m["quantity"] != nil {
			m["quantity"] = 0
		}
	})},
	{name: "a probe in the middle", level: check.JIM1, ids: ids("course.probe.later"), says: `"action":"probe"`, down: func(_ *link, m map[string]any, raw []byte) []any {
		if m["response"] == float64(200) {
			return []any{raw, object{"action": "probe", "time": 1.5}}
		}
		return []any{raw}
	}},
}

// echoed tells the client its own messages.
func echoed(l *link, p []byte) []byte {
	var m object
	if json.Unmarshal(bytes.TrimSpace(p), &m) == nil && (m["action"] == "msg" || m["action"] == "message") {
		l.tell(m)
	}
	return p
}

// escaped writes everything that is no ASCII as Python does.
func escaped(b []byte) []byte {
	const digits = "0123456789abcdef"
	var out []byte
	for _, r := range string(b) {
		if r < 0x80 || r > 0xffff {
			out = utf8.AppendRune(out, r)
			continue
		}
		out = append(out, '\\', 'u', digits[r>>12], digits[r>>8&15], digits[r>>4&15], digits[r&15])
	}
	return out
}

// wrongMentors are faults of servers of the mentors'.
var wrongMentors = []*fault{
	{name: "messages are answered", level: check.Mentor, ids: ids("mentor.message.silence"), says: "no answer to ann", up: func(l *link, p []byte) []byte {
		if bytes.Contains(p, []byte(`"message"`)) {
			l.tell(object{"response": 200})
		}
		return p
	}},
	{name: "who is not there is an error", level: check.Mentor, ids: ids("mentor.message.nobody"), says: "nothing to ann", up: func(l *link, p []byte) []byte {
		if bytes.Contains(p, []byte(`"message"`)) {
			l.tell(object{"response": 404, "error": "nobody"})
		}
		return p
	}},
	{name: "who says something is told it", level: check.Mentor, ids: ids("mentor.message.own"), says: "to ann", up: echoed},
	{name: "one set of names for all", level: check.Mentor, ids: ids("mentor.names.sender", "mentor.names.from_user"), says: "nothing in", mute: true, down: events("message", func(_ *link, m object) bool {
		for _, name := range []string{"sender", "destination", "recipient", "from_user", "to_user", "message_text"} {
			delete(m, name)
		}
		return true
	})},
	{name: "one pair of names for who is new", level: check.Mentor, ids: ids("mentor.message.names"), says: `"sender"`, down: events("message", func(_ *link, m object) bool { delete(m, "sender"); return true })},
	{name: "other words", level: check.Mentor, ids: ids("mentor.unknown"), says: "Запрос некорректен.", down: edit(func(_ *link, m object) {
		if m["error"] == "Запрос некорректен." {
			m["error"] = "bad request"
		}
	})},
	{name: "a name twice is a conflict", level: check.Mentor, ids: ids("mentor.taken"), also: ids("course.broken.words", "mentor.add.nobody"), says: `"response":400`, down: edit(func(_ *link, m object) {
		if m["response"] == float64(400) {
			m["response"] = 409
		}
	})},
	{name: "no empty error", level: check.Mentor, ids: ids("mentor.presence.error"), says: `"error":""`, down: edit(func(_ *link, m object) { delete(m, "error") })},
	{name: "lists are texts", level: check.Mentor, ids: ids("mentor.users", "mentor.contacts"), also: ids("mentor.add.listed"), says: `"data_list"`, down: edit(func(_ *link, m object) {
		if m["data_list"] != nil {
			m["data_list"] = "[]"
		}
	})},
	{name: "keys are answered 200", level: check.Mentor, ids: ids("mentor.key"), says: `"response":511`, down: edit(func(_ *link, m object) {
		if m["response"] == float64(511) {
			m["response"] = 200
		}
	})},
	{name: "what is said to all is addressed to all", level: check.Mentor, ids: ids("mentor.all.to"), says: `"to":`, down: events("message", func(_ *link, m object) bool { m["to"] = "#"; return true })},
	{name: "nobody is told that somebody is new", level: check.Mentor, ids: ids("mentor.new"), says: `"response":205`, mute: true, down: func(_ *link, m map[string]any, raw []byte) []any {
		if m["response"] == float64(205) {
			return nil
		}
		return []any{raw}
	}},
}
