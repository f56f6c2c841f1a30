package chat_test

import (
	"testing"

	"jim/chat"
)

// What somebody has said with a person stays his when that person is disabled, for single requests as for connections; and he
// can take such a contact off his list.
func TestWhatWasSaidWithWhoIsDisabledCanBeRead(t *testing.T) {
	h := newHouse(t, chat.Options{})
	defer h.close()
	ann := h.comes("ann")
	h.comes("bob")
	h.comes("cid")
	ann.done("201", `{"action":"msg","id":"q","to":"bob","message":"hello"}`)
	ann.hears(`"message":"hello"`)
	for _, name := range []string{"bob", "cid"} {
		ann.done("200", `{"action":"add_contact","id":"q","to":%q}`, name)
		h.operator().done("200", `{"action":"admin","id":"q","do":"user disable","user":{"account_name":%q}}`, name)
	}
	for i, want := range []string{"200", "200", "404", "404", "404", "404"} {
		p := newPipe(16)
		p.peer.Brief = true
		g := h.connect(p)
		g.done("200", `{"action":"presence","jim":2,"id":"q","user":{"account_name":"ann"}}`)
		g.done(want, "%s", []string{
			`{"action":"history","id":"q","to":"Bob"}`,
			`{"action":"read","id":"q","to":"bob","seq":1}`,
			`{"action":"msg","id":"q","to":"bob","message":"?"}`,
			`{"action":"whois","id":"q","to":"bob"}`,
			`{"action":"history","id":"q","to":"cid"}`,
			`{"action":"history","id":"q","to":"dan"}`,
		}[i])
		p.Close()
	}
	ann.done("404", `{"action":"add_contact","id":"q","to":"bob"}`)
	ann.done("200", `{"action":"del_contact","id":"q","to":"bob"}`)
	ann.done("404", `{"action":"del_contact","id":"q","to":"bob"}`)
}
