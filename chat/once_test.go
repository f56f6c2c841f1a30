package chat_test

import (
	"fmt"
	"testing"

	"jim/chat"
)

// A conversation that is named in several ways is read once, after the largest of the numbers: it is one request of the rate, and
// nothing is told twice.
func TestAConversationNamedTwiceIsReadOnce(t *testing.T) {
	h := newHouse(t, chat.Options{})
	defer h.close()
	ann := h.comes("ann")
	for i, request := range []string{`"join","to":"#tea"`, `"msg","to":"#tea","message":"one"`, `"msg","to":"#tea","message":"two"`} {
		ann.say(`{"action":%s,"id":"%d"}`, request, i)
		ann.answer(t, fmt.Sprint(i))
	}
	const since = `"since":{"#TEA":1,"#tea":2,"#Tea":0}`
	bob := h.comes("bob")
	bob.say(`{"action":"sync","id":"s",%s}`, since)
	bob.hears(`"message":"two"`)
	bob.hears(`"id":"s"`)
	bob.say(`{"action":"join","to":"#tea","id":"j"}`)
	bob.answer(t, "j")
	bob.hears(`"action":"join"`)
	close(bob.in)
	<-bob.closed

	bob = h.connect(newPipe(16))
	bob.say(`{"action":"presence","jim":2,"id":"p","user":{"account_name":"bob"},%s}`, since)
	bob.hears(`"id":"p"`)
	bob.hears(`"message":"two"`)
	bob.hears(`"action":"join"`)
	bob.say(`{"action":"ping","id":"q"}`)
	bob.hears(`"id":"q"`)
}
