package check

import (
	"slices"
	"strconv"
	"strings"

	"jim/wire"
)

// answer judges a response.
func (j *Judge) answer(o fields) {
	code, ok := o.number("response")
	if !ok || code < 100 || code > 999 {
		j.breaks("code-kind", shortened(string(o["response"])))
		j.forget(o)
		return
	}
	j.answers++
	info, known := codeRows[int(code)]
	if !known {
		j.breaks("code-unknown", strconv.FormatUint(code, 10))
		j.forget(o)
		return
	}
	if code < 200 {
		return // a notice, which answers nothing
	}
	before := len(j.found)
	a, matched := j.match(o)
	if o.has("cookie") {
		j.cookie = true
	}
	if len(j.found) > before && !matched {
		return
	}
	challenge := j.Datagrams && o.has("cookie")
	if !o.has("time") && !challenge {
		j.breaks("time-missing", "")
	}
	if info.Code.IsError() {
		j.failure(o, info, challenge)
		return
	}
	if matched && a.action != "" {
		j.success(o, &a, code)
	}
}

// failure judges an error.
func (j *Judge) failure(o fields, info wire.CodeInfo, challenge bool) {
	retry, told := o["retry"], o.has("retry")
	switch {
	case challenge: // it only hands out a cookie, in as few bytes as it can
	case o.text("error") == "":
		j.breaks("error-words", info.Code.String())
	case !told:
		j.breaks("error-retry", info.Code.String())
	case (string(retry) == "true") != info.Retry:
		j.breaks("retry-table", strconv.Itoa(int(info.Code))+" retry:"+string(retry))
	case (info.Code == wire.TooMany || info.Code == wire.Unavailable) && !o.has("retry_after"):
		j.breaks("retry-after", info.Code.String())
	}
}

// success judges what a request got.
func (j *Judge) success(o fields, a *pending, code uint64) {
	if row, ok := actionOf(a.action); ok && row.Answer != "" && !slices.Contains(strings.Split(row.Answer, ", "), strconv.FormatUint(code, 10)) {
		j.breaks("code-unfit", a.action+": "+strconv.FormatUint(code, 10)+" ≠ "+row.Answer)
		return
	}
	for _, name := range j.wanted(a) {
		if !o.has(name) {
			j.breaks("answer-member", a.action+": "+name)
			return
		}
	}
	switch a.action {
	case wire.ActPresence, wire.ActAuthenticate, wire.ActRegister:
		j.welcome(o)
	case wire.ActQuit:
		j.left = true
	case wire.ActMsg:
		j.acknowledged(o, a)
	case wire.ActTopic:
		if a.topic {
			j.acknowledged(o, a)
		}
	case wire.ActJoin, wire.ActCreate:
		j.talk(a.to).member = true
	case wire.ActHistory:
		j.page(o, a)
	}
}

// wanted are the members that the answer to a request must have.
func (j *Judge) wanted(a *pending) []string {
	switch a.action {
	case wire.ActPresence:
		if j.in {
			return nil
		}
		return []string{"jim", "user", "limits"}
	case wire.ActMsg, wire.ActCreate, wire.ActJoin, wire.ActLeave:
		return []string{"to", "seq"}
	case wire.ActTopic:
		if a.topic {
			return []string{"to", "seq"}
		}
	case wire.ActHistory:
		return []string{"events"} // seq is left out where nothing was ever said
	case wire.ActRooms:
		return []string{"rooms"}
	case wire.ActMembers:
		return []string{"members"}
	case wire.ActGetContacts:
		return []string{"contacts"}
	case wire.ActWhois:
		return []string{"user"}
	case wire.ActSessions:
		if !a.revoke {
			return []string{"sessions"}
		}
	}
	return nil
}

// welcome takes in what a login is told.
func (j *Judge) welcome(o fields) {
	j.in = true
	if name := o.inner("user").text("account_name"); name != "" {
		j.me = name
	}
	limits := o.inner("limits")
	for name, at := range map[string]*int{
		"action": &j.limits.Action, "name": &j.limits.Name, "id": &j.limits.ID, "message": &j.limits.Message, "topic": &j.limits.Topic,
		"object": &j.limits.Object, "answer": &j.limits.Answer, "depth": &j.limits.Depth, "page": &j.limits.Page,
	} {
		if n, ok := limits.number(name); ok && n > 0 && n < 1<<30 {
			*at = int(n)
		}
	}
}

// page judges a page of history.
func (j *Judge) page(o fields, a *pending) {
	events := o.list("events")
	most := a.limit
	if most == 0 || most > uint64(j.limits.Page) {
		most = uint64(j.limits.Page)
	}
	if uint64(len(events)) > most {
		j.breaks("page-size", strconv.Itoa(len(events))+" > "+strconv.FormatUint(most, 10))
		return
	}
	last := a.after
	for _, e := range events {
		seq, ok := e.number("seq")
		if !ok || seq <= last || a.before != 0 && seq >= a.before {
			j.breaks("page-order", strconv.FormatUint(last, 10)+" → "+strconv.FormatUint(seq, 10))
			return
		}
		last = seq
	}
}
