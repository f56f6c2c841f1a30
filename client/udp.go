package client

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"jim/wire"
)

// datagrams is the transport of UDP: one object is one datagram, and the way loses,
// doubles and reorders them. A request is sent again until it is answered; an answer and
// an event are handed on once. What is missing between the events, the feed finds out.
type datagrams struct {
	conn  net.Conn
	buf   []byte
	done  chan struct{} // closed by close
	wake  chan struct{} // takes one: something was asked
	again sync.WaitGroup
	once  sync.Once

	mu       sync.Mutex
	cookie   string
	asked    map[string]*asked // not answered, by id
	made     int               // requests made so far
	in       bool              // logged in
	over     bool              // the server has said goodbye
	seen     numbers           // events that came
	trip     time.Duration     // to the server and back, smoothed; 0 = not known
	heard    time.Time         // when something came last
	sent     time.Time         // when something was sent last
	broken   error             // why the transport has closed itself
	lastPing string            // id of the newest ping of the transport's own
	look     string            // id of what asks whether the session is still known
}

// asked is a request on its way.
type asked struct {
	order  int
	object []byte // with its id, without a cookie
	first  time.Time
	next   time.Time // when it is sent again
	tries  int
	hello  bool // it says who the client is
}

const (
	datagramBuffer = 2048
	// cookieRoom is what the transport adds to an object: a cookie, and an id or `ack`.
	cookieRoom = 128

	firstRepeat   = 300 * time.Millisecond // while the trip is not known
	leastRepeat   = 60 * time.Millisecond
	longestRepeat = 2 * time.Second
	tripsToRepeat = 3
	// deafDatagrams is for how long a server may leave a request without any sign.
	deafDatagrams = 15 * time.Second
	// aliveEvery is after how much silence of the server an answer is asked for.
	aliveEvery = 20 * time.Second
	// lookBytes make what asks whether the session is known so long that the answer, which is
	// never longer, can have a cookie.
	lookBytes = 100
)

var (
	errDeaf  = fmt.Errorf("the server has not answered for %v: %w", deafDatagrams, errTimeout)
	errStale = errors.New("the server does not know this session any more")
)

// errTimeout is an error of time as package net has them.
var errTimeout = timeoutError{}

type timeoutError struct{}

func (timeoutError) Error() string { return "timed out" }

// Timeout is [net.Error]'s.
func (timeoutError) Timeout() bool { return true }

func newDatagrams(c net.Conn) *datagrams {
	d := &datagrams{
		conn: c, buf: make([]byte, datagramBuffer), done: make(chan struct{}), wake: make(chan struct{}, 1),
		asked: make(map[string]*asked), heard: time.Now(), sent: time.Now(), look: "look-" + NewID()[:8],
	}
	d.again.Go(d.repeat)
	return d
}

// read returns what the server says that it has not said before.
func (d *datagrams) read() ([]byte, error) {
	for {
		d.mu.Lock()
		over, broken := d.over, d.broken
		d.mu.Unlock()
		if over {
			return nil, io.EOF
		}
		if broken != nil {
			return nil, broken
		}
		n, err := d.conn.Read(d.buf)
		if err != nil {
			d.mu.Lock()
			defer d.mu.Unlock()
			return nil, firstErr(d.broken, err)
		}
		object := bytes.TrimSpace(d.buf[:n])
		m, err := wire.DecodeFromServer(object)
		if err != nil {
			continue // it cannot be told who sent it
		}
		fresh, err := d.take(&m)
		if err != nil {
			return nil, err
		}
		if fresh {
			return object, nil
		}
	}
}

// take tells whether what came is new.
func (d *datagrams) take(m *wire.FromServer) (fresh bool, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := time.Now()
	d.heard = now
	if m.Event != nil {
		return d.takeEvent(m.Event), nil
	}
	r := m.Response
	if r.Cookie != "" {
		return false, d.challenged(r, now)
	}
	if r.ID == "" { // it is about what could not be read
		if len(d.asked) == 1 {
			clear(d.asked)
		}
		return true, nil
	}
	a := d.asked[r.ID]
	if a == nil {
		return false, nil // it came before
	}
	delete(d.asked, r.ID)
	if a.tries == 0 {
		if trip := now.Sub(a.first); d.trip == 0 {
			d.trip = trip
		} else {
			d.trip = (7*d.trip + trip) / 8
		}
	}
	d.in = d.in || a.hello && !r.Code.IsError()
	return r.ID != d.lastPing, nil
}

// challenged takes a cookie and says everything again with it. One that answers a request
// of a client that is logged in, or what looks for the session, says that the session is no
// more; one that answers none came late. d.mu is held.
func (d *datagrams) challenged(r *wire.Response, now time.Time) error {
	switch {
	case d.asked[r.ID] == nil && r.ID != d.look:
		return nil
	case d.in:
		return errStale
	}
	d.cookie = r.Cookie
	for _, a := range d.asked {
		a.next = now
	}
	signal(d.wake)
	return nil
}

func (d *datagrams) takeEvent(e *wire.Event) (fresh bool) {
	d.over = d.over || e.Action == wire.ActBye
	if e.Ack == 0 {
		return true
	}
	if !d.in && !d.over { // it overtook the answer that says of which log its number is, and comes again
		return false
	}
	d.send([]byte(`{"ack":` + strconv.FormatUint(e.Ack, 10) + "}\n"))
	return d.seen.add(e.Ack)
}

