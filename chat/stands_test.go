package chat_test

import (
	"context"
	"sync/atomic"
	"testing"

	"jim/chat"
)

// heedingStore is slow to hand over the memberships that it has read, from when slow is set.
type heedingStore struct {
	chat.Store
	slow         atomic.Bool
	looked, goOn chan struct{}
}

func (s *heedingStore) Memberships(ctx context.Context, id chat.AccountID) ([]chat.Membership, error) {
	mine, err := s.Store.Memberships(ctx, id)
	if s.slow.Swap(false) {
		close(s.looked)
		<-s.goOn
	}
	return mine, err
}

// What is said in a room between the look at where it stands and the hearing of it is in what is told as behind.
func TestBehindIsWhereARoomStandsWhenItIsHeard(t *testing.T) {
	slow := &heedingStore{looked: make(chan struct{}), goOn: make(chan struct{})}
	h := houseOver(t, slow, &slow.Store, chat.Options{})
	defer h.close()
	ann := h.tea()
	ann.hears(`"action":"create"`)
	ann.hears(`"action":"join"`)
	slow.slow.Store(true)
	bob := h.connect(newPipe(1024))
	bob.say(`{"action":"presence","jim":2,"since":{},"user":{"account_name":"bob"}}`)
	bob.hears(`"response":200`)
	<-slow.looked
	ann.say(`{"action":"msg","to":"#tea","message":"meanwhile"}`)
	ann.hears(`"response":201`, `"seq":3`)
	ann.hears(`"message":"meanwhile"`)
	close(slow.goOn)
	bob.hears(`"action":"behind"`, `"seq":3`)
	ann.say(`{"action":"msg","to":"#tea","message":"live"}`)
	bob.hears(`"message":"live"`, `"seq":4`)
}

// What was told as behind is not told live as well, though it is told to the others later; so a sync has it before.
func TestWhatIsBehindIsNotToldLive(t *testing.T) {
	h, release := pausingHouse(t)
	defer h.close()
	defer release()
	ann := h.tea()
	ann.say(`{"action":"msg","id":"1","to":"#tea","message":"one"}`)
	ann.say(`{"action":"msg","id":"2","to":"#tea","message":"two"}`)
	ann.hears(`"action":"create"`)
	ann.hears(`"action":"join"`)
	ann.hears(`"response":201`, `"seq":3`)
	bob := h.connect(newPipe(1024))
	bob.say(`{"action":"presence","jim":2,"since":{},"user":{"account_name":"bob"}}`)
	bob.hears(`"response":200`)
	bob.hears(`"action":"behind"`, `"seq":4`)
	bob.say(`{"action":"sync","id":"s","since":{"#tea":3}}`)
	bob.hears(`"message":"two"`, `"seq":4`)
	bob.hears(`"response":200`, `"id":"s"`)
	release()
	ann.say(`{"action":"msg","id":"3","to":"#tea","message":"three"}`)
	bob.hears(`"message":"three"`, `"seq":5`)
}
