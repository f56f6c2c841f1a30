package chat

import (
	"time"

	"jim/wire"
)

// Pace keeps a connection on which each request is a session of its own to what [Session] keeps its peer to: so many
// requests in so much time, and fewer of who is refused again and again. The zero value is ready. One goroutine uses it.
type Pace struct {
	heat  int // requests that were refused, less those that were not
	count int // requests since then
	since time.Time
}

// Wait is how long to wait before the next request is looked at.
func (p *Pace) Wait(now time.Time) (d time.Duration) {
	if p.since.IsZero() {
		p.since = now
	}
	if p.heat > heatMax {
		p.heat, d = heatMax, coolDown
	}
	if p.count >= paceMax {
		d = max(d, pacePer-now.Sub(p.since))
		p.count, p.since = 0, now.Add(d)
	}
	return d
}

// Count counts a request that was answered with code.
func (p *Pace) Count(code wire.Code) {
	p.count++
	if refused(code) {
		p.heat++
	} else {
		p.heat = max(0, p.heat-1)
	}
}

// refused tells whether an answer is a refusal that costs nearly as much as what was asked would. Refusals that come out
// of what was asked, as that something is not there, are none: how much may be asked is bounded by a rate.
func refused(code wire.Code) bool {
	switch code {
	case wire.BadRequest, wire.Unauthorized, wire.TooLarge, wire.TooMany, wire.NotImplemented:
		return true
	}
	return false
}
