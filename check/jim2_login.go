package check

import "strings"

const (
	saysNames    = "**Names** have up to 25 characters: letters, digits, and `-`, `_`, `.`, of one script (Latin, Cyrillic, Han …; RFC 8265 UsernameCaseMapped)."
	saysSame     = "`Ann` and `ann` are the same name."
	saysTaken    = "409 a guest of this name is connected"
	saysNameTag  = "A guest's name is a name tag, not a lock: when its bearer has left, the next one to take it is the same guest"
	saysBadName  = "| a name with a space, of two scripts, or empty | 400 | goes on |"
	saysAlike    = "| a new name that looks like another, or is reserved | 409 | goes on |"
	saysReserved = "**Reserved names** are refused with 409."
	saysStatus   = "Later on the connection, `presence` with a `status` (\"away\", \"here\", …) tells what you are doing."
)

// logins are about names.
func logins() []*serverCheck {
	return in(SayingWho, onJIM2,
		named("login.name.letters", "a name may have digits, `-`, `_` and `.`", func(t *T) string { return t.newName() + "-2_3.x" }),
		named("login.name.longest", "a name may have 25 characters", func(t *T) string { n := t.newName(); return n + strings.Repeat("z", 25-len(n)) }),
		named("login.name.cyrillic", "a name may be Cyrillic", func(t *T) string { return cyrillic(t.newName()) }),
		named("login.name.han", "a name may be Chinese", func(t *T) string { return han(t.newName()) }),
		rule("login.name.case", saysSame, "who is connected as `ann` is connected as `ANN`, too", func(t *T) {
			ann := t.guest("ann")
			c := t.open("bob")
			c.refused([]int{409}, "presence", "jim", 2, "user", user(strings.ToUpper(ann.name)))
		}),
		rule("login.taken", saysTaken, "a guest's name that is connected is refused with 409", func(t *T) {
			ann := t.guest("ann")
			c := t.open("bob")
			c.refused([]int{409}, "presence", "jim", 2, "user", user(ann.name))
		}),
		rule("login.taken.then", saysTaken, "who was refused a name can take another on the same connection", func(t *T) {
			ann := t.guest("ann")
			c := t.open("bob")
			c.ask("presence", "jim", 2, "user", user(ann.name))
			c.login(t.lease(false))
		}),
		rule("login.free.quit", saysNameTag, "a guest's name can be taken again after `quit`", func(t *T) {
			ann := t.guest("ann")
			ann.done("quit")
			t.takes(ann.name)
		}),
		rule("login.free.cut", saysNameTag, "a guest's name can be taken again after its connection was cut", func(t *T) {
			ann := t.guest("ann")
			ann.close()
			t.takes(ann.name)
		}),
		rule("login.free.same", saysNameTag, "who takes a guest's name is the same guest, in the same rooms", func(t *T) {
			ann := t.guest("ann")
			room := t.room()
			ann.make(room)
			ann.done("quit")
			again := t.takes(ann.name)
			again.says(room, "still here")
			again.event("action", "msg", "to", room, "message", "still here")
		}),
		rule("login.status.later", saysStatus, "`presence` with a `status` on a connection that has logged in is answered 200", func(t *T) {
			c := t.come("ann")
			c.want(c.ask("presence", "status", "away"), "response", 200)
		}),
		rule("login.status.seen", saysStatus, "the `status` is what others see", func(t *T) {
			ann, bob := t.come("ann"), t.come("bob")
			ann.done("presence", "status", "away")
			a := bob.done("whois", "to", ann.name)
			if u := a.inner("user"); u == nil || u.text("status") != "away" {
				t.fail(`"user":{"status":"away"}`, a.String())
			}
		}),
	)
}

