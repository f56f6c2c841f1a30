package listen

import (
	"errors"
	"net"
	"os"
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
