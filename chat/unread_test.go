package chat_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"

	"jim/chat"
)

// blindStore cannot read logs while it is blind.
type blindStore struct {
	chat.Store
	blind atomic.Bool
}

func (s *blindStore) Log(ctx context.Context, c chat.ConversationID, after, before uint64, limit int, newest bool) ([]chat.Entry, error) {
	if s.blind.Load() {
		return nil, errors.New("nothing can be read")
	}
	return s.Store.Log(ctx, c, after, before, limit, newest)
}

// A sync that fails tells what it leaves out, and the session goes on to hear what
// happens.
func TestSyncThatFailsLeavesNobodyDeaf(t *testing.T) {
	s := new(blindStore)
	h := houseOver(t, s, &s.Store, chat.Options{})
	defer h.close()
	ann := h.tea()
	ann.ear(`"action":"join"`, func(uint64) {})
	s.blind.Store(true)
	ann.say(`{"action":"sync","id":"s","since":{"#tea":0}}`)
	ann.hears(`"action":"behind","to":"#tea","seq":2`)
	ann.hears(`"response":500,"id":"s"`)
	s.blind.Store(false)
	bob := h.comes("bob")
	bob.say(`{"action":"msg","id":"b","to":"#tea","message":"do you hear me?"}`)
	ann.hears(`"seq":3`, `do you hear me?`)
	ann.say(`{"action":"sync","id":"t","since":{"#tea":1}}`)
	ann.hears(`"action":"join","to":"#tea","from":"bob","seq":2`)
	ann.hears(`"response":200,"id":"t"`)
}
