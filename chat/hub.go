package chat

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"jim/lastword"
	"jim/wire"
)

// Policy says to whom something is open.
type Policy string

// The policies for guests and for registration without an invitation.
const (
	Local      Policy = "local" // peers on this machine: loopback and UNIX sockets
	Everywhere Policy = "everywhere"
	Nowhere    Policy = "nowhere"
)

func (p Policy) allows(peer *Peer) bool {
	return p == Everywhere || (p == Local || p == "") && peer.Local
}

// Options are what the operator decides. The zero value is a server for people on this machine.
type Options struct {
	Log      *slog.Logger // nil = slog.Default()
	Server   string       // what presence answers as `server`
	Guests   Policy       // where people without a password are let in; "" = Local
	Register Policy       // where names are registered without an invitation; "" = Local
	NoLimits bool         // lifts the rates, for measurements
	Outbox   int          // bytes that may wait for a peer until it is told that it is behind; 0 = 1 MiB

	// Meters is what other parts have measured, by name; admin stats shows it
	// beside the hub's own. nil = nothing.
	Meters func() map[string]uint64

	// Clock tells the time that people are told; nil = time.Now. Patience and rates do not depend on it, nor does any order.
	Clock func() time.Time

	// BeforeWrite is called by whoever is going to write to a peer, before what waits for the peer is taken, and may
	// take its time. How much is written at once is then up to it and not to chance, as a simulation needs. nil = nothing.
	BeforeWrite func()

	// Interpret looks at the first object of a connection and returns what talks
	// JIM/2 in the stead of a peer that speaks another dialect: a Conn over c,
	// which reads the first object again, takes its time to write, and closes c
	// itself when its peer takes nothing for a minute. nil says that the peer
	// speaks JIM/2 itself. It is asked about every object until one of them is
	// good. nil = everybody speaks JIM/2.
	Interpret func(c Conn, first []byte) Conn

	// OperatorUID is the UNIX user who may use admin on a UNIX socket, besides
	// root. LookupUID tells the login name of a user; nil = nobody has one.
	OperatorUID int
	LookupUID   func(uid int) (string, error)
}

// Hub is the chat: it knows who is here and which conversations are being talked
// in. Everything lasting is in the store.
type Hub struct {
	// static after New
	store     Store
	opt       Options
	log       *slog.Logger
	passwords *passwords
	rates     *rates
	counts    counts
	failed    chan error
	trust     context.Context // ends when the storage has failed
	distrust  context.CancelFunc
	stop      chan struct{} // closed by Shutdown, ends the hub's own goroutines
	own       sync.WaitGroup

	locks       atomic.Uint64 // how often somebody was locked out; see lockOut
	began       time.Time
	nextSession atomic.Uint64
	presence    presence
	workers     workers
	writers     writers

	mu       sync.Mutex
	closing  bool
	sessions []*Session // in no order; each knows its place
	people   map[AccountID]*person
	rooms    map[ConversationID]*Room
	unopened map[string]bool // by compared name: rooms that are there, and whose first entry could not be kept
	ended    chan struct{}   // closed when closing and no session is left
}

