package check

// comeWithLimit comes, and says what the server announces as one of its limits.
func (t *T) comeWithLimit(who, limit string) (*conn, int) {
	c := t.dial(who)
	a := c.login(t.lease(false))
	l := a.inner("limits")
	if l == nil || l.number(limit) < 1 {
		t.skip("the server does not announce the limit `%s`", limit)
	}
	return c, l.number(limit)
}

// comeWithRoom comes and makes a room, and waits until it has heard of that.
func (t *T) comeWithRoom(who string) (c *conn, room string) {
	c, room = t.come(who), t.room()
	c.make(room)
	return c, room
}

// make makes a room.
func (c *conn) make(room string) {
	c.done("join", "to", room)
	c.event("action", "create", "to", room)
}

// enters joins a room that is there, and waits until those who are in it have heard of that.
func (c *conn) enters(room string, others ...*conn) {
	c.done("join", "to", room)
	for _, who := range append([]*conn{c}, others...) {
		who.event("action", "join", "to", room, "from", c.name)
	}
}

// pair are two people in one room.
func (t *T) pair() (ann, bob *conn, room string) {
	ann, room = t.comeWithRoom("ann")
	bob = t.come("bob")
	bob.enters(room, ann)
	return ann, bob, room
}

// strangers are two people who have never talked to each other.
func (t *T) strangers() (ann, bob *conn) { return t.comeNew("ann"), t.comeNew("bob") }

// says says something, and returns its number.
func (c *conn) says(to, text string) int {
	a := c.done("msg", "to", to, "message", text)
	if a.number("seq") < 1 {
		c.t.fail(`an answer to msg with "seq"`, a.String())
	}
	return a.number("seq")
}

// history reads a page and returns the answer and its events.
func (c *conn) history(to string, pairs ...any) (a *object, events []*object) {
	a = c.done("history", append([]any{"to", to}, pairs...)...)
	events, ok := a.list("events")
	if !ok {
		c.t.fail(`an answer to history with "events"`, a.String())
	}
	return a, events
}

// numbers are the numbers of events.
func numbers(events []*object) (list []int) {
	for _, e := range events {
		list = append(list, e.number("seq"))
	}
	return list
}
