package dialect

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"strings"

	"jim/wire"
)

// Secret is what the handshakes of the course's second year compare with. Whoever
// reads one can log in with it: it is as good as the password itself.
type Secret struct {
	Name string `json:"account_name"`
	// Token answers a challenge `token` of the specification's dialect: hex of
	// PBKDF2-HMAC-SHA256 with a salt that all programs of a kind share and 100 000 rounds.
	Token string `json:"token"`
	// Bin answers a challenge `bin` of the mentors': hex of PBKDF2-HMAC-SHA512
	// with the login in small letters as salt and 10 000 rounds.
	Bin string `json:"bin"`
}

// ErrNoSecret says that handshakes are not turned on for a name.
var ErrNoSecret = errors.New("no dialect password")

// NewSecret derives what is compared from a password. salt is the fixed salt of the
// programs that prove themselves with a token.
func NewSecret(name, password, salt string) (Secret, error) {
	token, err := pbkdf2.Key(sha256.New, password, []byte(salt), 100_000, sha256.Size)
	if err != nil {
		return Secret{}, err
	}
	bin, err := pbkdf2.Key(sha512.New, password, []byte(strings.ToLower(name)), 10_000, sha512.Size)
	if err != nil {
		return Secret{}, err
	}
	return Secret{Name: name, Token: hex.EncodeToString(token), Bin: hex.EncodeToString(bin)}, nil
}

// handshake is a challenge that was not answered yet. The zero value is none.
type handshake struct {
	of       string // the name that it proves, and nobody else's
	expected string // the answer; "" = there can be none
}

// provedBy tells whether an answer is the one that is expected. It takes a time that tells nothing.
func (h handshake) provedBy(answer string) bool {
	return h.expected != "" && subtle.ConstantTimeCompare([]byte(answer), []byte(h.expected)) == 1
}

// challenge asks for a proof where an administrator turned that on for the name, and
// tells whether it did. The two dialects have handshakes of their own.
func (c *conn) challenge(s *said) bool {
	if c.in.o.Secret == nil || s.account == "" {
		return false
	}
	secret, err := c.in.o.Secret(s.account)
	if err != nil {
		if !errors.Is(err, ErrNoSecret) {
			c.in.log.Error("dialect passwords cannot be read", "err", err)
		}
		return false
	}
	random := make([]byte, 64)
	rand.Read(random) // never fails, see crypto/rand
	text := hex.EncodeToString(random)
	c.mu.Lock()
	mentor, expected := c.speech.mentor, ""
	if mentor {
		expected = base64.StdEncoding.EncodeToString(proof([]byte(secret.Bin), text))
	} else if key, err := hex.DecodeString(secret.Token); err == nil {
		expected = hex.EncodeToString(proof(key, text))
	}
	c.speech.handshake = handshake{s.account, expected}
	c.mu.Unlock()
	c.local(func() {
		if mentor {
			c.answer(begin().number("response", codeKey).text("bin", text))
			return
		}
		c.answer(begin().number("response", int(wire.Unauthorized)).text("error", s.account+" needs its password").text("token", text))
	})
	return true
}

func proof(key []byte, text string) []byte {
	mac := hmac.New(md5.New, key)
	mac.Write([]byte(text))
	return mac.Sum(nil)
}

// answered takes the answer to a challenge. Other answers of programs, such as a code
// for a probe, mean nothing. A wrong proof is tried as a password, so that guesses
// are counted where all others are.
func (c *conn) answered(s *said) {
	h := c.endHandshake()
	if h.expected == "" || s.bin == "" {
		c.local(func() {}) // it is counted like all that is said, and read from no faster
		return
	}
	proven := &said{action: wire.ActPresence, account: h.of}
	if h.provedBy(strings.TrimSpace(s.bin)) {
		c.peer.Proven = h.of
	} else {
		proven.password = s.bin
	}
	c.login(wire.ActPresence, proven)
}

// endHandshake is the handshake that was under way: a challenge is good for one answer, and for nothing once the
// program has said that it is somebody.
func (c *conn) endHandshake() handshake {
	c.mu.Lock()
	defer c.mu.Unlock()
	h := c.speech.handshake
	c.speech.handshake = handshake{}
	return h
}
