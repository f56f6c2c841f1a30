package chat_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"testing"

	"jim/chat"
)

// crowdStore has everybody who shows a token wait for all the others, or for a test that gives up.
type crowdStore struct {
	chat.Store
	all    sync.WaitGroup
	giveUp chan struct{}
}

func (s *crowdStore) TokenAccount(ctx context.Context, hash [32]byte) (chat.Token, chat.Account, error) {
	s.all.Done()
	here := make(chan struct{})
	go func() { s.all.Wait(); close(here) }()
	select {
	case <-here:
	case <-s.giveUp:
	}
	return s.Store.TokenAccount(ctx, hash)
}

// Many who come back from one address at the same time, all with what is right, are let in, whatever it is that they show.
func TestManyComeBackFromOneAddress(t *testing.T) {
	const many = 40
	s := &crowdStore{giveUp: make(chan struct{})}
	h := houseOver(t, s, &s.Store, chat.Options{})
	defer h.close()
	h.operator().done("201", `{"action":"admin","id":"q","do":"user add","user":{"account_name":"one","password":"correct horse"}}`)
	one, err := h.store.Account(t.Context(), "one")
	if err != nil {
		t.Fatal(err)
	}
	for i := range many {
		name := fmt.Sprint("ann", i)
		a, err := h.store.AddAccount(t.Context(), chat.Account{Name: name, Key: name, UID: -1, Password: one.Password})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.store.AddToken(t.Context(), chat.Token{Account: a.ID, Hash: sha256.Sum256([]byte(name))}); err != nil {
			t.Fatal(err)
		}
	}
	s.all.Add(many)
	for what, proof := range map[string]string{"a token": `"token":"ann%d"`, "a password": `"account_name":"ann%d","password":"correct horse"`} {
		answers, giveUp := make(chan string), sync.OnceFunc(func() { close(s.giveUp) })
		for i := range many {
			p := newPipe(16)
			p.peer.Host = netip.MustParseAddr("192.0.2.1")
			g := h.connect(p)
			g.say(`{"action":"presence","jim":2,"id":"q","user":{`+proof+`}}`, i)
			go func() { answers <- g.answer(t, "q") }()
		}
		refused := 0
		for range many {
			if answer := <-answers; !strings.HasPrefix(answer, `{"response":200`) {
				if refused++; refused == 1 {
					t.Errorf("one of %d who come at once with %s is answered %s", many, what, answer)
				}
				if what == "a token" {
					giveUp()
				}
			}
		}
	}
}
