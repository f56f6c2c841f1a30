package client

import (
	"encoding/hex"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"path/filepath"
	"strings"

	"jim/wire"
)

// DefaultPort is the port of JIM where an address names none.
const DefaultPort = "7777"

// AddressError says why an address cannot be dialled at all.
type AddressError struct {
	Address string
	Problem string
}

func (e *AddressError) Error() string {
	return fmt.Sprintf("%q is no address: %s", e.Address, e.Problem)
}

// address is where to connect and how.
type address struct {
	scheme      string // tcp, tls, unix, ws, wss, udp, quic
	host        string // host:port, or the path of a UNIX socket
	path        string // of a WebSocket
	fingerprint []byte // SHA-256 of the only certificate to trust; nil = the system's authorities
}

// String is a as a URI.
func (a address) String() string { return a.scheme + "://" + a.host + a.path }

// network is what a Dialer calls it.
func (a address) network() string {
	switch a.scheme {
	case "unix", "udp":
		return a.scheme
	}
	return "tcp"
}

func (a address) encrypted() bool {
	return a.scheme == "tls" || a.scheme == "wss" || a.scheme == "quic"
}

// roomForSince is how many bytes of a presence may say what the client has.
func (a address) roomForSince() int {
	if a.scheme == "udp" {
		return wire.UDP.Object / 2
	}
	return wire.JIM2.Object / 2
}

// Normalize is address written out as a URI, as the same server is always called.
// Errors are an [*AddressError].
func Normalize(address string) (string, error) {
	a, err := parseAddress(address, "")
	return a.String(), err
}

// parseAddress reads every form that [Dial] documents.
func parseAddress(text, fingerprint string) (address, error) {
	bad := func(format string, args ...any) (address, error) {
		return address{}, &AddressError{text, fmt.Sprintf(format, args...)}
	}
	if text == "" {
		return bad("it is empty; try localhost:%s", DefaultPort)
	}
	scheme, rest, found := strings.Cut(text, "://")
	if !found {
		scheme, rest = "", text
	}
	rest, fragment, _ := strings.Cut(rest, "#")
	if value, ok := strings.CutPrefix(fragment, "fingerprint="); ok {
		fingerprint = value
	} else if fragment != "" {
		return bad("after # only fingerprint=SHA256 can stand")
	}
	a, problem := parseHost(scheme, rest)
	if problem != "" {
		return bad("%s", problem)
	}
	if fingerprint == "" {
		return a, nil
	}
	if !a.encrypted() {
		return bad("a fingerprint needs tls://, wss:// or quic://")
	}
	sum, err := hex.DecodeString(strings.ReplaceAll(fingerprint, ":", ""))
	if err != nil || len(sum) != 32 {
		return bad("a fingerprint is the SHA-256 of a certificate: 64 hex digits")
	}
	a.fingerprint = sum
	return a, nil
}

// parseHost reads what stands behind the scheme; problem is "" when it is good.
func parseHost(scheme, rest string) (a address, problem string) {
	if scheme == "" && strings.Contains(rest, "/") {
		scheme = "unix"
	}
	a.scheme = scheme
	defaultPort := DefaultPort
	switch scheme {
	case "unix":
		return parsePath(rest)
	case "ws", "wss":
		u, err := url.Parse(scheme + "://" + rest)
		if err != nil || u.User != nil {
			return a, "write ws://host:port or ws://host:port/path"
		}
		rest, a.path = u.Host, u.RequestURI()
		if a.path == "/" {
			a.path = "/jim/ws"
		}
		defaultPort = map[string]string{"ws": "80", "wss": "443"}[scheme]
	case "tcp", "tls", "udp", "quic":
		rest = strings.TrimSuffix(rest, "/")
	case "":
	default:
		return a, "the schemes are tcp, tls, unix, ws, wss, udp and quic"
	}
	host, port, problem := splitHost(rest, defaultPort)
	if problem != "" {
		return a, problem
	}
	if a.scheme == "" {
		a.scheme = "tls"
		if loopback(host) {
			a.scheme = "tcp"
		}
	}
	a.host = net.JoinHostPort(host, port)
	return a, ""
}

func parsePath(path string) (a address, problem string) {
	const longest = 107 // bytes of sun_path in unix(7), without its NUL
	if path == "" || strings.HasSuffix(path, "/") {
		return a, "write unix:///path/of/socket"
	}
	full, err := filepath.Abs(path)
	if err != nil {
		return a, err.Error()
	}
	if full == "/" {
		return a, "that is a folder"
	}
	if len(full) > longest {
		return a, fmt.Sprintf("the path of a UNIX socket has at most %d bytes", longest)
	}
	return address{scheme: "unix", host: full}, ""
}

func splitHost(text, defaultPort string) (host, port, problem string) {
	bare := text
	if strings.HasPrefix(text, "[") && strings.HasSuffix(text, "]") {
		bare = text[1 : len(text)-1]
	}
	if ip, ok := parseIP(bare); ok {
		return ip.String(), defaultPort, ""
	}
	host, port = text, defaultPort
	if strings.Contains(text, ":") {
		var err error
		if host, port, err = net.SplitHostPort(text); err != nil {
			return "", "", "write host:port, or [address]:port for IPv6"
		}
	}
	if _, ok := parseIP(host); !ok && !isName(host) {
		return "", "", "the host is missing or wrong; write host:port"
	}
	if n, err := net.LookupPort("tcp", port); err != nil || n == 0 || port[0] < '0' || port[0] > '9' {
		return "", "", "a port is a number from 1 to 65535"
	}
	return host, port, ""
}

// parseIP reads an address of the Internet whose zone, if it has one, can be the name of an interface.
func parseIP(text string) (netip.Addr, bool) {
	ip, err := netip.ParseAddr(text)
	return ip, err == nil && (ip.Zone() == "" || isName(ip.Zone()))
}

// isName tells whether host can be a name of the DNS, underscores allowed.
func isName(host string) bool {
	for _, r := range host {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
		if !letter && r != '.' && r != '-' && r != '_' {
			return false
		}
	}
	return host != ""
}

// loopback tells whether what is said to host never leaves this machine.
func loopback(host string) bool {
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true // RFC 6761, section 6.3
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}
