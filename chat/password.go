package chat

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"runtime"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"jim/wire"
)

// The price of guessing a password: argon2id (RFC 9106) with these parameters
// takes about 25 ms and 19 MiB (OWASP's recommendation).
const (
	argonMemory = 19 << 10 // KiB
	argonTime   = 2
	argonLanes  = 1
	argonSalt   = 16
	argonKey    = 32
)

const passwordMin = 8 // characters

// placesMost is how many passwords are looked at at the same time at most: less than may be wrong, or right ones would be
// taken for too many.
const placesMost = 8

// passwords hashes and checks them, as many at a time as half the processors, and no more than placesMost; and
// while much is being said, they take a tenth of the machine at most, so that
// logging in never takes it from those who talk.
type passwords struct {
	said func() uint64 // messages kept so far

	places chan struct{} // a place for each hash being made
	queue  chan struct{} // a place for each that waits or is being made
	dummy  string        // what is checked for names that nobody has
}

func newPasswords(said func() uint64) *passwords {
	p := &passwords{
		said:   said,
		places: make(chan struct{}, min(max(1, runtime.NumCPU()/2), placesMost)),
		queue:  make(chan struct{}, 256),
	}
	p.dummy = phc(make([]byte, argonSalt), make([]byte, argonKey))
	return p
}

// hash makes the PHC string that is kept for a password.
func (p *passwords) hash(ctx context.Context, password string) (string, error) {
	if utf8.RuneCountInString(password) < passwordMin {
		return "", wire.Errorf(wire.BadRequest, "a password has at least %d characters", passwordMin)
	}
	leave, err := p.enter(ctx)
	if err != nil {
		return "", err
	}
	defer leave()
	salt := make([]byte, argonSalt)
	rand.Read(salt) // never fails, see crypto/rand
	return phc(salt, argon2.IDKey([]byte(password), salt, argonTime, argonMemory, argonLanes, argonKey)), nil
}

// check tells whether password is the one of which kept is the PHC string, if may, which is asked when nobody is to be
// waited for any more, refuses nothing. It takes as long when kept is "", and then it is not.
func (p *passwords) check(ctx context.Context, kept, password string, may func() *wire.Error) (bool, error) {
	leave, err := p.enter(ctx)
	if err != nil {
		return false, err
	}
	defer leave()
	if bad := may(); bad != nil {
		return false, bad
	}
	real := kept != ""
	if !real {
		kept = p.dummy
	}
	var memory, passes uint32
	var lanes uint8
	fields := strings.Split(kept, "$")
	if len(fields) != 6 || fields[1] != "argon2id" {
		return false, fmt.Errorf("a kept password of an unknown kind")
	}
	if _, err := fmt.Sscanf(fields[3], "m=%d,t=%d,p=%d", &memory, &passes, &lanes); err != nil {
		return false, fmt.Errorf("a kept password of unknown price: %w", err)
	}
	salt, err1 := base64.RawStdEncoding.DecodeString(fields[4])
	want, err2 := base64.RawStdEncoding.DecodeString(fields[5])
	if err1 != nil || err2 != nil {
		return false, fmt.Errorf("a kept password that is not base64")
	}
	got := argon2.IDKey([]byte(password), salt, passes, memory, lanes, uint32(len(want)))
	return subtle.ConstantTimeCompare(got, want) == 1 && real, nil
}

// enter waits for a place; too many who wait are told to come back.
func (p *passwords) enter(ctx context.Context) (leave func(), err error) {
	select {
	case p.queue <- struct{}{}:
	default:
		return nil, wire.Errorf(wire.Unavailable, "too many people are logging in").After(2 * time.Second)
	}
	select {
	case p.places <- struct{}{}:
		began, said := time.Now(), p.said()
		return func() {
			<-p.queue
			took := time.Since(began)
			time.AfterFunc(restAfter(took, p.said()-said), func() { <-p.places })
		}, nil
	case <-ctx.Done():
		<-p.queue
		return nil, ctx.Err()
	}
}

// muchSaid is how many messages a second make the server a busy one.
const muchSaid = 1000

// restAfter is how long the place of a hash stays empty that took so long, in
// which so many messages were said: half of the processors, of the time a fifth.
func restAfter(took time.Duration, said uint64) time.Duration {
	if float64(said) < muchSaid*took.Seconds() || said == 0 {
		return 0
	}
	return 4 * took
}

func phc(salt, key []byte) string {
	b64 := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonTime, argonLanes, b64(salt), b64(key))
}
