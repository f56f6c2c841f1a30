package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"sync/atomic"
)

// Attackers runs [Attack], here or in another process, and returns when it has ended, soon after ctx is done or in has
// ended.
type Attackers func(ctx context.Context, in io.Reader, out io.Writer) error

// siege is an attack as who has ordered it sees it.
type siege struct {
	order  *io.PipeWriter // its end ends the attack
	latest atomic.Pointer[tally]
	cancel context.CancelFunc
	all    sync.WaitGroup
	err    error // of the attackers; to be read after stop
}

// besiege orders the attack. The caller stops it.
func besiege(ctx context.Context, by Attackers, t target) (*siege, error) {
	orders, order := io.Pipe()
	words, said := io.Pipe()
	g := &siege{order: order}
	g.latest.Store(&tally{})
	ctx, g.cancel = context.WithCancel(ctx)
	g.all.Go(func() {
		g.err = by(ctx, orders, said)
		orders.CloseWithError(errors.New("the attackers have ended"))
		said.Close()
	})
	g.all.Go(func() {
		defer words.Close()
		for in := json.NewDecoder(words); ; {
			var now tally
			if in.Decode(&now) != nil {
				return // the attackers have ended, as their error says
			}
			g.latest.Store(&now)
		}
	})
	if err := json.NewEncoder(order).Encode(t); err != nil {
		return nil, errors.Join(err, g.stop())
	}
	return g, nil
}

// now is what the attackers have done so far.
func (g *siege) now() tally { return *g.latest.Load() }

// stop ends the attack; that it had ended before is an error.
func (g *siege) stop() error {
	g.order.Close()
	g.all.Wait()
	g.cancel()
	if g.err != nil {
		return fmt.Errorf("the attackers: %w", g.err)
	}
	return nil
}

// figures compare two tallies, between which so many seconds have passed.
func (g *siege) figures(start, end tally, seconds float64) (f Figures) {
	f.add("hostile_made", "hostile connections made", "", float64(end.Made))
	f.add("hostile_refused", "of them refused in words", "", float64(end.Refused))
	f.add("hostile_cut", "of them cut off", "", float64(end.Cut))
	f.add("hostile_429", "objects refused as too many", "", float64(end.Much))
	f.add("hostile_413", "objects refused as too large", "", float64(end.Large))
	f.add("hostile_acts_s", "what they did, a second", "", float64(end.Acts-start.Acts)/seconds)
	if end.PID != os.Getpid() && end.CPU > 0 {
		f.add("hostile_cpu", "processors that they used", "", (end.CPU-start.CPU).Seconds()/seconds)
	}
	return f
}
