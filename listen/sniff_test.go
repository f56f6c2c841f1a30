package listen

import (
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"time"
)

func TestClassify(t *testing.T) {
	for text, want := range map[string]kind{
		"{": kindJIM, " {": kindJIM, "\n": kindJIM, "\x00": kindJIM, "NICK": kindJIM, "get /": kindJIM,
		"GETX": kindJIM, "GETTING": kindJIM, "PRI * HT": kindJIM, "G{": kindJIM, "\xff": kindJIM,
		"\x16": kindTLS, "\x16\x03\x01": kindTLS, "\x80": kindPickle, "\x80\x04": kindPickle,
		"GET ": kindHTTP, "GET / HT": kindHTTP, "CONNECT ": kindHTTP, "PATCH x": kindHTTP,
	} {
		if k, known := classify([]byte(text)); !known || k != want {
			t.Errorf("%q is %v, %v; want %v", text, k, known, want)
		}
	}
	for _, text := range []string{"", "G", "GET", "P", "PO", "OPTIONS", "CONNECT"} {
		if k, known := classify([]byte(text)); known {
			t.Errorf("%q is already known to be %v", text, k)
		}
	}
}

// FuzzClassify makes sure that a few bytes always suffice, and that more of them
// change nothing.
func FuzzClassify(f *testing.F) {
	for _, m := range methods {
		f.Add([]byte(m + "/ HTTP/1.1"))
	}
	f.Add([]byte("\x16\x03\x01"))
	f.Fuzz(func(t *testing.T, p []byte) {
		var first kind
		found := false
		for n := range len(p) + 1 {
			k, known := classify(p[:n])
			if known && !found {
				first, found = k, true
			}
			if found && (!known || k != first) {
				t.Fatalf("%q is %v, and was %v", p[:n], k, first)
			}
			if n >= sniffBytes && !known {
				t.Fatalf("%q is not known", p[:n])
			}
		}
	})
}

// sniffers are both ways to find out: looking and reading.
var sniffers = map[string]func(net.Conn, time.Duration, time.Duration) (kind, []byte, error){
	"looking": sniff, "reading": sniffReading,
}

// sniffOne sniffs the server's end of a connection whose client does what it wants.
func sniffOne(t *testing.T, by func(net.Conn, time.Duration, time.Duration) (kind, []byte, error), first, rest time.Duration, client func(net.Conn)) (kind, string, error) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	c := connect(t, "tcp", l.Addr().String())
	s, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	done := make(chan struct{})
	go func() { defer close(done); client(c) }()
	k, prefix, err := by(s, first, rest)
	<-done
	if err != nil {
		return k, "", err
	}
	c.(*net.TCPConn).CloseWrite()
	all, readErr := io.ReadAll(withPrefix(s, prefix))
	if readErr != nil {
		t.Error(readErr)
	}
	return k, string(all), nil
}

func TestSniffLosesNothing(t *testing.T) {
	texts := map[string]kind{
		"{\"a\":1}": kindJIM, "GET / HTTP/1.1\r\n\r\n": kindHTTP, "\x16\x03\x01hello": kindTLS,
		"DELETE": kindJIM, "OPTIONS * HTTP/1.1": kindHTTP, "hello": kindJIM, "POSTER": kindJIM,
	}
	for name, by := range sniffers {
		for text, want := range texts {
			rest := time.Minute
			if text == "DELETE" {
				rest = 50 * time.Millisecond // it may be a method for ever
			}
			for _, step := range []int{1, 2, len(text)} {
				k, all, err := sniffOne(t, by, time.Minute, rest, func(c net.Conn) {
					for i := 0; i < len(text); i += step {
						if _, err := io.WriteString(c, text[i:min(i+step, len(text))]); err != nil {
							t.Error(err)
						}
					}
				})
				if err != nil || k != want || all != text {
					t.Errorf("%s: %q by %d bytes is %v with %q, %v; want %v", name, text, step, k, all, err, want)
				}
			}
		}
	}
}

func TestSniffOfSilenceAndOfTheEnd(t *testing.T) {
	for name, by := range sniffers {
		k, all, err := sniffOne(t, by, 20*time.Millisecond, time.Minute, func(net.Conn) {})
		if k != kindJIM || all != "" || err != nil {
			t.Errorf("%s: silence is %v with %q, %v", name, k, all, err)
		}
		k, all, err = sniffOne(t, by, time.Minute, 20*time.Millisecond, func(c net.Conn) { _, _ = c.Write([]byte("GE")) })
		if k != kindJIM || all != "GE" || err != nil {
			t.Errorf("%s: half a method is %v with %q, %v", name, k, all, err)
		}
		if _, _, err = sniffOne(t, by, time.Minute, time.Minute, func(c net.Conn) { c.Close() }); err != io.EOF {
			t.Errorf("%s: the end is %v, want EOF", name, err)
		}
	}
}

// TestSilenceReachesTheHub also makes sure that the time for the first byte does
// not bind the session.
func TestSilenceReachesTheHub(t *testing.T) {
	h := open(t, Options{Patience: 10 * time.Millisecond, SelfSignedDir: t.TempDir()}, "tcp://127.0.0.1:0")
	c := h.dial(t, 0)
	s := h.next(t)
	puts(t, s, `{"action":"probe"}`)
	if got := hear(t, c); got != "{\"action\":\"probe\"}\n" {
		t.Errorf("got %q", got)
	}
	say(t, c, "{}")
	gets(t, s, "{}")
	late := h.dial(t, 0)
	s = h.next(t)
	say(t, late, "GET / HTTP/1.1\r\n\r\n")
	if _, err := s.Read(); err == nil || !strings.HasPrefix(err.Error(), "400 ") {
		t.Errorf("HTTP that comes too late is %v, want 400", err)
	}
}

func TestPickleIsRefused(t *testing.T) {
	h := open(t, Options{SelfSignedDir: t.TempDir()}, "tcp://127.0.0.1:0")
	c := h.dial(t, 0)
	say(t, c, "\x80\x04\x95"+strings.Repeat("x", 200<<10))
	all, err := io.ReadAll(c)
	if err != nil || !strings.HasPrefix(string(all), `{"response":400,`) || strings.Count(string(all), "\n") != 1 {
		t.Errorf("got %q, %v", all, err)
	}
	h.none(t)
}

func TestDeadlineOfSniffIsOver(t *testing.T) {
	_, _, err := sniffOne(t, func(c net.Conn, _, _ time.Duration) (kind, []byte, error) {
		if _, _, err := sniff(c, time.Millisecond, time.Millisecond); err != nil {
			return 0, nil, err
		}
		// A deadline left behind would be over by now.
		if err := c.SetWriteDeadline(time.Time{}); err != nil {
			return 0, nil, err
		}
		_, err := c.Read(make([]byte, 1))
		return 0, nil, err
	}, 0, 0, func(c net.Conn) {
		timer := time.NewTimer(20 * time.Millisecond)
		<-timer.C
		c.Close()
	})
	if err != io.EOF || os.IsTimeout(err) {
		t.Errorf("read after a sniff: %v, want EOF", err)
	}
}
