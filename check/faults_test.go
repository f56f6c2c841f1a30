package check_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"jim/check"
)

func ids(list ...string) []string { return list }

func ofMsg(change func(m object)) func(*link, map[string]any, []byte) []any {
	return events("msg", func(_ *link, m object) bool { change(m); return true })
}

func isError(m object) bool {
	code, ok := m["response"].(float64)
	return ok && code >= 400
}

// wrongAnswers are faults in answers.
var wrongAnswers = []*fault{
	{name: "answers without id", level: check.JIM2, ids: ids("answer.id", "login.welcome.id"), says: `"id"`, down: without("", "id")},
	{name: "answers with another id", level: check.JIM2, ids: ids("answer.id.error"), says: `"id":"k7`, down: answers("whois", func(m object) { m["id"] = "other" })},
	{name: "an id where none was", level: check.JIM2, ids: ids("answer.id.none"), says: `no "id"`, down: answers("", func(m object) {
		if m["id"] == nil {
			m["id"] = "none"
		}
	})},
	{name: "errors without id", level: check.JIM2, ids: ids("answer.id.error", "error.404.id", "error.409.id"), says: `id"`, down: edit(func(_ *link, m object) {
		if isError(m) {
			delete(m, "id")
		}
	})},
	{name: "errors without words", level: check.JIM2, ids: ids("error.400.words", "error.404.words"), says: `"error"`, down: without("", "error")},
	{name: "errors without retry", level: check.JIM2, ids: ids("error.404.retry", "error.410.retry"), says: `"retry"`, down: without("", "retry")},
	{name: "everything can be tried again", level: check.JIM2, ids: ids("error.404.retry", "error.501.retry"), says: `"retry":false`, down: edit(func(_ *link, m object) {
		if isError(m) {
			m["retry"] = true
		}
	})},
	{name: "retry in words", level: check.JIM2, ids: ids("error.404.retry"), says: `"retry":"false"`, down: edit(func(_ *link, m object) {
		if isError(m) {
			m["retry"] = "false"
		}
	})},
	{name: "time in words", level: check.JIM2, ids: ids("answer.time", "login.welcome.time"), says: `"time"`, down: answers("", func(m object) { m["time"] = "12:00" })},
	{name: "no time", level: check.JIM2, ids: ids("answer.time"), says: `"time"`, down: without("ping", "time")},
	{name: "answers twice", level: check.JIM2, ids: ids("answer.once"), says: "two: the second was", down: func(l *link, m map[string]any, raw []byte) []any {
		if l.action(m) == "whois" {
			return []any{raw, raw}
		}
		return []any{raw}
	}},
	{name: "answers out of order", level: check.JIM2, ids: ids("answer.order"), says: `"id":"`, down: func(l *link, m map[string]any, raw []byte) []any {
		if l.action(m) == "rooms" { // the next one overtakes it
			l.note("held", append([]byte(nil), raw...))
			return nil
		}
		if held, _ := l.note("held", nil).([]byte); held != nil {
			return []any{raw, held}
		}
		return []any{raw}
	}, mute: true},
	{name: "no answer to an unknown action", level: check.JIM2, ids: ids("shape.unknown"), says: "nothing in", mute: true, down: func(l *link, m map[string]any, raw []byte) []any {
		if l.action(m) == "dance" {
			return nil
		}
		return []any{raw}
	}},
	{name: "an unknown action ends the connection", level: check.JIM2, ids: ids("shape.unknown"), says: "closed the connection", down: func(l *link, m map[string]any, raw []byte) []any {
		if l.action(m) == "dance" {
			return []any{raw, cutHere{}}
		}
		return []any{raw}
	}},
	{name: "an unknown action is a bad request", level: check.JIM2, ids: ids("shape.unknown", "error.501.code"), says: `"response":501`, down: coded("", 501, 400)},
	{name: "who is not there is forbidden", level: check.JIM2, ids: ids("nobody.msg.person", "nobody.whois", "error.404.code"), says: `"response":404`, down: coded("", 404, 403)},
	{name: "who is not there is there", level: check.JIM2, ids: ids("nobody.whois"), says: `"response":404`, down: coded("whois", 404, 200)},
	{name: "a code in words", level: check.JIM2, ids: ids("ping.code"), also: ids("to.none.join"), says: `"response":"200"`, down: answers("ping", func(m object) { m["response"] = "200" })},
	{name: "too large is a bad request", level: check.JIM2, ids: ids("size.message.over", "size.id.over"), says: `"response":413`, down: coded("", 413, 400)},
	{name: "who has not logged in is forbidden", level: check.JIM2, ids: ids("login.before.msg", "login.before.rooms"), says: `"response":401`, down: coded("", 401, 403)},
	{name: "the welcome has no limits", level: check.JIM2, ids: ids("login.limits.object", "login.limits.page"), also: ids("login.limits.name"), says: `"limits"`, down: without("presence", "limits")},
	{name: "the welcome has a limit in words", level: check.JIM2, ids: ids("login.limits.depth"), says: `"depth"`, down: answers("presence", func(m object) {
		if limits, ok := m["limits"].(object); ok {
			limits["depth"] = "32"
		}
	})},
	{name: "the welcome is JIM/1's", level: check.JIM2, ids: ids("login.welcome.jim"), says: `"jim":2`, down: without("presence", "jim")},
	{name: "the welcome has another name", level: check.JIM2, ids: ids("login.welcome.name"), says: `"account_name"`, down: answers("presence", func(m object) { m["user"] = object{"account_name": "you"} })},
	{name: "the welcome has another status", level: check.JIM2, ids: ids("login.welcome.status"), says: `"status":"reading"`, down: answers("presence", func(m object) {
		if u, ok := m["user"].(object); ok {
			u["status"] = "online"
		}
	})},
	{name: "guests are not told that they are", level: check.JIM2, ids: ids("login.welcome.guest"), says: `"guest":true`, down: answers("presence", func(m object) {
		if u, ok := m["user"].(object); ok {
			delete(u, "guest")
		}
	})},
	{name: "no token for a device", level: check.JIM2, ids: ids("token.given"), says: `"token"`, down: without("presence", "token")},
	{name: "quit is not answered", level: check.JIM2, ids: ids("quit.code"), says: "closed the connection", down: func(l *link, m map[string]any, raw []byte) []any {
		if l.action(m) == "quit" {
			return nil
		}
		return []any{raw}
	}},
	{name: "quit does not close", level: check.JIM2, ids: ids("quit.closes"), says: "still open", mute: true, up: func(l *link, p []byte) []byte {
		return bytes.ReplaceAll(p, []byte(`"action":"quit"`), []byte(`"action":"ping"`))
	}},
}

