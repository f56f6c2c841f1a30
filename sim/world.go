package sim

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing/synctest"
	"time"

	"jim/chat"
	"jim/history"
	"jim/store/ram"
	"jim/wire"
)

// Outcome is what a world has come to.
type Outcome struct {
	History []history.Entry
	Faults  []history.Fault
	Counts  map[string]int // how often something happened, by name
}

// kindBroken is a promise that was seen to be broken when it happened.
const kindBroken = "broken"

// world is one server, its disk and its clients.
type world struct {
	seed  uint64
	r     *rand.Rand
	plan  plan
	wrong wrong

	ram     ram.Disk
	disk    *disk
	hub     *chat.Hub
	gate    *gate
	serving sync.WaitGroup
	conns   []*conn
	made    int // connections so far
	devices []*device
	crashes int
	calm    atomic.Bool // nothing bad happens any more

	names   map[chat.ConversationID]string // of conversations, in the history
	kept    map[string][]chat.Entry        // everything committed; number i+1
	members map[string]map[string]bool     // by conversation and account, as committed
	decoded map[string]wire.FromServer     // events, by their bytes
	history []history.Entry
	broken  []history.Fault
	counts  map[string]int

	refusals atomic.Int64 // calls of the store that failed
}

// Play lives through the world of a seed. It must be called in a bubble of
// testing/synctest.
func Play(seed uint64) *Outcome { return play(seed, wrong{}) }

func play(seed uint64, wrong wrong) *Outcome {
	r := rand.New(rand.NewPCG(seed, 0x51))
	w := &world{
		seed: seed, r: r, plan: newPlan(r), wrong: wrong, names: map[chat.ConversationID]string{}, kept: map[string][]chat.Entry{},
		members: map[string]map[string]bool{}, counts: map[string]int{}, decoded: map[string]wire.FromServer{},
	}
	if seed%64 == 63 { // much is said while some hear nothing
		w.plan.stubborn, w.plan.bad, w.plan.crashes = true, 5, 0
		w.plan.steps, w.plan.burst, w.plan.outbox = 300, 6, 400
	}
	w.populate()
	w.start()
	for range w.plan.steps {
		w.step()
	}
	w.finish()
	w.counts["calls failed"] = int(w.refusals.Load())
	faults := append(w.broken, history.Check(w.history)...)
	return &Outcome{History: w.history, Faults: faults, Counts: w.counts}
}

// populate makes the accounts, each with a token for all its devices.
func (w *world) populate() {
	s := w.ram.Open()
	ctx := context.Background()
	for i := range w.plan.devices {
		d := newDevice(w, i, accountNames[i%w.plan.accounts])
		w.devices = append(w.devices, d)
		a, err := s.AddAccount(ctx, chat.Account{Name: d.account, Key: d.account, UID: -1})
		if err == nil {
			_, err = s.AddToken(ctx, chat.Token{Account: a.ID, Hash: sha256.Sum256([]byte(tokenOf(d.account)))})
		}
		if err != nil && err != chat.ErrExists {
			panic(err)
		}
	}
}

var accountNames = []string{"ann", "bob", "cid", "dan"}

func tokenOf(account string) string { return "jimt_" + account }

var quiet = slog.New(slog.DiscardHandler)

// start starts a server over what has been kept.
func (w *world) start() {
	if w.wrong.boot != nil {
		w.wrong.boot(&w.ram)
	}
	w.disk = openDisk(w)
	w.gate = newGate()
	w.hub = chat.New(w.disk, chat.Options{
		Log: quiet, Server: "sim", NoLimits: true, Outbox: w.plan.outbox, BeforeWrite: w.gate.pass,
	})
}

// connect opens a connection for a device.
func (w *world) connect(d *device) *conn {
	w.made++
	c := newConn(w.made, fmt.Sprint("c", w.made), d)
	if w.wrong.write != nil {
		c.wrong = w.wrong.write()
	}
	w.conns = append(w.conns, c)
	ctx := context.WithValue(context.Background(), connKey{}, c)
	hub := w.hub
	w.serving.Go(func() {
		hub.Serve(ctx, c)
		c.mu.Lock()
		c.served = true
		c.mu.Unlock()
	})
	return c
}

// step does one thing, and waits until nothing moves.
func (w *world) step() {
	switch n := w.r.IntN(100); {
	case n < w.plan.bad:
		w.misbehave()
	case n < 40:
		w.devices[w.r.IntN(len(w.devices))].act()
	case n < 65:
		w.deliver()
	case n < 75:
		w.commit()
	case n < 85:
		w.tell()
	case n < 98:
		w.release()
	case n < 99:
		time.Sleep(time.Duration(w.r.IntN(6000)) * time.Millisecond) //tidy:sleep virtual time
		w.disk.woken = true
	default:
		w.restart()
	}
	w.rest()
}

// rest waits until nothing moves, and lets the clients receive what has come.
func (w *world) rest() {
	synctest.Wait()
	w.disk.queue()
	for w.gate.next() {
		synctest.Wait()
	}
	live := w.conns[:0]
	for _, c := range w.conns {
		c.mu.Lock()
		c.grants = 0
		served := c.served
		c.mu.Unlock()
		if c.device != nil && !c.lags {
			got, over := c.receive(roomy)
			if c.weighs && w.plan.outbox > 0 && !c.resumes && !c.syncing.Load() {
				w.counts["weighed"]++
				c.device.weigh(c, got)
			}
			c.device.receive(c, got, over)
		}
		if c.device != nil || !served {
			live = append(live, c)
		}
	}
	w.conns = live
}

