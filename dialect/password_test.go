package dialect_test

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/pbkdf2"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"hash"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"jim/dialect"
)

// only is an administrator who has turned handshakes on for one name.
func only(t *testing.T, name, password string) func(string) (dialect.Secret, error) {
	t.Helper()
	secret, err := dialect.NewSecret(name, password, "salt")
	if err != nil {
		t.Fatal(err)
	}
	return func(asked string) (dialect.Secret, error) {
		if strings.EqualFold(asked, name) {
			return secret, nil
		}
		return dialect.Secret{}, dialect.ErrNoSecret
	}
}

// key is what a program of the course derives from a password.
func key(t *testing.T, h func() hash.Hash, password, salt string, rounds, size int) []byte {
	t.Helper()
	k, err := pbkdf2.Key(h, password, []byte(salt), rounds, size)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func sum(key []byte, text string) []byte {
	mac := hmac.New(md5.New, key)
	mac.Write([]byte(text))
	return mac.Sum(nil)
}

// register makes a name somebody's, with a password that no program of the course knows.
func (h *house) register(name string) {
	h.t.Helper()
	g := h.connect(newPipe(64))
	g.say(`{"action":"register","jim":2,"user":{"account_name":%q,"password":"correct horse"}}`, name)
	g.answers(`"response":201`)
	g.say(`{"action":"quit"}`)
	<-g.closed
}

var quotedToken = regexp.MustCompile(`"(?:token|bin)":"([0-9a-f]+)"`)

// The specification's programs prove a password with a token.
func TestTokenHandshake(t *testing.T) {
	for name, password := range map[string]string{"right": "battery staple", "wrong": "correct horses"} {
		t.Run(name, func(t *testing.T) {
			secret := only(t, "ann", "battery staple")
			proof := key(t, sha256.New, password, "salt", 100_000, 32)
			synctest.Test(t, func(t *testing.T) {
				h := newHouse(t, dialect.Options{Secret: secret})
				h.register("ann")
				old := h.connect(newPipe(16))
				old.say(`{"action":"presence","time":1,"type":"status","user":{"account_name":"ann","status":"x"}}`)
				m := quotedToken.FindStringSubmatch(old.hears(`{"response":401,"error":"`, `"token":"`))
				old.say(`{"action":"authenticate","time":1,"user":{"account_name":"ann","password":"%s"}}`, hex.EncodeToString(sum(proof, m[1])))
				if name == "wrong" {
					old.hears(`"response":402`)
					old.say(`{"action":"authenticate","time":1,"user":{"account_name":"ann","password":"%s"}}`, hex.EncodeToString(sum(key(t, sha256.New, "battery staple", "salt", 100_000, 32), m[1])))
					old.hears(`"response":402`) // a challenge is good for one answer
					old.say(`{"action":"authenticate","time":1,"user":{"account_name":"ann","password":"correct horse"}}`)
				}
				old.hears(`"response":200`)
				old.say(`{"action":"msg","time":1,"to":"ann","from":"ann","message":"x"}`)
				old.hears(`"response":200`)
				h.close()
			})
		})
	}
}

// The mentors' programs prove it with 511 and bin.
func TestBinHandshake(t *testing.T) {
	for name, password := range map[string]string{"right": "battery staple", "wrong": "correct horses"} {
		t.Run(name, func(t *testing.T) {
			secret := only(t, "Ann", "battery staple")
			proof := []byte(hex.EncodeToString(key(t, sha512.New, password, "ann", 10_000, 64)))
			synctest.Test(t, func(t *testing.T) {
				h := newHouse(t, dialect.Options{Secret: secret})
				h.register("Ann")
				old := h.connect(newPipe(16))
				old.say(`{"action":"presence","time":1,"user":{"account_name":"Ann","pubkey":"-----BEGIN PUBLIC KEY-----"}}`)
				m := quotedToken.FindStringSubmatch(old.hears(`{"response":511,"bin":"`))
				if len(m[1]) != 128 {
					t.Errorf("a challenge of %d characters", len(m[1]))
				}
				old.say(`{"response":511,"bin":%q}`, base64.StdEncoding.EncodeToString(sum(proof, m[1]))+"\n")
				if name == "wrong" {
					old.hears(`{"response":400,"error":"`)
					<-old.closed
					h.close()
					return
				}
				old.hears(`"response":200`)
				old.say(`{"action":"pubkey_need","time":1,"account_name":"ann"}`)
				old.hears(`{"response":511,"bin":"-----BEGIN PUBLIC KEY-----"}`)
				h.close()
			})
		})
	}
}

// Nobody else's login changes, and a handshake nobody asked for proves nothing.
func TestHandshakesAreForThoseTheyWereTurnedOnFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, dialect.Options{Secret: func(name string) (dialect.Secret, error) {
			if name == "ann" {
				return dialect.Secret{}, errors.New("the disk is on fire")
			}
			return dialect.Secret{}, dialect.ErrNoSecret
		}})
		h.register("ann")
		h.register("bob")
		for _, name := range []string{"ann", "bob"} {
			old := h.connect(newPipe(16))
			old.say(`{"response":511,"bin":""}`)
			old.say(`{"action":"presence","time":1,"type":"status","user":{"account_name":%q}}`, name)
			if got := old.hears(`"response":401`); strings.Contains(got, `"token":`) {
				t.Error(got)
			}
			old.say(`{"response":511,"bin":""}`)
			old.say(`{"action":"authenticate","time":1,"user":{"account_name":%q,"password":""}}`, name)
			old.hears(`"response":401`)
			old.Close()
		}
		h.close()
	})
}

// An answer that nobody asked for means nothing, and is read no faster than all else that a program says.
func TestAnswersThatNobodyAskedForAreReadSlowly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, dialect.Options{})
		old := h.connect(newPipe(16))
		began := time.Now()
		for range 501 {
			old.say(`{"response":200}`)
		}
		old.say(`{"action":"ping","time":1}`)
		old.hears(`"response":200`)
		if d := time.Since(began); d < 9*time.Second || d > 12*time.Second {
			t.Errorf("501 objects took %v, want about 5 s for each 250", d)
		}
		h.close()
	})
}
