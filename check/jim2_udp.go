package check

import (
	"fmt"
	"net"
	"strings"
	"time"
)

const (
	saysCookie = "A request without a good one is answered 401 with a `cookie`, and nothing else happens: send it again with that."
	saysAmp    = "its answer is never longer than what it answers: a datagram that is too short for a cookie to fit the answer (about 50 bytes) is not answered."
	saysBound  = "A cookie is good for 5 to 10 minutes from the address and port it was given to"
	saysSingle = "Without a session, a request that says in `user` who asks is done and answered for itself"
	saysBoth   = "`ping` is answered 200, anything else 401. Both have a `cookie`"
	saysFirst1 = "While one is being done its repetition is dropped; after that it gets the first answer, if it is one of the session's last 16"
	saysAck    = "events that are kept, `behind` and `bye` then have a number in `ack`, and come again, slower and slower, up to six times, until a datagram with the number in its `ack` comes back"
	saysBigUDP = "A request over 1200 bytes is answered 413 (over 1451, or without a good cookie, not at all)."
	saysMuteU  = "**Not answered** are datagrams that are no object, or have no good cookie and cannot be told so."
)

// drops are single datagrams, to and from one port.
type drops struct {
	t      *T
	c      *conn // for the conversation of the report
	socket net.Conn
	cookie string
}

func (t *T) drops(who string) *drops {
	_, host, _ := strings.Cut(t.run.o.Address, "://")
	socket, err := net.Dial("udp", strings.TrimSuffix(host, "/"))
	if err != nil {
		t.fail("a socket to "+host, err.Error())
	}
	t.ends = append(t.ends, func() { socket.Close() })
	return &drops{t: t, c: &conn{who: who}, socket: socket}
}

func (d *drops) send(text string) {
	d.t.line(d.c, Sent, []byte(text))
	_, _ = d.socket.Write([]byte(text)) // what is lost is sent again
}

// next is the next datagram in a time; nil = none.
func (d *drops) next(wait time.Duration) *object {
	_ = d.socket.SetReadDeadline(time.Now().Add(wait))
	buf := make([]byte, 2048)
	n, err := d.socket.Read(buf)
	if err != nil {
		return nil
	}
	d.t.line(d.c, Received, buf[:n])
	m, err := parse(buf[:n])
	if err != nil {
		d.t.fail("one object in each datagram", shown(buf[:n]))
	}
	return &object{members: m, raw: buf[:n]}
}

// ask sends until an answer with the id comes; events are passed over.
func (d *drops) ask(id, text string) *object {
	until := d.t.until()
	for time.Now().Before(until) {
		d.send(text)
		for {
			o := d.next(300 * time.Millisecond)
			if o == nil {
				break
			}
			if o.isAnswer() && o.text("id") == id {
				if d.t.again(o) {
					until = d.t.until()
					break
				}
				return o
			}
		}
	}
	d.t.silent("", "an answer to "+text, nil)
	return nil
}

// with is a request with the cookie, which is taken first.
func (d *drops) with(action, id string, pairs ...any) string {
	if d.cookie == "" {
		a := d.ask("c", long("ping", "c"))
		if d.cookie = a.text("cookie"); d.cookie == "" {
			d.t.fail(`an answer with "cookie"`, a.String())
		}
	}
	return string(build(append([]any{"cookie", d.cookie, "action", action, "id", id}, pairs...)...))
}

// long is a request without a cookie that is long enough to be answered with one.
func long(action, id string) string { return string(build("action", action, "id", id, "x", text(80))) }

