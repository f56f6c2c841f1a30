package chat_test

import (
	"strings"
	"testing"

	"jim/chat"
)

// operator connects an operator, who needs no account.
func (h *house) operator() *guest {
	p := newPipe(16)
	p.peer.UID = 0
	return h.connect(p)
}

// done asks for something and checks how the answer begins.
func (g *guest) done(want, format string, args ...any) string {
	g.t.Helper()
	g.say(format, args...)
	answer := g.answer(g.t.(*testing.T), "q")
	if !strings.HasPrefix(answer, `{"response":`+want) {
		g.t.Fatalf("%s, wanted %s", answer, want)
	}
	return answer
}

// A name that was disabled lets nobody in, nor the user of the machine whose login it is, whether he says his name or not.
func TestADisabledNameIsNobodysLogin(t *testing.T) {
	h := newHouse(t, chat.Options{LookupUID: func(int) (string, error) { return "alice", nil }})
	defer h.close()
	guest := h.comes("alice")
	h.operator().done("200", `{"action":"admin","id":"q","do":"user disable","user":{"account_name":"alice"}}`)
	guest.hears(`"action":"bye"`)
	<-guest.closed
	for user, want := range map[string]string{``: "402", `,"user":{"account_name":"alice"}`: "401"} {
		p := newPipe(16)
		p.peer.UID = 1000
		h.connect(p).done(want, `{"action":"presence","jim":2,"id":"q"%s}`, user)
	}
}

// An invitation that was spent on nothing comes back, but not in the place of a newer one.
func TestAnInvitationThatComesBackReplacesNone(t *testing.T) {
	h, s := lookingHouse(t)
	defer h.close()
	invite := func() string {
		secret, err := h.hub.OwnerInvite(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return secret
	}
	const register = `{"action":"register","jim":2,"id":"q","user":{"account_name":"ann","password":%q},"invite":%q}`
	first := invite()
	ann := h.connect(newPipe(16))
	ann.done("400", register, "short", first) // and gets it back
	looked, goOn := s.next()
	ann.say(register, "short", first)
	<-looked
	second := invite()
	close(goOn)
	ann.hears(`"response":400`)
	ann.done("402", register, "correct horse", first)
	if answer := ann.done("201", register, "correct horse", second); !strings.Contains(answer, `"owner":true`) {
		t.Errorf("who has the newest invitation is no owner: %s", answer)
	}
}

// What two operators decide of one account at the same time both holds.
func TestOperatorsUndoNothingOfEachOther(t *testing.T) {
	h, s := lookingHouse(t)
	defer h.close()
	one, other := h.operator(), h.operator()
	one.done("201", `{"action":"admin","id":"q","do":"user add","user":{"account_name":"ann","password":"correct horse"}}`)
	looked, goOn := s.next()
	one.say(`{"action":"admin","id":"q","do":"user owner","user":{"account_name":"ann"}}`)
	<-looked
	other.done("200", `{"action":"admin","id":"q","do":"user disable","user":{"account_name":"ann"}}`)
	close(goOn)
	one.hears(`"response":200`, `"owner":true`)
	list := one.done("200", `{"action":"admin","id":"q","do":"user list"}`)
	if !strings.Contains(list, `"owner":true`) || !strings.Contains(list, `"disabled":true`) {
		t.Errorf("an account that was disabled and made an owner: %s", list)
	}
}

// An owner who disables himself is out like anybody else, when he has been answered.
func TestWhoDisablesHimselfIsOut(t *testing.T) {
	h := newHouse(t, chat.Options{})
	defer h.close()
	op := h.operator()
	op.done("201", `{"action":"admin","id":"q","do":"user add","user":{"account_name":"ann","password":"correct horse"}}`)
	op.done("200", `{"action":"admin","id":"q","do":"user owner","user":{"account_name":"ann"}}`)
	ann := h.connect(newPipe(16))
	ann.done("200", `{"action":"presence","jim":2,"id":"q","user":{"account_name":"ann","password":"correct horse"}}`)
	ann.done("200", `{"action":"admin","id":"q","do":"user disable","user":{"account_name":"ann"}}`)
	ann.say(`{"action":"msg","id":"m","to":"ann","message":"still here"}`)
	ann.hears(`"action":"bye"`, "this account was disabled")
	<-ann.closed
}
