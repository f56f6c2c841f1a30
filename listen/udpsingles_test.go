package listen

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"
)

// TestASingleRequestThatComesAgainIsDoneOnce doubles what must not be done twice: a room is made,
// and who made it must not be told that somebody else has.
func TestASingleRequestThatComesAgainIsDoneOnce(t *testing.T) {
	h := open(t, Options{}, "udp://127.0.0.1:0")
	m := h.knock(t, 0)
	m.prove()
	single := func(action, id string) string {
		return m.with(`{"action":"` + action + `","id":"` + id + `","to":"#tea","user":{"account_name":"sensor"}}`)
	}
	answers := func(request, answer string) {
		t.Helper()
		s := h.next(t)
		gets(t, s, `{"action":"presence","id":"http-authorization","jim":2,"user":{"account_name":"sensor"}}`)
		puts(t, s, `{"response":200,"id":"http-authorization"}`)
		gets(t, s, request)
		puts(t, s, answer)
		s.Close()
	}
	hears := func(want string) {
		t.Helper()
		if got := m.hears(); got != want+"\n" {
			t.Errorf("heard %s, want %s", got, want)
		}
	}
	create, created := single("create", "1"), `{"response":201,"id":"1","to":"#tea"}`
	for range 3 {
		say(t, m, create)
	}
	h.count(t, "udp_repeats", 2)
	answers(create, created)
	hears(created)
	for range 2 {
		say(t, m, create)
		hears(created)
	}
	// Refused for good it stays refused; what can succeed the next time is done again, and so is
	// what only reads, and what has no id to know it by.
	refused, refusal := single("del_contact", "2"), `{"response":404,"id":"2"}`
	say(t, m, refused)
	answers(refused, refusal)
	hears(refusal)
	say(t, m, refused)
	hears(refusal)
	for _, again := range []struct{ request, answer string }{
		{single("create", "3"), `{"response":507,"id":"3"}`},
		{single("history", "4"), `{"response":200,"id":"4"}`},
		{m.with(`{"action":"msg","to":"#tea","message":"beep","user":{"account_name":"sensor"}}`), `{"response":201,"to":"#tea","seq":7}`},
	} {
		for range 2 {
			say(t, m, again.request)
			answers(again.request, again.answer)
			hears(again.answer)
		}
	}
	// The same bytes from another address are somebody else's.
	other := h.knock(t, 0)
	other.prove()
	say(t, other, other.with(`{"action":"create","id":"1","to":"#tea","user":{"account_name":"sensor"}}`))
	h.next(t).Close()
	other.hears()
	h.none(t)
}

// A session from the same address does not do once more what was done just before without one.
func TestASingleRequestIsNotDoneAgainByASession(t *testing.T) {
	h := open(t, Options{}, "udp://127.0.0.1:0")
	m := h.knock(t, 0)
	m.prove()
	leave, left := m.with(`{"action":"leave","id":"1","to":"#tea","user":{"account_name":"ann"}}`), `{"response":200,"id":"1","seq":7}`
	say(t, m, leave)
	s := h.next(t)
	if _, err := s.Read(); err != nil {
		t.Fatal(err)
	}
	puts(t, s, `{"response":200,"id":"http-authorization"}`)
	gets(t, s, leave)
	puts(t, s, left)
	s.Close()
	if got := m.hears(); got != left+"\n" {
		t.Fatalf("heard %s", got)
	}
	s = m.comes(h, `{"action":"presence","jim":2}`)
	say(t, m, leave)
	say(t, m, m.with(`{"action":"join","id":"2","to":"#tea"}`))
	gets(t, s, m.with(`{"action":"join","id":"2","to":"#tea"}`))
	if got := m.hears(); got != left+"\n" {
		t.Errorf("heard %s", got)
	}
}

func TestWhatIsRememberedOfSingleRequestsIsBounded(t *testing.T) {
	now := time.Unix(1_000_000, 0)
	key := func(i int) singleKey {
		return singleKey{netip.MustParseAddrPort("192.0.2.1:1000"), uint64(i) + 1}
	}
	for _, test := range []struct {
		size, kept int
	}{{10, singlesMost}, {1024, singlesBytes / 1024}} {
		m := new(singles)
		answer, early := []byte(strings.Repeat("x", test.size)), 0
		const many = 2 * singlesMost
		for i := range many {
			m.begin(key(i))
			early += m.end(key(i), answer, true, now)
		}
		if len(m.answers) != test.kept || len(m.order) != test.kept || m.bytes != test.kept*test.size || len(m.running) != 0 || early != many-test.kept {
			t.Errorf("of %d answers of %d bytes: %d, %d, %d bytes, %d running, %d went early", many, test.size, len(m.answers), len(m.order), m.bytes, len(m.running), early)
		}
		if _, again := m.seen(key(0), now); again {
			t.Error("the oldest is remembered")
		}
		if _, again := m.seen(key(many-1), now.Add(singlesLast-1)); !again {
			t.Error("the newest is not remembered")
		}
		if _, again := m.seen(key(many-1), now.Add(singlesLast)); again || len(m.answers)+len(m.order)+m.bytes != 0 {
			t.Error("after their time they are remembered")
		}
	}
}

// TestWhoAsksWhetherHisSessionIsKnownIsTold: a client that says nothing finds out so that the
// server was started again.
func TestWhoAsksWhetherHisSessionIsKnownIsTold(t *testing.T) {
	h := open(t, Options{}, "udp://127.0.0.1:0")
	m := h.knock(t, 0)
	m.prove()
	for _, cookie := range []string{m.cookie, "AAAAAAAAAAAAAAAA"} { // of a session that was, or of a server that was
		look := fmt.Sprintf("%-80s", `{"cookie":"`+cookie+`","ack":0,"id":"look"}`)
		say(t, m, look)
		answer := m.hears()
		if !strings.HasPrefix(answer, `{"response":401,"id":"look","cookie":"`) || len(answer) > len(look) {
			t.Errorf("it was answered %s", answer)
		}
	}
	say(t, m, m.with(`{"ack":1}`)) // too short for an answer
	m.hearsNothing()
	s := m.comes(h, `{"action":"presence","ack":0,"jim":2}`)
	say(t, m, m.with(fmt.Sprintf("%-80s", `{"ack":0,"id":"look"}`)))
	m2 := h.knock(t, 0)
	m2.hearsNothing()
	if s.Ready() {
		t.Error("it is there to be read")
	}
	say(t, m, m.with(`{"action":"ping","id":"1"}`))
	gets(t, s, m.with(`{"action":"ping","id":"1"}`))
	puts(t, s, `{"response":200,"id":"1"}`)
	if got := m.hears(); got != "{\"response\":200,\"id\":\"1\"}\n" {
		t.Errorf("it was answered %s", got)
	}
}
