package check

// kinds are checks that a member of the wrong kind is refused.
func kinds() (list []*serverCheck) {
	for _, k := range []struct{ id, what, text string }{
		{"action", "an `action` that is a number", `{"action":7,"id":"k"}`},
		{"id", "an `id` that is a number", `{"action":"ping","id":7}`},
		{"to", "a `to` that is a number", `{"action":"msg","to":7,"message":"hi"}`},
		{"to.list", "a `to` that is a list", `{"action":"msg","to":["ann"],"message":"hi"}`},
		{"message.number", "a `message` that is a number", `{"action":"msg","to":"ann","message":5}`},
		{"message.null", "a `message` that is null", `{"action":"msg","to":"ann","message":null}`},
		{"message.list", "a `message` that is a list", `{"action":"msg","to":"ann","message":["hi"]}`},
		{"message.object", "a `message` that is an object", `{"action":"msg","to":"ann","message":{"text":"hi"}}`},
		{"message.bool", "a `message` that is a boolean", `{"action":"msg","to":"ann","message":true}`},
		{"live", "a `live` that is a text", `{"action":"msg","to":"ann","message":"hi","live":"yes"}`},
		{"topic", "a `topic` that is a number", `{"action":"topic","to":"#tea","topic":7}`},
		{"seq", "a `seq` that is a text", `{"action":"read","to":"ann","seq":"5"}`},
		{"before", "a `before` that is a text", `{"action":"history","to":"ann","before":"5"}`},
		{"limit", "a `limit` that is a text", `{"action":"history","to":"ann","limit":"5"}`},
		{"since", "a `since` that is a list", `{"action":"sync","since":["ann"]}`},
		{"since.number", "a number in `since` that is a text", `{"action":"sync","since":{"ann":"1"}}`},
		{"status", "a `status` that is a number", `{"action":"presence","status":7}`},
		{"user", "a `user` that is a number", `{"action":"presence","user":7}`},
		{"name", "an `account_name` that is a number", `{"action":"presence","user":{"account_name":7}}`},
		{"password", "a `password` that is a number", `{"action":"authenticate","user":{"account_name":"ann","password":7}}`},
	} {
		list = append(list, broken("kind."+k.id, saysRefused, k.what, k.text))
	}
	return in(OnTheWire, onJIM2, list...)
}

const (
	saysNoAction = "| no `action` | 400 | goes on |"
	saysDance    = "| an action nobody knows | 501 | goes on |"
	saysNoTo     = "| no `to` where one is needed | 400 | goes on |"
	saysOthers   = "`room` and `user_id` are other names of `to`; when several are given they must agree."
)

// shapes are about what a request must have.
func shapes() []*serverCheck {
	list := in(Errors, onJIM2,
		broken("shape.empty", saysNoAction, "an object without members", `{}`),
		broken("shape.action", saysNoAction, "an object without `action`", `{"id":"k","to":"ann","message":"hi"}`),
		rule("shape.unknown", saysDance, "an action nobody knows is answered 501, and the connection goes on", func(t *T) {
			c := t.come("ann")
			c.refused([]int{501}, "dance")
			c.goesOn()
		}),
		rule("shape.unknown.longest", saysDance, "an action nobody knows of 15 characters is answered 501", func(t *T) {
			t.come("ann").refused([]int{501}, "abcdefghijklmno")
		}),
		rule("shape.action.long", "| an action longer than 15 characters | 413 | goes on |", "an action longer than the limit is answered 413", func(t *T) {
			c, most := t.comeWithLimit("ann", "action")
			c.refused([]int{413}, text(most+1))
			c.goesOn()
		}),
	)
	for _, q := range []struct {
		action string
		pairs  []any
	}{
		{"msg", []any{"message", "hi"}},
		{"typing", nil},
		{"read", []any{"seq", 1}},
		{"history", nil},
		{"create", nil},
		{"join", nil},
		{"leave", nil},
		{"topic", nil},
		{"members", nil},
		{"add_contact", nil},
		{"del_contact", nil},
		{"whois", nil},
	} {
		list = append(list, in(Errors, onJIM2, rule("to.none."+q.action, saysNoTo, "`"+q.action+"` without `to` is answered 400", func(t *T) {
			c := t.come("ann")
			c.refused([]int{400}, q.action, q.pairs...)
			c.goesOn()
		}))...)
	}
	return append(list, in(OnTheWire, onJIM2,
		alias("to.room", "`room` is another name of `to`", "room"),
		alias("to.user_id", "`user_id` is another name of `to`", "user_id"),
		rule("to.agree", saysOthers, "`to` and `room` may both be given when they agree", func(t *T) {
			c, room := t.comeWithRoom("ann")
			c.want(c.ask("msg", "to", room, "room", room, "message", "hi"), "response", 201)
		}),
		rule("to.disagree", saysOthers, "`to` and `room` that do not agree are answered 400", func(t *T) {
			c, room := t.comeWithRoom("ann")
			c.refused([]int{400}, "msg", "to", room, "room", room+"x", "message", "hi")
		}),
	)...)
}

func alias(id, says, name string) *serverCheck {
	return rule(id, saysOthers, says, func(t *T) {
		c, room := t.comeWithRoom("ann")
		c.want(c.ask("msg", name, room, "message", "hi"), "response", 201, "to", room)
	})
}
