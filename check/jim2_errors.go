package check

import "strings"

const (
	saysError = "An error says in `error` what happened, in `retry` whether the same request can succeed later"
	saysRate  = "| too many messages | 429 with `retry_after` | goes on |"
)

// wrong are ways to be refused, one for each code.
var wrong = []struct {
	code  int
	retry bool
	do    func(*T) *object
}{
	{400, false, func(t *T) *object { c := t.come("ann"); return c.ask("msg", "to", c.name, "message", "") }},
	{401, false, func(t *T) *object { return t.open("ann").ask("rooms") }},
	{402, false, func(t *T) *object {
		return t.open("ann").ask("authenticate", "user", value(build("account_name", t.newName(), "password", "wrong horse")))
	}},
	{404, false, func(t *T) *object { c := t.come("ann"); return c.ask("whois", "to", "nobody-"+c.name[2:]) }},
	{409, false, func(t *T) *object { c, room := t.comeWithRoom("ann"); return c.ask("create", "to", room) }},
	{410, true, func(t *T) *object {
		ann, bob := t.come("ann"), t.come("bob")
		bob.done("quit")
		return ann.ask("msg", "to", bob.name, "live", true, "message", "quick!")
	}},
	{413, false, func(t *T) *object {
		c, most := t.comeWithLimit("ann", "message")
		return c.ask("msg", "to", c.name, "message", text(most+1))
	}},
	{501, false, func(t *T) *object { return t.come("ann").ask("dance") }},
}

// refusing are about what every error says.
func refusing() (list []*serverCheck) {
	for _, w := range wrong {
		code := string(build("x", w.code)[len(`{"x":`):])
		code = strings.TrimSuffix(code, "}")
		over := lines
		if w.code == 401 || w.code == 402 || w.code == 413 {
			over = objects
		}
		list = append(list,
			rule("error."+code+".code", saysError, "the code "+code+" means what the table says", func(t *T) {
				a := w.do(t)
				t.conns[0].code(a, w.code)
			}).on(over).at(Codes),
			rule("error."+code+".words", saysError, "an answer "+code+" says in `error` what happened", func(t *T) {
				if a := w.do(t); a.text("error") == "" {
					t.fail(`a text in "error"`, a.String())
				}
			}).on(over),
			rule("error."+code+".retry", saysError, "an answer "+code+" says in `retry` whether the same request can succeed later", func(t *T) {
				a := w.do(t)
				t.conns[0].want(a, "retry", w.retry)
			}).on(over),
			rule("error."+code+".id", saysID, "an answer "+code+" has the `id` of its request", func(t *T) {
				if a := w.do(t); a.text("id") == "" {
					t.fail(`the "id" of the request`, a.String())
				}
			}).on(over),
		)
	}
	for _, c := range list {
		if c.Section == Codes {
			c.Says = codeRow(c.ID)
		}
	}
	in(OnTheWire, onJIM2, list...)
	return append(list, in(Errors, onJIM2,
		rule("rate.code", saysRate, "who types faster than the server allows is answered 429 with `retry_after`", func(t *T) {
			_, _, a := t.hurries()
			if after, ok := a.members["retry_after"].(float64); !ok || after <= 0 {
				t.fail(`"retry_after": seconds`, a.String())
			}
		}).on(objects),
		rule("rate.retry", saysRate, "an answer 429 says that the same request can succeed later", func(t *T) {
			c, _, a := t.hurries()
			c.want(a, "retry", true)
		}).on(objects),
		rule("rate.later", "Slower, please: again after `retry_after` seconds.", "after `retry_after` seconds the same request succeeds", func(t *T) {
			c, room, a := t.hurries()
			after, _ := a.members["retry_after"].(float64)
			if after <= 0 || after > longestPause.Seconds() {
				t.skip("the server asks to wait for %v s", after)
			}
			t.again(a)
			c.want(c.answerTo("typing", "to", room), "response", 202)
		}).on(objects).at(Codes),
	)...)
}

// codeRow is what the document says of a code.
func codeRow(id string) string {
	return map[string]string{
		"error.400.code": "Not JSON, not one object, or a member that is missing or wrong.",
		"error.401.code": "Say who you are first, or this name needs its password or token.",
		"error.402.code": "Wrong name, password, token or invitation; which of them is not said.",
		"error.404.code": "No such person or room.",
		"error.409.code": "The name is taken or connected already, or this `id` was used for something else.",
		"error.410.code": "The person exists but is not connected, and the message was for this moment only (`live`, and JIM/1).",
		"error.413.code": "Over a limit of size; the limits are in the answer to `presence`.",
		"error.501.code": "No such action here.",
	}[id]
}

// hurries types faster than anybody, and returns the first answer that says that it is too much.
func (t *T) hurries() (c *conn, room string, refused *object) {
	const most = 60 // nothing is kept of it
	c, room = t.comeWithRoom("ann")
	var texts, ids []string
	for range most {
		text, id := c.request("typing", "to", room)
		c.send(text)
		texts, ids = append(texts, text), append(ids, id)
	}
	for i, id := range ids {
		if a := c.answer(texts[i], id); a.code() == 429 && refused == nil {
			refused = a
		}
	}
	if refused == nil {
		t.skip("the server takes %d requests at once", most)
	}
	return c, room, refused
}

// answerTo asks once, whatever the answer.
func (c *conn) answerTo(action string, pairs ...any) *object {
	text, id := c.request(action, pairs...)
	c.send(text)
	return c.answer(text, id)
}
