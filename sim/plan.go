package sim

import "math/rand/v2"

// plan is how large a world is and how bad it gets.
type plan struct {
	accounts, devices, rooms int
	steps                    int
	outbox                   int  // bytes until a reader is behind
	burst                    int  // requests at once, at most
	bad                      int  // of a hundred steps, those on which the network misbehaves
	failing                  int  // of a hundred commits, those that fail
	crashes                  int  // at most
	stubborn                 bool // who lags does so to the end
	leaves                   bool
	direct                   bool
}

func newPlan(r *rand.Rand) plan {
	p := plan{
		accounts: 2 + r.IntN(3), rooms: 1 + r.IntN(2), steps: 20 + r.IntN(80),
		outbox: []int{150, 400, 1000, 4000, 0}[r.IntN(5)], burst: 1 + r.IntN(4),
		bad: []int{0, 5, 12, 25}[r.IntN(4)], failing: []int{0, 0, 10, 40}[r.IntN(4)],
		crashes: max(0, r.IntN(5)-2), leaves: r.IntN(3) == 0, direct: r.IntN(2) == 0,
	}
	p.devices = p.accounts + r.IntN(3)
	if r.IntN(24) == 0 { // logs of several pages
		p.steps, p.burst, p.rooms, p.accounts = 200, 8, 1, 2
		p.devices = 2 + r.IntN(2)
	}
	return p
}