// send sends an object with the cookie. That it could not be sent is found out like
// that it was lost. d.mu is held: the system takes a datagram or drops it, and does not wait.
func (d *datagrams) send(object []byte) {
	d.sent = time.Now()
	if d.cookie != "" {
		with := append(make([]byte, 0, len(object)+cookieRoom), `{"cookie":`...)
		with, _ = jsontext.AppendQuote(with, d.cookie) // it came as JSON
		with = append(with, ',')
		object = append(with, object[1:]...)
	}
	_, _ = d.conn.Write(object)
}

// write sends objects and goes on sending them until they are answered.
func (d *datagrams) write(objects [][]byte) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.broken != nil {
		return d.broken
	}
	for _, object := range objects {
		if err := d.ask(object); err != nil {
			return err
		}
	}
	signal(d.wake)
	return nil
}

func (d *datagrams) ask(object []byte) error {
	var head struct {
		Action string `json:"action"`
		ID     string `json:"id"`
	}
	if err := json.Unmarshal(object, &head); err != nil {
		return fmt.Errorf("client: %w", err)
	}
	d.made++
	a := &asked{order: d.made, object: object, first: time.Now()}
	if head.ID == "" {
		head.ID = "udp-" + strconv.Itoa(d.made)
		a.object = append([]byte(`{"id":"`+head.ID+`",`), a.object[1:]...)
	}
	switch head.Action {
	case wire.ActPresence, wire.ActAuthenticate, wire.ActRegister:
		a.hello = true
		a.object = append([]byte(`{"ack":0,`), a.object[1:]...)
	}
	if len(a.object)+cookieRoom/2 > wire.UDP.Object {
		return fmt.Errorf("client: a request of %d bytes is too large for a datagram", len(a.object))
	}
	a.next = a.first.Add(d.pause(0))
	d.asked[head.ID] = a
	d.send(a.object)
	return nil
}

// pause is how long to wait for an answer before a request is sent again.
func (d *datagrams) pause(tries int) time.Duration {
	pause := firstRepeat
	if d.trip > 0 {
		pause = max(leastRepeat, tripsToRepeat*d.trip)
	}
	return min(longestRepeat, pause<<min(tries, 6))
}

// repeat sends again what is not answered, until close.
func (d *datagrams) repeat() {
	timer := time.NewTimer(aliveEvery)
	defer timer.Stop()
	for {
		select {
		case <-d.done:
			return
		case <-d.wake:
		case <-timer.C:
		}
		timer.Reset(d.sendAgain(time.Now()))
	}
}

// sendAgain sends what is due, and tells how long nothing will be.
func (d *datagrams) sendAgain(now time.Time) time.Duration {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.in && now.Sub(d.sent) >= lookEvery {
		d.send(fmt.Appendf(nil, "%-*s\n", lookBytes, `{"ack":0,"id":"`+d.look+`"}`))
	}
	next := d.sent.Add(lookEvery)
	for _, a := range d.inOrder() {
		if now.Sub(a.first) > deafDatagrams && now.Sub(d.heard) > deafDatagrams {
			d.broken = errDeaf
			d.conn.Close() // which wakes read
			return aliveEvery
		}
		if !now.Before(a.next) {
			a.tries++
			a.next = now.Add(d.pause(a.tries))
			d.send(a.object)
		}
		if a.next.Before(next) {
			next = a.next
		}
	}
	if len(d.asked) == 0 && d.in && now.Sub(d.heard) >= aliveEvery {
		d.lastPing = "alive-" + strconv.Itoa(d.made)
		if err := d.ask([]byte(`{"action":"ping","id":"` + d.lastPing + `"}` + "\n")); err == nil {
			next = now.Add(d.pause(0))
		}
	}
	if !d.in && len(d.asked) == 0 {
		return lookEvery
	}
	return max(next.Sub(now), time.Millisecond)
}

// close ends the session, if the server can be told, and the transport.
func (d *datagrams) close() {
	d.once.Do(func() {
		d.mu.Lock()
		if d.in && !d.over && d.broken == nil {
			quit := []byte(`{"action":"quit","id":"quit-` + strconv.Itoa(d.made) + `"}` + "\n")
			d.send(quit) // twice, as nobody waits for the answer
			d.send(quit)
		}
		d.broken = firstErr(d.broken, net.ErrClosed)
		d.mu.Unlock()
		close(d.done)
		d.conn.Close()
	})
	d.again.Wait()
}

// numbers is a set of numbers most of which come in order.
type numbers struct {
	upTo  uint64 // all up to here are in it
	above map[uint64]bool
}

// numbersMost bounds what is remembered above a gap: more than a server has on its way.
const numbersMost = 1024

// add adds n, and tells whether it was not there.
func (s *numbers) add(n uint64) bool {
	if n <= s.upTo || s.above[n] {
		return false
	}
	if s.above == nil {
		s.above = make(map[uint64]bool)
	}
	s.above[n] = true
	for s.above[s.upTo+1] || len(s.above) > numbersMost { // what never came will not any more
		s.upTo++
		delete(s.above, s.upTo)
	}
	return true
}

// inOrder are the requests on their way, in the order in which they were asked. d.mu is held.
func (d *datagrams) inOrder() []*asked {
	return slices.SortedFunc(maps.Values(d.asked), func(a, b *asked) int { return a.order - b.order })
}
