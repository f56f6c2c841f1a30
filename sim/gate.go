package sim

import "sync"

// gate is what all who are going to write for a server pass, in turns. What a step puts into an outbox is in
// there before anything of it is taken, so how much is written at once, and who is behind, does not depend on chance.
type gate struct {
	mu      sync.Mutex
	turned  sync.Cond
	turn    int
	waiting int
	open    bool // nobody waits any more
}

func newGate() *gate {
	g := &gate{}
	g.turned.L = &g.mu
	return g
}

// pass waits for the next turn.
func (g *gate) pass() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.waiting++
	for mine := g.turn; g.turn == mine && !g.open; {
		g.turned.Wait()
	}
	g.waiting--
}

// next lets in all who wait, and tells false when nobody does.
func (g *gate) next() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.turn++
	g.turned.Broadcast()
	return g.waiting > 0
}

// stayOpen lets everybody in from now on.
func (g *gate) stayOpen() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.open = true
	g.turned.Broadcast()
}
