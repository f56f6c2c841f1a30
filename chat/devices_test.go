package chat_test

import (
	"strings"
	"testing"

	"jim/chat"
)

// A name that was registered on one device is no guest's on the next, though the person was one when he came.
func TestANameThatWasRegisteredIsNoGuestsOnAnotherDevice(t *testing.T) {
	h := newHouse(t, chat.Options{})
	defer h.close()
	laptop := h.comes("ann")
	laptop.say(`{"action":"register","id":"r","user":{"account_name":"ann","password":"correct horse"}}`)
	laptop.hears(`"response":201`)
	phone := h.connect(newPipe(16))
	phone.say(`{"action":"presence","jim":2,"user":{"account_name":"ann","password":"correct horse"}}`)
	if answer := phone.hears(`"response":200`); strings.Contains(answer, `"guest"`) {
		t.Errorf("a registered name is answered %s", answer)
	}
}

// A single request of somebody else under a guest's name gets no token while the guest is here, nor does it register the name:
// it locks nobody out.
func TestASingleRequestTakesNoGuestsName(t *testing.T) {
	h := newHouse(t, chat.Options{})
	defer h.close()
	ask := func(request string) *guest {
		p := newPipe(16)
		p.peer.Brief = true
		g := h.connect(p)
		g.say("%s", request)
		return g
	}
	const token = `{"action":"presence","jim":2,"user":{"account_name":"ann"},"device":"laptop"}`
	ann := h.comes("ann")
	thief := ask(token)
	thief.hears(`"response":409`)
	thief.Close()
	thief = ask(`{"action":"presence","jim":2,"user":{"account_name":"ann"}}`)
	thief.hears(`"response":200`)
	thief.say(`{"action":"register","user":{"account_name":"ann","password":"correct horse"}}`)
	thief.hears(`"response":409`)
	thief.Close()
	own := ask(`{"action":"presence","jim":2,"user":{"account_name":"ann"}}`)
	own.hears(`"response":200`)
	own.Close()
	ann.say(`{"action":"quit","id":"q"}`)
	ann.hears(`"response":200`)
	<-ann.closed

	ann = h.comes("ann") // with no token, as before
	close(ann.in)
	<-ann.closed
	ask(token).hears(`"response":200`, `"token":"jimt_`)
}
