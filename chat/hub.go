package chat

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

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

	nextSession atomic.Uint64
	presence    presence
	workers     workers

	mu       sync.Mutex
	closing  bool
	sessions map[*Session]struct{}
	people   map[AccountID]*person
	rooms    map[ConversationID]*Room
	ended    chan struct{} // closed when closing and no session is left
}

// New starts a hub over a store, which it starts too. End it with Shutdown.
func New(store Store, o Options) *Hub {
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Server == "" {
		o.Server = "jim"
	}
	h := &Hub{
		store:     store,
		opt:       o,
		log:       o.Log,
		passwords: newPasswords(),
		rates:     newRates(o.NoLimits),
		failed:    make(chan error, 1),
		stop:      make(chan struct{}),
		sessions:  map[*Session]struct{}{},
		people:    map[AccountID]*person{},
		rooms:     map[ConversationID]*Room{},
		ended:     make(chan struct{}),
	}
	h.trust, h.distrust = context.WithCancel(context.Background())
	h.presence.wake = make(chan struct{}, 1)
	store.Start(h.kept, h.fail)
	h.own.Go(h.watch)
	h.own.Go(h.tellPresence)
	return h
}

// MakeRoom makes a public room without members, if it is not there yet.
func (h *Hub) MakeRoom(ctx context.Context, name string) error {
	key, bad := addressKey(name)
	if bad != nil {
		return bad
	}
	if _, err := h.store.AddRoom(ctx, name, key); err != nil && err != ErrExists {
		return in("make a room", err)
	}
	return nil
}

// Serve talks with one peer until it or the server ends the connection, and
// closes c.
func (h *Hub) Serve(ctx context.Context, c Conn) {
	s := newSession(h, c)
	if !h.enter(s) {
		s.out.finish(goodbye("the server is stopping", time.Second))
		s.out.wait()
		c.Close()
		return
	}
	s.run(ctx)
	h.exit(s)
}

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
	all := make([]*Session, 0, len(h.sessions))
	for s := range h.sessions {
		all = append(all, s)
	}
	if len(all) == 0 {
		close(h.ended)
	}
	h.mu.Unlock()

	var leaving sync.WaitGroup
	for i, s := range all {
		leaving.Go(func() {
			s.out.await(ctx, func() bool { return s.out.pending == 0 })
			s.out.finish(goodbye("the server is stopping", spread(retryAfter, i, len(all))))
		})
	}
	leaving.Wait()
	h.own.Wait()
	defer h.workers.stop()
	select {
	case <-h.ended:
		return nil
	case <-ctx.Done():
	}
	for _, s := range all {
		s.conn.Close()
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
	h.sessions[s] = struct{}{}
	return true
}

func (h *Hub) exit(s *Session) {
	h.logout(s)
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.sessions, s)
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
		h.mu.Lock()
		h.forgetRooms()
		for s := range h.sessions {
			if s.out.stalled(now, writeStall) {
				h.counts.stalled.Add(1)
				s.conn.Close()
			}
		}
		h.mu.Unlock()
	}
}

func goodbye(words string, after time.Duration) *wire.Batch {
	b := new(wire.Batch)
	b.AppendEvent(&wire.Event{Action: wire.ActBye, Time: wire.At(time.Now()), Alert: words, RetryAfter: after.Seconds()})
	return b
}

// counts says how often something was dropped or refused, by name. They are what admin stats shows.
type counts struct {
	behind   atomic.Uint64 // events not sent to a reader who was too slow
	slow     atomic.Uint64 // JIM/1 readers closed because they were too slow
	stalled  atomic.Uint64 // connections closed because nothing could be written
	passing  atomic.Uint64 // presence, typing and read marks not sent to a busy reader
	messages atomic.Uint64 // kept since the start
	repeats  atomic.Uint64 // sent again, and not kept again
	refused  atomic.Uint64 // over a rate
}
