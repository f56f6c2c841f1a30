package dialect_test

import (
	"net"
	"syscall"
	"testing"
	"time"

	"jim/dialect"
)

// A program that is silent is asked nothing (see [TestOnlyASilentBeginningIsProbed]): that it is
// gone is what the system must find out, on the server's end of every connection.
func TestTheSystemAsksWhetherAProgramIsThere(t *testing.T) {
	s := newServer(t, dialect.Options{})
	old, err := net.Dial("tcp", s.address)
	if err != nil {
		t.Fatal(err)
	}
	defer old.Close()
	if err := old.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := old.Write([]byte(mentorPresence)); err != nil {
		t.Fatal(err)
	}
	if _, err := old.Read(make([]byte, 1024)); err != nil {
		t.Fatal(err)
	}
	fd, ok := otherEnd(old)
	if !ok {
		t.Fatal("the server's end is not among the files of this process")
	}
	for _, option := range []struct {
		name          string
		level, number int
		atMost        int
	}{
		{"SO_KEEPALIVE", syscall.SOL_SOCKET, syscall.SO_KEEPALIVE, 1},
		{"TCP_KEEPIDLE", syscall.IPPROTO_TCP, syscall.TCP_KEEPIDLE, 60}, // seconds; the system's own is two hours
		{"TCP_KEEPINTVL", syscall.IPPROTO_TCP, syscall.TCP_KEEPINTVL, 20},
		{"TCP_KEEPCNT", syscall.IPPROTO_TCP, syscall.TCP_KEEPCNT, 5},
	} {
		got, err := syscall.GetsockoptInt(fd, option.level, option.number)
		if err != nil || got < 1 || got > option.atMost {
			t.Errorf("%s is %d (%v), want 1 to %d", option.name, got, err, option.atMost)
		}
	}
}

// otherEnd is the file of this process that is the other end of c.
func otherEnd(c net.Conn) (fd int, ok bool) {
	port := func(a syscall.Sockaddr, err error) int {
		if ip4, ok := a.(*syscall.SockaddrInet4); ok && err == nil {
			return ip4.Port
		}
		return 0
	}
	ours, theirs := c.LocalAddr().(*net.TCPAddr).Port, c.RemoteAddr().(*net.TCPAddr).Port
	for fd := range 4096 {
		if port(syscall.Getsockname(fd)) == theirs && port(syscall.Getpeername(fd)) == ours {
			return fd, true
		}
	}
	return 0, false
}
