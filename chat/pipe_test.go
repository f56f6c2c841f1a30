package chat_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"jim/chat"
	"jim/store"
	"jim/wire"
)

// pipe is a Conn in memory. What the hub writes waits in got, each write apart;
// a full pipe blocks the writer, as a peer does who does not read.
type pipe struct {
	in     chan string
	got    chan []string // the objects of one Write
	once   sync.Once
	closed chan struct{}
	peer   chat.Peer
}

func newPipe(room int) *pipe {
	return &pipe{
		in: make(chan string, 64), got: make(chan []string, room), closed: make(chan struct{}),
		peer: chat.Peer{Transport: "pipe", Address: "pipe", Local: true, UID: -1},
	}
}

func (p *pipe) Read() ([]byte, error) {
	select {
	case object, more := <-p.in:
		if !more { // the peer has closed its half
			return nil, io.EOF
		}
		return []byte(object), nil
	case <-p.closed:
		return nil, io.ErrClosedPipe
	}
}

func (p *pipe) Write(batches []*wire.Batch) error {
	var objects []string
	for _, b := range batches {
		for i := range b.Len() {
			objects = append(objects, strings.TrimSpace(string(b.Object(i))))
		}
	}
	select {
	case p.got <- objects:
		return nil
	case <-p.closed:
		return io.ErrClosedPipe
	}
}

func (p *pipe) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}

func (p *pipe) Ready() bool { return len(p.in) > 0 }

func (p *pipe) Peer() *chat.Peer { return &p.peer }

// house is a hub over a real store, and those who talk with it.
type house struct {
	t     testing.TB
	hub   *chat.Hub
	store *store.Store
	serve sync.WaitGroup
	seen  int // guests that were brought into a state
}

func newHouse(t testing.TB, o chat.Options) *house {
	t.Helper()
	h := &house{t: t, store: openStore(t)}
	o.Log = slog.New(slog.DiscardHandler)
	h.hub = chat.New(h.store, o)
	return h
}

// houseOver is a house whose hub sees its store through s, which embeds it as inner.
func houseOver(t testing.TB, s chat.Store, inner *chat.Store, o chat.Options) *house {
	t.Helper()
	h := &house{t: t, store: openStore(t)}
	*inner = h.store
	o.Log = slog.New(slog.DiscardHandler)
	h.hub = chat.New(s, o)
	return h
}

// openStore opens a store of its own. Who closes the house closes it.
func openStore(t testing.TB) *store.Store {
	t.Helper()
	s, err := store.Open(context.Background(), t.TempDir(), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// close ends the house as a server does.
func (h *house) close() {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := h.hub.Shutdown(ctx, time.Second); err != nil {
		h.t.Errorf("shutdown: %v", err)
	}
	h.serve.Wait()
	if err := h.store.Close(); err != nil {
		h.t.Errorf("close: %v", err)
	}
}

// guest is one connection in a test.
type guest struct {
	*pipe
	t    testing.TB
	held []string
}

func (h *house) connect(p *pipe) *guest {
	h.serve.Go(func() { h.hub.Serve(context.Background(), p) })
	return &guest{pipe: p, t: h.t}
}

// comes connects and logs in as a guest.
func (h *house) comes(name string) *guest {
	h.t.Helper()
	g := h.connect(newPipe(1024))
	g.say(`{"action":"presence","jim":2,"user":{"account_name":%q}}`, name)
	g.hears(`"response":200`)
	return g
}

func (g *guest) say(format string, args ...any) {
	g.in <- fmt.Sprintf(format, args...)
}

// next is the next object the guest gets, whatever it is.
func (g *guest) next() string {
	g.t.Helper()
	for len(g.held) == 0 {
		select {
		case g.held = <-g.got:
		case <-time.After(2 * time.Minute): // virtual in most tests
			g.t.Fatal("nothing comes")
		}
	}
	object := g.held[0]
	g.held = g.held[1:]
	if !json.Valid([]byte(object)) {
		g.t.Fatalf("not JSON: %s", object)
	}
	return object
}

// hears takes the next object that is no presence of others and checks that it
// contains all parts.
func (g *guest) hears(parts ...string) string {
	g.t.Helper()
	object := g.next()
	for strings.HasPrefix(object, `{"action":"presence"`) {
		object = g.next()
	}
	for _, part := range parts {
		if !strings.Contains(object, part) {
			g.t.Fatalf("heard %s\nwanted it to contain %s", object, part)
		}
	}
	return object
}
