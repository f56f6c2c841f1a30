package check

// rooms1 are about rooms and contacts of the specification.
func rooms1() []*serverCheck {
	return in(Specification, onJIM1,
		rule("jim1.join", saysRoom1, "`join` is answered 200", func(t *T) {
			c := t.come("ann")
			c.want(c.ask("join", "room", t.room()), "response", 200)
		}).on(objects),
		rule("jim1.join.again", saysRoom1, "`join` of a room one is in is answered 200", func(t *T) {
			c, room := t.come("ann"), t.room()
			c.ask("join", "room", room)
			c.want(c.ask("join", "room", room), "response", 200)
		}).on(objects),
		refusal1("jim1.join.none", saysRoom1, "`join` without `room` is answered 400", 400, func(c *conn) *object { return c.ask("join") }),
		refusal1("jim1.join.name", saysRoom1, "`join` of a room without `#` is answered 400", 400, func(c *conn) *object { return c.ask("join", "room", c.t.newName()) }),
		refusal1("jim1.join.long", saysRoom1, "`join` of a room of 26 characters is answered 400", 400, func(c *conn) *object { return c.ask("join", "room", "#"+text(26)) }),
		refusal1("jim1.leave.none", saysRoom1, "`leave` of a room that is not there is answered 404", 404, func(c *conn) *object { return c.ask("leave", "room", c.t.room()) }),
		inRoom1("jim1.room.told", saysTold1, "what is said in a room is told to who is in it", func(ann, bob *conn, room, words string) {
			ann.msg1(room, words)
			bob.event("action", "msg", "message", words)
		}),
		inRoom1("jim1.room.code", saysMsg1, "`msg` to a room is answered 200", func(ann, bob *conn, room, words string) {
			ann.want(ann.msg1(room, words), "response", 200)
		}),
		inRoom1("jim1.room.to", saysTold1, "what is said in a room has in `to` the room", func(ann, bob *conn, room, words string) {
			ann.msg1(room, words)
			bob.want(bob.event("action", "msg", "message", words), "to", room, "from", ann.name)
		}),
		inRoom1("jim1.room.own", saysEvent1, "who says something in a room is not told it", func(ann, bob *conn, room, words string) {
			ann.msg1(room, words)
			ann.none("action", "msg", "message", words)
		}).at(NotSaid),
		inRoom1("jim1.room.others", saysTold1, "who is not in the room is not told", func(ann, bob *conn, room, words string) {
			carl := ann.t.come("carl")
			ann.msg1(room, words)
			carl.none("action", "msg", "message", words)
		}),
		inRoom1("jim1.room.left", saysRoom1, "who has left is not told any more", func(ann, bob *conn, room, words string) {
			bob.want(bob.ask("leave", "room", room), "response", 200)
			ann.msg1(room, words)
			bob.none("action", "msg", "message", words)
		}),
		refusal1("jim1.room.nobody", saysMissing1, "`msg` to a room that is not there is answered 404", 404, func(c *conn) *object { return c.msg1(c.t.room(), "hello?") }),
	)
}

// everybody1 are about what is said to all, and what is not told.
func everybody1() []*serverCheck {
	return in(Specification, onJIM1,
		rule("jim1.room.joined", "| topics, rooms made, who joined and left | is not told |", "who is in a room is not told who joins", func(t *T) {
			ann, room := t.come("ann"), t.room()
			ann.ask("join", "room", room)
			bob := t.come("bob")
			bob.ask("join", "room", room)
			for _, o := range ann.hears() {
				if o.text("to") == room || o.text("room") == room || o.text("action") != "msg" {
					t.fail("nothing of it to ann", o.String())
				}
			}
		}).on(objects).at(NotSaid),
		rule("jim1.all", saysAll, "what is said to `#all` is told to who has said something there", func(t *T) {
			ann, bob := t.come("ann"), t.come("bob")
			bob.msg1("#all", t.id("first"))
			words := t.id("hi")
			ann.msg1("#all", words)
			bob.event("action", "msg", "from", ann.name, "message", words)
		}).on(objects).at(Course),
	)
}

// inRoom1 is a check with two people in a room.
func inRoom1(id, says, what string, run func(ann, bob *conn, room, words string)) *serverCheck {
	return rule(id, says, what, func(t *T) {
		ann, bob, room := t.come("ann"), t.come("bob"), t.room()
		for _, c := range []*conn{ann, bob} {
			c.want(c.ask("join", "room", room), "response", 200)
		}
		run(ann, bob, room, t.id("hi"))
	}).on(objects)
}

// contacts1 are about contacts of the specification, of two generations.
func contacts1() []*serverCheck {
	return in(Specification, onJIM1,
		contact1("jim1.contact.add", saysContact1, "`add_contact` is answered 200", func(ann, bob *conn) {
			ann.want(ann.ask("add_contact", "user_id", bob.name), "response", 200)
		}),
		contact1("jim1.contact.nobody", saysContact1, "`add_contact` of nobody is answered 400", func(ann, bob *conn) {
			ann.want(ann.ask("add_contact", "user_id", ann.t.newName()), "response", 400)
		}),
		contact1("jim1.contact.del", saysContact1, "`del_contact` is answered 200", func(ann, bob *conn) {
			ann.ask("add_contact", "user_id", bob.name)
			ann.want(ann.ask("del_contact", "user_id", bob.name), "response", 200)
		}),
		contact1("jim1.contact.none", saysContact1, "`del_contact` of who is no contact is answered 400", func(ann, bob *conn) {
			ann.want(ann.ask("del_contact", "user_id", bob.name), "response", 400)
		}),
		contact1("jim1.contact.empty", saysContacts1, "`get_contacts` without contacts is answered 202 with `\"quantity\":0`", func(ann, bob *conn) {
			ann.want(ann.ask("get_contacts"), "response", 202, "quantity", 0)
		}),
		contact1("jim1.contact.quantity", saysContacts1, "`get_contacts` is answered 202 with the number of contacts", func(ann, bob *conn) {
			ann.ask("add_contact", "user_id", bob.name)
			ann.want(ann.ask("get_contacts"), "response", 202, "quantity", 1)
		}),
		contact1("jim1.contact.list", saysContacts1, "after the number each contact comes as an object", func(ann, bob *conn) {
			ann.ask("add_contact", "user_id", bob.name)
			ann.ask("get_contacts")
			ann.event("action", "contact_list", "user_id", bob.name)
		}),
		contact1("jim1.contact.segments", saysSegment, "the number and each contact come in segments of their own", func(ann, bob *conn) {
			ann.ask("add_contact", "user_id", bob.name)
			ann.t.apart(func() []*object {
				a := ann.ask("get_contacts")
				return []*object{a, ann.event("action", "contact_list", "user_id", bob.name)}
			})
		}).at(Course).on(streams),
		contact1("jim1.contact.login", saysContacts1, "`get_contacts` with `user_login` is answered with the list in `alert`", func(ann, bob *conn) {
			ann.ask("add_contact", "user_id", bob.name, "user_login", ann.name)
			ann.want(ann.ask("get_contacts", "user_login", ann.name), "response", 202, "alert", "['"+bob.name+"']")
		}),
	)
}

func contact1(id, says, what string, run func(ann, bob *conn)) *serverCheck {
	return rule(id, says, what, func(t *T) { run(t.comeNew("ann"), t.come("bob")) }).on(objects)
}
