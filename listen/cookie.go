package listen

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"net/netip"
	"sync"
	"time"
)

// cookies prove that whoever sends from an address also gets what is sent there. A
// cookie is a MAC over the address, made with a key that lives for a while: making one
// and checking one takes no memory, however many addresses ask (the way of DTLS, RFC
// 6347, section 4.2.1).
type cookies struct {
	mu      sync.Mutex
	current cookieKey
	before  cookieKey
	changes time.Time // when current becomes before
}

type cookieKey [sha256.Size]byte

const (
	// cookieLife is for how long a key makes cookies. One is good for that long at
	// least, and for twice as long at most: a person has time to copy it.
	cookieLife = 5 * time.Minute
	// cookieBytes of the MAC are enough: each guess is a datagram.
	cookieBytes = 12
	cookieText  = cookieBytes / 3 * 4 // characters
)

// newCookies has no keys of the time before now: no cookie is good yet.
func newCookies(now time.Time) *cookies {
	c := &cookies{changes: now.Add(cookieLife)}
	rand.Read(c.current[:]) // never fails, see crypto/rand
	rand.Read(c.before[:])
	return c
}

// keys are the keys that are good now.
func (c *cookies) keys(now time.Time) (current, before cookieKey) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for !now.Before(c.changes) {
		if now.Sub(c.changes) > cookieLife { // nobody came for long: both are too old
			rand.Read(c.current[:])
			c.changes = now
		}
		c.before = c.current
		rand.Read(c.current[:])
		c.changes = c.changes.Add(cookieLife)
	}
	return c.current, c.before
}

// make is the cookie of an address.
func (c *cookies) make(from netip.AddrPort, now time.Time) string {
	current, _ := c.keys(now)
	return current.cookie(from)
}

// proves tells whether cookie was made for an address, not too long ago.
func (c *cookies) proves(cookie string, from netip.AddrPort, now time.Time) bool {
	if len(cookie) != cookieText {
		return false
	}
	current, before := c.keys(now)
	return sameCookie(cookie, current.cookie(from)) || sameCookie(cookie, before.cookie(from))
}

// sameCookie takes as long for any two.
func sameCookie(a, b string) bool {
	return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1
}

func (k *cookieKey) cookie(from netip.AddrPort) string {
	mac := hmac.New(sha256.New, k[:])
	host := from.Addr().As16()
	mac.Write(host[:]) // a hash's Write never fails
	mac.Write([]byte(from.Addr().Zone()))
	mac.Write(binary.BigEndian.AppendUint16(nil, from.Port()))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:cookieBytes])
}

// hostRate bounds what is said to each address that has proved nothing, in fixed memory:
// addresses share buckets by a hash that nobody else knows.
type hostRate struct {
	mu    sync.Mutex
	key   [8]byte
	began time.Time // when it was first asked
	used  [1 << 12]hostBucket
}

type hostBucket struct {
	second int32 // after began
	count  int32
}

// hostRateMost is how many answers a second an address gets that has proved nothing.
const hostRateMost = 256

// may counts one more answer to host, and tells whether it may go out.
func (r *hostRate) may(host netip.Addr, now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.began.IsZero() {
		r.began = now
		rand.Read(r.key[:]) // never fails, see crypto/rand
	}
	sum := sha256.Sum256(append(r.key[:], hostKey(host).AsSlice()...))
	b := &r.used[binary.BigEndian.Uint16(sum[:])%uint16(len(r.used))]
	if second := int32(now.Sub(r.began) / time.Second); b.second != second {
		b.second, b.count = second, 0
	}
	b.count++
	return b.count <= hostRateMost
}
