package check

import (
	"fmt"
	"slices"
	"strings"
)

// mirrors are about the names that a program is told its messages under: its own.
func mirrors() (list []*serverCheck) {
	for _, n := range []struct{ id, from, to, text string }{
		{"sender", "sender", "destination", "mess_text"},
		{"recipient", "sender", "recipient", "message_text"},
		{"from_user", "from_user", "to_user", "message"},
		{"user", "user", "to", "text"},
		{"space", "from", "to", "message text"},
	} {
		list = append(list, rule("mentor.names."+n.id, saysToldM, "who says `"+n.from+"`, `"+n.to+"` and `"+n.text+"` is told under these names", func(t *T) {
			ann, bob, words := t.come("ann"), t.come("bob"), t.id("hi")
			bob.send(string(build("action", "message", "time", now(), n.from, bob.name, n.to, ann.name, n.text, words)))
			ann.event("action", "message", "from", bob.name, "mess_text", words)
			words = t.id("ho")
			ann.tells(bob.name, words)
			bob.event("action", "message", n.from, ann.name, n.to, bob.name, n.text, words)
		}).on(objects))
	}
	list = append(list, rule("mentor.names.object", saysFromM, "the sender may stand in an object", func(t *T) {
		ann, bob, words := t.come("ann"), t.come("bob"), t.id("hi")
		bob.send(string(build("action", "message", "time", now(), "user", user(bob.name), "to", ann.name, "mess_text", words)))
		ann.event("action", "message", "from", bob.name, "mess_text", words)
	}).on(objects))
	for _, all := range []struct {
		id, what string
		to       []any
	}{
		{"sign", "`#`", []any{"to", "#"}},
		{"empty", "an empty addressee", []any{"to", ""}},
		{"all", "`all`", []any{"to", "all"}},
		{"room", "`#all`", []any{"to", "#all"}},
		{"none", "no addressee", nil},
	} {
		list = append(list, rule("mentor.all."+all.id, saysAll, "what is said to "+all.what+" is told to everybody", func(t *T) {
			ann, bob, words := t.come("ann"), t.come("bob"), t.id("hi")
			ann.send(string(build(append([]any{"action", "message", "time", now(), "from", ann.name, "mess_text", words}, all.to...)...)))
			bob.ends(ann.name, words)
		}).on(objects).at(Course))
	}
	list = append(list,
		rule("mentor.all.to", saysToM, "what is said to everybody has in `to` the login of who is told", func(t *T) {
			ann, bob, words := t.come("ann"), t.come("bob"), t.id("hi")
			ann.tells("#", words)
			bob.want(bob.ends(ann.name, words), "to", bob.name)
		}).on(objects),
		rule("mentor.all.own", saysEvent1, "who says something to everybody is not told it", func(t *T) {
			ann, bob, words := t.come("ann"), t.come("bob"), t.id("hi")
			ann.tells("#", words)
			bob.ends(ann.name, words)
			for _, o := range ann.hears() {
				if strings.HasSuffix(o.text("mess_text"), words) {
					t.fail("nothing of it to ann", o.String())
				}
			}
		}).on(objects).at(NotSaid),
	)
	return in(Mentors, onMentor, list...)
}

// ends waits for a message of somebody that ends so: the room stands before it.
func (c *conn) ends(from, words string) *object {
	until := c.t.until()
	for {
		o, why := c.take(until)
		switch {
		case o == nil:
			c.t.silent(why, "a message from "+from+" that ends with "+words, nil)
		case o.text("from") == from && strings.HasSuffix(o.text("mess_text"), words):
			return o
		}
	}
}

