package chat_test

import (
	"fmt"
	"testing"

	"jim/chat"
)

// A presence of who is known already does with `since` what the first one does: it is answered, what follows the numbers is
// told, and of other conversations that there is something; nothing is told twice.
func TestSinceCountsInEachPresence(t *testing.T) {
	h := newHouse(t, chat.Options{})
	defer h.close()
	ann, bob := h.comes("ann"), h.comes("bob")
	for i, request := range []string{
		`"join","to":"#tea"`, `"msg","to":"#tea","message":"one"`, `"msg","to":"#tea","message":"two"`, `"join","to":"#ops"`, `"msg","to":"bob","message":"three"`,
	} {
		ann.say(`{"action":%s,"id":"%d"}`, request, i)
		ann.answer(t, fmt.Sprint(i))
	}
	bob.hears(`"message":"three"`)
	bob.say(`{"action":"presence","jim":2,"id":"p","status":"away","since":{"#TEA":2,"#tea":1,"ann":1,"#none":4}}`)
	bob.hears(`"id":"p"`, `"status":"away"`)
	bob.hears(`"message":"two"`)
	bob.say(`{"action":"ping","id":"q"}`)
	bob.hears(`"id":"q"`)
	bob.say(`{"action":"presence","jim":2,"id":"p","since":{},"log":"another"}`)
	bob.hears(`"id":"p"`, `"status":"away"`)
	bob.hears(`"action":"behind"`, `"to":"ann"`, `"seq":1`)
	bob.say(`{"action":"presence","jim":2,"id":"p","since":{"ann":1},"log":"another"}`)
	bob.hears(`"id":"p"`, `"since":{"ann":0}`)
	ann.say(`{"action":"msg","id":"m","to":"bob","message":"four"}`)
	ann.answer(t, "m")
	bob.hears(`"message":"three"`)
	bob.hears(`"message":"four"`)
	bob.say(`{"action":"ping","id":"q"}`)
	bob.hears(`"id":"q"`)
}
