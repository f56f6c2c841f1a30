package talk

import (
	"bytes"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/coder/websocket"
	"github.com/go-json-experiment/json"

	"jim/check"
)

// bench is where the judges of a script's connections write what the server broke. What
// clients break is the scripts' own: many are wrong on purpose.
type bench struct {
	mu    sync.Mutex
	found []string
}

func (b *bench) err() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.found) == 0 {
		return nil
	}
	return fmt.Errorf("the server broke a rule that package check knows: %s", b.found[0])
}

// watcher judges one connection.
type watcher struct {
	actor string
	bench *bench
	whole bool // each object comes by itself: a message of WebSocket, a datagram

	mu       sync.Mutex
	judge    check.Judge
	from, to check.Splitter
	blamed   map[string]string // rules that requests broke, by their ids
}

func (b *bench) watch(actor string, whole, datagrams bool) *watcher {
	return &watcher{actor: actor, bench: b, whole: whole, judge: check.Judge{Datagrams: datagrams}, blamed: map[string]string{}}
}

func (w *watcher) saw(side check.Side, p []byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.whole {
		w.note(w.judge.From(side, bytes.TrimRight(p, "\n"), time.Now()), p)
		return
	}
	s := &w.from
	if side == check.FromClient {
		s = &w.to
	}
	for _, piece := range s.Feed(p) {
		piece.Joined = false // the test may be slower than the pause between two objects
		w.note(w.judge.Piece(side, piece, time.Now()), piece.Bytes)
	}
}

// note notes what the server broke: also that it took for right what the judge says the client broke.
func (w *watcher) note(found []check.Violation, text []byte) {
	var o struct {
		ID       string `json:"id"`
		Response int    `json:"response"`
	}
	if w.judge.Level() == check.JIM2 && json.Unmarshal(text, &o) == nil && o.ID != "" {
		if rule := w.blamed[o.ID]; rule != "" && o.Response >= 200 && o.Response < 300 {
			w.bench.mu.Lock()
			w.bench.found = append(w.bench.found, fmt.Sprintf("client's %s, which it did not: %s< %.400s", rule, w.actor, text))
			w.bench.mu.Unlock()
		}
		delete(w.blamed, o.ID)
	}
	for _, v := range found {
		if v.By != check.FromServer {
			if o.ID != "" && w.blamed != nil {
				w.blamed[o.ID] = v.ID
			}
			continue
		}
		w.bench.mu.Lock()
		w.bench.found = append(w.bench.found, fmt.Sprintf("%s (%s): %s %s\n%s< %.400s", v.ID, v.Section, v.Says, v.Detail, w.actor, text))
		w.bench.mu.Unlock()
	}
}

// watched is a connection that a watcher sees.
type watched struct {
	net.Conn
	*watcher
}

func (c watched) Write(p []byte) (int, error) {
	c.saw(check.FromClient, p)
	return c.Conn.Write(p)
}

func (c watched) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if n > 0 {
		c.saw(check.FromServer, p[:n])
	}
	return n, err
}

// seen is c, watched by the inbox's judge where it has one.
func (b *inbox) seen(c net.Conn) net.Conn {
	if b.watcher == nil || c == nil {
		return c
	}
	return watched{c, b.watcher}
}

// sawMessage shows a message of WebSocket to the judge.
func (b *inbox) sawMessage(side check.Side, kind websocket.MessageType, p []byte) {
	if b.watcher != nil && kind == websocket.MessageText {
		b.watcher.saw(side, p)
	}
}
