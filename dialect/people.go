package dialect

import (
	"strings"
	"time"

	"jim/wire"
)

// codeKey is the answer with a key, and the step of a handshake: 511 as HTTP has it.
// codeLists says that lists of people have changed. Only programs of the course's
// second year know them.
const (
	codeKey   = 511
	codeLists = 205
)

// getContacts lists contacts, in the way of the program's generation: a number and as
// many objects; a text with the list in it; or a list.
func (c *conn) getContacts(s *said) {
	c.send(ask{Action: wire.ActGetContacts}, func(r *wire.Response) {
		people := make([]string, len(r.Contacts))
		for i, p := range r.Contacts {
			people[i] = p.Name
		}
		switch {
		case r.Code.IsError():
			c.tellError(errorOf(r), "")
		case s.inUser != "":
			c.speech.contacts = true
			c.tellList(people)
		case s.login:
			c.answerList(people, func(people []string) object {
				return begin().number("response", int(wire.Accepted)).at(time.Now()).text("alert", quoted(people))
			})
		default:
			c.answer(begin().number("response", int(wire.Accepted)).at(time.Now()).number("quantity", len(people)))
			for _, p := range people {
				c.answer(begin().text("action", actContact).text("user_id", p))
			}
		}
	})
}

// quoted is a list as Python writes one.
func quoted(names []string) string {
	if len(names) == 0 {
		return "[]"
	}
	return "['" + strings.Join(names, "', '") + "']"
}

// tellList answers with a list of people.
func (c *conn) tellList(people []string) {
	c.speech.polls = true
	for _, p := range people {
		c.meets(p)
	}
	c.answerList(people, func(people []string) object {
		return begin().number("response", int(wire.Accepted)).list("data_list", people)
	})
}

// answerList answers with the object that is made of people, of as many as fit into it: the first
// guess is what would if all names were as short as they can be.
func (c *conn) answerList(people []string, made func(people []string) object) {
	people = people[:min(len(people), c.speech.longest()/len(`"a"`))]
	for {
		o := made(people)
		if len(o)+len("}\n") <= c.speech.longest() || len(people) == 0 {
			c.answer(o)
			return
		}
		people = people[:len(people)-1]
	}
}

// getUsers lists who is in the lobby, where all programs of that kind are.
func (c *conn) getUsers(*said) {
	c.send(ask{Action: wire.ActMembers, To: c.in.o.Lobby}, func(r *wire.Response) {
		if r.Code.IsError() && r.Code != wire.NotFound && c.in.o.Lobby != "" {
			c.tellError(errorOf(r), "")
			return
		}
		people := []string{}
		for _, p := range r.Members {
			people = append(people, p.Name)
		}
		c.speech.users = true
		c.tellList(people)
	})
}

// changeContact adds or removes a contact; somebody who is not there is a 400.
func (c *conn) changeContact(s *said) {
	q := ask{Action: wire.ActAddContact, To: s.contact}
	if s.action == wire.ActDelContact || s.action == actRemove {
		q.Action = wire.ActDelContact
	}
	if s.action == actAdd || s.action == actRemove {
		q.To = s.account
	}
	c.send(q, func(r *wire.Response) {
		switch {
		case r.Code == wire.NotFound:
			c.refused(wire.BadRequest, c.words(errorOf(r), q.To))
		case r.Code.IsError():
			c.tellError(errorOf(r), q.To)
		default:
			c.tellOK()
		}
	})
}

// getKey tells a public key that a program has shown which is connected now.
func (c *conn) getKey(s *said) {
	c.local(func() {
		switch key := c.in.keyOf(s.account); {
		case c.speech.name == "":
			c.tellError(wire.Errorf(wire.Unauthorized, "say who you are first"), "")
		case key == "":
			words := "no public key of " + s.account + " is here"
			if c.speech.mentor {
				words = russian(sayNoKey, s.account)
			}
			c.refused(wire.BadRequest, words)
		default:
			c.answer(begin().number("response", codeKey).text("bin", key))
		}
	})
}

// listsEvery is how often a program is told at most that its lists have changed: it
// reads them all again.
const listsEvery = 10 * time.Second

// seenMost bounds how many people a connection remembers.
const seenMost = 1000

// meets notes somebody, and tells whether that is news.
func (c *conn) meets(name string) bool {
	if c.speech.seen[name] || len(c.speech.seen) >= seenMost {
		return false
	}
	if c.speech.seen == nil {
		c.speech.seen = map[string]bool{}
	}
	c.speech.seen[name] = true
	return true
}

// tellLists tells a program that reads lists of people when somebody new is here. It must
// have read them before: in between it would take the news for its answer.
func (c *conn) tellLists(name string) {
	if !c.speech.users || !c.speech.contacts {
		return
	}
	c.speech.changed = c.meets(name) || c.speech.changed
	if now := time.Now(); c.speech.changed && now.Sub(c.speech.listed) >= listsEvery {
		c.speech.changed, c.speech.listed = false, now
		c.event(begin().number("response", codeLists))
	}
}
