package chat_test

import (
	"context"
	"strings"
	"testing"

	"jim/chat"
)

// loginHouse is a house over a store that a test can act in the middle of, on a machine where somebody's login is alice.
func loginHouse(t *testing.T) (*house, *lookingStore) {
	s := new(lookingStore)
	return houseOver(t, s, &s.Store, chat.Options{LookupUID: func(int) (string, error) { return "alice", nil }}), s
}

// alice connects as the user of the machine.
func (h *house) alice() *guest {
	p := newPipe(16)
	p.peer.UID = 1000
	return h.connect(p)
}

const (
	registersAlice = `{"action":"register","jim":2,"id":"q","user":{"account_name":"alice","password":"correct horse"}}`
	comesAsAlice   = `{"action":"presence","jim":2,"id":"q","user":{"account_name":"alice","password":"correct horse"}}`
)

// wasAGuest lets a guest have been here whose name is alice.
func (h *house) wasAGuest() {
	h.t.Helper()
	guest := h.comes("alice")
	guest.say(`{"action":"quit"}`)
	<-guest.closed
}

// Who registers a guest's name while it becomes the login of a user of the machine is refused: his password would open what
// is said to that user.
func TestNobodySetsAPasswordForAUserOfTheMachine(t *testing.T) {
	h, s := loginHouse(t)
	defer h.close()
	h.wasAGuest()
	looked, goOn := s.next()
	mallory := h.connect(newPipe(16))
	mallory.say(registersAlice)
	<-looked
	user := h.alice()
	user.done("200", `{"action":"presence","jim":2,"id":"q"}`)
	user.done("200", `{"action":"quit","id":"q"}`)
	<-user.closed
	close(goOn)
	if answer := mallory.answer(t, "q"); !strings.HasPrefix(answer, `{"response":409`) {
		t.Errorf("who registers the name of a user of the machine is answered %s", answer)
	}
	h.connect(newPipe(16)).done("402", comesAsAlice)
}

// A user of the machine who comes while a guest registers the name of his login does not get what became somebody's.
func TestAUserOfTheMachineTakesNoRegisteredName(t *testing.T) {
	h, s := loginHouse(t)
	defer h.close()
	h.wasAGuest()
	looked, goOn := s.next()
	user := h.alice()
	user.say(`{"action":"presence","jim":2,"id":"q"}`)
	<-looked
	bob := h.connect(newPipe(16))
	bob.done("201", registersAlice)
	close(goOn)
	if answer := user.answer(t, "q"); !strings.HasPrefix(answer, `{"response":401`) {
		t.Errorf("who has that login is answered %s", answer)
	}
	bob.done("200", `{"action":"ping","id":"q"}`)
}

// An invitation that somebody was about to use when the server was stopped is good afterwards.
func TestAnInvitationIsSpentOnAName(t *testing.T) {
	h, s := lookingHouse(t)
	defer h.close()
	owner, err := h.hub.OwnerInvite(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	const register = `{"action":"register","jim":2,"id":"q","user":{"account_name":"ann","password":"correct horse"},"invite":%q}`
	ctx, stop := context.WithCancel(t.Context())
	p := newPipe(16)
	looked, goOn := s.next()
	h.serve.Go(func() { h.hub.Serve(ctx, p) })
	p.in <- strings.Replace(register, "%q", `"`+owner+`"`, 1)
	<-looked
	stop()
	close(goOn)
	p.Close()
	h.connect(newPipe(16)).done("201", register, owner)
}
