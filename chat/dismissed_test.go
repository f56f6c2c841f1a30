package chat_test

import (
	"strings"
	"testing"
	"testing/synctest"

	"jim/chat"
)

// Who was said goodbye to is heard no more, though he does not read it and so keeps his connection: a device that a new
// password has logged out says nothing in its owner's name for as long as a write may stall.
func TestWhoWasSaidGoodbyeToIsHeardNoMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, chat.Options{})
		defer h.close()
		ann := h.connect(newPipe(1024))
		ann.say(`{"action":"register","jim":2,"id":"r","user":{"account_name":"ann","password":"correct horse"}}`)
		ann.hears(`"response":201`)
		bob := h.comes("bob")
		thief := h.connect(newPipe(1))
		thief.say(`{"action":"presence","jim":2,"user":{"account_name":"ann","password":"correct horse"}}`)
		thief.hears(`"response":200`)
		for range 3 { // and reads nothing any more
			thief.say(`{"action":"ping"}`)
			synctest.Wait()
		}
		ann.say(`{"action":"passwd","id":"p","old":"correct horse","password":"another horse"}`)
		ann.hears(`"response":200`, `"id":"p"`)
		thief.say(`{"action":"msg","id":"m","to":"bob","message":"in her name"}`)
		synctest.Wait()
		thief.Close()
		bob.say(`{"action":"ping","id":"q"}`)
		for heard := bob.next(); !strings.Contains(heard, `"id":"q"`); heard = bob.next() {
			if strings.Contains(heard, "in her name") {
				t.Fatal("who was logged out is heard:", heard)
			}
		}
	})
}
