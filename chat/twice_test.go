package chat_test

import (
	"context"
	"sync"
	"testing"

	"jim/chat"
)

// bothStore has two who look for what they must have before they go on wait for each other.
type bothStore struct {
	chat.Store
	users, names sync.WaitGroup
	first        bool // the name was a guest's
}

func (s *bothStore) AccountOfUID(ctx context.Context, uid int) (chat.Account, error) {
	a, err := s.Store.AccountOfUID(ctx, uid)
	s.users.Done()
	s.users.Wait()
	return a, err
}

func (s *bothStore) Account(ctx context.Context, key string) (chat.Account, error) {
	a, err := s.Store.Account(ctx, key)
	if s.first {
		s.names.Done()
		s.names.Wait()
	}
	return a, err
}

// A user of the machine who comes twice at the same time, for the first time, is let in both times and stays.
func TestAUserOfTheMachineMayComeTwiceAtFirst(t *testing.T) {
	for name, was := range map[string]bool{"a new name": false, "a guest's name": true} {
		t.Run(name, func(t *testing.T) {
			s := new(bothStore)
			h := houseOver(t, s, &s.Store, chat.Options{LookupUID: func(int) (string, error) { return "alice", nil }})
			defer h.close()
			if was {
				h.wasAGuest()
			}
			s.first = was
			s.users.Add(2)
			s.names.Add(2)
			both := []*guest{h.alice(), h.alice()}
			for _, g := range both {
				g.say(`{"action":"presence","jim":2,"id":"q"}`)
			}
			for _, g := range both {
				g.hears(`"response":200`)
			}
			for _, g := range both {
				g.say(`{"action":"ping","id":"p"}`)
				g.hears(`"response":200`, `"id":"p"`)
			}
		})
	}
}
