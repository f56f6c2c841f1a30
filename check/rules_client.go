package check

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"jim/wire"
)

// client judges an object that the client sent.
func (j *Judge) client(o fields, text []byte) {
	if j.tongue == "" {
		j.tongue = j.tongueOf(o)
	}
	if j.old() {
		j.clientOld(o, text)
		return
	}
	a := j.requestIn(o, text)
	if j.Datagrams && !o.has("action") && o.has("ack") {
		j.needsCookie(o)
		return
	}
	defer func() { j.expect(a) }()
	if j.quit {
		j.breaks("after-quit", "")
		return
	}
	if len(text) > j.limits.Object {
		j.breaks("too-large", strconv.Itoa(len(text))+" > "+strconv.Itoa(j.limits.Object))
		return
	}
	if rule, detail := wrongKind(o, clientKinds); rule != "" {
		j.breaks(rule, detail)
		return
	}
	if rule, detail := j.unlike(o); rule != "" {
		j.breaks(rule, detail)
		return
	}
	j.needsCookie(o)
	j.said(o, &a)
}

// ask is what the client asks for, as far as it can be read.
func (j *Judge) requestIn(o fields, text []byte) pending {
	bad := j.decoder.Datagram(text, j.limits, &j.request)
	a := pending{id: o.text("id"), action: o.text("action"), loose: bad != nil || o.text("action") == "", at: j.at, to: addressIn(o)}
	a.topic, a.revoke = o.has("topic"), o.text("revoke") != ""
	a.limit, _ = o.number("limit")
	a.after, _ = o.number("after")
	a.before, _ = o.number("before")
	return a
}

// address is where a request is about.
func addressIn(o fields) string {
	for _, name := range []string{"to", "room", "user_id"} {
		if to := o.text(name); to != "" {
			return to
		}
	}
	return ""
}

// unlike looks for what is wrong with a request by itself.
func (j *Judge) unlike(o fields) (rule, detail string) {
	action := o.text("action")
	info, known := actionOf(action)
	switch {
	case action == "":
		return "action-missing", ""
	case utf8.RuneCountInString(action) > j.limits.Action:
		return "too-long", "action " + shortened(action)
	case !known || info.From == "server":
		return "action-unknown", strconv.Quote(action)
	}
	if rule, detail := j.tooLong(o); rule != "" {
		return rule, detail
	}
	for name, v := range o.inner("since") {
		if _, ok := wholeNumber(v); !ok {
			return "whole", "since " + strconv.Quote(shortened(name)) + ":" + shortened(string(v))
		}
	}
	to := ""
	for _, name := range []string{"to", "room", "user_id"} {
		t := o.text(name)
		if t != "" && to != "" && t != to {
			return "to-contradicts", strconv.Quote(shortened(to)) + " ≠ " + strconv.Quote(shortened(t))
		}
		to = t + strings.Repeat(to, 1-min(1, len(t)))
	}
	for _, name := range strings.Split(info.Members, ", ") {
		if name == "" || name[0] == '[' || name == "…" || action == wire.ActPresence && j.in { // later it says what one is doing
			continue
		}
		if name == "to" && to == "" || name != "to" && !o.has(name) {
			return "member-missing", action + ": " + name
		}
	}
	return j.strange(o, action, to)
}

// strange looks for names that are none, and for texts without a word.
func (j *Judge) strange(o fields, action, to string) (rule, detail string) {
	roomOnly := action == wire.ActJoin || action == wire.ActLeave || action == wire.ActCreate || action == wire.ActMembers || action == wire.ActTopic
	switch {
	case action == wire.ActMsg && o.text("message") == "":
		return "empty", ""
	case to != "" && (!isAddress(to, true, j.limits.Name) || roomOnly && !wire.IsRoom(to) && (action == wire.ActJoin || action == wire.ActCreate)):
		return "name", strconv.Quote(shortened(to))
	}
	switch action {
	case wire.ActPresence, wire.ActAuthenticate, wire.ActRegister:
		name := accountIn(o)
		switch {
		case name == "" && (action != wire.ActPresence || !j.in):
			return "member-missing", action + ": user.account_name"
		case name != "" && !isAddress(name, false, j.limits.Name):
			return "name", strconv.Quote(shortened(name))
		}
	}
	return "", ""
}

// account is the name in `user`.
func accountIn(o fields) string {
	if name := o.text("user"); name != "" {
		return name
	}
	return o.inner("user").text("account_name")
}

// tooLong looks for texts over their limit.
func (j *Judge) tooLong(o fields) (rule, detail string) {
	over := func(name, text string, n, most int) {
		if n > most {
			rule, detail = "too-long", name+" "+strconv.Itoa(n)+" > "+strconv.Itoa(most)
		}
	}
	message := o.text("message")
	over("message", message, len(message), j.limits.Message)
	for name, most := range map[string]int{"id": j.limits.ID, "topic": j.limits.Topic, "to": j.limits.Name + 1, "room": j.limits.Name + 1, "user_id": j.limits.Name + 1} {
		text := o.text(name)
		over(name, text, utf8.RuneCountInString(text), most)
	}
	name := accountIn(o)
	over("account_name", name, utf8.RuneCountInString(name), j.limits.Name)
	return rule, detail
}

// needsCookie judges a datagram after the first challenge.
func (j *Judge) needsCookie(o fields) {
	if j.Datagrams && j.cookie && o.text("cookie") == "" {
		j.breaks("cookie", "")
	}
}

// said judges a request by what was said before it.
func (j *Judge) said(o fields, a *pending) {
	switch a.action {
	case wire.ActPresence, wire.ActAuthenticate, wire.ActRegister:
		j.hello = true
		a.first = !j.in
		j.login = accountIn(o)
		a.since = j.resumes(o.inner("since"))
		return
	case wire.ActPing:
		return
	case wire.ActQuit:
		j.quit = !j.Datagrams
		return
	}
	if !j.hello && !(j.Datagrams && accountIn(o) != "") {
		j.breaks("first", a.action)
		return
	}
	switch {
	case a.action == wire.ActSync:
		a.since = j.resumes(o.inner("since"))
	case a.action == wire.ActMsg && a.id != "", a.action == wire.ActTopic && a.topic && a.id != "":
		what := a.action + "\x00" + foldedName(a.to) + "\x00" + o.text("message") + "\x00" + o.text("topic")
		if len(what) > 200 { // what is long is remembered by its length and its ends
			what = strconv.Itoa(len(what)) + what[:100] + what[len(what)-100:]
		}
		s := j.byID[a.id]
		if s.what != "" && s.what != what {
			j.breaks("id-reused", strconv.Quote(shortened(a.id)))
			a.loose = false
			return
		}
		s.what = what
		j.remember(a.id, s)
	}
}
