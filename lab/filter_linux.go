package lab

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// portFilter is a program for the kernel (BPF, as in the manual of socket(7), SO_ATTACH_FILTER) that lets frames of
// Ethernet pass in which a port of TCP or UDP is the given one. Where headers stand between that of IPv6
// and the port, it lets pass and leaves it to us.
func portFilter(port int) []unix.SockFilter {
	const (
		loadByte, loadHalf    = unix.BPF_LD | unix.BPF_B | unix.BPF_ABS, unix.BPF_LD | unix.BPF_H | unix.BPF_ABS
		loadBehind            = unix.BPF_LD | unix.BPF_H | unix.BPF_IND
		headLength            = unix.BPF_LDX | unix.BPF_B | unix.BPF_MSH
		equal, anyBit, answer = unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, unix.BPF_JMP | unix.BPF_JSET | unix.BPF_K, unix.BPF_RET | unix.BPF_K
	)
	p := uint32(port)
	return []unix.SockFilter{
		{Code: loadHalf, K: 12},
		{Code: equal, K: etherIPv6, Jt: 0, Jf: 10},
		{Code: loadByte, K: 20}, // next header
		{Code: equal, K: protoTCP, Jt: 4},
		{Code: equal, K: protoUDP, Jt: 3},
		{Code: equal, K: 0, Jt: 17},
		{Code: equal, K: 43, Jt: 16},
		{Code: equal, K: 60, Jt: 15, Jf: 16},
		{Code: loadHalf, K: 54},
		{Code: equal, K: p, Jt: 13},
		{Code: loadHalf, K: 56},
		{Code: equal, K: p, Jt: 11, Jf: 12},
		{Code: equal, K: etherIPv4, Jt: 0, Jf: 11},
		{Code: loadByte, K: 23}, // protocol
		{Code: equal, K: protoTCP, Jt: 1},
		{Code: equal, K: protoUDP, Jt: 0, Jf: 8},
		{Code: loadHalf, K: 20}, // where a fragment stands
		{Code: anyBit, K: 0x1fff, Jt: 6},
		{Code: headLength, K: 14},
		{Code: loadBehind, K: 14},
		{Code: equal, K: p, Jt: 2},
		{Code: loadBehind, K: 16},
		{Code: equal, K: p, Jt: 0, Jf: 1},
		{Code: answer, K: snap},
		{Code: answer, K: 0},
	}
}

// filter lets the kernel drop what is not of a port, before it is copied to us. Port 0 is all.
func (s *Sock) filter(port int) error {
	if port == 0 {
		return nil
	}
	program := portFilter(port)
	args := fmt.Sprintf(", SOL_SOCKET, SO_ATTACH_FILTER, {%d, port %d}", len(program), port)
	return s.plain("setsockopt", args, "setsockopt SO_ATTACH_FILTER", func() error {
		return unix.SetsockoptSockFprog(s.fd, unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, &unix.SockFprog{Len: uint16(len(program)), Filter: &program[0]})
	})
}

// roomForPackets makes the kernel's buffer large: packets of the loopback are. Only the
// administrator may have more than the system's limit.
func (s *Sock) roomForPackets() {
	const size = 8 << 20
	if s.Setsockopt("SOL_SOCKET, SO_RCVBUFFORCE", unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, size) != nil {
		_ = s.Setsockopt("SOL_SOCKET, SO_RCVBUF", unix.SOL_SOCKET, unix.SO_RCVBUF, size) // told; what is dropped is counted
	}
}
