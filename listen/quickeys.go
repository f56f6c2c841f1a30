package listen

import (
	"bytes"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/quic-go/quic-go"
)

// quicSecret is what all keys of QUIC are made of that are to outlive the process: with it, a
// server that was started again can tell clients of the one before that their connection is no
// more, and still takes the tickets and tokens that they have. It opens nothing that was said:
// each connection makes its own keys, also when it resumes (RFC 8446, section 2.2).
type quicSecret [32]byte

// quicSecretFile holds it as hex digits, in a folder of its owner's.
const quicSecretFile = "quic.key"

// loadQUICSecret reads the secret that is kept in a folder, or makes one. Where no folder is
// named, it is good until the process ends.
func loadQUICSecret(dir string, log *slog.Logger) (s quicSecret, err error) {
	rand.Read(s[:]) // never fails, see crypto/rand
	if dir == "" {
		return s, nil
	}
	path := filepath.Join(dir, quicSecretFile)
	data, err := os.ReadFile(path)
	switch {
	case err == nil:
		kept, err := hex.DecodeString(string(bytes.TrimSpace(data)))
		if err == nil && len(kept) == len(s) {
			return quicSecret(kept), nil
		}
		log.Warn("the key of QUIC is not 64 hex digits; a new one is made", "file", path)
	case !errors.Is(err, fs.ErrNotExist):
		return s, fmt.Errorf("listen: reading the key of QUIC: %w", err)
	}
	if err := keepFile(path, hex.AppendEncode(nil, s[:])); err != nil {
		return s, fmt.Errorf("listen: keeping the key of QUIC: %w", err)
	}
	return s, nil
}

// key is the key for one purpose (RFC 5869).
func (s *quicSecret) key(purpose string) [32]byte {
	key, err := hkdf.Key(sha256.New, s[:], nil, "jim quic "+purpose, 32)
	if err != nil {
		panic(err) // only for keys of more than 8160 bytes
	}
	return [32]byte(key)
}

// Tickets of TLS are made with the key of the day, and taken for a week, as crypto/tls does it
// with keys that nobody keeps.
const (
	ticketDay  = 24 * time.Hour
	ticketDays = 7
)

// ticketKeys are the keys of a day and of those before it; the first makes tickets.
func (s *quicSecret) ticketKeys(day int64) [][32]byte {
	keys := make([][32]byte, ticketDays)
	for i := range keys {
		keys[i] = s.key(fmt.Sprintf("ticket %d", day-int64(i)))
	}
	return keys
}

// day counts the days of ticket keys.
func day(now time.Time) int64 { return now.Unix() / int64(ticketDay/time.Second) } //tidy:stamp days of the calendar, which all runs of the server have in common

const (
	// moduleResets is from what size on the module answers packets of connections that it does
	// not know by itself, and the size of its answer.
	moduleResets = 42
	// leastReset is the smallest stateless reset: five bytes and a token (RFC 9000, section 10.3).
	leastReset = 5 + 16
)

// forgotten answers a packet of a connection with a server that ended before this one began, by
// a stateless reset (RFC 9000, section 10.3). The module does that too, but not for packets as
// small as those with which a silent client asks whether anybody is there. The answer is always
// smaller than the packet, so that two servers cannot go on answering each other, and whoever
// forges a sender's address makes this one send nobody more than was sent.
func (q *quicDoor) forgotten(p []byte) []byte {
	const long = 0x80
	id := p[1:min(len(p), 1+connectionIDLen)]
	if len(p) <= leastReset || len(p) > moduleResets || p[0]&long != 0 || q.ids.made(id) {
		return nil
	}
	reset := make([]byte, len(p)-1)
	rand.Read(reset)
	reset[0] = reset[0]&0x3f | 0x40
	mac := hmac.New(sha256.New, q.resetKey[:])
	mac.Write(id) // a hash's Write never fails
	copy(reset[len(reset)-16:], mac.Sum(nil))
	return reset
}

// connectionIDLen is the length of a server's connection ids.
const connectionIDLen = 8

// connectionIDs makes the ids by which QUIC finds its connections. Their first byte is
// none of ASCII, so that behind { they cannot be taken for JSON; see isQUIC. The next two are
// those of this run of the server, so that it knows what was never its own.
type connectionIDs struct{ run [2]byte }

func newConnectionIDs() (g connectionIDs) {
	rand.Read(g.run[:]) // never fails, see crypto/rand
	return g
}

// made tells whether an id may be of this run.
func (g connectionIDs) made(id []byte) bool {
	return len(id) == connectionIDLen && bytes.Equal(id[1:3], g.run[:])
}

// ConnectionIDLen is [quic.ConnectionIDGenerator]'s.
func (connectionIDs) ConnectionIDLen() int { return connectionIDLen }

// GenerateConnectionID is [quic.ConnectionIDGenerator]'s.
func (g connectionIDs) GenerateConnectionID() (quic.ConnectionID, error) {
	var id [connectionIDLen]byte
	rand.Read(id[:]) // never fails, see crypto/rand
	id[0] |= 0x80
	copy(id[1:], g.run[:])
	return quic.ConnectionIDFromBytes(id[:]), nil
}