// wrongNumbers are faults in numbers and ids of what is kept.
var wrongNumbers = []*fault{
	{name: "messages are answered 200", level: check.JIM2, ids: ids("msg.ack.code"), says: `"response":201`, down: coded("msg", 201, 200)},
	{name: "messages are answered without a number", level: check.JIM2, ids: ids("msg.ack.seq", "seq.first"), also: ids("history.event.message"), says: `"seq"`, down: without("msg", "seq")},
	{name: "messages are answered without to", level: check.JIM2, ids: ids("msg.ack.to"), says: `"to"`, down: without("msg", "to")},
	{name: "numbers begin with 0", level: check.JIM2, ids: ids("seq.first", "direct.first"), also: ids("create.code"), says: `"seq":1`, down: edit(func(_ *link, m object) {
		if n, ok := m["seq"].(float64); ok {
			m["seq"] = n - 1
		}
	})},
	{name: "every second number is left out", level: check.JIM2, ids: ids("seq.gapless"), says: `"seq":3`, down: answers("msg", func(m object) {
		if n, ok := m["seq"].(float64); ok && n > 2 {
			m["seq"] = 2 * n
		}
	})},
	{name: "numbers are texts", level: check.JIM2, ids: ids("msg.ack.seq"), also: ids("history.event.message"), says: "a whole number", down: answers("msg", func(m object) { m["seq"] = fmt.Sprint(m["seq"]) })},
	{name: "an event has another number than the answer", level: check.JIM2, ids: ids("msg.event.seq"), says: `"seq":2`, down: ofMsg(func(m object) { m["seq"] = m["seq"].(float64) + 10 })},
	{name: "the same id is kept twice", level: check.JIM2, ids: ids("id.repeat.seq", "id.repeat.kept"), says: "", up: freshIDs},
	{name: "the same id is told twice", level: check.JIM2, ids: ids("id.repeat.told"), says: `no {"action":"msg","message":"hi"} to bob`, up: freshIDs},
	{name: "the same id with another text is taken", level: check.JIM2, ids: ids("id.conflict.text", "id.conflict.place"), says: `"response":409`, down: coded("msg", 409, 201)},
	{name: "the same id with another text is an error of the client", level: check.JIM2, ids: ids("id.conflict.text"), says: `"response":409`, down: coded("msg", 409, 400)},
	{name: "an empty message is taken", level: check.JIM2, ids: ids("size.message.empty"), says: `"response":400`, down: func(l *link, m map[string]any, raw []byte) []any {
		if q := l.body(m); m["response"] != nil && q["action"] == "msg" && q["message"] == "" {
			m["response"] = 201
		}
		return []any{m}
	}},
	{name: "a long message is cut", level: check.JIM2, ids: ids("size.message.full"), says: "the whole text", down: ofMsg(func(m object) {
		if text := m["message"].(string); len(text) > 1000 {
			m["message"] = text[:1000]
		}
	})},
	{name: "who is not connected is not found", level: check.JIM2, ids: ids("live.gone", "error.410.code"), says: `"response":410`, down: coded("msg", 410, 404)},
}