// deliver lets some bytes arrive at the server, and some objects be read.
func (w *world) deliver() {
	at := w.r.IntN(len(w.conns) + 1)
	for i := range w.conns {
		c := w.conns[(at+i)%len(w.conns)]
		if c.waits() {
			n := len(c.up)
			if n > 0 && w.r.IntN(4) == 0 {
				n = w.r.IntN(n)
			}
			c.arrive(n)
			c.grant(1 + w.r.IntN(w.plan.burst+1))
			return
		}
	}
}

// commit commits some of what waits, or refuses it.
func (w *world) commit() {
	n := len(w.disk.waiting)
	if n == 0 {
		return
	}
	n = 1 + w.r.IntN(n)
	var fault error
	if w.r.IntN(100) < w.plan.failing {
		fault = []error{chat.ErrFull, errKeep}[w.r.IntN(2)]
		w.counts["commits failed: "+fault.Error()]++
	}
	w.disk.commit(n, fault)
	if w.r.IntN(2) == 0 {
		w.disk.tell()
	}
}

func (w *world) tell() {
	if len(w.disk.untold) > 0 {
		w.disk.tell()
	} else {
		w.commit()
	}
}

func (w *world) release() {
	if n := w.disk.parkedCalls(); n > 0 {
		w.counts["calls delayed"]++
		w.disk.release(w.r.IntN(n))
	} else {
		w.deliver()
	}
}

// misbehave lets the network of one connection do what networks do.
func (w *world) misbehave() {
	if len(w.conns) == 0 {
		return
	}
	c := w.conns[w.r.IntN(len(w.conns))]
	d := c.device
	switch n := w.r.IntN(10); {
	case d == nil || w.plan.stubborn && c.lags:
	case n < 3 && !c.lags:
		c.lag(w.r.IntN(300))
		w.counts["lags"]++
	case n < 7 && c.lags:
		c.lag(roomy)
	case n < 8 && !c.half:
		c.half = true
		c.arrive(w.r.IntN(len(c.up) + 1))
		c.leave(io.EOF, true)
		w.counts["closed half"]++
	default:
		w.counts["cut"]++
		w.cut(c)
	}
}

// cut ends a connection at any byte of either direction.
func (w *world) cut(c *conn) {
	c.arrive(w.r.IntN(len(c.up) + 1))
	end := []error{io.EOF, io.ErrUnexpectedEOF}[w.r.IntN(2)]
	d := c.device
	got, _ := c.receive(w.r.IntN(len(c.out) + 1))
	d.receive(c, got, false)
	c.leave(end, false)
	d.away()
}

// restart ends the server, one way or the other, and starts it again.
func (w *world) restart() {
	if w.crashes == w.plan.crashes {
		return
	}
	w.crashes++
	if w.r.IntN(3) == 0 {
		w.shutDown()
	} else {
		w.crash()
	}
	w.start()
}

// crash loses everything that is not committed. Something may be committed of which nobody is told.
func (w *world) crash() {
	w.counts["crashes"]++
	if n := len(w.disk.waiting); n > 0 && w.r.IntN(2) == 0 {
		w.disk.commit(1+w.r.IntN(n), nil)
		w.counts["crashes after a commit"]++
	}
	if len(w.disk.waiting) > 0 {
		w.counts["crashes before a commit"]++
	}
	for _, c := range w.conns {
		if c.device != nil {
			w.cut(c)
		}
		c.Close()
	}
	w.gate.stayOpen()
	w.disk.crash()
	over, end := context.WithCancel(context.Background())
	end()
	w.hub.Shutdown(over, 0) // its error is that of over
	w.serving.Wait()
	w.conns = nil
}

// shutDown ends the server as its operator does. Everybody hears goodbye.
func (w *world) shutDown() {
	w.counts["shutdowns"]++
	w.calm.Store(true)
	w.settle()
	w.gate.stayOpen()
	ctx, end := context.WithTimeout(context.Background(), time.Minute)
	defer end()
	if err := w.hub.Shutdown(ctx, time.Second); err != nil {
		w.breach("the server does not end: %v", err)
	}
	w.serving.Wait()
	w.rest()
	w.disk.Close()
	w.conns = nil
	w.calm.Store(false)
}

// settle lets everything that is under way come to its end.
func (w *world) settle() {
	for moved := true; moved; {
		moved = false
		for _, c := range w.conns {
			if c.lags {
				c.lag(roomy)
				moved = true
			}
		}
		w.rest()
		for i := 0; i < len(w.conns); i++ {
			if c := w.conns[i]; c.waits() {
				c.arrive(len(c.up))
				c.grant(roomy)
				moved = true
				w.rest()
			}
		}
		for w.disk.parkedCalls() > 0 {
			w.disk.release(0)
			moved = true
			w.rest()
		}
		if n := len(w.disk.waiting); n > 0 {
			w.disk.commit(n, nil)
		}
		for len(w.disk.untold) > 0 {
			w.disk.tell()
			moved = true
			w.rest()
		}
	}
}

// breach notes a promise that was seen to be broken.
func (w *world) breach(format string, args ...any) {
	if len(w.broken) < 5 {
		w.broken = append(w.broken, history.Fault{Kind: kindBroken, Words: fmt.Sprintf(format, args...)})
	}
}
