package dialect_test

import (
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"jim/dialect"
)

// Who answers a challenge has proved the name that it was for, and nobody else's, whichever name he says beside his answer,
// and whomever he says to be in between.
func TestAHandshakeProvesTheNameItWasFor(t *testing.T) {
	const (
		asks    = `{"action":"presence","time":1,"type":"status","user":{"account_name":%q}}`
		mentor  = `{"action":"presence","time":1,"user":{"account_name":%q}}`
		proves  = `{"action":"authenticate","time":1,"user":{"account_name":%q,"password":"PROOF"}}`
		answers = `{"response":511,"bin":"PROOF"}`
	)
	secret := only(t, "mallory", "battery staple")
	token := key(t, sha256.New, "battery staple", "salt", 100_000, 32)
	bin := []byte(hex.EncodeToString(key(t, sha512.New, "battery staple", "mallory", 10_000, 64)))
	for name, said := range map[string][]string{
		"another name beside it":         {asks, fmt.Sprintf(proves, "ann")},
		"another name in between":        {asks, fmt.Sprintf(asks, "ann"), answers},
		"and beside it":                  {asks, fmt.Sprintf(asks, "ann"), fmt.Sprintf(proves, "ann")},
		"another name beside it, bin":    {mentor, fmt.Sprintf(proves, "ann")},
		"another name in between, bin":   {mentor, fmt.Sprintf(mentor, "ann"), answers},
		"another kind of name, then bin": {mentor, fmt.Sprintf(asks, "ann"), answers},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := newHouse(t, dialect.Options{Secret: secret})
				defer h.close()
				h.register("mallory")
				h.register("ann")
				old := h.connect(newPipe(16))
				old.say("%s", fmt.Sprintf(said[0], "mallory"))
				challenge := quotedToken.FindStringSubmatch(old.hears(`"response":`))[1]
				proof := hex.EncodeToString(sum(token, challenge))
				if said[0] == mentor {
					proof = base64.StdEncoding.EncodeToString(sum(bin, challenge))
				}
				for _, s := range said[1:] { // all at once, before one of them may end the connection
					old.say("%s", strings.ReplaceAll(s, "PROOF", proof))
				}
				for range said[1:] {
					select {
					case object := <-old.got:
						if strings.Contains(object, `"response":200`) {
							t.Fatalf("mallory's proof made somebody else of her: %s", object)
						}
					case <-old.closed:
						return
					}
				}
			})
		})
	}
}

// A public key is shown under the name that its bearer was let in by, and not under one that he only tried.
func TestAKeyIsShownUnderTheNameOfItsBearer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, dialect.Options{})
		defer h.close()
		h.register("ann")
		old := h.connect(newPipe(16))
		for _, s := range []string{ // which are read before the first of them is answered
			`{"action":"ping","time":1}`,
			`{"action":"ping","time":1}`,
			`{"action":"presence","time":1,"user":{"account_name":"mallory","pubkey":"-----BEGIN PUBLIC KEY-----"}}`,
			`{"action":"authenticate","time":1,"user":{"account_name":"ann","password":"not this one"}}`,
			`{"action":"pubkey_need","time":1,"account_name":"ann"}`,
			`{"action":"pubkey_need","time":1,"account_name":"mallory"}`,
		} {
			old.say("%s", s)
		}
		old.hears(`"response":200`)
		old.hears(`"response":200`)
		old.hears(`"response":200`)
		old.hears(`{"response":400`)
		old.hears(`{"response":400`)
		old.hears(`{"response":511,"bin":"-----BEGIN PUBLIC KEY-----"}`)
	})
}
