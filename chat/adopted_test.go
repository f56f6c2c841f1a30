package chat_test

import (
	"strings"
	"testing"

	"jim/chat"
)

// When a user of the machine takes the name that is his login, whoever bore it as a guest is out, and his token is worth nothing:
// he has not shown that he is that user, and would hear what is said to him.
func TestAUserOfTheMachineHasHisNameAlone(t *testing.T) {
	for name, device := range map[string]string{"without a token": "", "with a token": `,"device":"theirs"`} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t, chat.Options{LookupUID: func(int) (string, error) { return "alice", nil }})
			defer h.close()
			guest := h.connect(newPipe(16))
			guest.say(`{"action":"presence","jim":2,"id":"g","user":{"account_name":"alice"}%s}`, device)
			_, token, _ := strings.Cut(guest.answer(t, "g"), `"token":"`)
			token, _, owned := strings.Cut(token, `"`)
			p := newPipe(16)
			p.peer.UID = 1000
			alice := h.connect(p)
			alice.say(`{"action":"presence","jim":2,"id":"a","user":{"account_name":"alice"}}`)
			if answer := alice.answer(t, "a"); !strings.HasPrefix(answer, `{"response":200`) {
				t.Fatal(answer)
			}
			guest.hears(`"action":"bye"`)
			<-guest.closed
			if !owned {
				return
			}
			again := h.connect(newPipe(16))
			again.say(`{"action":"presence","jim":2,"id":"t","user":{"token":%q}}`, token)
			again.hears(`"response":402`)
		})
	}
}
