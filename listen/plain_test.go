package listen

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// outside is an address of this machine that is not loopback, "" if it has none.
func outside(t *testing.T) string {
	t.Helper()
	all, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range all {
		if n, ok := a.(*net.IPNet); ok && !n.IP.IsLoopback() && !n.IP.IsLinkLocalUnicast() {
			return n.IP.String()
		}
	}
	return ""
}

// TestPlainAllowed holds the decision for machines that have only loopback.
func TestPlainAllowed(t *testing.T) {
	tcp := func(s string) net.Addr { return net.TCPAddrFromAddrPort(addrPort(s)) }
	for _, c := range []struct {
		scheme        string
		local, remote string
		insecure      bool
		want          bool
	}{
		{"tcp", "127.0.0.1:1", "127.0.0.1:2", false, true},
		{"tcp", "127.0.0.1:1", "127.8.9.1:2", false, true},
		{"tcp", "[::1]:1", "[::1]:2", false, true},
		{"tcp", "[::ffff:127.0.0.1]:1", "[::ffff:127.0.0.1]:2", false, true},
		{"tcp", "192.0.2.1:1", "192.0.2.1:2", false, false},
		{"tcp", "127.0.0.1:1", "192.0.2.1:2", false, false},
		{"tcp", "192.0.2.1:1", "127.0.0.1:2", false, false},
		{"tcp", "192.0.2.1:1", "192.0.2.7:2", true, true},
		{"tls", "127.0.0.1:1", "127.0.0.1:2", true, false},
	} {
		a := &arrival{door: &door{address: address{scheme: c.scheme}}, Conn: ends{local: tcp(c.local), remote: tcp(c.remote)}}
		if got := a.plainAllowed(&Options{Insecure: c.insecure}); got != c.want {
			t.Errorf("%+v: got %v", c, got)
		}
	}
}

// ends is a connection that only has addresses.
type ends struct {
	net.Conn
	local, remote net.Addr
}

func (e ends) LocalAddr() net.Addr  { return e.local }
func (e ends) RemoteAddr() net.Addr { return e.remote }

func TestPlainIsRefusedWhereOnlyTLSIsServed(t *testing.T) {
	h := open(t, Options{SelfSignedDir: t.TempDir()}, "tls://127.0.0.1:0", "tcp://:0")
	doors := []string{strings.TrimPrefix(h.Addresses()[0], "tls://")}
	_, port, _ := net.SplitHostPort(strings.TrimPrefix(h.Addresses()[1], "tcp://"))
	if ip := outside(t); ip != "" {
		doors = append(doors, net.JoinHostPort(ip, port))
	}
	for _, door := range doors {
		for _, text := range []string{`{"action":"presence"}`, "\x80", "hello\n"} {
			c := connect(t, "tcp", door)
			say(t, c, text)
			all, err := io.ReadAll(c)
			if err != nil || !strings.HasPrefix(string(all), `{"response":426,`) || !strings.Contains(string(all), "TLS") {
				t.Errorf("%s: %q was answered %q, %v", door, text, all, err)
			}
		}
		c := connect(t, "tcp", door)
		say(t, c, "GET /jim/ws HTTP/1.1\r\nHost: x\r\n\r\n")
		r, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil {
			t.Fatal(err)
		}
		if body, err := io.ReadAll(r.Body); r.StatusCode != 426 || r.Header.Get("Upgrade") == "" || err != nil || !strings.HasPrefix(string(body), `{"response":426,`) {
			t.Errorf("%s: HTTP was answered %d %q, %v", door, r.StatusCode, body, err)
		}
		h.none(t)
		s := tls.Client(connect(t, "tcp", door), trusting())
		say(t, s, "{}")
		gets(t, h.next(t), "{}")
	}
	// From loopback to loopback the wildcard listener takes plain text.
	c := connect(t, "tcp", net.JoinHostPort("127.0.0.1", port))
	say(t, c, "{}")
	gets(t, h.next(t), "{}")
}

func TestInsecureAllowsPlain(t *testing.T) {
	h := open(t, Options{Insecure: true}, "tcp://:0")
	ip := outside(t)
	if ip == "" {
		ip = "127.0.0.1"
	}
	_, port, _ := net.SplitHostPort(strings.TrimPrefix(h.Addresses()[0], "tcp://"))
	c := connect(t, "tcp", net.JoinHostPort(ip, port))
	say(t, c, "{}")
	s := h.next(t)
	gets(t, s, "{}")
	if p := s.Peer(); p.Local != (ip == "127.0.0.1") || p.Host.String() != ip || p.Transport != "tcp" || p.UID != -1 {
		t.Errorf("peer is %+v", p)
	}
	if h.Fingerprint() != "" {
		t.Error("it made a certificate that it does not need")
	}
}

