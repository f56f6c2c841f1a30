package listen

import (
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// AddressError says which address cannot be listened on, why, and what to do.
type AddressError struct {
	URI    string // as it was given
	Reason string
	Advice string
	Err    error // what the system said; nil when it was not asked
}

func (e *AddressError) Error() string {
	return fmt.Sprintf("cannot listen on %s: %s; %s", e.URI, e.Reason, e.Advice)
}

func (e *AddressError) Unwrap() error { return e.Err }

// The schemes that are served.
const (
	schemeTCP  = "tcp"
	schemeTLS  = "tls"
	schemeUNIX = "unix"
	schemeUDP  = "udp"
	schemeQUIC = "quic"
)

// address is a URI taken apart.
type address struct {
	text   string // as it was given
	scheme string
	host   string // name or literal; "" = every address of this machine
	port   uint16
	path   string      // of a UNIX socket
	mode   fs.FileMode // of a UNIX socket
}

const example = "write it as tcp://127.0.0.1:7777, tls://HOST:PORT, unix:///PATH, udp://HOST:PORT or quic://HOST:PORT"

// parseAddress takes a URI apart; its errors are [*AddressError].
func parseAddress(uri string) (address, error) {
	a := address{text: uri, scheme: schemeTCP}
	rest := uri
	if scheme, after, ok := strings.Cut(uri, "://"); ok {
		a.scheme, rest = strings.ToLower(scheme), after
	} else if after, ok := strings.CutPrefix(uri, "unix:/"); ok {
		a.scheme, rest = schemeUNIX, "/"+after
	}
	switch a.scheme {
	case schemeTCP, schemeTLS, schemeUDP, schemeQUIC:
		return a, a.parseHostPort(strings.TrimSuffix(rest, "/"))
	case schemeUNIX:
		return a, a.parsePath(rest)
	case "http", "https", "ws", "wss":
		return a, a.wrong("HTTP and WebSocket have no address of their own",
			"they are answered on every tcp:// and tls:// address")
	}
	return a, a.wrong(fmt.Sprintf("the scheme %q is unknown", a.scheme), example)
}

func (a *address) wrong(reason, advice string) error {
	return &AddressError{URI: a.text, Reason: reason, Advice: advice}
}

func (a *address) parseHostPort(rest string) error {
	if rest == "" {
		return a.wrong("it names no host and no port", example)
	}
	host, port, err := net.SplitHostPort(rest)
	if err != nil {
		return a.wrong("it is not HOST:PORT", example+"; an IPv6 address stands in brackets: tcp://[::1]:7777")
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return a.wrong(fmt.Sprintf("%q is no port", port), "a port is a number from 1 to 65535, or 0 for any free one")
	}
	if _, err := netip.ParseAddr(host); err != nil && !isHostName(host) {
		return a.wrong(fmt.Sprintf("%q is no host", host), example)
	}
	a.host, a.port = host, uint16(n)
	if host == "*" {
		a.host = ""
	}
	return nil
}

// isHostName tells whether s may be the name of a host, or stands for all.
func isHostName(s string) bool {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_"
	return s == "" || s == "*" || strings.Trim(s, letters) == ""
}

func (a *address) parsePath(rest string) error {
	rest, query, _ := strings.Cut(rest, "?")
	path, err := url.PathUnescape(rest)
	if err != nil || !strings.HasPrefix(path, "/") || strings.HasSuffix(path, "/") || strings.IndexByte(path, 0) >= 0 {
		return a.wrong("it names no file by its absolute path", "write it as unix:///run/jim.sock")
	}
	a.path, a.mode = path, 0o600
	if query == "" {
		return nil
	}
	value, ok := strings.CutPrefix(query, "mode=")
	mode, err := strconv.ParseUint(value, 8, 32)
	if !ok || err != nil || mode > 0o777 {
		return a.wrong(fmt.Sprintf("the option %q is unknown", query), "the only option is ?mode=0666, the permissions in octal")
	}
	a.mode = fs.FileMode(mode)
	return nil
}