// freshIDs gives what is sent a second time another id.
func freshIDs(l *link, p []byte) []byte {
	const mark = `"id":"k1-`
	if !bytes.Contains(p, []byte(mark)) {
		return p
	}
	if l.note("seen", true) == nil {
		return p
	}
	n, _ := l.note("n", 0).(int)
	l.note("n", n+1)
	return bytes.Replace(p, []byte(mark), fmt.Appendf(nil, `"id":"k1%d-`, n), 1)
}

// wrongEvents are faults in what is told.
var wrongEvents = []*fault{
	{name: "who says something does not hear it", level: check.JIM2, ids: ids("msg.event", "direct.own"), says: "nothing in", mute: true, down: events("msg", func(l *link, m object) bool { return l.note("name", l.notes["name"]) != m["from"] }), up: learnName},
	{name: "only who says something hears it", level: check.JIM2, ids: ids("msg.members", "direct.event"), says: "to bob", mute: true, down: events("msg", func(l *link, m object) bool { return l.note("name", l.notes["name"]) == m["from"] }), up: learnName},
	{name: "messages are told twice", level: check.JIM2, ids: ids("msg.event.once", "msg.members.once"), says: "no {", down: func(_ *link, m map[string]any, raw []byte) []any {
		if m["action"] == "msg" {
			return []any{raw, raw}
		}
		return []any{raw}
	}},
	{name: "events without id", level: check.JIM2, ids: ids("msg.event.id", "msg.members.id"), says: `"id"`, down: ofMsg(func(m object) { delete(m, "id") })},
	{name: "events without from", level: check.JIM2, ids: ids("msg.event.from"), says: `"from"`, down: ofMsg(func(m object) { delete(m, "from") })},
	{name: "events without time", level: check.JIM2, ids: ids("msg.event.time"), says: `"time"`, down: ofMsg(func(m object) { delete(m, "time") })},
	{name: "events have their receiver in to", level: check.JIM2, ids: ids("msg.event.to"), says: `"to"`, down: ofMsg(func(m object) { m["to"] = "you" })},
	{name: "spaces around a text are taken away", level: check.JIM2, ids: ids("msg.text.spaces"), says: "two spaces", down: ofMsg(func(m object) { m["message"] = strings.TrimSpace(m["message"].(string)) })},
	{name: "markup is escaped", level: check.JIM2, ids: ids("msg.text.markup"), says: "&lt;b>", down: ofMsg(func(m object) { m["message"] = strings.ReplaceAll(m["message"].(string), "<", "&lt;") })},
	{name: "what is no ASCII is lost", level: check.JIM2, ids: ids("msg.text.languages", "frame.character"), says: "", mute: true, down: ofMsg(func(m object) {
		m["message"] = strings.Map(func(r rune) rune { return min(r, 0x7e) }, m["message"].(string))
	})},
	{name: "lines are joined", level: check.JIM2, ids: ids("msg.text.escapes"), says: "a b", down: ofMsg(func(m object) { m["message"] = strings.ReplaceAll(m["message"].(string), "\n", " ") })},
	{name: "events overtake each other", level: check.JIM2, ids: ids("seq.events"), says: `"seq":`, mute: true, down: func(l *link, m map[string]any, raw []byte) []any {
		if m["action"] != "msg" {
			return []any{raw}
		}
		if held, _ := l.note("held", append([]byte(nil), raw...)).([]byte); held != nil {
			l.note("held", nil)
			return []any{raw, held}
		}
		return nil
	}},
	{name: "typing is answered 200", level: check.JIM2, ids: ids("typing.code"), says: `"response":202`, down: coded("typing", 202, 200)},
	{name: "typing is not told", level: check.JIM2, ids: ids("typing.told"), says: `"action":"typing"`, mute: true, down: events("typing", func(*link, object) bool { return false })},
	{name: "who types is told so", level: check.JIM2, ids: ids("typing.own"), says: `no {"action":"typing"} to ann`, down: func(l *link, m map[string]any, raw []byte) []any {
		if q := l.body(m); m["response"] != nil && q["action"] == "typing" {
			return []any{raw, object{"action": "typing", "to": q["to"], "from": l.notes["name"]}}
		}
		return []any{raw}
	}},
	{name: "a new status is not told", level: check.JIM2, ids: ids("presence.room", "presence.contact"), says: `"status":"away"`, mute: true, down: events("presence", func(*link, object) bool { return false })},
	{name: "a silent connection is not probed", level: check.JIM2, ids: ids("login.silent.probe"), says: "a `probe`", mute: true, down: events("probe", func(*link, object) bool { return false })},
	{name: "everybody is probed at once", level: check.JIM2, ids: ids("login.silent.probe"), says: "one after", meets: func(l *link) { l.tell(object{"action": "probe", "time": 1.5, "alert": "hello"}) }},
	{name: "the probe does not say how to begin", level: check.JIM2, ids: ids("login.silent.alert"), says: `"alert"`, down: events("probe", func(_ *link, m object) bool { delete(m, "alert"); return true })},
}