func TestLimits(t *testing.T) {
	for _, c := range []struct {
		o    Options
		code int
	}{
		{Options{MaxConns: 2}, 503},
		{Options{MaxPerHost: 2}, 429},
	} {
		c.o.SelfSignedDir = t.TempDir()
		h := open(t, c.o, "tcp://127.0.0.1:0", "unix://"+t.TempDir()+"/s")
		for range 2 {
			say(t, h.dial(t, 0), "{}")
			defer h.next(t).Close()
		}
		jim := h.dial(t, 0)
		say(t, jim, "{}")
		all, err := io.ReadAll(jim)
		if err != nil || !strings.HasPrefix(string(all), fmt.Sprintf(`{"response":%d,`, c.code)) || !strings.Contains(string(all), `"retry_after":5`) {
			t.Errorf("one more was answered %q, %v", all, err)
		}
		page := h.dial(t, 0)
		say(t, page, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
		r, err := http.ReadResponse(bufio.NewReader(page), nil)
		if err != nil || r.StatusCode != c.code || r.Header.Get("Retry-After") != "5" {
			t.Errorf("one more by HTTP was answered %v, %v", r, err)
		}
		secure := h.dial(t, 0)
		say(t, secure, "\x16\x03\x01")
		if all, err := io.ReadAll(secure); len(all) > 0 {
			t.Errorf("one more by TLS was answered %q, %v", all, err)
		}
		h.none(t)
		unix := h.dial(t, 1)
		say(t, unix, "{}")
		if c.code == 429 {
			gets(t, h.next(t), "{}")
		} else if all, err := io.ReadAll(unix); err != nil || !strings.Contains(string(all), "503") {
			t.Errorf("one more by UNIX was answered %q, %v", all, err)
		}
	}
}

// TestPlacesAreGivenBack goes through every way in which a connection ends.
func TestPlacesAreGivenBack(t *testing.T) {
	h := open(t, Options{MaxConns: 1000, MaxPerHost: 1000, Patience: 50 * time.Millisecond, SelfSignedDir: t.TempDir()}, "tcp://127.0.0.1:0", "tls://127.0.0.1:0")
	upgrade := "GET /jim/ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
	served := map[string]bool{"{}": true, "": true, upgrade: true}
	for _, text := range []string{
		"{}", "", "\x80", "\x16broken", "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: x\r\n\r\n", upgrade, strings.Replace(upgrade, "13", "12", 1), "POST /jim HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{",
	} {
		c := h.dial(t, 0)
		say(t, c, text)
		if served[text] {
			h.next(t).Close()
		}
		c.Close()
		if !soon(func() bool { return h.Listeners.places() == 0 }) {
			t.Errorf("after %q there are %d places taken", text, h.Listeners.places())
		}
	}
	c := tls.Client(h.dial(t, 1), trusting())
	say(t, c, "{}")
	h.next(t).Close()
	c = tls.Client(h.dial(t, 1), trusting())
	say(t, c, "\x80")
	if all, err := io.ReadAll(c); err != nil || !strings.Contains(string(all), "400") {
		t.Errorf("pickle in TLS was answered %q, %v", all, err)
	}
	if !soon(func() bool { return h.Listeners.places() == 0 }) {
		t.Errorf("after TLS there are %d places taken", h.Listeners.places())
	}
}

// places are how many connections are counted, by whichever count is larger.
func (ls *Listeners) places() int {
	ls.limits.mu.Lock()
	defer ls.limits.mu.Unlock()
	n := 0
	for _, host := range ls.limits.hosts {
		n += host
	}
	ls.mu.Lock()
	defer ls.mu.Unlock()
	return max(n, ls.limits.all, len(ls.early))
}

func TestHostKey(t *testing.T) {
	for a, want := range map[string]string{
		"192.0.2.7": "192.0.2.7", "::ffff:192.0.2.7": "192.0.2.7",
		"2001:db8:1:2:3:4:5:6": "2001:db8:1:2::", "fe80::1%eth0": "fe80::", "::1": "::",
	} {
		if got := hostKey(addr(a)); got != addr(want) {
			t.Errorf("%s counts as %s, want %s", a, got, want)
		}
	}
}
