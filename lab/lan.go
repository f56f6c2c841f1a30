//go:build unix

package lab

import (
	"net"
	"net/netip"
	"strings"
	"unicode/utf8"

	"golang.org/x/sys/unix"

	"jim/printable"
)

// LAN is a chat without a server: what is typed goes to everybody on the local network by UDP broadcast,
// as "nick:text". Nothing is encrypted or proven: whoever is on the network reads it and may use any
// nickname.
type LAN struct {
	Nick string // see CheckNick
	Port int    // 0: one that the kernel chooses, which the others must be told
	To   string // the IPv4 address that everybody hears; empty: those of all interfaces
}

// LANPort is the port of the program in the course's reading list.
const LANPort = 11719

const (
	longestNick   = 25   // bytes; the course's limit for names
	longestSpoken = 1200 // bytes of a datagram: it fits into one packet of every network
)

// CheckNick tells whether a nickname can stand in front of a colon. Its error is an [*InputError].
func CheckNick(nick string) error {
	switch {
	case nick == "":
		return &InputError{sayNickname, nick, whyNoNick}
	case len(nick) > longestNick:
		return &InputError{sayNickname, nick, saidOf(whyLongNick, longestNick)}
	case strings.ContainsAny(nick, ":\n") || printable.Line(nick) != nick || !utf8.ValidString(nick):
		return &InputError{sayNickname, nick, whyOddNick}
	}
	return nil
}

// Run talks until it is stopped or nothing more is typed.
func (c LAN) Run(l *Lab) error {
	everybody, err := c.everybody(l)
	if err != nil {
		return err
	}
	s, err := l.Socket(unix.AF_INET, unix.SOCK_DGRAM, unix.IPPROTO_UDP)
	if err != nil {
		return err
	}
	defer s.Close()
	port, err := c.open(s)
	if err != nil {
		return err
	}
	l.say(sayLAN, port, c.Nick)
	var to []unix.Sockaddr
	for _, ip := range everybody {
		to = append(to, &unix.SockaddrInet4{Port: port, Addr: ip.As4()})
	}
	heard := make(chan error, 1)
	l.Go(func() { heard <- c.hear(l, s) })
	typed := l.Typed()
	for {
		select {
		case err := <-heard:
			return err
		case line, ok := <-typed:
			if !ok {
				s.wake("enough")
				return <-heard
			}
			c.speak(l, s, to, line)
		}
	}
}

// everybody finds the addresses that all hear.
func (c LAN) everybody(l *Lab) ([]netip.Addr, error) {
	if c.To != "" {
		ip, err := netip.ParseAddr(c.To)
		if err != nil || !ip.Is4() {
			return nil, &InputError{sayAddress, c.To, whyNoIPv4}
		}
		return []netip.Addr{ip}, nil
	}
	interfaces, err := net.Interfaces()
	if err != nil {
		return nil, err
	}
	var all []netip.Addr
	for _, i := range interfaces {
		if i.Flags&net.FlagUp == 0 || i.Flags&net.FlagBroadcast == 0 {
			continue
		}
		addresses, err := i.Addrs()
		if err != nil {
			continue // it has just gone
		}
		for _, a := range addresses {
			prefix, err := netip.ParsePrefix(a.String())
			if err != nil || !prefix.Addr().Is4() || prefix.Bits() > 30 {
				continue
			}
			all = append(all, broadcast(prefix))
			l.say(sayLANInterface, i.Name, prefix, broadcast(prefix))
		}
	}
	if len(all) == 0 {
		all = []netip.Addr{netip.AddrFrom4([4]byte{127, 255, 255, 255})}
		l.say(sayLANAlone, all[0])
	}
	return all, nil
}

// broadcast is the last address of a network: all bits of the host part are 1 (RFC 919, section 7).
func broadcast(network netip.Prefix) netip.Addr {
	ip := network.Addr().As4()
	for bit := network.Bits(); bit < 32; bit++ {
		ip[bit/8] |= 0x80 >> (bit % 8)
	}
	return netip.AddrFrom4(ip)
}

// open sets the socket up: several programs of one machine may share the port.
func (c LAN) open(s *Sock) (port int, err error) {
	if err := s.Setsockopt("SOL_SOCKET, SO_BROADCAST", unix.SOL_SOCKET, unix.SO_BROADCAST, 1); err != nil {
		return 0, err
	}
	err = s.plain("setsockopt", ", SOL_SOCKET, "+shareName+", 1", "setsockopt SOL_SOCKET, SO_REUSEPORT", func() error {
		return unix.SetsockoptInt(s.fd, unix.SOL_SOCKET, shareOption, 1)
	})
	if err != nil {
		return 0, err
	}
	if err := s.Bind(&unix.SockaddrInet4{Port: c.Port}); err != nil {
		return 0, err
	}
	if c.Port != 0 {
		return c.Port, nil
	}
	at, err := s.Getsockname()
	if err != nil {
		return 0, err
	}
	return portOf(at), nil
}

// speak sends one line to everybody. A network that does not take it does not keep it from the others.
func (c LAN) speak(l *Lab, s *Sock, to []unix.Sockaddr, line string) {
	text := []byte(c.Nick + ":" + line)
	switch {
	case strings.TrimSpace(line) == "":
		return
	case len(text) > longestSpoken:
		l.say(sayLANLong, len(text), longestSpoken)
		return
	}
	for _, at := range to {
		if err := s.Sendto(text, at); err != nil {
			l.say(sayLANUnsent, err)
		}
	}
}

// hear shows what everybody says, ourselves too.
func (c LAN) hear(l *Lab, s *Sock) error {
	for buf := make([]byte, 2048); ; {
		n, whole, from, err := s.Recvfrom(buf)
		if err != nil || from == nil || s.woken() {
			return err
		}
		nick, text, ok := strings.Cut(string(buf[:n]), ":")
		if !ok || whole > n {
			l.report(sayLANStrange, shownAddr(from), quoted(buf[:n], 60))
			continue
		}
		l.report(sayLANHeard, printable.Line(nick), shownAddr(from), printable.Line(text))
	}
}