// listsM are about lists, keys, and what is not understood.
func listsM() []*serverCheck {
	return in(Mentors, onMentor,
		rule("mentor.unknown", saysElseM, "an action nobody knows is answered 400 in the words of the mentors' server", func(t *T) {
			c := t.come("ann")
			c.want(c.ask("dance"), "response", 400, "error", notRight)
		}).on(objects),
		rule("mentor.unknown.then", saysElseM, "after that the connection goes on", func(t *T) {
			c := t.come("ann")
			c.ask("dance")
			c.alive()
		}).on(objects),
		rule("mentor.action", saysElseM, "an object without `action` is answered 400", func(t *T) {
			c := t.come("ann")
			c.want(c.asks(`{"time":1}`), "response", 400)
		}).on(objects),
		contact1("mentor.users", saysListsM, "`get_users` is answered 202 with a list", func(ann, bob *conn) {
			ann.listOf("get_users", "account_name", ann.name)
		}),
		contact1("mentor.users.self", saysListsM, "`get_users` lists who is there", func(ann, bob *conn) {
			var list []string
			if !ann.t.eventually(func() bool {
				list = ann.listOf("get_users", "account_name", ann.name)
				return slices.Contains(list, bob.name) || len(list) > 20
			}) {
				ann.t.fail("a list with "+bob.name, fmt.Sprint(list))
			}
		}),
	)
}

// contactsM are about contacts and keys.
func contactsM() []*serverCheck {
	return in(Mentors, onMentor,
		contact1("mentor.contacts", saysListsM, "`get_contacts` without contacts is answered 202 with an empty list", func(ann, bob *conn) {
			if list := ann.listOf("get_contacts", "user", ann.name); len(list) != 0 {
				ann.t.fail("[]", fmt.Sprint(list))
			}
		}),
		contact1("mentor.add", saysAddM, "`add` is answered 200", func(ann, bob *conn) {
			ann.want(ann.ask("add", "user", ann.name, "account_name", bob.name), "response", 200)
		}),
		contact1("mentor.add.listed", saysListsM, "who was added is in the list of `get_contacts`", func(ann, bob *conn) {
			ann.ask("add", "user", ann.name, "account_name", bob.name)
			if list := ann.listOf("get_contacts", "user", ann.name); !slices.Equal(list, []string{bob.name}) {
				ann.t.fail("["+bob.name+"]", fmt.Sprint(list))
			}
		}),
		contact1("mentor.add.nobody", saysAddM, "`add` of nobody is answered 400", func(ann, bob *conn) {
			ann.want(ann.ask("add", "user", ann.name, "account_name", ann.t.newName()), "response", 400)
		}),
		contact1("mentor.remove", saysAddM, "`remove` is answered 200, and who was removed is not listed", func(ann, bob *conn) {
			ann.ask("add", "user", ann.name, "account_name", bob.name)
			ann.want(ann.ask("remove", "user", ann.name, "account_name", bob.name), "response", 200)
			if list := ann.listOf("get_contacts", "user", ann.name); len(list) != 0 {
				ann.t.fail("[]", fmt.Sprint(list))
			}
		}),
		rule("mentor.key", saysKeyM, "the public key of somebody who is connected is answered 511 in `bin`", func(t *T) {
			ann, bob, key := t.dial("ann"), t.come("bob"), text(400)
			name := t.newName()
			ann.want(ann.presence1("time", now(), "user", build("account_name", name, "pubkey", key)), "response", 200)
			bob.want(bob.ask("pubkey_need", "account_name", name), "response", 511, "bin", key)
		}).on(objects),
		contact1("mentor.key.none", saysKeyM, "the public key of somebody who has shown none is answered 400", func(ann, bob *conn) {
			ann.want(ann.ask("pubkey_need", "account_name", bob.name), "response", 400)
		}),
		rule("mentor.new", saysNewM, "a program that has read its lists is told 205 when somebody new is here", func(t *T) {
			ann := t.comeNew("ann")
			ann.listOf("get_users", "account_name", ann.name)
			ann.listOf("get_contacts", "user", ann.name)
			t.comeNew("bob")
			ann.event("response", codeLists)
		}).on(objects),
	)
}

// listOf is the list of names that an action is answered with.
func (c *conn) listOf(action string, pairs ...any) (names []string) {
	a := c.ask(action, pairs...)
	items, ok := a.members["data_list"].([]any)
	if a.code() != 202 || !ok {
		c.t.fail(`{"response":202,"data_list":[…]}`, a.String())
	}
	for _, item := range items {
		name, _ := item.(string)
		names = append(names, name)
	}
	return names
}
