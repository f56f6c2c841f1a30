package dialect_test

import (
	"strings"
	"testing"
	"testing/synctest"

	"jim/dialect"
)

// Who is known by his login on the machine and names nobody is told things under that name, whatever he tried before:
// here a name that no object has room for.
func TestAUserOfTheMachineIsToldUnderHisLogin(t *testing.T) {
	for name, tried := range map[string]string{"nothing before": "", "a long name before": strings.Repeat("x", 2000)} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := newHouse(t, dialect.Options{})
				p := newPipe(64)
				p.peer.UID = 4711
				old := h.connect(p)
				if tried != "" {
					old.say(`{"action":"presence","type":"status","user":{"account_name":%q}}`, tried)
					old.hears(`"response":400`)
				}
				old.say(`{"action":"presence","type":"status"}`)
				old.hears(`"response":200`)
				ann := h.jim("ann")
				ann.say(`{"action":"msg","to":"machine","message":"😀aaa"}`)
				ann.answers(`"response":201`)
				old.hears(`"to":"machine"`, `"message":"😀aaa"`)
				h.close()
			})
		})
	}
}

// What people ask for with long names, and how long their lists are, makes no object longer than one recv takes.
func TestAnswersFitIntoOneRecv(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, dialect.Options{})
		old := h.connect(newPipe(64))
		old.say(specPresence)
		old.hears(`"response":200`)
		for i := range 60 {
			g := h.connect(newPipe(16))
			g.say(`{"action":"presence","user":{"account_name":"somebody-%d-with-a-name"}}`, i)
			g.hears(`"response":200`)
			g.Close()
			old.say(`{"action":"add_contact","user_id":"somebody-%d-with-a-name"}`, i)
			old.hears(`"response":200`)
		}
		for asked, want := range map[string]string{
			`{"action":"get_contacts","user_login":"old"}`:                                      `['somebody-0-with-a-name', `,
			`{"action":"pubkey_need","account_name":"` + strings.Repeat("ю", 500) + `"}`:        `no public key of юю`,
			`{"action":"pubkey_need","account_name":"` + strings.Repeat(`\u0001`, 90) + `ю"}`:   `no public key of \u0001`,
			`{"action":"join","room":"` + strings.Repeat("ю", 500) + `"}`:                       `"response":400`,
			`{"action":"add_contact","user_id":"` + strings.Repeat(`\u0001`, 25) + `"}`:         `"response":400`,
			`{"action":"presence","user":{"account_name":"` + strings.Repeat("ю", 5000) + `"}}`: `"response":400`,
		} {
			old.say("%s", asked)
			if got := old.hears(want); len(got) > 640 {
				t.Errorf("%s is answered in %d bytes: %s", asked, len(got), got)
			}
		}
		h.close()
	})
}
