package chat_test

import (
	"crypto/sha256"
	"log/slog"
	"sync"
	"testing"

	"jim/chat"
	"jim/store"
)

// heldStore keeps a join, and takes until goOn to say so.
type heldStore struct {
	chat.Store
	goOn chan struct{}
}

func (s *heldStore) Start(kept func([]*chat.Entry), fail func(error)) {
	s.Store.Start(func(group []*chat.Entry) {
		for _, e := range group {
			if e.Kind == chat.Joined {
				<-s.goOn
			}
		}
		kept(group)
	}, fail)
}

// A sync of a room that another device joins meanwhile: the join is in the log that is read, and is not told once
// more when the device begins to hear the room.
func TestSyncWhileAnotherDeviceJoins(t *testing.T) {
	log := slog.New(slog.DiscardHandler)
	kept, err := store.Open(t.Context(), t.TempDir(), log)
	if err != nil {
		t.Fatal(err)
	}
	goOn := make(chan struct{})
	h := &house{t: t, hub: chat.New(&heldStore{Store: kept, goOn: goOn}, chat.Options{Log: log}), store: kept}
	defer h.close()
	release := sync.OnceFunc(func() { close(goOn) })
	defer release()
	bob, err := kept.AddAccount(t.Context(), chat.Account{Name: "bob", Key: "bob", UID: -1, Password: "x"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := kept.AddToken(t.Context(), chat.Token{Account: bob.ID, Hash: sha256.Sum256([]byte("t"))}); err != nil {
		t.Fatal(err)
	}
	ann := h.comes("ann")
	ann.say(`{"action":"join","to":"#tea"}`)
	ann.hears(`"response":201`)
	ann.hears(`"action":"create"`)
	phone, desk := h.connect(newPipe(1024)), h.connect(newPipe(1024))
	for _, g := range []*guest{phone, desk} {
		g.say(`{"action":"presence","jim":2,"user":{"account_name":"bob","token":"t"}}`)
		g.hears(`"response":200`)
	}

	desk.say(`{"action":"join","id":"j","to":"#tea"}`) // kept as 2, and not said yet
	for {
		list, err := kept.Log(t.Context(), 1, 0, 0, 10, false)
		if err != nil {
			t.Fatal(err)
		}
		if len(list) == 2 {
			break
		}
	}
	phone.say(`{"action":"sync","id":"s","since":{"#tea":0}}`)
	phone.hears(`"action":"create"`, `"seq":1`)
	phone.hears(`"action":"join"`, `"seq":2`)
	phone.hears(`"response":200`, `"id":"s"`)
	release()
	desk.hears(`"response":200`, `"id":"j"`)
	ann.hears(`"action":"join"`)
	ann.say(`{"action":"msg","id":"m","to":"#tea","message":"milk?"}`)
	desk.hears(`"action":"join"`, `"seq":2`)
	desk.hears(`"action":"msg"`, `"seq":3`)
	phone.hears(`"action":"msg"`, `"seq":3`)
}
