package chat_test

import (
	"context"
	"strings"
	"testing"

	"jim/chat"
)

// slowStore makes a direct conversation and is slow to say so.
type slowStore struct {
	chat.Store
	made, goOn chan struct{}
}

func (s *slowStore) Direct(ctx context.Context, a, b chat.AccountID) (chat.Conversation, error) {
	c, err := s.Store.Direct(ctx, a, b)
	close(s.made)
	<-s.goOn
	return c, err
}

// Bob writes to ann, who comes, finds the conversation among hers, and writes in it
// before bob's own session has begun to hear it. Bob must learn of what she said.
func TestWhoBeginsToHearLateIsToldThatHeIsBehind(t *testing.T) {
	slow := &slowStore{made: make(chan struct{}), goOn: make(chan struct{})}
	h := houseOver(t, slow, &slow.Store, chat.Options{})
	defer h.close()
	ann := h.comes("ann")
	ann.say(`{"action":"quit"}`)
	<-ann.closed
	bob := h.comes("bob")
	bob.say(`{"action":"msg","id":"b1","to":"ann","message":"here?"}`)
	<-slow.made

	ann = h.comes("ann")
	ann.say(`{"action":"msg","id":"a1","to":"bob","message":"here"}`)
	ann.hears(`"response":201`, `"seq":1`)
	close(slow.goOn)
	if first := bob.hears(); !strings.Contains(first, `"action":"behind","to":"ann","seq":1`) {
		t.Fatalf("bob does not learn of what ann said; the first he hears is %s", first)
	}
	bob.hears(`"response":201`, `"seq":2`)
}
