package check

import "sync"

// registered are names with passwords that the suite has made: as few as there can be, since a server may
// limit how many are made.
type registered struct {
	mu   sync.Mutex
	free []*lease
}

func (r *registered) giveBack(list []*lease) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.free = append(r.free, list...)
}

// owner is a registered name, until the check ends. It is made when there is none, or fresh says so.
func (t *T) owner(fresh bool) *lease {
	if t.run.names.given {
		return t.lease(false)
	}
	r := &t.run.registered
	r.mu.Lock()
	defer r.mu.Unlock()
	var l *lease
	if len(r.free) > 0 && !fresh {
		l, r.free = r.free[0], r.free[1:]
	} else {
		l = &lease{name: t.newName(), password: password, used: true}
		c := t.open("owner")
		t.registers(c, l.name)
		c.ask("quit")
		c.close()
	}
	t.owned = append(t.owned, l)
	return l
}

// registers registers a name. Where that needs an invitation the check cannot be made.
func (t *T) registers(c *conn, name string) *object {
	a := c.ask("register", "jim", 2, "user", build("account_name", name, "password", password))
	if a.code() == 403 {
		t.skip("to register here needs an invitation")
	}
	if a.code() != 201 {
		t.fail(`"response":201 to `+c.who, a.String())
	}
	c.name = name
	return a
}

// registers are about names with a password.
func registers() []*serverCheck {
	return in(SayingWho, onJIM2,
		rule("register.code", saysRegister, "`register` is answered 201, and one is logged in", func(t *T) {
			c := t.open("ann")
			t.registers(c, t.newName())
			c.want(c.ask("rooms"), "response", 200)
		}).on(objects),
		rule("register.guest", saysKeeps, "a guest that registers its own name keeps its conversations", func(t *T) {
			c := t.guest("ann") // the name is registered from then on
			t.drop(c)
			room := t.room()
			c.make(room)
			t.registers(c, c.name)
			c.says(room, "mine")
			if row := c.row(room); row == nil || row.members["member"] != true {
				t.fail("to be in "+room+" still", c.rowText(room))
			}
		}),
		rule("register.short", saysEight, "a password of seven characters is refused with 400", func(t *T) {
			c := t.open("ann")
			a := c.ask("register", "user", build("account_name", t.newName(), "password", "1234567"))
			if a.code() == 403 {
				t.skip("to register here needs an invitation")
			}
			c.code(a, 400)
		}).on(objects),
		rule("register.taken", "The name is taken or connected already, or this `id` was used for something else.", "`register` of a name that is registered is refused with 409", func(t *T) {
			l := t.owner(false)
			c := t.open("thief")
			a := c.ask("register", "user", build("account_name", l.name, "password", password))
			if a.code() == 403 {
				t.skip("to register here needs an invitation")
			}
			c.code(a, 409)
		}).on(objects).at(Codes),
		rule("register.connected", "| a guest's name that is connected | 409 | goes on |", "`register` of the name of a guest who is connected is refused with 409", func(t *T) {
			ann := t.guest("ann")
			c := t.open("thief")
			a := c.ask("register", "user", build("account_name", ann.name, "password", password))
			if a.code() == 403 {
				t.skip("to register here needs an invitation")
			}
			c.code(a, 409)
		}).on(objects).at(Errors),
		rule("register.invite", "| an expired or spent invitation | 402 | goes on |", "`register` with an invitation that was never given is refused with 402", func(t *T) {
			c := t.open("ann")
			c.refused([]int{402}, "register", "invite", "never-given", "user", build("account_name", t.newName(), "password", password))
			c.goesOn()
		}).on(objects).at(Errors),
	)
}

