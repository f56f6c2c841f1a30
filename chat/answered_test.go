package chat_test

import (
	"sync"
	"testing"

	"jim/chat"
)

// pausingStore hands the entries of "one" and "two" back as one group, and says that the second failed, with an
// error that takes its time to be looked at.
type pausingStore struct {
	chat.Store
	held []*chat.Entry
	slow error
}

func (s *pausingStore) Start(kept func([]*chat.Entry), fail func(error)) {
	s.Store.Start(func(group []*chat.Entry) {
		for _, e := range group {
			if e.Text != "one" && e.Text != "two" {
				kept([]*chat.Entry{e})
				continue
			}
			if s.held = append(s.held, e); len(s.held) == 2 {
				e.Err = s.slow
				kept(s.held)
			}
		}
	}, fail)
}

// slowError is not like any other error, and takes until goOn to say so.
type slowError struct{ goOn chan struct{} }

func (e slowError) Error() string { return "slow" }

func (e slowError) Is(error) bool {
	<-e.goOn
	return false
}

// pausingHouse is a house over such a store, where "two" waits for release.
func pausingHouse(t *testing.T) (h *house, release func()) {
	goOn := make(chan struct{})
	s := &pausingStore{slow: slowError{goOn}}
	return houseOver(t, s, &s.Store, chat.Options{}), sync.OnceFunc(func() { close(goOn) })
}

// What was answered to its sender is in a sync that begins after that, even before it is told live.
func TestSyncHasWhatWasAnswered(t *testing.T) {
	h, release := pausingHouse(t)
	defer h.close()
	defer release()
	ann, bob := h.comes("ann"), h.comes("bob")
	ann.say(`{"action":"join","to":"#tea"}`)
	ann.hears(`"response":201`)
	ann.hears(`"action":"create"`)
	bob.say(`{"action":"join","to":"#tea"}`)
	bob.hears(`"response":200`)
	bob.hears(`"action":"join"`)
	ann.hears(`"action":"join"`)

	ann.say(`{"action":"msg","id":"1","to":"#tea","message":"one"}`)
	ann.say(`{"action":"msg","id":"2","to":"#tea","message":"two"}`)
	ann.hears(`"response":201`, `"seq":3`)
	bob.say(`{"action":"sync","id":"s","since":{"#tea":2}}`)
	bob.hears(`"seq":3`, `"message":"one"`)
	release()
}
