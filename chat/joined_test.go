package chat_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"jim/chat"
)

// heldStore keeps who joins and leaves, and while it holds takes until goOn to say so. Meanwhile the
// log has more than has been told.
type heldStore struct {
	chat.Store
	holds  atomic.Bool
	broken atomic.Bool // the log cannot be read
	goOn   chan struct{}
}

func (s *heldStore) Start(kept func([]*chat.Entry), fail func(error)) {
	s.Store.Start(func(group []*chat.Entry) {
		for _, e := range group {
			if s.holds.Load() && (e.Kind == chat.Joined || e.Kind == chat.Left) {
				<-s.goOn
			}
		}
		kept(group)
	}, fail)
}

func (s *heldStore) Log(ctx context.Context, c chat.ConversationID, after, before uint64, limit int, newest bool) ([]chat.Entry, error) {
	if s.broken.Load() {
		return nil, errors.New("broken on purpose")
	}
	return s.Store.Log(ctx, c, after, before, limit, newest)
}

// ahead is a house where ann sits in #tea, and bob has a phone, a desk and a pad.
type ahead struct {
	*house
	held                  *heldStore
	release               func()
	ann, phone, desk, pad *guest
}

func newAhead(t *testing.T) *ahead {
	t.Helper()
	held := &heldStore{goOn: make(chan struct{})}
	h := &ahead{house: houseOver(t, held, &held.Store, chat.Options{}), held: held}
	t.Cleanup(h.close)
	h.release = sync.OnceFunc(func() { close(held.goOn) })
	t.Cleanup(h.release)
	bob, err := h.store.AddAccount(t.Context(), chat.Account{Name: "bob", Key: "bob", UID: -1, Password: "x"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.store.AddToken(t.Context(), chat.Token{Account: bob.ID, Hash: sha256.Sum256([]byte("t"))}); err != nil {
		t.Fatal(err)
	}
	h.ann = h.comes("ann")
	h.ann.say(`{"action":"join","to":"#tea"}`)
	h.ann.hears(`"response":201`)
	h.ann.hears(`"action":"create"`)
	h.phone, h.desk, h.pad = h.connect(newPipe(1024)), h.connect(newPipe(1024)), h.connect(newPipe(1024))
	for _, g := range []*guest{h.phone, h.desk, h.pad} {
		g.say(`{"action":"presence","jim":2,"user":{"account_name":"bob","token":"t"}}`)
		g.hears(`"response":200`)
	}
	return h
}

// logHas waits until n entries are kept.
func (h *ahead) logHas(n int) {
	h.t.Helper()
	for {
		list, err := h.store.Log(context.Background(), 1, 0, 0, 10, false)
		if err != nil {
			h.t.Fatal(err)
		}
		if len(list) == n {
			return
		}
	}
}

// phoneReadsTheDesksJoin has the desk join as entry 2, which is kept and not told yet, and the phone read it.
func (h *ahead) phoneReadsTheDesksJoin() {
	h.t.Helper()
	h.held.holds.Store(true)
	h.desk.say(`{"action":"join","id":"j","to":"#tea"}`)
	h.logHas(2)
	h.phone.say(`{"action":"sync","id":"s","since":{"#tea":0}}`)
	h.phone.hears(`"action":"create"`, `"seq":1`)
	h.phone.hears(`"action":"join"`, `"seq":2`)
	h.phone.hears(`"response":200`, `"id":"s"`)
}

// A sync of a room that another device joins meanwhile: the join is in the log that is read, and is not told once
// more when the device begins to hear the room.
func TestSyncWhileAnotherDeviceJoins(t *testing.T) {
	h := newAhead(t)
	h.phoneReadsTheDesksJoin()
	h.release()
	h.desk.hears(`"response":200`, `"id":"j"`)
	h.ann.hears(`"action":"join"`)
	h.ann.say(`{"action":"msg","id":"m","to":"#tea","message":"milk?"}`)
	h.desk.hears(`"action":"join"`, `"seq":2`)
	h.desk.hears(`"action":"msg"`, `"seq":3`)
	h.phone.hears(`"action":"msg"`, `"seq":3`)
}

// A second sync that fails does not take away what the first has told.
func TestAFailedSyncForgetsNothingThatWasTold(t *testing.T) {
	h := newAhead(t)
	h.phoneReadsTheDesksJoin()
	h.held.broken.Store(true)
	h.phone.say(`{"action":"sync","id":"again","since":{"#tea":0}}`)
	h.phone.hears(`"response":500`, `"id":"again"`)
	h.release()
	h.ann.hears(`"action":"join"`)
	h.ann.say(`{"action":"msg","id":"m","to":"#tea","message":"milk?"}`)
	h.phone.hears(`"action":"msg"`, `"seq":3`)
}

// A device that hears a room has read from its log that the account left and came back, before either was told.
func TestLeavingAndJoiningThatWereReadAreNotToldAgain(t *testing.T) {
	h := newAhead(t)
	h.desk.say(`{"action":"join","id":"j","to":"#tea"}`)
	h.desk.hears(`"response":200`, `"id":"j"`)
	for _, g := range []*guest{h.ann, h.phone, h.desk, h.pad} {
		g.hears(`"action":"join"`, `"seq":2`)
	}
	h.held.holds.Store(true)
	h.desk.say(`{"action":"leave","id":"l","to":"#tea"}`)
	h.logHas(3)
	h.pad.say(`{"action":"join","id":"k","to":"#tea"}`) // the desk waits for its answer
	h.logHas(4)
	h.phone.say(`{"action":"sync","id":"s","since":{"#tea":1}}`) // 2 was told live
	h.phone.hears(`"action":"leave"`, `"seq":3`)
	h.phone.hears(`"action":"join"`, `"seq":4`)
	h.phone.hears(`"response":200`, `"id":"s"`)
	h.release()
	h.ann.hears(`"action":"leave"`, `"seq":3`)
	h.ann.hears(`"action":"join"`, `"seq":4`)
	h.ann.say(`{"action":"msg","id":"m","to":"#tea","message":"milk?"}`)
	h.phone.hears(`"action":"msg"`, `"seq":5`)
}
