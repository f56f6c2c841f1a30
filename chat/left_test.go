package chat_test

import (
	"context"
	"crypto/sha256"
	"sync/atomic"
	"testing"

	"jim/chat"
)

// belongStore lets a test act between the reading of memberships and what comes of it.
type belongStore struct {
	chat.Store
	next atomic.Pointer[[2]chan struct{}] // closed when they were read, and to go on; nil = nobody waits
}

func (s *belongStore) Memberships(ctx context.Context, id chat.AccountID) ([]chat.Membership, error) {
	mine, err := s.Store.Memberships(ctx, id)
	if wait := s.next.Swap(nil); wait != nil {
		close(wait[0])
		<-wait[1]
	}
	return mine, err
}

// A device that comes while another one of its account leaves a room does not hear the room; what it has missed of it, it is read.
func TestWhoComesDoesNotHearWhatWasJustLeft(t *testing.T) {
	for name, since := range map[string]string{"for the first time": "", "again": `,"since":{}`, "with a number": `,"since":{"#tea":2}`} {
		t.Run(name, func(t *testing.T) {
			s := new(belongStore)
			h := houseOver(t, s, &s.Store, chat.Options{})
			defer h.close()
			bob, err := h.store.AddAccount(t.Context(), chat.Account{Name: "bob", Key: "bob", UID: -1, Password: "x"})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := h.store.AddToken(t.Context(), chat.Token{Account: bob.ID, Hash: sha256.Sum256([]byte("t"))}); err != nil {
				t.Fatal(err)
			}
			const presence = `{"action":"presence","jim":2,"id":"q","user":{"account_name":"bob","token":"t"}%s}`
			ann, desk, phone := h.comes("ann"), h.connect(newPipe(64)), h.connect(newPipe(64))
			ann.done("201", `{"action":"join","id":"q","to":"#tea"}`)
			desk.done("200", presence, "")
			desk.done("200", `{"action":"join","id":"q","to":"#tea"}`)
			wait := [2]chan struct{}{make(chan struct{}), make(chan struct{})}
			s.next.Store(&wait)
			phone.say(presence, since)
			<-wait[0]
			desk.done("200", `{"action":"leave","id":"q","to":"#tea"}`)
			close(wait[1])
			phone.answer(t, "q")
			phone.done("200", `{"action":"ping","id":"q"}`)
			ann.done("201", `{"action":"msg","id":"q","to":"#tea","message":"milk?"}`)
			ann.say(`{"action":"msg","id":"r","to":"bob","message":"are you there?"}`)
			phone.hears(`"message":"are you there?"`)
		})
	}
}
