package check

import (
	"slices"
	"strconv"
	"unicode/utf8"

	"jim/wire"
)

// serverOld judges what a program of the course is told.
func (j *Judge) serverOld(o fields, text []byte) {
	c := &j.course
	most := wire.JIM1.Answer
	if c.second || o.has("data_list") || o.has("bin") {
		c.second = true
		most = 1024
	}
	switch t := o["time"]; {
	case utf8.RuneCount(text) > most && !o.has("bin"):
		j.breaks("old-size", strconv.Itoa(utf8.RuneCount(text))+" > "+strconv.Itoa(most))
		j.oldAnswered(o)
		return
	case o.has("time") && t.Kind() != '0':
		j.breaks("old-time-sent", shortened(string(t)))
		j.oldAnswered(o)
		return
	}
	if o.has("response") {
		j.oldAnswer(o)
		return
	}
	action := o.text("action")
	if action == cyrillicProbe {
		action = wire.ActProbe
	}
	switch action {
	case wire.ActProbe:
		if c.answered || j.probed {
			j.breaks("old-probe", "")
		}
		j.probed = true
	case wire.ActMsg, "message":
		j.oldMessage(o, action)
	case "contact_list":
		if o.text("user_id") == "" {
			j.breaks("old-event-member", "contact_list: user_id")
		}
	default:
		j.breaks("old-event", strconv.Quote(shortened(action)))
	}
}

// oldMessage judges a message to a program of the course.
func (j *Judge) oldMessage(o fields, action string) {
	from, to, text := o.first(oldFrom...), o.first(oldTo...), o.first(oldText...)
	switch {
	case j.course.presence && !j.course.answered:
		j.breaks("old-first", action)
	case from == "", to == "", text == "", !o.has("time"):
		j.breaks("old-event-member", action+": from, to, time, text")
	}
}

// oldAnswer judges a response to a program of the course.
func (j *Judge) oldAnswer(o fields) {
	code, ok := o.number("response")
	switch {
	case !ok, !slices.Contains(oldCodes, code):
		j.breaks("old-code", shortened(string(o["response"])))
	case code >= 400 && code != 511 && o.text("error") == "":
		j.breaks("old-words", strconv.FormatUint(code, 10))
	}
	if !ok || code >= 200 && code != 205 {
		j.oldAnswered(o)
	}
}

// oldAnswered takes a request out that an answer belongs to.
func (j *Judge) oldAnswered(o fields) {
	if !o.has("response") {
		return
	}
	c := &j.course
	code, _ := o.number("response")
	quiet := len(j.found) > 0
	c.answered = true
	if c.presence {
		c.presence = false
		j.in = j.in || code < 300
	}
	switch {
	case c.open == 0 && code < 500 && !quiet:
		j.breaks("old-unasked", strconv.FormatUint(code, 10))
	case c.open > 0 && c.open == c.messages && code < 300 && !quiet && j.tongue == Mentor:
		j.breaks("old-answered", strconv.FormatUint(code, 10))
	}
	if len(j.asked) > 0 && (len(j.asked) == 1 || j.asked[0].action != "message") {
		j.answered(0)
	}
	if c.open > 0 {
		c.open--
		c.messages = min(c.messages, c.open)
	}
}
