package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/netip"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// target is what attackers are told to do.
type target struct {
	Host    string   `json:"host"` // host:port on this machine
	Hostile int      `json:"hostile"`
	Sources int      `json:"sources"`
	Rooms   []string `json:"rooms"` // of the honest
}

// tally is what attackers have done so far.
type tally struct {
	Open    int64         `json:"open"`    // connections now
	Made    int64         `json:"made"`    // connections
	Cut     int64         `json:"cut"`     // of them ended by the server, without a word of refusal
	Refused int64         `json:"refused"` // of them answered 408, 413, 429, 431 or 503
	Acts    int64         `json:"acts"`    // that they began: one each second for each connection, if nobody hinders them
	Much    int64         `json:"much"`    // objects answered 429
	Large   int64         `json:"large"`   // objects answered 413
	PID     int           `json:"pid"`
	CPU     time.Duration `json:"cpu"` // of that process
}

// tallyEvery is how often attackers say what they have done.
const tallyEvery = 100 * time.Millisecond

// Attack is the attackers of [Hostile], in this process. On in they are told whom to attack, which they do until in ends;
// to out they write what they have done so far, ten times a second.
func Attack(ctx context.Context, in io.Reader, out io.Writer) error {
	var t target
	if err := json.NewDecoder(in).Decode(&t); err != nil {
		return fmt.Errorf("whom to attack: %w", err)
	}
	if at, err := netip.ParseAddrPort(t.Host); err != nil || !at.Addr().IsLoopback() {
		return &ForeignError{t.Host}
	}
	if len(t.Rooms) == 0 || (Hostile{Hostile: t.Hostile, Sources: t.Sources, Honest: 2, Room: 2, Rate: 1, Seconds: 1}).Check() != nil {
		return errors.New("attackers need an address, numbers and rooms")
	}
	a := &attack{target: t, tag: newTag()}
	a.ctx, a.cancel = context.WithCancel(ctx)
	a.begin()
	defer a.stop()
	go func() { // ends with in
		_, _ = io.Copy(io.Discard, in)
		a.cancel()
	}()
	say := json.NewEncoder(out)
	tick := time.NewTicker(tallyEvery)
	defer tick.Stop()
	for {
		if err := say.Encode(a.tally()); err != nil {
			return err
		}
		select {
		case <-tick.C:
		case <-a.ctx.Done():
			return nil
		}
	}
}

// attack is many connections that mean harm. Each does one thing a second, and comes back a second after it
// was cut off.
type attack struct {
	target
	tag    string
	ctx    context.Context
	cancel context.CancelFunc
	all    sync.WaitGroup

	open, made, cut, refused, acts, tooMuch, tooLarge atomic.Int64
}

func (a *attack) tally() tally {
	spent, _ := cpu(os.Getpid()) // 0 where /proc does not say
	return tally{
		a.open.Load(), a.made.Load(), a.cut.Load(), a.refused.Load(), a.acts.Load(), a.tooMuch.Load(), a.tooLarge.Load(),
		os.Getpid(), spent,
	}
}

// begin lets them come, a thousand a second at most.
func (a *attack) begin() {
	for i := range a.Hostile {
		a.all.Go(func() {
			if sleepUntil(a.ctx, time.Now().Add(time.Duration(i)*time.Millisecond)) == nil {
				a.run(i)
			}
		})
	}
}

// stop ends all.
func (a *attack) stop() {
	a.cancel()
	a.all.Wait()
}

// run is hostile connection i: it comes again and again.
func (a *attack) run(i int) {
	kind := kinds[i%len(kinds)]
	for a.ctx.Err() == nil {
		a.once(i, kind)
		pause := time.Second/2 + rand.N(time.Second)
		_ = sleepUntil(a.ctx, time.Now().Add(pause)) // the loop looks at the context
	}
}

func (a *attack) once(i int, kind kind) {
	d := net.Dialer{Timeout: patience, LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 66, 0, byte(1+i%a.Sources))}}
	c, err := d.DialContext(a.ctx, "tcp", a.Host)
	if err != nil {
		return // the port's queue is full, or the context is over
	}
	a.made.Add(1)
	a.open.Add(1)
	stop := context.AfterFunc(a.ctx, func() { c.Close() })
	h := &harm{Conn: c, attack: a, i: i}
	err = kind(h)
	stop()
	c.Close()
	a.open.Add(-1)
	switch {
	case a.ctx.Err() != nil:
	case h.refused.Load():
		a.refused.Add(1)
	case errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE):
		a.cut.Add(1)
	}
}
