package talk

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/go-json-experiment/json"
)

// datagrams is a line over UDP, as a client would write it that has read the
// specification: it sends a request again until it is answered, acknowledges events, and
// takes answers and events that come again for one. It sends one request at a time, since
// the way may reorder them.
type datagrams struct {
	net.Conn
	actor  string
	inbox  *inbox
	pause  time.Duration // between two times that a request is sent
	cookie string
	made   int
	raw    bool          // what is sent is left alone, but for what the script does not see
	done   chan struct{} // the reader has ended
	gone   chan struct{} // close was called
	once   sync.Once

	mu       sync.Mutex
	waits    string // id of the request that is not answered; "" = none
	broken   bool   // what was sent last is no JSON: its answer may have any id
	hello    bool   // what was sent last says who the actor is
	in       bool   // the actor is logged in
	quits    bool   // what comes is not the actor's any more
	answered chan struct{}
	asked    chan string  // takes a cookie for what was sent without
	seen     map[int]bool // the numbers of events that have come
}

// roomForCookie is how long a datagram must be for a cookie to be an answer to it that is
// not longer.
const roomForCookie = 100

// lossyPause is the time between two times that a request is sent where much is lost.
const lossyPause = 80 * time.Millisecond

func dialUDP(ctx context.Context, to, actor string, in *inbox, pause time.Duration) (line, error) {
	c, err := new(net.Dialer).DialContext(ctx, "udp", to)
	if err != nil {
		return nil, err
	}
	d := &datagrams{
		Conn: in.seen(c), actor: actor, inbox: in, pause: pause, done: make(chan struct{}), gone: make(chan struct{}),
		answered: make(chan struct{}, 1), asked: make(chan string, 1), seen: map[int]bool{},
	}
	go d.read()
	return d, nil
}

// came is what a line looks at in what comes.
type came struct {
	Response int    `json:"response"`
	Action   string `json:"action"`
	ID       string `json:"id"`
	Time     any    `json:"time"`
	Cookie   string `json:"cookie"`
	Ack      int    `json:"ack"`
}

func (d *datagrams) read() {
	defer close(d.done)
	buf := make([]byte, 2048)
	for {
		n, err := d.Read(buf)
		if err != nil {
			d.inbox.end(fmt.Errorf("the connection ended: %w", err))
			return
		}
		if n > 1200 {
			d.inbox.end(fmt.Errorf("a datagram of %d bytes came", n))
			return
		}
		object, ok := bytes.CutSuffix(buf[:n], []byte("\n"))
		if !ok {
			d.inbox.end(fmt.Errorf("the datagram %q does not end with LF", object))
			return
		}
		d.take(object)
	}
}

func (d *datagrams) take(object []byte) {
	var m came
	if err := json.Unmarshal(object, &m); err != nil {
		d.inbox.put(d.actor, object) // where it is found out
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case d.raw:
		if m.Cookie != "" {
			d.cookie = m.Cookie
		}
		if m.Ack != 0 && d.again(m.Ack) { // its acknowledgement was slow
			return
		}
	case m.Cookie != "" && m.Time == nil: // nothing was done yet
		select {
		case d.asked <- m.Cookie:
		default:
		}
		return
	case m.Ack != 0:
		d.write(fmt.Appendf(nil, `{"cookie":%q,"ack":%d}`, d.cookie, m.Ack))
		if d.again(m.Ack) {
			return
		}
	case m.Response >= 400 && m.ID == "" && d.waits != "": // its id could not be read
		d.waits = ""
		d.free()
	case m.Response != 0 && m.ID != "":
		if m.ID != d.waits && !d.broken {
			return // it came again
		}
		if m.ID == d.waits {
			d.waits = ""
			d.free()
		}
		if m.Cookie != "" && d.in {
			d.inbox.end(errors.New("the session is over"))
			return
		}
		d.in = d.in || d.hello && m.Response < 300
	}
	if d.quits {
		return
	}
	d.inbox.put(d.actor, object)
	if m.Action == "bye" {
		d.inbox.end(errors.New("the server said goodbye"))
	}
}

// again tells whether an event has come before. d.mu is held.
func (d *datagrams) again(ack int) bool {
	came := d.seen[ack]
	d.seen[ack] = true
	return came
}

