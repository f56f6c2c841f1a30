package listen

import (
	"bytes"
	"errors"
	"net"
	"os"
	"strings"
	"time"
)

// kind is what a connection speaks.
type kind uint8

const (
	kindJIM kind = iota
	kindTLS
	kindHTTP
	kindPickle
)

// sniffBytes are enough to tell: the longest method and the space behind it.
const sniffBytes = len("CONNECT ")

var methods = [...]string{"GET ", "POST ", "HEAD ", "PUT ", "DELETE ", "OPTIONS ", "PATCH ", "CONNECT ", "TRACE "}

// classify tells what the first bytes of a connection are the beginning of, or
// that it takes more of them. [sniffBytes] of them always suffice.
func classify(p []byte) (k kind, known bool) {
	if len(p) == 0 {
		return kindJIM, false
	}
	switch p[0] {
	case 0x16:
		return kindTLS, true
	case 0x80:
		return kindPickle, true
	}
	for _, m := range methods {
		n := min(len(p), len(m))
		if string(p[:n]) == m[:n] {
			return kindHTTP, n == len(m)
		}
	}
	return kindJIM, true
}

// isTyped tells whether the first bytes of a stream of kindJIM were typed by a person:
// whether they are neither an object nor anything else with which a text of JSON
// begins or goes on (RFC 8259, section 2), nor what no keyboard sends. White space
// in front does not count; [sniffBytes] behind it always suffice.
func isTyped(p []byte) (typed, known bool) {
	p = bytes.TrimLeft(p, " \t\r\n")
	if len(p) == 0 {
		return false, false
	}
	switch k, known := classify(p); {
	case !known:
		return false, false // it may be HTTP, too late for that
	case k != kindJIM:
		return false, true
	}
	switch b := p[0]; {
	case b == 0xff && len(p) == 1, len(p) <= len(bom) && string(p) == bom[:len(p)]:
		return false, false
	case b == 0xff:
		return p[1] >= 0xf0 && p[1] != 0xfe, true // telnet, and not the mark of UTF-16
	case b == 0xfe:
		return false, true
	case bytes.HasPrefix(p, []byte(bom)):
		p = p[len(bom):]
	}
	if p[0] < ' ' {
		return p[0] == '\b' || p[0] == 0x1b, true // keys
	}
	return strings.IndexByte(`{}[]":,-0123456789`, p[0]) < 0, true
}

// bom is what some systems put in front of a text in UTF-8.
const bom = "\xef\xbb\xbf"

// sniffReading is sniff for connections that cannot be looked into. It returns
// the bytes it has read.
func sniffReading(c net.Conn, first, rest time.Duration) (k kind, prefix []byte, err error) {
	buf := make([]byte, 0, sniffBytes)
	if err := c.SetReadDeadline(time.Now().Add(first)); err != nil {
		return 0, nil, err
	}
	for known := false; !known; {
		n, err := c.Read(buf[len(buf):sniffBytes])
		if n > 0 && len(buf) == 0 {
			if err := c.SetReadDeadline(time.Now().Add(rest)); err != nil {
				return 0, nil, err
			}
		}
		buf = buf[:len(buf)+n]
		k, known = classify(buf)
		if err == nil || known {
			continue
		}
		if !errors.Is(err, os.ErrDeadlineExceeded) && len(buf) == 0 {
			return 0, nil, err
		}
		k, known = kindJIM, true
	}
	return k, buf, c.SetReadDeadline(time.Time{})
}
