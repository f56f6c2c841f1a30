package torture

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
	"time"

	"jim/history"
)

// voice is a client that talks and listens over any number of connections. What it does
// belongs to one goroutine, the one of run.
type voice struct {
	crowd *crowd
	name  string
	dial  dialer
	rand  *rand.Rand

	ears   map[string]*ear // by what it calls the conversation
	order  []*ear          // rooms first
	rooms  int             // how many of them are rooms
	joined map[string]bool // rooms it is known to be in

	said    []*saying // not acknowledged yet, in order
	old     []*saying // some that were acknowledged
	made    int       // sayings so far
	visits  int       // connections so far
	asked   int       // syncs so far
	settled bool      // the last visit had everything, and there is nothing left to say
}

// saying is something to be kept.
type saying struct {
	id, action, body string
	at               *ear
	sent             bool      // on this connection
	again            time.Time // not before then
	twisted          bool      // the id is used and the words are other ones: to be refused
}

// oldMax is how many acknowledged sayings a voice remembers.
const oldMax = 50

// remember keeps some of what was acknowledged, to say it again.
func (v *voice) remember(m *saying) {
	switch {
	case m.twisted:
	case len(v.old) < oldMax:
		v.old = append(v.old, m)
	case v.rand.IntN(10) == 0:
		v.old[v.rand.IntN(oldMax)] = m
	}
}

// repeats says something acknowledged once more, or uses its id for something else.
func (v *voice) repeats() {
	m := *v.old[v.rand.IntN(len(v.old))]
	if v.find(m.id) != nil {
		return
	}
	m.sent, m.again = false, time.Time{}
	if m.twisted = v.rand.IntN(4) == 0; m.twisted {
		m.body = "not what it was: " + m.body[:min(len(m.body), 50)]
	}
	v.said = append(v.said, &m)
	v.crowd.count("repeats", 1)
}

// windows is how much a voice says before it is answered.
const window = 16

// errOver ends a visit that has done what it came for.
var errOver = errors.New("done")

// run visits the server until the crowd is quiet and the voice has nothing left to do.
func (v *voice) run(ctx context.Context) {
	for ctx.Err() == nil && !v.settled {
		if !v.crowd.await(ctx) {
			return
		}
		conn, err := v.dial(ctx)
		if err != nil {
			pause(ctx, time.Duration(1+v.rand.IntN(20))*time.Millisecond)
			continue
		}
		v.visit(ctx, conn)
	}
}

// visit is one connection from its beginning to its end.
func (v *voice) visit(ctx context.Context, conn net.Conn) {
	v.visits++
	s := &visit{
		voice: v, line: newLine(conn), session: v.name + "/" + strconv.Itoa(v.visits),
		last: v.crowd.quiet(), asks: map[string][]asking{},
	}
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	defer conn.Close()
	for _, m := range v.said {
		m.sent, m.again = false, time.Time{}
	}
	if err := s.login(); err != nil {
		pause(ctx, time.Duration(1+v.rand.IntN(10))*time.Millisecond)
		return
	}
	_ = s.talk(ctx) // the reason is written down, or none
}

// say makes up something new to say.
func (v *voice) say() *saying {
	v.made++
	m := &saying{id: v.name + "." + strconv.Itoa(v.made), action: "msg"}
	switch {
	case len(v.order) == v.rooms || v.rooms > 0 && v.rand.IntN(3) > 0:
		m.at = v.order[v.rand.IntN(v.rooms)]
		if v.rand.IntN(12) == 0 {
			m.action = "topic"
		}
	default:
		m.at = v.order[v.rooms+v.rand.IntN(len(v.order)-v.rooms)]
	}
	m.body = v.words(m)
	v.said = append(v.said, m)
	return m
}

// words are short mostly, and now and then as long as may be.
func (v *voice) words(m *saying) string {
	words := fmt.Sprintf("%s says %s: %x", v.name, m.id, v.rand.Uint64())
	if m.action == "msg" && v.crowd.long > 0 && v.rand.IntN(v.crowd.long) == 0 {
		long := make([]byte, v.rand.IntN(12<<10))
		for i := range long {
			long[i] = 'a' + byte(v.rand.IntN(26))
		}
		words += string(long)
	}
	return words
}

func (m *saying) request() []byte {
	o := request(m.action, m.id).text("to", m.at.to)
	if m.action == "topic" {
		return o.text("topic", m.body).end()
	}
	return o.text("message", m.body).end()
}

func (v *voice) entry(kind history.Kind, session string, m *saying) history.Entry {
	return history.Entry{
		Kind: kind, Client: v.name, Session: session, To: m.at.place, ID: m.id, Action: m.action, Body: m.body,
	}
}

// find is the saying of an id that waits for its answer.
func (v *voice) find(id string) *saying {
	for _, m := range v.said {
		if m.id == id {
			return m
		}
	}
	return nil
}

func (v *voice) forget(m *saying) {
	for i, o := range v.said {
		if o == m {
			v.said = append(v.said[:i], v.said[i+1:]...)
			return
		}
	}
}
