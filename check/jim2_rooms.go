package check

import (
	"fmt"
	"slices"
)

const (
	saysCreate = "| `{\"action\":\"create\",\"to\":\"#tea\",\"topic\":\"…\"}` | 201 `seq`; 409 when it is there |"
	saysJoin   = "| `{\"action\":\"join\",\"to\":\"#tea\"}` | 200, or 201 when that made the room; `to`, `seq`, `topic`. Joining again is 200 and tells nobody |"
	saysLeave  = "| `{\"action\":\"leave\",\"to\":\"#tea\"}` | 200 `seq`; your devices get the event too, as their last of the room |"
	saysTopic  = "| `{\"action\":\"topic\",\"to\":\"#tea\"}` | 200 `topic` |"
	saysSet    = "| `{\"action\":\"topic\",\"to\":\"#tea\",\"topic\":\"…\"}` | 201 `seq` |"
	saysRooms  = "| `{\"action\":\"rooms\"}` | 200 `rooms`: first your own conversations (rooms and people) with `seq`, `read`, `member`, then the other rooms; `more`, `next` |"
	saysMember = "| `{\"action\":\"members\",\"to\":\"#tea\"}` | 200 `members`, each with `status`; `more`, `next` |"
	saysEntry  = "`create`, `join`, `leave` and `topic` are entries of the conversation: its members are told, with a `seq`."
	saysPaged  = "Lists are read in pages: send `next` back as `after`."
)

// made are about how a room begins, and what it is about.
func made() []*serverCheck {
	return in(Rooms, onJIM2,
		rule("create.code", saysCreate, "`create` is answered 201 with the number 1", func(t *T) {
			c := t.come("ann")
			c.want(c.ask("create", "to", t.room()), "response", 201, "seq", 1)
		}),
		rule("create.event", saysEntry, "who creates a room is told so, with the topic", func(t *T) {
			c, room := t.come("ann"), t.room()
			c.done("create", "to", room, "topic", "hot water")
			c.event("action", "create", "to", room, "from", c.name, "seq", 1, "topic", "hot water")
		}),
		inRoom("create.there", saysCreate, "`create` of a room that is there is answered 409", func(c *conn, room string) {
			c.refused([]int{409}, "create", "to", room)
		}),
		inRoom("create.there.case", saysCreate, "`create` of a room that is there, in capital letters, is answered 409", func(c *conn, room string) {
			c.refused([]int{409}, "create", "to", upper(room))
		}),
		rule("create.member", "Makes a room and joins it.", "who creates a room is in it", func(t *T) {
			c, room := t.come("ann"), t.room()
			c.done("create", "to", room)
			c.says(room, "hi")
			c.event("action", "msg", "to", room)
		}).at(Actions),
		rule("topic.read", saysTopic, "`topic` without a topic is answered 200 with the topic", func(t *T) {
			c, room := t.come("ann"), t.room()
			c.done("create", "to", room, "topic", "hot water")
			c.want(c.ask("topic", "to", room), "response", 200, "topic", "hot water")
		}),
		inRoom("topic.set", saysSet, "a new topic is answered 201 with its number", func(c *conn, room string) {
			c.want(c.ask("topic", "to", room, "topic", "tea"), "response", 201, "seq", 2)
		}),
		rule("topic.told", saysEntry, "the members are told a new topic, with its number", func(t *T) {
			ann, bob, room := t.pair()
			n := ann.done("topic", "to", room, "topic", "tea").number("seq")
			bob.event("action", "topic", "to", room, "from", ann.name, "seq", n, "topic", "tea")
		}),
		inRoom("topic.kept", saysTopic, "a new topic is what `topic` tells from then on", func(c *conn, room string) {
			c.done("topic", "to", room, "topic", "tea")
			c.want(c.ask("topic", "to", room), "topic", "tea")
		}),
		rule("topic.joined", saysJoin, "who joins is told the topic", func(t *T) {
			ann, room := t.come("ann"), t.room()
			ann.done("create", "to", room, "topic", "hot water")
			bob := t.come("bob")
			bob.want(bob.ask("join", "to", room), "topic", "hot water")
		}),
	)
}