// passwords are about what proves a registered name.
func passwords() []*serverCheck {
	return append(in(SayingWho, onJIM2,
		rule("password.right", "`user` is `{\"account_name\":…}` with `password` or `token` where the name needs it.", "a password logs in", func(t *T) {
			l := t.owner(false)
			c := t.dial("ann")
			c.want(c.ask("presence", "jim", 2, "user", build("account_name", l.name, "password", l.password)), "response", 200)
		}),
		rule("password.guest", saysWelcome, "who has a password is no guest", func(t *T) {
			l := t.owner(false)
			c := t.dial("ann")
			a := c.done("presence", "jim", 2, "user", build("account_name", l.name, "password", l.password))
			if u := a.inner("user"); u == nil || u.members["guest"] == true {
				t.fail(`"user" without "guest":true`, a.String())
			}
		}),
		rule("password.none", saysNeeds, "a registered name without password or token is refused with 401", func(t *T) {
			l := t.owner(false)
			c := t.open("thief")
			c.refused([]int{401}, "presence", "jim", 2, "user", user(l.name))
			c.goesOn()
		}).on(objects).at(Errors),
		rule("password.wrong", saysWrong, "a wrong password is answered 402", func(t *T) {
			l := t.owner(false)
			c := t.open("thief")
			c.refused([]int{402}, "presence", "jim", 2, "user", build("account_name", l.name, "password", "wrong horse"))
		}).on(objects),
		rule("password.nobody", saysWrong, "a password for a name that nobody has is answered 402", func(t *T) {
			c := t.open("thief")
			c.refused([]int{402}, "presence", "jim", 2, "user", build("account_name", t.newName(), "password", "wrong horse"))
		}).on(objects),
		rule("password.same", saysWrong, "a wrong name and a wrong password are answered with the same words", func(t *T) {
			l := t.owner(false)
			c := t.open("thief")
			one := c.ask("authenticate", "user", build("account_name", l.name, "password", "wrong horse"))
			other := c.ask("authenticate", "user", build("account_name", t.newName(), "password", "wrong horse"))
			if one.text("error") != other.text("error") || one.code() != other.code() {
				t.fail("the same words: "+one.String(), other.String())
			}
		}).on(objects),
		rule("password.authenticate", saysAuth, "`authenticate` with the password logs in", func(t *T) {
			l := t.owner(false)
			c := t.open("ann")
			c.want(c.ask("authenticate", "user", build("account_name", l.name, "password", l.password)), "response", 200)
			c.want(c.ask("rooms"), "response", 200)
		}).on(objects),
		rule("password.case", saysSame, "a registered name may be written in capital letters", func(t *T) {
			l := t.owner(false)
			c := t.dial("ann")
			c.want(c.ask("presence", "jim", 2, "user", build("account_name", upper(l.name), "password", l.password)), "response", 200)
		}),
	), passwds()...)
}

// passwds are about a new password. The name is of no use afterwards.
func passwds() []*serverCheck {
	return in(YourAccount, onJIM2,
		rule("passwd.changes", saysPasswd, "after `passwd` the new password logs in, the old one does not, and other connections are closed", func(t *T) {
			if t.run.names.given {
				t.skip("the passwords of the accounts given are left as they are")
			}
			l := t.owner(true)
			t.owned = nil
			ann, phone := t.dial("ann"), t.dial("phone")
			for _, c := range []*conn{ann, phone} {
				c.done("presence", "jim", 2, "user", build("account_name", l.name, "password", l.password))
			}
			ann.refused([]int{402}, "passwd", "old", "wrong horse", "password", "battery staple")
			ann.want(ann.ask("passwd", "old", l.password, "password", "battery staple"), "response", 200)
			phone.gone()
			c := t.open("again")
			c.refused([]int{402}, "authenticate", "user", build("account_name", l.name, "password", l.password))
			c.want(c.ask("authenticate", "user", build("account_name", l.name, "password", "battery staple")), "response", 200)
		}).on(objects),
	)
}

// drop takes a name out of use: what the check does to it makes it unfit for others.
func (t *T) drop(c *conn) {
	for i, l := range t.leases {
		if l.name == c.name {
			t.leases = append(t.leases[:i:i], t.leases[i+1:]...)
			return
		}
	}
}
