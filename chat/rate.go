package chat

import (
	"net/netip"
	"sync"
	"time"

	"jim/wire"
)

// rate is a token bucket: burst at once, and then one each time every has gone by.
type rate struct {
	burst float64
	every time.Duration
}

var (
	sayRate     = rate{burst: 100, every: time.Second / 20} // what one account says
	passingRate = rate{burst: 30, every: time.Second / 5}   // its typing
	askRate     = rate{burst: 100, every: time.Second / 20} // its other requests that read or write the store

	failHostRate = rate{burst: 30, every: 5 * time.Second}  // wrong logins from one address
	failNameRate = rate{burst: 10, every: 20 * time.Second} // wrong logins from one address to one name
	guestRate    = rate{burst: 200, every: time.Second}     // guests' names made from one address
	registerRate = rate{burst: 20, every: 30 * time.Second} // names registered from one address
)

// bucketKey says whose bucket it is. An address of IPv6 counts by its /64.
type bucketKey struct {
	of      *rate
	account AccountID
	host    netip.Prefix
	name    string
}

type bucket struct {
	left float64
	at   time.Time
}

// rates holds buckets that are not full. Losing one gives its bearer a full bucket, so the map may be
// emptied of old ones at any time.
type rates struct {
	off bool

	mu      sync.Mutex
	buckets map[bucketKey]bucket
}

// bucketsMax bounds the memory that strangers can make the server use.
const bucketsMax = 100_000

func newRates(off bool) *rates {
	return &rates{off: off, buckets: map[bucketKey]bucket{}}
}

// take takes n tokens, or says how long to wait for them.
func (r *rates) take(k bucketKey, n float64) (wait time.Duration) {
	if r.off {
		return 0
	}
	now := time.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	b, ok := r.buckets[k]
	if !ok {
		if len(r.buckets) >= bucketsMax {
			clear(r.buckets)
		}
		b = bucket{left: k.of.burst, at: now}
	}
	b.left = min(k.of.burst, b.left+float64(now.Sub(b.at))/float64(k.of.every))
	b.at = now
	if b.left >= n {
		b.left -= n
		if n == 0 && b.left < 1 {
			wait = time.Duration((1 - b.left) * float64(k.of.every))
		}
	} else {
		wait = time.Duration((n - b.left) * float64(k.of.every))
	}
	r.buckets[k] = b
	return wait
}

// forget drops buckets that have filled up.
func (r *rates) forget(now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for k, b := range r.buckets {
		if b.left+float64(now.Sub(b.at))/float64(k.of.every) >= k.of.burst {
			delete(r.buckets, k)
		}
	}
}

// may takes from the bucket of the session's account.
func (s *Session) may(of *rate) *wire.Error {
	wait := s.hub.rates.take(bucketKey{of: of, account: s.account.ID}, 1)
	if wait == 0 {
		return nil
	}
	s.hub.counts.refused.Add(1)
	return wire.Errorf(wire.TooMany, "slower, please").After(wait)
}

// mayLogin tells whether another try is welcome from host to name.
func (r *rates) mayLogin(host netip.Addr, name string) *wire.Error {
	wait := max(r.take(hostKey(&failHostRate, host, ""), 0), r.take(hostKey(&failNameRate, host, name), 0))
	if wait == 0 {
		return nil
	}
	return wire.Errorf(wire.TooMany, "too many wrong logins").After(wait)
}

// failed counts a wrong login.
func (r *rates) failed(host netip.Addr, name string) {
	r.take(hostKey(&failHostRate, host, ""), 1)
	r.take(hostKey(&failNameRate, host, name), 1)
}

// mayMake tells whether one more name may come from host, at the rate for
// guests or for registered names.
func (r *rates) mayMake(of *rate, host netip.Addr) *wire.Error {
	if wait := r.take(hostKey(of, host, ""), 1); wait > 0 {
		return wire.Errorf(wire.TooMany, "too many new names from this address").After(wait)
	}
	return nil
}

func hostKey(of *rate, host netip.Addr, name string) bucketKey {
	bits := 32
	if host.Is6() && !host.Is4In6() {
		bits = 64
	}
	p, _ := host.Unmap().Prefix(bits) // nobody's address gives nobody's bucket
	return bucketKey{of: of, host: p, name: name}
}
