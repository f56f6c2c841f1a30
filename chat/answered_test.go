package chat_test

import (
	"log/slog"
	"sync"
	"testing"

	"jim/chat"
	"jim/store"
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

// What was answered to its sender is in a sync that begins after that, even before it is told live.
func TestSyncHasWhatWasAnswered(t *testing.T) {
	log := slog.New(slog.DiscardHandler)
	kept, err := store.Open(t.Context(), t.TempDir(), log)
	if err != nil {
		t.Fatal(err)
	}
	goOn := make(chan struct{})
	h := &house{t: t, hub: chat.New(&pausingStore{Store: kept, slow: slowError{goOn}}, chat.Options{Log: log}), store: kept}
	defer h.close()
	release := sync.OnceFunc(func() { close(goOn) })
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
