package chat_test

import (
	"testing"

	"jim/chat"
)

// A device that logs itself out is answered, and its connections are closed, that which asked among them.
func TestADeviceThatLogsItselfOutIsOut(t *testing.T) {
	h := newHouse(t, chat.Options{})
	defer h.close()
	ann := h.connect(newPipe(16))
	ann.done("201", `{"action":"register","jim":2,"id":"q","user":{"account_name":"ann","password":"correct horse"}}`)
	phone := h.connect(newPipe(16))
	phone.done("200", `{"action":"presence","jim":2,"id":"q","user":{"account_name":"ann","password":"correct horse"},"device":"phone"}`)
	phone.done("200", `{"action":"sessions","id":"q","revoke":"t1"}`)
	phone.say(`{"action":"ping","id":"p"}`)
	phone.hears(`"action":"bye"`, "this device was logged out")
	<-phone.closed
	ann.hears(`"action":"sessions"`, `"revoke":"t1"`)
	ann.done("200", `{"action":"ping","id":"q"}`)
}
