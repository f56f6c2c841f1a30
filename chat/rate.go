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
	host  *rate // what all accounts at one address may together; nil = as much as they like
}

var (
	sayRate     = rate{burst: 100, every: time.Second / 20, host: &sayHostRate} // what one account says
	passingRate = rate{burst: 30, every: time.Second / 5, host: &sayHostRate}   // its typing
	askRate     = rate{burst: 100, every: time.Second / 20, host: &askHostRate} // its other requests that read or write the store

	sayHostRate = rate{burst: 1000, every: time.Second / 100} // what is said and typed from one address
	askHostRate = rate{burst: 2000, every: time.Second / 100} // other requests from one address

	failHostRate    = rate{burst: 30, every: 5 * time.Second}   // wrong logins from one address
	failNameRate    = rate{burst: 10, every: 20 * time.Second}  // wrong logins from one address to one name
	failAccountRate = rate{burst: 100, every: 36 * time.Second} // wrong logins to one name from all addresses where it never was right
	guestRate       = rate{burst: 200, every: time.Second}      // guests' names made from one address
	registerRate    = rate{burst: 20, every: 30 * time.Second}  // names registered from one address
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
	known   map[bucketKey]struct{} // from where which name's password was right
}

// bucketsMax bounds the memory that strangers can make the server use.
const bucketsMax = 100_000

func newRates(off bool) *rates {
	return &rates{off: off, buckets: map[bucketKey]bucket{}, known: map[bucketKey]struct{}{}}
}

// take takes a token from each bucket, or, where one of them has none, from none,
// and says how long to wait for it.
func (r *rates) take(keys ...bucketKey) (wait time.Duration) { return r.takeTimes(1, keys...) }

// takeTimes is take of several tokens, where there is one: the bucket fills up from below empty then.
func (r *rates) takeTimes(n int, keys ...bucketKey) (wait time.Duration) {
	if r.off {
		return 0
	}
	now := time.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	wait = r.wait(now, keys)
	for _, k := range keys {
		b := r.bucket(k, now)
		if wait == 0 {
			b.left -= float64(n)
		}
		r.buckets[k] = b
	}
	return wait
}

// wait is how long until none of the buckets is empty.
func (r *rates) wait(now time.Time, keys []bucketKey) (wait time.Duration) {
	for _, k := range keys {
		if b := r.bucket(k, now); b.left < 1 {
			wait = max(wait, time.Duration((1-b.left)*float64(k.of.every)))
		}
	}
	return wait
}

// giveBack puts a token back into each bucket.
func (r *rates) giveBack(keys ...bucketKey) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, k := range keys {
		if b, ok := r.buckets[k]; ok {
			b.left++ // bucket keeps it from running over
			r.buckets[k] = b
		}
	}
}

// bucket is a bucket as it is now.
func (r *rates) bucket(k bucketKey, now time.Time) bucket {
	b, ok := r.buckets[k]
	if !ok {
		if len(r.buckets) >= bucketsMax {
			r.makeRoom()
		}
		b = bucket{left: k.of.burst, at: now}
	}
	b.left = min(k.of.burst, b.left+float64(now.Sub(b.at))/float64(k.of.every))
	b.at = now
	return b
}

// makeRoom drops a tenth of the buckets, whichever: who makes the server hold so
// many sets only few of those free that it wants free.
func (r *rates) makeRoom() {
	n := 0
	for k := range r.buckets {
		if n++; n > bucketsMax/10 {
			return
		}
		delete(r.buckets, k)
	}
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

// may takes from the bucket of the session's account, and from that of its address.
func (s *Session) may(of *rate) *wire.Error { return s.mayTimes(of, s.account.ID, 1) }

// namesPerAsk is how many conversations that a request names count as another request: each has to be looked for.
const namesPerAsk = 64

// mayName is may for a request that names conversations, of the account that the session has, or is going to have.
func (s *Session) mayName(since []wire.Since, id AccountID) *wire.Error {
	n := len(since) / namesPerAsk
	if s.account.ID != 0 {
		n++ // the request itself
	}
	return s.mayTimes(&askRate, id, n)
}

// mayTimes takes several from the bucket of an account, and from that of the session's address. Where there is one, and not
// so many, what follows has to wait for the rest.
func (s *Session) mayTimes(of *rate, id AccountID, n int) *wire.Error {
	if n == 0 {
		return nil
	}
	wait := s.hub.rates.takeTimes(n, bucketKey{of: of, account: id})
	if wait == 0 && of.host != nil && s.peer.Host.IsValid() {
		wait = s.hub.rates.takeTimes(n, hostKey(of.host, s.peer.Host, ""))
	}
	if wait == 0 {
		return nil
	}
	s.hub.counts.refused.Add(1)
	return wire.Errorf(wire.TooMany, "slower, please").After(wait)
}

// mayTry tells whether host may try to prove to be name ("" = a secret says who). It counts nothing: many who come at the
// same time and are right cost each other nothing. Of a secret, which nobody guesses, wrong is called afterwards; of a
// password tryLogin is, when it is looked at.
func (r *rates) mayTry(host netip.Addr, name string) *wire.Error {
	if r.off {
		return nil
	}
	keys := r.loginKeys(host, name)
	r.mu.Lock()
	defer r.mu.Unlock()
	return tooManyTries(r.wait(time.Now(), keys))
}

// wrong counts a secret that was none.
func (r *rates) wrong(host netip.Addr) { r.take(r.loginKeys(host, "")...) }

// tryLogin counts a try from host to prove to be name, as if it were wrong, before its password is looked at: tries that
// come at the same time are counted, too. right takes it back from what was taken.
//
// Whoever guesses from many addresses makes all others wait, but for those from
// where the name's password was right before: its owner is not locked out.
func (r *rates) tryLogin(host netip.Addr, name string) (taken []bucketKey, bad *wire.Error) {
	taken = r.loginKeys(host, name)
	return taken, tooManyTries(r.take(taken...))
}

func tooManyTries(wait time.Duration) *wire.Error {
	if wait <= 0 {
		return nil
	}
	return wire.Errorf(wire.TooMany, "too many wrong logins").After(wait)
}

// loginKeys are the buckets of a try from host to be name.
func (r *rates) loginKeys(host netip.Addr, name string) []bucketKey {
	keys := []bucketKey{hostKey(&failHostRate, host, ""), hostKey(&failNameRate, host, name)}
	if name != "" && !r.isKnown(host, name) {
		keys = append(keys, bucketKey{of: &failAccountRate, name: name})
	}
	return keys
}

// right takes back what tryLogin counted, and remembers host. By now host may be known, which it was not then.
func (r *rates) right(taken []bucketKey, host netip.Addr, name string) {
	r.giveBack(taken...)
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.known) >= knownMax {
		clear(r.known)
	}
	r.known[hostKey(nil, host, name)] = struct{}{}
}

// knownMax bounds the memory of who was right, which losing costs nobody but who
// is being guessed at.
const knownMax = 100_000

func (r *rates) isKnown(host netip.Addr, name string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	_, known := r.known[hostKey(nil, host, name)]
	return known
}

// mayMake tells whether one more name may come from host, at the rate for
// guests or for registered names.
func (r *rates) mayMake(of *rate, host netip.Addr) *wire.Error {
	if wait := r.take(hostKey(of, host, "")); wait > 0 {
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
