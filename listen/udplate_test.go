package listen

import (
	"net"
	"net/netip"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// Who is found a place just when the socket is closed gets none: nobody would wait for the end of his session.
func TestNoSessionBeginsBehindTheEnd(t *testing.T) {
	looked, goOn := make(chan struct{}), make(chan struct{})
	look := sync.OnceFunc(func() { close(looked); <-goOn })
	h := open(t, Options{Full: func() bool { look(); return false }}, "udp://127.0.0.1:0")
	m := h.knock(t, 0)
	m.prove()
	say(t, m, m.with(firstHello))
	<-looked
	closed := make(chan struct{})
	go func() { h.Close(); close(closed) }()
	_, address, _ := strings.Cut(h.Addresses()[0], "://")
	if !soon(func() bool {
		c, err := net.ListenPacket("udp", address)
		if err == nil {
			c.Close()
		}
		return err == nil
	}) {
		t.Error("the socket is not closed")
	}
	close(goOn)
	<-closed
	if n := len(h.sockets[0].sessions); n > 0 {
		t.Errorf("%d sessions began and nobody waits for them", n)
	}
}

// What a session does by itself ends with it, though it had begun when that was ended.
func TestNoTimerOfDatagramsGoesOnBehindTheEnd(t *testing.T) {
	h := open(t, Options{}, "udp://127.0.0.1:0")
	m := h.knock(t, 0)
	m.comes(h, firstHello)
	var c *udpConn
	for _, c = range h.sockets[0].sessions {
	}
	h.Close()
	c.tick()
	if c.timer.Stop() {
		t.Error("it is going to be done once more")
	}
}

// What a session that ended has not read, or may be done twice and was not answered, is handled by the next one when it
// comes again: it would never be answered otherwise.
func TestWhatASessionLeftIsForTheNext(t *testing.T) {
	h := open(t, Options{}, "udp://127.0.0.1:0")
	m := h.knock(t, 0)
	s := m.comes(h, firstHello)
	read := m.with(`{"action":"msg","id":"m","to":"#tea","message":"hi"}`)
	unread := m.with(`{"action":"join","id":"j","to":"#tea"}`)
	say(t, m, read)
	gets(t, s, read)
	say(t, m, unread)
	if !soon(s.Ready) {
		t.Fatal("it does not come")
	}
	s.Close()
	again := m.with(`{"action":"presence","jim":2,"id":"q","user":{"account_name":"ann"}}`)
	say(t, m, again)
	s = h.next(t)
	gets(t, s, again)
	for _, object := range []string{read, unread} {
		say(t, m, object)
		if !soon(s.Ready) {
			t.Fatalf("%s is not handled", object)
		}
		gets(t, s, object)
	}
}

// Who says goodbye and comes again at once may be heard before the session has ended, which does not read it any more. Then he
// says it again, and is let in.
func TestWhoComesAgainAtOnceIsLetIn(t *testing.T) {
	h := open(t, Options{}, "udp://127.0.0.1:0")
	m := h.knock(t, 0)
	s := m.comes(h, firstHello)
	again := m.with(`{"action":"presence","jim":2,"id":"q","user":{"account_name":"ann"}}`)
	say(t, m, again)
	if !soon(s.Ready) {
		t.Fatal("it does not come")
	}
	s.Close()
	say(t, m, again)
	s = h.next(t)
	gets(t, s, again)
	// The same where it was read, by a session that has said goodbye and answers nothing.
	s.Close()
	say(t, m, again)
	gets(t, h.next(t), again)
}

// An acknowledgement that the way has held back is for an event of the session before, and for none of the new one: that would
// not come again.
func TestALateAcknowledgementIsForTheSessionBefore(t *testing.T) {
	h := open(t, Options{}, "udp://127.0.0.1:0")
	m := h.knock(t, 0)
	s := m.comes(h, `{"action":"presence","ack":0,"jim":2}`)
	puts(t, s, `{"action":"msg","to":"#tea","seq":7}`)
	number := regexp.MustCompile(`"ack":[0-9]+`).FindString(m.hears())
	s.Close()
	again := m.with(`{"action":"presence","jim":2,"id":"q","ack":0,"user":{"account_name":"ann"}}`)
	say(t, m, again)
	s = h.next(t)
	gets(t, s, again)
	puts(t, s, `{"action":"msg","to":"#tea","seq":8}`)
	ping := m.with(`{"action":"ping","id":"1"}`)
	for _, object := range []string{m.with("{" + number + "}"), ping} {
		say(t, m, object)
	}
	gets(t, s, ping)
	c := h.sockets[0].session(netip.MustParseAddrPort(m.LocalAddr().String()))
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.out.open() != 1 {
		t.Errorf("%s has acknowledged what is on its way", number)
	}
}

// What is known of sessions that are over takes nobody's place: one address can begin and end as many as it likes.
func TestSessionsThatAreOverTakeNobodysPlace(t *testing.T) {
	h := open(t, Options{}, "udp://127.0.0.1:0")
	s, now := h.sockets[0], time.Now()
	m := h.knock(t, 0)
	m.prove()
	for i := range maxUDPSessions {
		from := netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 1, byte(i >> 8), byte(i)}), 9)
		c := newUDPConn(s, from, "", now)
		c.Close()
		s.mu.Lock()
		s.sessions[from] = c
		s.mu.Unlock()
	}
	say(t, m, m.with(firstHello))
	select {
	case <-h.conns:
	case <-time.After(10 * time.Second):
		t.Fatalf("a session that begins is told %s", m.hears())
	}
}
