//go:build unix

package lab

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// HTTP asks a web server for a page with a request written by hand, and shows the answer as it came.
type HTTP struct {
	URL   *url.URL
	Old   bool           // HTTP/1.0 without headers, as in the lecture
	Body  int            // how many bytes of the body are shown
	Roots *x509.CertPool // whom https believes; nil: whom this system believes
}

const (
	httpPatience = 20 * time.Second // how long the server may be silent
	httpMost     = 1 << 20          // how many bytes of an answer are read
)

// ParseURL reads an address of the web; "http://" may be missing. The error is an [*InputError].
func ParseURL(text string) (*url.URL, error) {
	full := text
	if !strings.Contains(text, "://") {
		full = "http://" + text
	}
	u, err := url.Parse(full)
	switch {
	case err != nil:
		return nil, &InputError{sayAddress, text, whyNoURL}
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, &InputError{sayAddress, text, saidOf(whyNetworks, "http://, https://")}
	case u.Hostname() == "":
		return nil, &InputError{sayAddress, text, whyNoHost}
	case u.User != nil:
		return nil, &InputError{sayAddress, text, whyLogin}
	}
	for _, r := range u.Host {
		if r <= ' ' || r >= 0x7f {
			return nil, &InputError{sayAddress, text, whyASCII}
		}
	}
	return u, nil
}

// Run sends the request and reads until the server closes.
func (h HTTP) Run(l *Lab) error {
	a, err := h.address()
	if err != nil {
		return err
	}
	s, err := l.Connect(a)
	if err != nil {
		return err
	}
	defer s.Close()
	if err := s.patienceOf(httpPatience); err != nil {
		return err
	}
	line := &sockConn{sock: s}
	if h.URL.Scheme == "https" {
		secret, err := h.handshake(l, line)
		if err != nil {
			return err
		}
		return h.ask(l, secret)
	}
	return h.ask(l, line)
}

// address is where the server is.
func (h HTTP) address() (Address, error) {
	a := Address{Network: "tcp", Host: h.URL.Hostname(), Port: 80}
	if h.URL.Scheme == "https" {
		a.Port = 443
	}
	if p := h.URL.Port(); p != "" {
		n, err := strconv.ParseUint(p, 10, 16)
		if err != nil {
			return a, &InputError{sayAddress, h.URL.Host, whyNoNumber}
		}
		a.Port = int(n)
	}
	return a, nil
}

// handshake puts TLS over the socket.
func (h HTTP) handshake(l *Lab, line net.Conn) (net.Conn, error) {
	l.say(sayHTTPSecret)
	c := tls.Client(line, &tls.Config{ServerName: h.URL.Hostname(), RootCAs: h.Roots, NextProtos: []string{"http/1.1"}, MinVersion: tls.VersionTLS12})
	if err := c.HandshakeContext(l.ctx); err != nil {
		var call *CallError
		var unknown *tls.CertificateVerificationError
		switch {
		case errors.As(err, &call):
			return nil, call
		case errors.As(err, &unknown):
			return nil, l.failed(unknown.Err, sayHTTPUntrusted)
		}
		return nil, l.failed(err, sayHTTPNoTLS)
	}
	l.say(sayHTTPAgreed, tls.VersionName(c.ConnectionState().Version), tls.CipherSuiteName(c.ConnectionState().CipherSuite))
	return c, nil
}

// Request is the bytes that are sent.
func (h HTTP) Request() []byte {
	target := h.URL.RequestURI()
	if h.Old {
		return []byte("GET " + target + " HTTP/1.0\r\n\r\n")
	}
	return []byte("GET " + target + " HTTP/1.1\r\n" +
		"Host: " + h.URL.Host + "\r\n" +
		"User-Agent: jim-lab\r\n" +
		"Accept: */*\r\n" +
		"Connection: close\r\n\r\n")
}