// learnName remembers under which name a connection logs in.
func learnName(l *link, p []byte) []byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, q := range l.bodies {
		if u, ok := q["user"].(object); ok && q["action"] == "presence" {
			l.notes["name"] = u["account_name"]
		}
	}
	return p
}

// wrongPages are faults of history and sync.
var wrongPages = []*fault{
	{name: "history is the wrong way round", level: check.JIM2, ids: ids("history.page.all", "history.page.newest"), says: "events with the numbers", down: answers("history", func(m object) { slices.Reverse(m["events"].([]any)) })},
	{name: "history never says that there is more", level: check.JIM2, ids: ids("history.page.newest", "history.page.beginning"), says: `"more":true`, down: without("history", "more")},
	{name: "history always says that there is more", level: check.JIM2, ids: ids("history.page.all", "history.page.after.last"), says: `"more":false`, down: answers("history", func(m object) { m["more"] = true })},
	{name: "history does not say the newest number", level: check.JIM2, ids: ids("history.seq"), says: `"seq":6`, down: without("history", "seq")},
	{name: "before includes its number", level: check.JIM2, ids: ids("history.page.before"), says: "[4 5]", up: replacing(`"before":5`, `"before":6`)},
	{name: "after includes its number", level: check.JIM2, ids: ids("history.page.after"), says: "[2 3]", up: replacing(`"limit":2,"after":2`, `"limit":2,"after":1`)},
	{name: "after 0 is no after", level: check.JIM2, ids: ids("history.page.beginning"), says: "[5 6]", up: replacing(`,"after":0`, ``)},
	{name: "a page is twenty", level: check.JIM2, ids: ids("history.limit.default"), says: "20", up: replacing(`"action":"history"`, `"limit":20,"action":"history"`, `"limit":`)},
	{name: "history loses ids", level: check.JIM2, ids: ids("history.event.id"), says: `"id"`, down: answers("history", func(m object) {
		for _, e := range m["events"].([]any) {
			delete(e.(object), "id")
		}
	})},
	{name: "history has the time in words", level: check.JIM2, ids: ids("history.event.time"), says: `"time"`, down: answers("history", func(m object) {
		for _, e := range m["events"].([]any) {
			e.(object)["time"] = "12:00"
		}
	})},
	{name: "history has only messages", level: check.JIM2, ids: ids("history.event.entries"), says: "create, join, topic, leave", down: answers("history", func(m object) {
		m["events"] = slices.DeleteFunc(m["events"].([]any), func(e any) bool { return e.(object)["action"] != "msg" })
	})},
	{name: "sync leaves out the first", level: check.JIM2, ids: ids("sync.events", "since.events"), says: "", mute: true, down: events("msg", func(l *link, m object) bool { return m["message"] != "3" })},
	{name: "sync answers before the events", level: check.JIM2, ids: ids("sync.before"), says: "two events before the answer", up: func(l *link, p []byte) []byte {
		if bytes.Contains(p, []byte(`"action":"sync"`)) {
			l.mu.Lock()
			defer l.mu.Unlock()
			for id, q := range l.bodies {
				if q["action"] == "sync" {
					l.tell(object{"response": 200, "id": id})
				}
			}
		}
		return p
	}},
	{name: "sync begins with the number given", level: check.JIM2, ids: ids("since.part", "since.all"), says: "", up: replacing(`":5}}`, `":4}}`, "", `":4}}`, `":3}}`)},
	{name: "nobody says what the log is called", level: check.JIM2, ids: ids("log.said", "log.same"), says: `"log"`, down: without("presence", "log")},
	{name: "sync calls the log otherwise", level: check.JIM2, ids: ids("log.same"), says: `"log"`, down: answers("sync", func(m object) { m["log"] = "1" })},
	{name: "it is always another log", level: check.JIM2, ids: ids("log.own"), says: "5", up: replacing(`"log":"`, `"log":"x`)},
	{name: "it is never another log", level: check.JIM2, ids: ids("log.other", "log.since"), says: "", mute: true, up: replacing(`"log":`, `"lag":`)},
	{name: "what is not named is not told as behind", level: check.JIM2, ids: ids("sync.behind", "since.behind"), says: `"behind"`, mute: true, down: events("behind", func(*link, object) bool { return false })},
}

// replacing replaces one text by another, where a third does not stand; then more pairs.
func replacing(old, with string, more ...string) func(*link, []byte) []byte {
	return func(_ *link, p []byte) []byte {
		if len(more) > 0 && more[0] != "" && bytes.Contains(p, []byte(more[0])) {
			return p
		}
		if bytes.Contains(p, []byte(old)) {
			return bytes.ReplaceAll(p, []byte(old), []byte(with))
		}
		if len(more) == 3 {
			return bytes.ReplaceAll(p, []byte(more[1]), []byte(more[2]))
		}
		return p
	}
}