// refusals are names that nobody can have.
func refusals() (list []*serverCheck) {
	for _, n := range []struct{ id, what, name string }{
		{"space", "a name with a space", "ann lee"},
		{"empty", "an empty name", ""},
		{"scripts", "a name of two scripts", "\u0430nn"},
		{"room", "a name that begins with `#`", "#ann"},
		{"sign", "a name with another sign", "ann!"},
	} {
		list = append(list, rule("login.bad."+n.id, saysBadName, n.what+" is refused with 400, and the connection goes on", func(t *T) {
			c := t.open("ann")
			action := "presence"
			if n.name == "" { // then the way there may say who it is
				action = "register"
			}
			a := c.ask(action, "jim", 2, "user", build("account_name", n.name, "password", password))
			if a.code() == 403 {
				t.skip("to register here needs an invitation")
			}
			c.code(a, 400)
			c.goesOn()
		}).on(objects))
	}
	list = append(list, rule("login.bad.long", "characters in the name of a person", "a name over the limit is refused, and the connection goes on", func(t *T) {
		c, most := t.comeWithLimit("ann", "name")
		d := t.open("bob")
		d.refused([]int{400, 413}, "presence", "jim", 2, "user", user(text(most+1)))
		d.goesOn()
		_ = c
	}).on(objects))
	for _, name := range []string{"server", "jim", "System", "сервер", "系统", "s-e-r.v_e-r", "j1m", "admin", "Администратор", "everyone"} {
		list = append(list, rule("login.reserved."+idWord(name), saysReserved, "the name `"+name+"` is reserved: refused with 409", func(t *T) {
			t.guest("bob") // guests are let in
			c := t.open("ann")
			a := c.ask("presence", "jim", 2, "user", user(name))
			if a.code() == 401 && (name == "admin" || name == "Администратор" || name == "everyone") {
				t.skip("an operator has given the name `%s` to somebody", name)
			}
			c.code(a, 409)
		}).on(objects))
	}
	in(SayingWho, onJIM2, list...)
	list[5].Section = Limits
	for _, c := range list[:5] {
		c.Section = Errors
	}
	return list
}

// idWord is a name as a word of an id.
func idWord(name string) string {
	words := map[string]string{"сервер": "ru", "系统": "zh", "s-e-r.v_e-r": "signs", "j1m": "alike", "System": "case", "Администратор": "office"}
	if word := words[name]; word != "" {
		return word
	}
	return name
}

// alikes are names that could be taken for others.
func alikes() []*serverCheck {
	list := in(Errors, onJIM2,
		alike("login.alike.digit", "a new name that has 0 where another has o", "o", "0"),
		alike("login.alike.letters", "a new name that has rn where another has m", "m", "rn"),
		alike("login.alike.one", "a new name that has 1 where another has l", "l", "1"),
	)
	return append(list, in(SayingWho, onJIM2,
		rule("room.alike", "The same goes for rooms among themselves.", "a new room that looks like another is refused with 409", func(t *T) {
			c, room := t.come("ann"), t.room()
			c.make(room + "o")
			c.refused([]int{409}, "join", "to", room+"0")
		}),
		rule("room.reserved", "The server's are nobody's, nor a room's", "a room cannot have a reserved name of the server's: refused with 409", func(t *T) {
			t.come("ann").refused([]int{409}, "join", "to", "#system")
		}),
	)...)
}

func alike(id, what, one, other string) *serverCheck {
	return rule(id, saysAlike, what+" is refused with 409", func(t *T) {
		t.guest("ann")
		name := t.newName()
		first := t.open("bob")
		first.done("presence", "jim", 2, "user", user(name+one))
		second := t.open("carl")
		second.refused([]int{409}, "presence", "jim", 2, "user", user(name+other))
	}).on(objects)
}

// named is a check that one can be called so.
func named(id, says string, name func(*T) string) *serverCheck {
	return rule(id, saysNames, says, func(t *T) {
		t.guest("bob") // guests are let in
		c := t.open("ann")
		want := name(t)
		a := c.ask("presence", "jim", 2, "user", user(want))
		c.want(a, "response", 200)
		if u := a.inner("user"); u == nil || u.text("account_name") != want {
			t.fail(`"user":{"account_name":"`+want+`"}`, a.String())
		}
	}).on(objects)
}

// guest is somebody without a password.
func (t *T) guest(who string) *conn {
	l := t.lease(false)
	if l.password != "" {
		t.skip("the names are accounts, and this is about guests")
	}
	return t.enter(who, l)
}

// takes logs in under the name of a guest who has just left.
func (t *T) takes(name string) *conn {
	c := t.dial("again")
	c.name = name
	l := c.lease()
	l.used = true
	c.login(l)
	return c
}

func user(name string) []byte { return build("account_name", name) }

// cyrillic and han write a name in other letters, of which none looks like a Latin one.
func cyrillic(name string) string { return spelled(name, "бгджзлфцчшщыэюя") }

func han(name string) string { return spelled(name, "山水火木月林海花石天雨云竹梅江") }

func spelled(name, with string) string {
	signs := []rune(with)
	var b strings.Builder
	for _, r := range name {
		at := strings.IndexRune(letters, r)
		b.WriteRune(signs[max(at, 0)])
	}
	return b.String()
}
