package listen

import (
	"syscall"
	"testing"
)

// TestUnreadAnswersAreNotLeftToTheSystem asks the system how much it may keep for one who reads nothing, and for
// one who is not read from.
func TestUnreadAnswersAreNotLeftToTheSystem(t *testing.T) {
	h := open(t, Options{}, "tcp://127.0.0.1:0")
	say(t, h.dial(t, 0), `{"action":"ping"}`)
	s := <-h.conns
	raw := syscallConn(s.(*session).Conn.(*stream).in.conn)
	defer s.Close()
	if err := raw.Control(func(fd uintptr) {
		most, err := syscall.GetsockoptInt(int(fd), syscall.IPPROTO_TCP, tcpNotsentLowat)
		if err != nil || most != unsentMax {
			t.Errorf("it may keep %d bytes, want %d (%v)", uint32(most), unsentMax, err)
		}
		most, err = syscall.GetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF)
		if err != nil || most != 2*unreadMax { // Linux doubles it for its overhead
			t.Errorf("it may take %d bytes, want %d (%v)", most, 2*unreadMax, err)
		}
	}); err != nil {
		t.Fatal(err)
	}
}