// joined are about coming and going.
func joined() []*serverCheck {
	return in(Rooms, onJIM2,
		rule("join.makes", saysJoin, "`join` of a room that is not there makes it: 201 with the number 1", func(t *T) {
			c, room := t.come("ann"), t.room()
			c.want(c.ask("join", "to", room), "response", 201, "to", room, "seq", 1)
		}),
		rule("join.code", saysJoin, "`join` of a room that is there is answered 200 with the number of the entry", func(t *T) {
			_, room := t.comeWithRoom("ann")
			bob := t.come("bob")
			bob.want(bob.ask("join", "to", room), "response", 200, "to", room, "seq", 2)
		}),
		rule("join.told", saysEntry, "the members are told who joins", func(t *T) {
			ann, room := t.comeWithRoom("ann")
			bob := t.come("bob")
			bob.done("join", "to", room)
			ann.event("action", "join", "to", room, "from", bob.name, "seq", 2)
		}),
		rule("join.own", saysEntry, "who joins is told so, too", func(t *T) {
			_, room := t.comeWithRoom("ann")
			bob := t.come("bob")
			bob.done("join", "to", room)
			bob.event("action", "join", "to", room, "from", bob.name, "seq", 2)
		}),
		inRoom("join.again", saysJoin, "joining again is answered 200", func(c *conn, room string) {
			c.want(c.ask("join", "to", room), "response", 200)
		}),
		rule("join.again.told", saysJoin, "joining again tells nobody", func(t *T) {
			ann, bob, room := t.pair()
			bob.done("join", "to", room)
			ann.none("action", "join", "to", room)
			bob.none("action", "join", "to", room)
		}),
	)
}

// left are about leaving.
func left() []*serverCheck {
	return in(Rooms, onJIM2,
		rule("leave.code", saysLeave, "`leave` is answered 200 with the number of the entry", func(t *T) {
			_, bob, room := t.pair()
			bob.want(bob.ask("leave", "to", room), "response", 200, "seq", 3)
		}),
		rule("leave.told", saysEntry, "the members are told who leaves", func(t *T) {
			ann, bob, room := t.pair()
			bob.done("leave", "to", room)
			ann.event("action", "leave", "to", room, "from", bob.name, "seq", 3)
		}),
		rule("leave.own", saysLeave, "who leaves is told so", func(t *T) {
			_, bob, room := t.pair()
			bob.done("leave", "to", room)
			bob.event("action", "leave", "to", room, "from", bob.name)
		}),
		rule("leave.last", saysLeave, "who has left hears nothing of the room any more", func(t *T) {
			ann, bob, room := t.pair()
			bob.done("leave", "to", room)
			bob.event("action", "leave", "to", room)
			ann.says(room, "gone?")
			bob.none("action", "msg", "to", room)
		}),
		rule("leave.members", saysMember, "who has left is not listed in `members`", func(t *T) {
			ann, bob, room := t.pair()
			bob.done("leave", "to", room)
			if list := ann.people("members", "to", room); slices.Contains(list, bob.name) {
				t.fail("a list without "+bob.name, fmt.Sprint(list))
			}
		}),
		rule("leave.back", saysJoin, "who has left can join again, and is told what is said from then on", func(t *T) {
			ann, bob, room := t.pair()
			bob.done("leave", "to", room)
			bob.event("action", "leave", "to", room)
			bob.done("join", "to", room)
			ann.says(room, "welcome back")
			bob.event("action", "msg", "message", "welcome back")
		}),
	)
}

// listed are about lists of rooms and members.
func listed() []*serverCheck {
	return in(Rooms, onJIM2,
		inRoom("rooms.own", saysRooms, "`rooms` has the rooms one is in, with `member`", func(c *conn, room string) {
			if row := c.row(room); row == nil || row.members["member"] != true {
				c.t.fail(`"name":"`+room+`" with "member":true`, c.rowText(room))
			}
		}),
		inRoom("rooms.seq", saysRooms, "`rooms` has the newest number of a room", func(c *conn, room string) {
			c.says(room, "two")
			if row := c.row(room); row == nil || row.number("seq") != 2 {
				c.t.fail(`"seq":2`, c.rowText(room))
			}
		}),
		rule("rooms.direct", saysRooms, "`rooms` has the people one has talked with", func(t *T) {
			ann, bob := t.strangers()
			ann.says(bob.name, "hi")
			if row := bob.row(ann.name); row == nil {
				t.fail(`a row with "name":"`+ann.name+`"`, bob.rowText(ann.name))
			}
		}),
		rule("rooms.others", saysRooms, "`rooms` has other rooms, too, without `member`", func(t *T) {
			_, room := t.comeWithRoom("ann")
			carl := t.come("carl")
			if row := carl.row(room); row == nil || row.members["member"] == true {
				t.fail(`a row with "name":"`+room+`" and without "member":true`, carl.rowText(room))
			}
		}),
		rule("rooms.first", saysRooms, "one's own conversations come before the other rooms", func(t *T) {
			_, first := t.comeWithRoom("ann")
			bob, second := t.comeWithRoom("bob")
			own, other := -1, -1
			for i, row := range bob.rows() {
				switch row.text("name") {
				case second:
					own = i
				case first:
					other = i
				}
			}
			if own < 0 || other < own {
				t.fail(second+" before "+first, fmt.Sprintf("rows %d and %d", own, other))
			}
		}),
	)
}

