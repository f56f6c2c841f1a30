//go:build unix

package lab

import (
	"net"
	"net/netip"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// Address is where a socket is bound or connected to.
type Address struct {
	Network string // "tcp", "udp", "unix", "ws"
	Host    string // a name or an IP address; empty for unix
	Port    int    // empty for unix
	Path    string // of the socket's file; for ws, of the URL
}

// ParseAddress reads HOST:PORT, HOST, :PORT or PORT, alone or behind "tcp://", "udp://" or "ws://", and
// "unix://PATH". What is missing is tcp, 127.0.0.1 and the port given here; with port 0, one must be
// written. networks are those that the command takes. The error is an [*InputError].
func ParseAddress(text string, port int, networks ...string) (Address, error) {
	fail := func(why phrase) (Address, error) { return Address{}, &InputError{sayAddress, text, why} }
	network, rest, found := strings.Cut(text, "://")
	if !found {
		network, rest = networks[0], text
	}
	known := false
	for _, n := range networks {
		known = known || n == network
	}
	switch {
	case network == "wss" || network == "tls":
		return fail(whyNoTLS)
	case !known:
		return fail(saidOf(whyNetworks, strings.Join(networks, "://, ")+"://"))
	case network == "unix":
		if rest == "" {
			return fail(whyNoPath)
		}
		return Address{Network: network, Path: rest}, nil
	}
	a := Address{Network: network, Port: port}
	if network == "ws" {
		rest, a.Path, _ = strings.Cut(rest, "/")
		a.Path = "/" + a.Path
	}
	if strings.ContainsAny(rest, "/ ") {
		return fail(whyNoAddress)
	}
	host, number, ok := hostPort(rest)
	if !ok {
		return fail(whyNoBrackets)
	}
	if a.Host = host; host == "" {
		a.Host = "127.0.0.1"
	}
	if number != "" {
		p, err := strconv.ParseUint(number, 10, 16)
		if err != nil {
			return fail(whyNoNumber)
		}
		a.Port = int(p)
	} else if port == 0 {
		return fail(whyNoPort)
	}
	return a, nil
}

// hostPort splits HOST:PORT, where either may be missing; a number alone is a port.
func hostPort(text string) (host, port string, ok bool) {
	if ip, err := netip.ParseAddr(strings.Trim(text, "[]")); err == nil {
		return ip.String(), "", true
	}
	if !strings.Contains(text, ":") {
		if _, err := strconv.Atoi(text); err == nil {
			return "", text, true
		}
		return text, "", true
	}
	host, port, err := net.SplitHostPort(text)
	return host, port, err == nil && port != ""
}

// String is the address as it is written on the command line.
func (a Address) String() string {
	switch a.Network {
	case "unix":
		return "unix://" + a.Path
	case "ws":
		return "ws://" + net.JoinHostPort(a.Host, strconv.Itoa(a.Port)) + a.Path
	}
	return a.Network + "://" + net.JoinHostPort(a.Host, strconv.Itoa(a.Port))
}

// sockaddr is the address as the kernel wants it. A name is looked up, which is told.
func (l *Lab) sockaddr(a Address) (unix.Sockaddr, error) {
	if a.Network == "unix" {
		return &unix.SockaddrUnix{Name: a.Path}, nil
	}
	ip, err := netip.ParseAddr(a.Host)
	if err != nil {
		if ip, err = l.lookup(a.Host); err != nil {
			return nil, err
		}
	}
	ip = ip.Unmap()
	if ip.Is4() {
		return &unix.SockaddrInet4{Port: a.Port, Addr: ip.As4()}, nil
	}
	to := &unix.SockaddrInet6{Port: a.Port, Addr: ip.As16()}
	if ip.Zone() != "" {
		i, err := net.InterfaceByName(ip.Zone())
		if err != nil {
			return nil, &InputError{sayInterface, ip.Zone(), whyNoInterface}
		}
		to.ZoneId = uint32(i.Index)
	}
	return to, nil
}

// lookup asks for the addresses of a name and takes the first, one of IPv4 before others. The
// sockets with which the resolver asks other machines are not the lab's and are not told.
func (l *Lab) lookup(host string) (netip.Addr, error) {
	all, err := net.DefaultResolver.LookupNetIP(l.ctx, "ip", host)
	if err != nil || len(all) == 0 {
		return netip.Addr{}, &InputError{sayAddress, host, whyUnknown}
	}
	best := all[0]
	for _, ip := range all {
		if ip.Unmap().Is4() {
			best = ip.Unmap()
			break
		}
	}
	if l.Trace {
		l.begin()
		defer l.end()
		l.line(phrase{}, "getaddrinfo("+strconv.Quote(host)+") = "+best.String())
		l.noteOnce("getaddrinfo", "getaddrinfo")
	}
	return best, nil
}

// domain is the first argument of socket for an address.
func domain(to unix.Sockaddr) int {
	switch to.(type) {
	case *unix.SockaddrInet4:
		return unix.AF_INET
	case *unix.SockaddrInet6:
		return unix.AF_INET6
	}
	return unix.AF_UNIX
}

// unnamed is the address of a client's UNIX socket: it has none.
const unnamed = "unix"

// shownAddr is an address as it is told.
func shownAddr(sa unix.Sockaddr) string {
	switch a := sa.(type) {
	case *unix.SockaddrInet4:
		return netip.AddrPortFrom(netip.AddrFrom4(a.Addr), uint16(a.Port)).String()
	case *unix.SockaddrInet6:
		return netip.AddrPortFrom(netip.AddrFrom16(a.Addr), uint16(a.Port)).String()
	case *unix.SockaddrUnix:
		if a.Name == "" || a.Name == "@" {
			return unnamed
		}
		return a.Name
	}
	return "?"
}
