package check

import "time"

const (
	saysFirst   = "`presence` with `\"jim\":2` is the first object."
	saysWelcome = `ann< {"response":200,"time":1763.5,"jim":2,"server":"jim","user":{"account_name":"ann","status":"here","guest":true},"token":"*","limits":{`
	saysSilent  = "A connection that says nothing for two seconds is sent a `probe` that says how to begin"
	saysBefore  = "Before that, only `presence`, `authenticate`, `register`, `ping` and `quit` are answered; the rest gets 401."
)

// welcomes are about the first object and its answer.
func welcomes() []*serverCheck {
	return in(SayingWho, onJIM2,
		rule("login.welcome.code", saysFirst, "`presence` with `\"jim\":2` and a name is answered 200", func(t *T) {
			c := t.dial("ann")
			c.login(t.lease(false))
		}).first(),
		welcome("login.welcome.jim", "the answer to `presence` says `\"jim\":2`", func(c *conn, a *object) {
			c.want(a, "jim", 2)
		}),
		welcome("login.welcome.id", "the answer to `presence` has its `id`", func(c *conn, a *object) {
			c.want(a, "id", c.asked)
		}),
		welcome("login.welcome.time", "the answer to `presence` has the server's time as a number", func(c *conn, a *object) {
			if n, ok := a.members["time"].(float64); !ok || n <= 0 {
				c.t.fail(`"time": seconds since 1970`, a.String())
			}
		}),
		welcome("login.welcome.name", "`user` in the answer to `presence` has the name", func(c *conn, a *object) {
			if u := a.inner("user"); u == nil || u.text("account_name") != c.name {
				c.t.fail(`"user":{"account_name":"`+c.name+`"}`, a.String())
			}
		}),
		rule("login.welcome.status", saysWelcome, "`user` in the answer to `presence` has the status that was said", func(t *T) {
			c, l := t.dial("ann"), t.lease(false)
			user := append([]any{"account_name", l.name, "status", "reading"}, l.proof()...)
			a := c.done("presence", "jim", 2, "user", value(build(user...)))
			if u := a.inner("user"); u == nil || u.text("status") != "reading" {
				t.fail(`"user":{"status":"reading"}`, a.String())
			}
		}),
		rule("login.welcome.guest", saysWelcome, "`user` in the answer to a guest says `\"guest\":true`", func(t *T) {
			l := t.lease(false)
			if l.password != "" {
				t.skip("the names are accounts, not guests")
			}
			c := t.dial("ann")
			a := c.login(l)
			if u := a.inner("user"); u == nil || u.members["guest"] != true {
				t.fail(`"user":{"guest":true}`, a.String())
			}
		}),
	)
}

// silences are about who has not said who he is.
func silences() []*serverCheck {
	return in(SayingWho, onJIM2,
		rule("login.silent.probe", saysSilent, "a connection that says nothing is sent a `probe` after about two seconds", func(t *T) {
			c := t.dial("ann")
			o := c.silent()
			c.want(o, "action", "probe")
			if waited := o.at.Sub(t.began); waited < time.Second {
				t.fail("a `probe` after two seconds of silence", "one after "+waited.Round(10*time.Millisecond).String())
			}
		}).on(objects),
		rule("login.silent.alert", saysSilent, "the `probe` says in `alert` how to begin", func(t *T) {
			c := t.dial("ann")
			o := c.silent()
			if o.text("alert") == "" {
				t.fail(`a probe with "alert"`, o.String())
			}
		}).on(objects),
		rule("login.silent.then", saysSilent, "who was sent a `probe` can still log in", func(t *T) {
			c := t.dial("ann")
			c.want(c.silent(), "action", "probe")
			c.login(t.lease(false))
		}).on(objects),
		rule("login.before.ping", saysBefore, "`ping` is answered 200 before anybody has said who he is", func(t *T) {
			c := t.open("ann")
			c.want(c.ask("ping"), "response", 200)
		}).on(objects),
		rule("login.before.quit", saysBefore, "`quit` is answered 200 before anybody has said who he is", func(t *T) {
			c := t.open("ann")
			c.want(c.ask("quit"), "response", 200)
		}).on(objects),
		rule("login.before.then", saysBefore, "who was answered 401 can still log in", func(t *T) {
			c := t.open("ann")
			c.refused([]int{401}, "rooms")
			c.login(t.lease(false))
		}).on(objects),
	)
}

// welcome is a check of the answer to presence.
func welcome(id, says string, look func(*conn, *object)) *serverCheck {
	return rule(id, saysWelcome, says, func(t *T) {
		c := t.dial("ann")
		a := c.login(t.lease(false))
		look(c, a)
	})
}

// befores are checks that an action needs a login.
func befores() (list []*serverCheck) {
	for _, q := range []struct {
		action string
		pairs  []any
	}{
		{"msg", []any{"to", "bob", "message", "hi"}},
		{"typing", []any{"to", "bob"}},
		{"read", []any{"to", "bob", "seq", 1}},
		{"history", []any{"to", "bob"}},
		{"sync", []any{"since", value("{}")}},
		{"create", []any{"to", "#tea"}},
		{"join", []any{"to", "#tea"}},
		{"leave", []any{"to", "#tea"}},
		{"topic", []any{"to", "#tea", "topic", "hot water"}},
		{"rooms", nil},
		{"members", []any{"to", "#tea"}},
		{"get_contacts", nil},
		{"add_contact", []any{"to", "bob"}},
		{"del_contact", []any{"to", "bob"}},
		{"whois", []any{"to", "bob"}},
		{"passwd", []any{"old", "correct horse", "password", "battery staple"}},
		{"sessions", nil},
	} {
		list = append(list, rule("login.before."+q.action, saysBefore,
			"`"+q.action+"` gets 401 before anybody has said who he is", func(t *T) {
				c := t.open("ann")
				c.refused([]int{401}, q.action, q.pairs...)
			}).on(objects))
	}
	return in(SayingWho, onJIM2, list...)
}

// limits are the limits that a server must announce.
func limits() (list []*serverCheck) {
	for _, name := range []string{"action", "name", "id", "message", "topic", "object", "answer", "depth", "page"} {
		list = append(list, welcome("login.limits."+name, "the answer to `presence` announces the limit `"+name+"`", func(c *conn, a *object) {
			if l := a.inner("limits"); l == nil || l.number(name) < 1 {
				c.t.fail(`"limits":{"`+name+`": a whole number}`, a.String())
			}
		}))
	}
	for _, c := range list {
		c.Says = "Over a limit of size; the limits are in the answer to `presence`."
	}
	return in(Codes, onJIM2, list...)
}
