//go:build unix

package lab

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// UDP throws stones: over UDP through a link that loses some, over TCP, and where nobody catches. All
// of it is in one program, whose sides take turns, so that the trace can be read. The kernel's
// buffers hold what nobody has taken yet.
type UDP struct {
	Stones int // 1 to MostStones
	Link   Link
}

// MostStones is how many fit into the kernel's buffer of one socket with room to spare.
const MostStones = 100

// quiet is how long nothing must come until the link and the catcher believe that nothing more will.
const quiet = 300 * time.Millisecond

// Run plays the three parts.
func (u UDP) Run(l *Lab) error {
	k := u.Link
	return l.show([]part{
		{"udp", saidOf(sayUDPLossy, u.Stones, k.Loss, k.Reorder, k.Double, k.Seed), func() error { return u.lossy(l) }, sayUDPLossyEnd},
		{"tcp", sayUDPStream, func() error { return u.stream(l) }, sayUDPStreamEnd},
		{"nobody", sayUDPNobody, func() error { return u.nobody(l) }, sayUDPNobodyEnd},
	})
}

// lossy throws over UDP, through the link.
func (u UDP) lossy(l *Lab) error {
	catcher, at, err := l.bindDatagrams(sideCatcher, anyPort)
	if err != nil {
		return err
	}
	defer catcher.Close()
	link, way, err := l.bindDatagrams(sideLink, anyPort)
	if err != nil {
		return err
	}
	defer link.Close()
	thrower, err := side{l, sideThrower}.Socket(unix.AF_INET, unix.SOCK_DGRAM, unix.IPPROTO_UDP)
	if err != nil {
		return err
	}
	defer thrower.Close()
	for i := range u.Stones {
		if err := thrower.Sendto(l.stone(i+1), way); err != nil {
			return err
		}
	}
	if err := u.Link.carry(link, at); err != nil {
		return err
	}
	var caught []int
	err = catch(catcher, func(b []byte) error {
		caught = append(caught, stoneNumber(b))
		return nil
	})
	if err != nil || l.Stopped() {
		return err
	}
	u.account(l, caught)
	return nil
}

// catch receives until it has been quiet for a while.
func catch(s *Sock, take func([]byte) error) error {
	if err := s.patienceOf(quiet); err != nil {
		return err
	}
	for buf := make([]byte, 64); ; {
		n, _, from, err := s.Recvfrom(buf)
		switch {
		case failedWith(err, unix.EAGAIN) || err == nil && from == nil:
			return nil
		case err != nil:
			return err
		}
		if err := take(buf[:n]); err != nil {
			return err
		}
	}
}

// stream throws over TCP. Nothing of ours can stand between: what is lost there the kernel sends again.
func (u UDP) stream(l *Lab) error {
	server, at, err := side{l, sideCatcher}.Listen(anyPort, 1)
	if err != nil {
		return err
	}
	defer server.Close()
	thrower, err := side{l, sideThrower}.Connect(at)
	if err != nil {
		return err
	}
	defer thrower.Close()
	for i := range u.Stones {
		if err := thrower.SendAll(append(l.stone(i+1), '\n')); err != nil {
			return err
		}
	}
	if err := thrower.Shutdown(unix.SHUT_WR); err != nil {
		return err
	}
	catcher, err := server.Accept()
	if err != nil {
		return err
	}
	defer catcher.Close()
	var all []byte
	calls := 0
	for buf := make([]byte, 256); ; calls++ {
		n, err := catcher.Recv(buf)
		if err != nil || l.Stopped() {
			return err
		}
		if n == 0 {
			break
		}
		all = append(all, buf[:n]...)
	}
	var caught []int
	for line := range bytes.Lines(all) {
		caught = append(caught, stoneNumber(line))
	}
	u.account(l, caught)
	l.report(sayUDPJoined, u.Stones, calls)
	return nil
}

// nobody throws at a port that nobody has.
func (u UDP) nobody(l *Lab) error {
	gone, at, err := l.bindDatagrams(sideCatcher, anyPort)
	if err != nil {
		return err
	}
	if err := gone.Close(); err != nil {
		return err
	}
	blind, err := side{l, sideThrower}.Socket(unix.AF_INET, unix.SOCK_DGRAM, unix.IPPROTO_UDP)
	if err != nil {
		return err
	}
	defer blind.Close()
	for i := range 2 {
		if err := blind.Sendto(l.stone(i+1), at); err != nil {
			return err
		}
	}
	thrower, err := side{l, sideThrower}.Socket(unix.AF_INET, unix.SOCK_DGRAM, unix.IPPROTO_UDP)
	if err != nil {
		return err
	}
	defer thrower.Close()
	if err := thrower.Connect(at); err != nil {
		return err
	}
	var told []any
	for i := range 3 {
		if i == 1 {
			thrower.pollError(quiet)
		}
		_, err := thrower.Send(l.stone(i + 1))
		if e, ok := err.(*CallError); ok {
			told = append(told, e.name())
		} else {
			told = append(told, sayTaken.in(l.Language))
		}
	}
	l.report(sayUDPRefused, told...)
	return nil
}

// account says what became of the stones.
func (u UDP) account(l *Lab, caught []int) {
	times := map[int]int{}
	var late, lost, twice []int
	highest := 0
	for _, n := range caught {
		if times[n]++; times[n] == 2 {
			twice = append(twice, n)
		}
		if n < highest && times[n] == 1 {
			late = append(late, n)
		}
		highest = max(highest, n)
	}
	all := make([]int, u.Stones)
	for i := range all {
		if all[i] = i + 1; times[i+1] == 0 {
			lost = append(lost, i+1)
		}
	}
	l.report(sayUDPThrown, listed(l, all))
	l.report(sayUDPCaught, listed(l, caught))
	l.report(sayUDPAccount, listed(l, lost), listed(l, late), listed(l, twice))
}

func listed(l *Lab, numbers []int) string {
	if len(numbers) == 0 {
		return sayNone.in(l.Language)
	}
	return strings.Trim(fmt.Sprint(numbers), "[]")
}

// stone is what is thrown as number n.
func (l *Lab) stone(n int) []byte { return []byte(sayStone.in(l.Language, n)) }

// stoneNumber is 0 for what is no stone of ours.
func stoneNumber(b []byte) int {
	_, number, _ := strings.Cut(strings.TrimSpace(string(b)), " ")
	n, _ := strconv.Atoi(number) // 0 where it is none
	return n
}

// anyPort is any free port of this machine.
var anyPort = Address{Network: "tcp", Host: "127.0.0.1"}