// datagrams are about cookies and datagrams that stand alone.
func datagrams() []*serverCheck {
	return in(OverUDP, onJIM2,
		rule("udp.cookie", saysCookie, "a request without a cookie is answered 401 with one", func(t *T) {
			a := t.drops("ann").ask("k", long("rooms", "k"))
			if a.code() != 401 || a.text("cookie") == "" {
				t.fail(`{"response":401,"cookie":…}`, a.String())
			}
		}).on(overUDP),
		rule("udp.cookie.size", saysAmp, "the answer to a request without a cookie is not longer than the request", func(t *T) {
			q := long("rooms", "k")
			if a := t.drops("ann").ask("k", q); len(a.raw) > len(q) {
				t.fail(fmt.Sprintf("at most %d bytes", len(q)), fmt.Sprintf("%d bytes: %s", len(a.raw), a))
			}
		}).on(overUDP),
		rule("udp.cookie.short", saysAmp, "a short datagram without a cookie is not answered", func(t *T) {
			d := t.drops("ann")
			d.send(`{"action":"ping"}`)
			if o := d.next(time.Second); o != nil {
				t.fail("nothing", o.String())
			}
		}).on(overUDP),
		rule("udp.nonsense", saysMuteU, "a datagram that is no object is not answered", func(t *T) {
			d := t.drops("ann")
			d.send("nonsense " + text(100))
			if o := d.next(time.Second); o != nil {
				t.fail("nothing", o.String())
			}
		}).on(overUDP),
		rule("udp.cookie.bound", saysBound, "a cookie is good from its own port only", func(t *T) {
			ann, thief := t.drops("ann"), t.drops("thief")
			q := ann.with("rooms", "k", "x", text(80))
			if a := thief.ask("k", q); a.code() != 401 || a.text("cookie") == "" || a.text("cookie") == ann.cookie {
				t.fail(`{"response":401} with another cookie`, a.String())
			}
		}).on(overUDP),
		rule("udp.ping", saysBoth, "without a session `ping` is answered 200 with a cookie", func(t *T) {
			d := t.drops("ann")
			if a := d.ask("k", d.with("ping", "k")); a.code() != 200 || a.text("cookie") == "" {
				t.fail(`{"response":200,"cookie":…}`, a.String())
			}
		}).on(overUDP),
		rule("udp.single", saysSingle, "a request that says who asks is done without a session", func(t *T) {
			d, room := t.drops("sensor"), t.room()
			name := t.newName()
			if a := d.ask("j", d.with("join", "j", "to", room, "user", user(name))); a.code() != 201 {
				t.fail(`"response":201`, a.String())
			}
			if a := d.ask(t.id("m"), d.with("msg", t.id("m"), "to", room, "message", "21.5", "user", user(name))); a.code() != 201 || a.number("seq") != 2 {
				t.fail(`{"response":201,"seq":2}`, a.String())
			}
		}).on(overUDP),
	)
}

// windows are about sessions of datagrams, and what is too large for a datagram.
func windows() []*serverCheck {
	return in(OverUDP, onJIM2,
		rule("udp.large", saysBigUDP, "a request of 1300 bytes is answered 413", func(t *T) {
			d := t.drops("ann")
			q := d.with("ping", "k", "x", "")
			q = strings.Replace(q, `"x":""`, `"x":"`+text(1300-len(q))+`"`, 1)
			d.send(q)
			if o := d.next(t.run.patience()); o == nil || o.code() != 413 {
				t.fail(`"response":413`, fmt.Sprint(o))
			}
		}).on(overUDP),
		rule("udp.repeat", saysFirst1, "a request that comes again gets its first answer", func(t *T) {
			d, room := t.drops("ann"), t.room()
			d.enter()
			q := d.with("join", "j", "to", room)
			first := d.ask("j", q)
			if again := d.ask("j", q); again.code() != 201 || again.number("seq") != first.number("seq") {
				t.fail("the first answer: "+first.String(), again.String())
			}
		}).on(overUDP),
	)
}

// acknowledged are about events that are sent until they are acknowledged.
func acknowledged() []*serverCheck {
	return in(OverUDP, onJIM2,
		rule("udp.ack", saysAck, "an event that is kept has a number in `ack`, and comes again until it is acknowledged", func(t *T) {
			d, room := t.drops("ann"), t.room()
			d.enter()
			d.send(d.with("join", "j", "to", room))
			var first float64
			for again := 0; again < 2; {
				o := d.next(t.run.patience())
				if o == nil {
					t.silent("", "the event `create`, again", nil)
				}
				if o.text("action") != "create" {
					continue
				}
				n, ok := o.members["ack"].(float64)
				if !ok || again > 0 && n != first {
					t.fail("the same number in `ack`", o.String())
				}
				first = n
				again++
			}
		}).on(overUDP),
		rule("udp.ack.done", saysAck, "an event that was acknowledged does not come again", func(t *T) {
			d, room := t.drops("ann"), t.room()
			d.enter()
			d.send(d.with("join", "j", "to", room))
			for {
				o := d.next(t.run.patience())
				if o == nil {
					t.silent("", "the event `create`", nil)
				}
				if o.text("action") == "create" {
					d.send(string(build("cookie", d.cookie, "ack", o.number("ack"))))
					break
				}
			}
			t.sleep(settle) // one may be on its way
			for o := d.next(settle); o != nil; o = d.next(settle) {
			}
			for o := d.next(2 * time.Second); o != nil; o = d.next(settle) {
				if o.text("action") == "create" {
					t.fail("nothing more of it", o.String())
				}
			}
		}).on(overUDP),
	)
}

// enter begins a session that acknowledges.
func (d *drops) enter() {
	l := d.t.lease(!d.t.run.names.given)
	proof := append([]any{"account_name", l.name}, l.proof()...)
	if a := d.ask("p", d.with("presence", "p", "jim", 2, "ack", 0, "user", build(proof...))); a.code() != 200 {
		d.t.fail("to be let in as "+l.name, a.String())
	}
	l.used = true
	d.t.ends = append(d.t.ends, func() { _, _ = d.socket.Write([]byte(d.with("quit", "q"))) })
}
