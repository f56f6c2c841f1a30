package chat_test

import (
	"testing"

	"jim/chat"
)

// A message for this moment that is sent again when the person has gone was kept: the second answer is the first one's. What
// was not kept is not kept now.
func TestALiveMessageThatWasKeptIsAnsweredAsKept(t *testing.T) {
	h := newHouse(t, chat.Options{})
	defer h.close()
	ann, bob := h.comes("ann"), h.comes("bob")
	const live = `{"action":"msg","id":%q,"to":"bob","live":true,"message":%q}`
	ann.say(live, "k", "quick!")
	first := ann.answer(t, "k")
	bob.hears(`"message":"quick!"`)
	close(bob.in)
	<-bob.closed
	ann.say(live, "k", "quick!")
	if again := ann.answer(t, "k"); again != first {
		t.Errorf("answered %s, and then %s", first, again)
	}
	for id, want := range map[string]string{"k": "409", "q": "410"} {
		ann.say(live, id, "another")
		if answer := ann.answer(t, id); answer[:15] != `{"response":`+want {
			t.Errorf("another message for %s is answered %s", id, answer)
		}
	}
	bob = h.comes("bob")
	ann.say(`{"action":"msg","id":"l","to":"bob","message":"are you back?"}`)
	bob.hears(`"message":"are you back?"`, `"seq":2`)
}