// New starts a hub over a store, which it starts too. End it with Shutdown.
func New(store Store, o Options) *Hub {
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Server == "" {
		o.Server = "jim"
	}
	if o.Outbox == 0 {
		o.Outbox = outboxBytes
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	h := &Hub{
		store:  store,
		opt:    o,
		log:    o.Log,
		rates:  newRates(o.NoLimits),
		failed: make(chan error, 1),
		stop:   make(chan struct{}),
		began:  time.Now(),
		people: map[AccountID]*person{},
		rooms:  map[ConversationID]*Room{},

		unopened: map[string]bool{},
		ended:    make(chan struct{}),
	}
	h.passwords = newPasswords(h.counts.messages.Load)
	h.trust, h.distrust = context.WithCancel(context.Background())
	h.workers.open()
	h.presence.wake = make(chan struct{}, 1)
	store.Start(h.kept, h.fail)
	h.own.Go(h.watch)
	h.own.Go(h.tellPresence)
	return h
}

// MakeRoom makes a public room without members, if neither it nor one whose name
// looks the same is there yet.
func (h *Hub) MakeRoom(ctx context.Context, name string) error {
	key, bad := addressKey(name)
	if bad != nil {
		return bad
	}
	if _, err := h.store.AddRoom(ctx, name, key); err != nil && err != ErrExists && err != ErrAlike {
		return in("make a room", err)
	}
	return nil
}

// Serve talks with one peer until it or the server ends the connection, and
// closes c.
func (h *Hub) Serve(ctx context.Context, c Conn) {
	defer lastword.Guard()
	s := newSession(h, c)
	if !h.enter(s) {
		s.out.finish(goodbye("the server is stopping", time.Second))
		s.out.await(ctx, func() bool { return !s.out.writing })
		c.Close()
		s.out.wait()
		return
	}
	s.ctx = ctx
	s.waitForLogin()
	s.end(s.readAll())
	h.exit(s)
}

// now is the time that people are told.
func (h *Hub) now() wire.Time { return wire.At(h.opt.Clock()) }

// age is how old the hub is now, by the clock that nobody sets, and a nanosecond more: so 0 can say that
// there is no such instant. An age is a third of a time.Time, and every session keeps two.
func (h *Hub) age(now time.Time) time.Duration { return now.Sub(h.began) + 1 }

// Failed gets an error when the storage cannot be trusted any more. Nothing is
// acknowledged after that; the process must end.
func (h *Hub) Failed() <-chan error { return h.failed }

func (h *Hub) fail(err error) {
	h.log.Error("storage failed", "err", err)
	h.distrust()
	h.failed <- err // one place in the buffer; the store calls once
}

// Shutdown says bye to everybody, as the last object each of them gets, and
// waits until what was said before is committed and all sessions have ended.
// When ctx ends first it closes what is left and returns the error of ctx.
func (h *Hub) Shutdown(ctx context.Context, retryAfter time.Duration) error {
	h.mu.Lock()
	if h.closing {
		h.mu.Unlock()
		return nil
	}
	h.closing = true
	close(h.stop)
	all := slices.Clone(h.sessions)
	if len(all) == 0 {
		close(h.ended)
	}
	h.mu.Unlock()

	var leaving sync.WaitGroup
	for i, s := range all {
		leaving.Go(func() {
			defer lastword.Guard()
			s.out.await(ctx, func() bool { return s.out.pending == 0 })
			s.out.finish(goodbye("the server is stopping", spread(retryAfter, i, len(all))))
		})
	}
	leaving.Wait()
	h.own.Wait()
	defer h.writers.stop()
	defer h.workers.stop()
	select {
	case <-h.ended:
		return nil
	case <-ctx.Done():
	}
	for _, s := range all {
		s.out.hangUp()
	}
	<-h.ended
	return ctx.Err()
}

// spread gives each of n sessions another time to come back, between d and 2d.
func spread(d time.Duration, i, n int) time.Duration {
	return d + d*time.Duration(i)/time.Duration(n)
}

// retryStopping is what a request gets that comes while the server stops.
const retryStopping = time.Second

func (h *Hub) closingNow() bool {
	select {
	case <-h.stop:
		return true
	default:
		return false
	}
}

func (h *Hub) enter(s *Session) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closing {
		return false
	}
	s.index = int32(len(h.sessions))
	h.sessions = append(h.sessions, s)
	return true
}

func (h *Hub) exit(s *Session) {
	h.logout(s)
	h.mu.Lock()
	defer h.mu.Unlock()
	end := len(h.sessions) - 1
	h.sessions[s.index] = h.sessions[end]
	h.sessions[s.index].index = s.index
	h.sessions[end] = nil
	h.sessions = h.sessions[:end]
	if h.closing && len(h.sessions) == 0 {
		close(h.ended)
	}
}

// watchEvery is how often connections are looked at; writeStall is how long a
// peer may take nothing of what is written to it.
const (
	watchEvery = 5 * time.Second
	writeStall = time.Minute
)

// watch closes connections whose peer has stopped reading.
func (h *Hub) watch() {
	defer lastword.Guard()
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	for {
		select {
		case <-h.stop:
			return
		case <-tick.C:
		}
		now := time.Now()
		h.rates.forget(now)
		h.workers.trim()
		h.writers.trim()
		h.forgetRooms()
		for _, s := range h.stalled(now) {
			h.counts.stalled.Add(1)
			s.out.hangUp() // which may take a while, and Hub.mu is not held for it
		}
	}
}

// stalled are the sessions whose peer has stopped reading.
func (h *Hub) stalled(now time.Time) (all []*Session) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, s := range h.sessions {
		if s.out.stalled(now, writeStall) {
			all = append(all, s)
		}
	}
	return all
}

func goodbye(words string, after time.Duration) *wire.Batch {
	b := new(wire.Batch)
	b.AppendEvent(&wire.Event{Action: wire.ActBye, Time: wire.At(time.Now()), Alert: words, RetryAfter: after.Seconds()})
	return b
}

// counts says how often something was dropped or refused, by name. They are what admin stats shows.
type counts struct {
	behind   atomic.Uint64 // events not sent to a reader who was too slow
	stalled  atomic.Uint64 // connections closed because nothing could be written
	passing  atomic.Uint64 // presence, typing and read marks not sent to a busy reader
	messages atomic.Uint64 // kept since the start
	repeats  atomic.Uint64 // sent again, and not kept again
	refused  atomic.Uint64 // over a rate

	decodes, decodeNS atomic.Uint64 // of one object in sampleEvery
	tells, tellNS     atomic.Uint64 // groups from the store, until they are in all outboxes
	writes, writeNS   atomic.Uint64 // of batches to one peer, until its transport has taken them
}

// sampleEvery is how many objects pass for each whose decoding is timed.
const sampleEvery = 16
