package dialect_test

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
	"jim/dialect"
	"jim/store"
	"jim/wire"
)

// pipe is a connection in memory whose writes arrive one by one, each at its time.
type pipe struct {
	in     chan string
	got    chan string // what one Write brought
	once   sync.Once
	closed chan struct{}
	peer   chat.Peer
}

func newPipe(room int) *pipe {
	return &pipe{
		in: make(chan string, 64), got: make(chan string, room), closed: make(chan struct{}),
		peer: chat.Peer{Transport: "pipe", Address: "pipe", Local: true, Packets: true, UID: -1},
	}
}

func (p *pipe) Read() ([]byte, error) {
	select {
	case object := <-p.in:
		if words, broken := strings.CutPrefix(object, "broken: "); broken {
			return nil, wire.Errorf(wire.BadRequest, "%s", words)
		}
		return []byte(object), nil
	case <-p.closed:
		return nil, io.ErrClosedPipe
	}
}

func (p *pipe) Write(batches []*wire.Batch) error {
	var b strings.Builder
	for _, one := range batches {
		b.Write(one.Bytes())
	}
	select {
	case p.got <- b.String():
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

// house is a hub over a real store, in virtual time.
type house struct {
	t     *testing.T
	hub   *chat.Hub
	store *store.Store
	serve sync.WaitGroup
}

func newHouse(t *testing.T, o dialect.Options) *house {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	s, err := store.Open(context.Background(), t.TempDir(), log)
	if err != nil {
		t.Fatal(err)
	}
	o.Lobby = "#lobby"
	login := func(int) (string, error) { return "machine", nil }
	return &house{t: t, store: s, hub: chat.New(s, chat.Options{Log: log, Interpret: dialect.New(o).Of, LookupUID: login})}
}

func (h *house) close() {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := h.hub.Shutdown(ctx, time.Second); err != nil {
		h.t.Errorf("shutdown: %v", err)
	}
	h.serve.Wait()
	if err := h.store.Close(); err != nil {
		h.t.Error(err)
	}
}

// guest is one connection in a test.
type guest struct {
	*pipe
	t *testing.T
}

func (h *house) connect(p *pipe) *guest {
	h.serve.Go(func() { h.hub.Serve(context.Background(), p) })
	return &guest{p, h.t}
}

func (g *guest) say(format string, args ...any) { g.in <- fmt.Sprintf(format, args...) }

// next is what the next write brought.
func (g *guest) next() string {
	g.t.Helper()
	select {
	case got := <-g.got:
		return got
	case <-time.After(3 * time.Minute): // virtual
		g.t.Fatal("nothing comes")
	}
	return ""
}

// hears takes the next write, which must be one object with all parts.
func (g *guest) hears(parts ...string) string {
	g.t.Helper()
	got := g.next()
	if !json.Valid([]byte(got)) {
		g.t.Fatalf("not one object: %q", got)
	}
	for _, part := range parts {
		if !strings.Contains(got, part) {
			g.t.Fatalf("heard %s\nwanted it to contain %s", got, part)
		}
	}
	return got
}

// answers takes what comes until there is an answer with all parts.
func (g *guest) answers(parts ...string) {
	g.t.Helper()
	for {
		for object := range strings.Lines(g.next()) {
			if strings.HasPrefix(object, `{"response"`) {
				for _, part := range parts {
					if !strings.Contains(object, part) {
						g.t.Fatalf("answered %s\nwanted it to contain %s", object, part)
					}
				}
				return
			}
		}
	}
}

// jim connects a JIM/2 client.
func (h *house) jim(name string) *guest {
	h.t.Helper()
	g := h.connect(newPipe(1024))
	g.say(`{"action":"presence","jim":2,"user":{"account_name":%q}}`, name)
	g.answers(`"response":200`)
	return g
}