// membersAre are about the list of members.
func membersAre() []*serverCheck {
	return in(Rooms, onJIM2,
		rule("rooms.pages", saysPaged, "in pages of one, one's own conversations come one by one, and then the other rooms", func(t *T) {
			_, other := t.comeWithRoom("bob")
			c := t.comeNew("ann")
			own := []string{t.room(), t.room()}
			c.make(own[0])
			c.make(own[1])
			pairs, got := []any{"limit", 1}, []string(nil)
			for page := range 3 {
				a := c.done("rooms", pairs...)
				rows, ok := a.list("rooms")
				if !ok || len(rows) != 1 || a.members["more"] != true || a.text("next") == "" {
					t.fail(fmt.Sprintf(`one row, "more":true and "next" on page %d`, page+1), a.String())
				}
				got = append(got, rows[0].text("name"))
				pairs = []any{"limit", 1, "after", a.text("next")}
			}
			slices.Sort(got[:2])
			if slices.Sort(own); !slices.Equal(got[:2], own) || slices.Contains(own, got[2]) {
				t.fail(fmt.Sprint(own, " and then one of the other rooms, such as ", other), fmt.Sprint(got))
			}
		}),
		rule("members.list", saysMember, "`members` lists who is in the room", func(t *T) {
			ann, bob, room := t.pair()
			list := ann.people("members", "to", room)
			if len(list) != 2 || !slices.Contains(list, ann.name) || !slices.Contains(list, bob.name) {
				t.fail(ann.name+" and "+bob.name, fmt.Sprint(list))
			}
		}),
		rule("members.status", saysMember, "`members` has the status of each", func(t *T) {
			ann, bob, room := t.pair()
			bob.done("presence", "status", "away")
			ann.personIs("members", bob.name, "away", "to", room)
		}),
		rule("members.gone", saysMember, "a member that is not connected is still listed", func(t *T) {
			ann, bob, room := t.pair()
			bob.done("quit")
			if list := ann.people("members", "to", room); !slices.Contains(list, bob.name) {
				t.fail("a list with "+bob.name, fmt.Sprint(list))
			}
		}),
		rule("members.pages", saysPaged, "the list of members in pages of one is the same list", func(t *T) {
			ann, bob, room := t.pair()
			a := ann.done("members", "to", room, "limit", 1)
			if a.members["more"] != true || a.text("next") == "" {
				t.fail(`"more":true and "next"`, a.String())
			}
			b := ann.done("members", "to", room, "limit", 1, "after", a.text("next"))
			first, _ := a.list("members")
			second, _ := b.list("members")
			if len(first) != 1 || len(second) != 1 || first[0].text("account_name") == second[0].text("account_name") || b.members["more"] == true {
				t.fail(ann.name+" and "+bob.name+" on two pages", a.String()+" and "+b.String())
			}
		}),
	)
}

// rows are all rows of rooms, read page by page.
func (c *conn) rows() (all []*object) {
	pairs := []any(nil)
	for range 100 {
		a := c.done("rooms", pairs...)
		rows, ok := a.list("rooms")
		if !ok {
			c.t.fail(`an answer to rooms with "rooms"`, a.String())
		}
		all = append(all, rows...)
		if a.members["more"] != true || a.text("next") == "" {
			break
		}
		pairs = []any{"after", a.text("next")}
	}
	return all
}

// row is the row of one conversation in rooms; nil = there is none.
func (c *conn) row(name string) *object {
	for _, row := range c.rows() {
		if row.text("name") == name {
			return row
		}
	}
	return nil
}

func (c *conn) rowText(name string) string {
	if row := c.row(name); row != nil {
		return fmt.Sprint(row.members)
	}
	return "no row for " + name
}

// people are the names in a list of people.
func (c *conn) people(action string, pairs ...any) (names []string) {
	for _, p := range c.persons(action, pairs...) {
		names = append(names, p.text("account_name"))
	}
	return names
}

func (c *conn) persons(action string, pairs ...any) []*object {
	of := "members"
	if action == "get_contacts" {
		of = "contacts"
	}
	a := c.done(action, pairs...)
	list, ok := a.list(of)
	if !ok {
		c.t.fail("an answer to "+action+` with "`+of+`"`, a.String())
	}
	return list
}

// personIs wants somebody in a list to have a status.
func (c *conn) personIs(action, name, status string, pairs ...any) {
	for _, p := range c.persons(action, pairs...) {
		if p.text("account_name") == name {
			if p.text("status") != status {
				c.t.fail(`"status":"`+status+`" of `+name, fmt.Sprint(p.members))
			}
			return
		}
	}
	c.t.fail("a list with "+name, "one without")
}
