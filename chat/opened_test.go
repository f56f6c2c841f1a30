package chat_test

import (
	"sync/atomic"
	"testing"

	"jim/chat"
)

// shutStore keeps no first entry of a room while it is shut.
type shutStore struct {
	chat.Store
	shut atomic.Bool
}

func (s *shutStore) Keep(e *chat.Entry) {
	if e.Kind == chat.RoomOpened && s.shut.Load() {
		e.Conversation = 99 // which is not there
	}
	s.Store.Keep(e)
}

// A room whose first entry could not be kept can be made again, as whoever tried is told; once.
func TestARoomThatWasNotOpenedCanBeMade(t *testing.T) {
	s := new(shutStore)
	h := houseOver(t, s, &s.Store, chat.Options{})
	defer h.close()
	ann, bob := h.comes("ann"), h.comes("bob")
	const create = `{"action":"create","id":"q","to":"#%s","topic":"hot water"}`
	s.shut.Store(true)
	ann.done("500", create, "tea")
	ann.done("500", create, "tea")
	s.shut.Store(false)
	bob.done("201", create, "TEA")
	ann.done("409", create, "tea")
	ann.done("200", `{"action":"history","id":"q","to":"#tea"}`)
	if err := h.hub.MakeRoom(t.Context(), "#lobby"); err != nil {
		t.Fatal(err)
	}
	ann.done("409", create, "lobby")
}