// expect makes the answer to a request the one that is waited for. d.mu is held.
func (d *datagrams) expect(id string) {
	d.waits = id
	select {
	case <-d.answered:
	default:
	}
}

// free lets who waits for an answer go on.
func (d *datagrams) free() {
	select {
	case d.answered <- struct{}{}:
	default: // the one before was not waited for to the end
	}
}

// write sends a datagram, or loses it.
func (d *datagrams) write(p []byte) { _, _ = d.Write(p) }

func (d *datagrams) send(ctx context.Context, text []byte, _ bool) error {
	var head came
	err := json.Unmarshal(text, &head)
	d.mu.Lock()
	d.broken = err != nil
	if barrier := d.raw && strings.HasPrefix(head.ID, "barrier "); (barrier || d.broken) && d.cookie != "" && len(text) > 0 && text[0] == '{' {
		text = fmt.Appendf(nil, `{"cookie":%q,%s`, d.cookie, text[1:])
	}
	if d.raw || d.broken {
		d.mu.Unlock()
		d.write(text)
		return nil
	}
	d.hello = head.Action == "presence" || head.Action == "authenticate" || head.Action == "register"
	text = d.dressed(text, &head)
	d.expect(head.ID)
	d.mu.Unlock()
	if err := d.sendUntilAnswered(ctx, text, head.ID); err != nil {
		return err
	}
	if head.Action == "quit" {
		d.inbox.end(errors.New("the session is over"))
	}
	return nil
}

// dressed is text with an id, which head gets too, and with ack where it says who the actor is.
func (d *datagrams) dressed(text []byte, head *came) []byte {
	text = append([]byte("{"), bytes.TrimLeft(text, " \t{")...)
	if head.ID == "" {
		d.made++
		head.ID = fmt.Sprintf("udp %d", d.made)
		text = fmt.Appendf(nil, `{"id":%q,%s`, head.ID, text[1:])
	}
	if d.hello {
		text = fmt.Appendf(nil, `{"ack":0,%s`, text[1:])
	}
	return text
}

// sendUntilAnswered sends a request, with a cookie as soon as there is one.
func (d *datagrams) sendUntilAnswered(ctx context.Context, text []byte, id string) error {
	timer := time.NewTicker(d.pause)
	defer timer.Stop()
	for {
		d.mu.Lock()
		with := fmt.Appendf(nil, "%-*s", roomForCookie, text)
		if d.cookie != "" {
			with = fmt.Appendf(nil, `{"cookie":%q,%s`, d.cookie, text[1:])
		}
		d.mu.Unlock()
		d.write(with)
		select {
		case <-d.answered:
			return nil
		case cookie := <-d.asked:
			if err := d.challenged(cookie); err != nil {
				return nil // the inbox tells it
			}
		case <-timer.C:
		case <-d.gone:
			return net.ErrClosed
		case <-ctx.Done():
			return fmt.Errorf("the request %s is not answered", id)
		}
	}
}

// challenged takes a cookie. Who had one already is not known any more.
func (d *datagrams) challenged(cookie string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.cookie == "" || d.cookie == cookie {
		d.cookie = cookie
		return nil
	}
	err := errors.New("the session is over")
	d.inbox.end(err)
	return err
}

func (d *datagrams) close() {
	d.once.Do(func() {
		close(d.gone)
		d.quit()
		_ = d.Conn.Close()
	})
	<-d.done
}

// quit tells the server that nobody is here any more: a datagram's way has no end that it
// could see. The events that come meanwhile are lost.
func (d *datagrams) quit() {
	const times = 20
	d.mu.Lock()
	text := fmt.Appendf(nil, `{"cookie":%q,"action":"quit","id":"the end"}`, d.cookie)
	here := d.in && !d.inbox.isOver()
	d.expect("the end")
	d.quits = true
	d.mu.Unlock()
	timer := time.NewTicker(min(d.pause, 4*lossyPause))
	defer timer.Stop()
	for range times {
		if !here {
			return
		}
		d.write(text)
		select {
		case <-d.answered:
			return
		case <-d.done:
			return
		case <-timer.C:
		}
	}
}
