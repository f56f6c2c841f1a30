package listen

import (
	"net"
	"strings"
	"sync"
	"testing"
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
