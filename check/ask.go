package check

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// request builds a request with what every one of the tongue has: in JIM/2 an id, in the dialects a time.
func (c *conn) request(action string, pairs ...any) (text, id string) {
	c.made++
	head := []any{"action", action}
	if c.tongue == JIM2 {
		id = c.t.id(fmt.Sprintf("%s%d", c.who, c.made))
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i] == "id" {
				id, _ = pairs[i+1].(string)
				return string(build(append(head, pairs...)...)), id
			}
		}
		head = append(head, "id", id)
	} else {
		head = append(head, "time", now())
	}
	return string(build(append(head, pairs...)...)), id
}

// now is the time as requests of the course have it.
func now() float64 { return float64(time.Now().UnixMilli()) / 1000 } //tidy:stamp it travels

// ask sends a request and returns its answer. One that is told to come later, it sends again then.
func (c *conn) ask(action string, pairs ...any) *object {
	text, id := c.request(action, pairs...)
	c.asked = id
	for c.t.ctx.Err() == nil {
		delete(c.over, id)
		c.send(text)
		a := c.answer(text, id)
		if c.tongue != JIM2 || !c.t.again(a) {
			return a
		}
		if action == "presence" {
			c.t.run.names.spare()
		}
	}
	c.t.unanswered()
	return nil
}

// again waits where the server asks to come later, and tells whether it did.
func (t *T) again(a *object) bool {
	if a.code() != 429 && a.code() != 503 {
		return false
	}
	after, ok := a.members["retry_after"].(float64)
	if !ok || after <= 0 {
		return false
	}
	if after > longestPause.Seconds() {
		t.skip("the server asks to come back after %.0f s", after)
	}
	t.sleep(time.Duration((after + rand.Float64()/4) * float64(time.Second))) // not all at once
	return true
}

// longestPause is how long a check waits where a server asks for patience.
const longestPause = 10 * time.Second

// answer is the answer to a request. Events that come before it are put aside; answers to what was
// answered before are noted as strays.
func (c *conn) answer(text, id string) *object {
	until := c.t.until()
	for {
		o, why := c.take(until)
		switch {
		case o == nil:
			c.t.silent(why, "an answer to "+shown([]byte(text)), c.aside)
		case !o.isAnswer(), c.tongue == Mentor && o.code() == codeLists:
			c.aside = append(c.aside, o)
		case id != "" && o.text("id") != id && c.over[o.text("id")]:
			c.strays = append(c.strays, o)
		default:
			if id != "" {
				c.over[id] = true
			}
			return o
		}
	}
}

// next is the next object, whatever it is.
func (c *conn) next(expected string) *object {
	if len(c.aside) > 0 {
		o := c.aside[0]
		c.aside = c.aside[1:]
		return o
	}
	o, why := c.take(c.t.until())
	if o == nil {
		c.t.silent(why, expected, nil)
	}
	return o
}

// silent says nothing, and returns what it is sent then: after two seconds of silence and some patience.
func (c *conn) silent() *object {
	const silence = 2 * time.Second
	o, why := c.take(c.t.until().Add(silence))
	if o == nil {
		c.t.silent(why, "a `probe`", nil)
	}
	return o
}

// event waits for an event with members of these names and values. Others stay where they are.
func (c *conn) event(pairs ...any) *object {
	until := c.t.until()
	for i := 0; ; i++ {
		for i >= len(c.aside) {
			o, why := c.take(until)
			if o == nil {
				c.t.silent(why, "an event "+wanted(pairs)+" to "+c.who, c.aside)
			}
			if o.isAnswer() && !o.has(pairs) {
				c.strays = append(c.strays, o)
				continue
			}
			c.aside = append(c.aside, o)
		}
		if o := c.aside[i]; o.has(pairs) {
			c.aside = append(c.aside[:i], c.aside[i+1:]...)
			return o
		}
	}
}

// settle is how long a check waits for what must not come, after the server has answered everything.
const (
	settle       = 150 * time.Millisecond
	settleCourse = 450 * time.Millisecond
)

// hears waits until everything that was on its way must have come, and returns what did.
func (c *conn) hears() []*object {
	pause := settleCourse
	if c.tongue == JIM2 {
		c.ask("ping")
		pause = settle
	}
	until := time.Now().Add(pause)
	for {
		o, why := c.take(until)
		switch {
		case o == nil && why != "" && len(c.aside) == 0 && c.tongue == JIM2:
			c.t.fail("the connection to stay", why)
		case o == nil:
			return c.aside
		case o.isAnswer() && c.tongue == JIM2:
			c.strays = append(c.strays, o)
		default:
			c.aside = append(c.aside, o)
		}
	}
}

// none wants that no event with these members comes, or has come and was not expected.
func (c *conn) none(pairs ...any) {
	for _, o := range c.hears() {
		if o.has(pairs) {
			c.t.fail("no "+wanted(pairs)+" to "+c.who, o.String())
		}
	}
}

// gone waits until the server has closed the connection, and returns what it said before.
func (c *conn) gone() (last []*object) {
	until := c.t.until()
	for {
		o, why := c.take(until)
		switch {
		case o != nil:
			last = append(last, o)
		case why != "":
			return last
		default:
			c.t.fail("the server to close the connection", "it is still open"+came(last))
		}
	}
}

// came lists objects for a report.
func came(list []*object) string {
	if len(list) == 0 {
		return ""
	}
	const most = 4
	var texts []string
	for i, o := range list {
		if i == most {
			texts = append(texts, fmt.Sprintf("and %d more", len(list)-most))
			break
		}
		texts = append(texts, o.String())
	}
	return "; before that came " + strings.Join(texts, " and ")
}

// want compares members of an object.
func (c *conn) want(o *object, pairs ...any) *object {
	if !o.has(pairs) {
		c.t.fail(wanted(pairs)+" to "+c.who, o.String())
	}
	return o
}

// done asks and wants it done: a code from 200 to 202.
func (c *conn) done(action string, pairs ...any) *object {
	o := c.ask(action, pairs...)
	if code := o.code(); code < 200 || code > 202 {
		c.t.fail("`"+action+"` to be done: a code from 200 to 202", o.String())
	}
	return o
}

// refused asks and wants it refused with one of some codes.
func (c *conn) refused(codes []int, action string, pairs ...any) *object {
	o := c.ask(action, pairs...)
	c.code(o, codes...)
	return o
}

// code wants one of some codes in an answer.
func (c *conn) code(o *object, codes ...int) {
	for _, code := range codes {
		if o.code() == code {
			return
		}
	}
	text := strings.Trim(strings.ReplaceAll(fmt.Sprint(codes), " ", " or "), "[]")
	c.t.fail(`"response":`+text+" to "+c.who, o.String())
}

// goesOn wants a connection to go on: a ping is answered.
func (c *conn) goesOn() {
	c.want(c.ask("ping"), "response", 200)
}
