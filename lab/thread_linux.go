package lab

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// threadID is the number that the system gives to the thread that asks.
func threadID() int { return unix.Gettid() }

// queue is how many clients wait in the kernel until they are accepted; ok tells whether the system
// says so. Linux puts it into a field of TCP_INFO that a listening socket does not need otherwise.
func (s *Sock) queue() (n int, ok bool) {
	err := s.do("getsockopt", ", IPPROTO_TCP, TCP_INFO", "", func() (string, string, error) {
		info, err := unix.GetsockoptTCPInfo(s.fd, unix.IPPROTO_TCP, unix.TCP_INFO)
		if err != nil {
			return "", "", err
		}
		n = int(info.Unacked)
		return fmt.Sprintf("0  {tcpi_unacked: %d}", n), "", nil
	})
	return n, err == nil
}
