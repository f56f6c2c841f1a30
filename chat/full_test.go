package chat_test

import (
	"context"
	"strings"
	"testing"

	"jim/chat"
)

// tokenlessStore has room for everything but tokens.
type tokenlessStore struct{ chat.Store }

func (tokenlessStore) AddToken(context.Context, chat.Token) (chat.Token, error) {
	return chat.Token{}, chat.ErrFull
}

// What was done is not said to have failed because the disk was full when the token that was asked for with it was to be kept:
// to do it again would be refused, as the name is taken, and the password another one.
func TestWhatWasDoneWithoutATokenIsDone(t *testing.T) {
	s := new(tokenlessStore)
	h := houseOver(t, s, &s.Store, chat.Options{})
	defer h.close()
	const done, device = `"user":{"account_name":%q,"password":"correct horse"}`, `,"device":"laptop"}`
	ann, bob := h.connect(newPipe(16)), h.comes("bob")
	for _, answer := range []string{
		ann.done("201", `{"action":"register","jim":2,"id":"q",`+done+device, "ann"),
		bob.done("201", `{"action":"register","id":"q",`+done+device, "bob"),
		bob.done("200", `{"action":"passwd","id":"q","old":"correct horse","password":"battery staple"`+device),
	} {
		if strings.Contains(answer, `"token"`) {
			t.Errorf("a token that is not kept: %s", answer)
		}
	}
	ann.done("200", `{"action":"whois","id":"q","to":"bob"}`)
	h.connect(newPipe(16)).done("507", `{"action":"presence","jim":2,"id":"q",`+done+device, "ann")
}