func (h HTTP) ask(l *Lab, line net.Conn) error {
	request := h.Request()
	l.say(sayHTTPRequest, len(request))
	for part := range bytes.Lines(request) {
		l.say(phrase{"  > %s", "  > %s", "  > %s"}, quoted(part, 0))
	}
	if _, err := line.Write(request); err != nil {
		return err
	}
	all, cut, err := h.read(line)
	if err != nil || l.Stopped() {
		return err
	}
	return h.tell(l, all, cut)
}

// read takes the answer to its end, or as much as is read at most.
func (h HTTP) read(line net.Conn) (all []byte, cut bool, err error) {
	for buf := make([]byte, 4096); len(all) < httpMost; {
		n, err := line.Read(buf)
		all = append(all, buf[:n]...)
		if err != nil {
			var call *CallError
			if errors.As(err, &call) && len(all) == 0 {
				return nil, false, call
			}
			return all, call != nil, nil // it ended, in whatever way: what came is shown
		}
	}
	return all, true, nil
}

// tell shows the answer and says what it means.
func (h HTTP) tell(l *Lab, all []byte, cut bool) error {
	head, body, whole := bytes.Cut(all, []byte("\r\n\r\n"))
	status := httpStatus(head)
	if status == 0 || !whole {
		l.print(printableBody(all[:min(len(all), h.Body)]))
		return l.failed(nil, sayHTTPNone, len(all))
	}
	l.say(sayHTTPAnswer, len(head)+4, len(body))
	l.print(string(head) + "\n\n")
	l.print(printableBody(body[:min(len(body), h.Body)]))
	if rest := len(body) - h.Body; rest > 0 {
		l.say(sayHTTPMore, rest)
	}
	h.explain(l, status, head, body, cut)
	return nil
}

// explain says what a browser would make of it.
func (h HTTP) explain(l *Lab, status int, head, body []byte, cut bool) {
	what := sayHTTPKinds[min(max(status/100, 1), 5)]
	l.say(sayHTTPStatus, status, http.StatusText(status), what.in(l.Language))
	if to := httpHeader(head, "Location"); to != "" && status/100 == 3 {
		l.say(sayHTTPElsewhere, quoted([]byte(to), 0))
	}
	length := httpHeader(head, "Content-Length")
	switch {
	case cut:
		l.say(sayHTTPCut)
	case strings.EqualFold(httpHeader(head, "Transfer-Encoding"), "chunked"):
		l.say(sayHTTPChunked)
	case length == strconv.Itoa(len(body)):
		l.say(sayHTTPLength, length)
	case length != "":
		l.say(sayHTTPShort, quoted([]byte(length), 0), len(body))
	default:
		l.say(sayHTTPToEnd)
	}
}

// httpStatus is the number in the first line of an answer; 0 where it is none.
func httpStatus(head []byte) int {
	line, _, _ := strings.Cut(string(head), "\r\n")
	version, rest, _ := strings.Cut(line, " ")
	number, _, _ := strings.Cut(rest, " ")
	n, err := strconv.Atoi(number)
	if err != nil || len(number) != 3 || !strings.HasPrefix(version, "HTTP/") {
		return 0
	}
	return n
}

// httpHeader is the first header of that name, without spaces around it.
func httpHeader(head []byte, name string) string {
	for _, line := range strings.Split(string(head), "\r\n")[1:] {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.EqualFold(key, name) {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// printableBody is a body as it came where it is text, else in quotes, a line for each 24 bytes.
func printableBody(b []byte) string {
	text := b
	for range utf8.UTFMax - 1 { // it may have been cut in a letter
		if !utf8.Valid(text) && len(text) > 0 {
			text = text[:len(text)-1]
		}
	}
	if utf8.Valid(text) && bytes.IndexByte(text, 0) < 0 {
		if len(text) > 0 && text[len(text)-1] != '\n' {
			return string(text) + "\n"
		}
		return string(text)
	}
	var out strings.Builder
	for len(b) > 0 {
		n := min(len(b), 24)
		fmt.Fprintln(&out, quoted(b[:n], 0))
		b = b[n:]
	}
	return out.String()
}
