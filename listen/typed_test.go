package listen

import (
	"bytes"
	"crypto/tls"
	"io"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"jim/chat"
	"jim/wire"
)

func TestIsTyped(t *testing.T) {
	for text, want := range map[string]bool{
		"h": true, "/nick bob\n": true, "  \r\n\tx": true, "п": true, "你": true, "?": true, "#ops": true, "NICK x": true,
		"true": true, "\b": true, "\x1b[A": true, "\x7f": true, "\xe0": true, "get /": true, "GETX": true,
		"\xff\xfb\x1f": true, "\xff\xfd\x03": true, "\xff\xf1": true, "\xef\xbb\xbfhi": true, "\xef\xbc\x81": true,
		"{": false, " \n{": false, "[": false, "]": false, "}": false, ",": false, ":": false, `"`: false, "7": false, "-1": false,
		"\x00": false, "\x01": false, "\x04": false, "\xff\xfe{\x00": false, "\xfe\xff": false, "\xffx": false,
		"\xef\xbb\xbf{": false, "\xef\xbb\xbf\xef\xbb\xbf": true, "GET / HTTP/1.1": false, "\x16\x03": false, "\x80\x04": false,
	} {
		if typed, known := isTyped([]byte(text)); !known || typed != want {
			t.Errorf("%q is typed: %v, %v; want %v", text, typed, known, want)
		}
	}
	for _, text := range []string{"", " ", "\r\n", "G", "POS", "\xff", "\xef", "\xef\xbb", "\xef\xbb\xbf"} {
		if _, known := isTyped([]byte(text)); known {
			t.Errorf("%q is already known", text)
		}
	}
}

// FuzzIsTyped makes sure that a few bytes always suffice, and that more of them
// change nothing.
func FuzzIsTyped(f *testing.F) {
	for _, s := range []string{"/nick bob\n", "\xff\xfd\x01x", "\xef\xbb\xbf{}", "OPTIONS *", "\xff\xfe"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, p []byte) {
		p = bytes.TrimLeft(p, " \t\r\n")
		first, found := false, false
		for n := range len(p) + 1 {
			typed, known := isTyped(p[:n])
			if known && !found {
				first, found = typed, true
			}
			if found && (!known || typed != first) {
				t.Fatalf("%q is typed: %v, and was %v", p[:n], typed, first)
			}
			if n >= sniffBytes && !known {
				t.Fatalf("%q is not known", p[:n])
			}
		}
	})
}

// mirror stands for who talks in lines: its objects are the bytes as they come.
type mirror struct {
	io.ReadWriteCloser
	peer chat.Peer
}

func (m *mirror) Read() ([]byte, error) {
	if _, err := m.ReadWriteCloser.Read(nil); err != nil {
		return nil, err
	}
	p := make([]byte, 3)
	n, err := m.ReadWriteCloser.Read(p)
	return p[:n], err
}

func (m *mirror) Ready() bool { return false }

func (m *mirror) Write(batches []*wire.Batch) error {
	for _, b := range batches {
		if _, err := m.ReadWriteCloser.Write(bytes.ToUpper(b.Bytes())); err != nil {
			return err
		}
	}
	return nil
}

func (m *mirror) Peer() *chat.Peer { return &m.peer }

func newMirror(stream io.ReadWriteCloser, peer *chat.Peer) chat.Conn {
	m := &mirror{stream, *peer}
	m.peer.Person = true
	return m
}

// hears reads all that n bytes of a Conn are.
func hears(t *testing.T, c chat.Conn, want string) {
	t.Helper()
	got := ""
	for len(got) < len(want) {
		b, err := c.Read()
		if err != nil {
			t.Fatalf("after %q: %v", got, err)
		}
		got += string(b)
	}
	if got != want {
		t.Fatalf("heard %q, want %q", got, want)
	}
}

func TestLinesOverEveryStream(t *testing.T) {
	h := open(t, Options{Lines: newMirror, SelfSignedDir: t.TempDir(), Patience: 50 * time.Millisecond},
		"tcp://127.0.0.1:0", "unix://"+filepath.Join(t.TempDir(), "s"), "tls://127.0.0.1:0")
	for door, transport := range []string{"tcp", "unix", "tls"} {
		for _, late := range []bool{false, true} {
			dial := func() net.Conn {
				if c := h.dial(t, door); transport != "tls" {
					return c
				} else {
					return tls.Client(c, trusting())
				}
			}
			c := dial()
			var s chat.Conn
			if t, ok := c.(*tls.Conn); ok && late {
				_ = t.Handshake() // the next read says what went wrong
			}
			if late {
				s = h.next(t) // silence has passed
				puts(t, s, `{"a":"b"}`)
				if got := hear(t, c); got != "{\"a\":\"b\"}\n" {
					t.Errorf("%s: before anything came, it was told %q", transport, got)
				}
			}
			say(t, c, " \r\n\xef\xbb")
			say(t, c, "\xbfhello there\n")
			if !late {
				s = h.next(t)
			}
			hears(t, s, "\xef\xbb\xbfhello there\n")
			puts(t, s, `{"a":"b"}`)
			if got := hear(t, c); got != "{\"A\":\"B\"}\n" {
				t.Errorf("%s: a person is told %q", transport, got)
			}
			if p := s.Peer(); !p.Person || p.Transport != transport {
				t.Errorf("%s: the peer is %+v", transport, p)
			}
			c.Close()
			if _, err := s.Read(); err == nil {
				t.Errorf("%s: Read after the end gave an object", transport)
			}
			s.Close()

			c = dial()
			say(t, c, " \n")
			say(t, c, `{"a":1}[1]`)
			s = h.next(t)
			gets(t, s, `{"a":1}`)
			say(t, c, "\nhello\n")
			for range 2 { // once it was JIM, it stays so
				if _, err := s.Read(); err == nil || !strings.HasPrefix(err.Error(), "400 ") {
					t.Errorf("%s: words after an object are %v", transport, err)
				}
			}
			if s.Peer().Person {
				t.Errorf("%s: a program is a person", transport)
			}
			s.Close()
		}
	}
}

func TestNoLinesWhereTheProtocolWasChosen(t *testing.T) {
	h := open(t, Options{Lines: newMirror, SelfSignedDir: t.TempDir()}, "tls://127.0.0.1:0")
	c := tls.Client(h.dial(t, 0), trusting("jim/2"))
	say(t, c, "hello\n")
	if _, err := h.next(t).Read(); err == nil || !strings.HasPrefix(err.Error(), "400 ") {
		t.Errorf("words are %v, want 400", err)
	}
}

// TestCloseOfATypedStreamWakes closes before and after it was found out who is there.
func TestCloseOfATypedStreamWakes(t *testing.T) {
	h := open(t, Options{Lines: newMirror, Patience: 10 * time.Millisecond, SelfSignedDir: t.TempDir()}, "tcp://127.0.0.1:0")
	for _, text := range []string{"", "\xef", "hel", "7 "} {
		c := h.dial(t, 0)
		say(t, c, text)
		s := h.next(t)
		if text == "hel" {
			hears(t, s, text)
		}
		ended := make(chan error, 1)
		go func() { _, err := s.Read(); ended <- err }()
		s.Close()
		if err := <-ended; err == nil {
			t.Errorf("after %q, a closed stream gave an object", text)
		}
		if err := s.Write(nil); text == "hel" && err != nil {
			t.Errorf("writing nothing failed: %v", err)
		}
	}
}

// TestCloseMeetsTheFirstBytes closes while it is being found out who is there: whoever
// has the stream then must be closed too.
func TestCloseMeetsTheFirstBytes(t *testing.T) {
	here, there := net.Pipe()
	defer there.Close()
	closed := false
	var s *stream
	s = newStream(here, new(chat.Peer), []byte("hello"), func(stream io.ReadWriteCloser, peer *chat.Peer) chat.Conn {
		s.Close()
		return &watched{newMirror(stream, peer), &closed}
	})
	if object, err := s.Read(); err == nil {
		for err == nil { // what had come before may still be read
			object, err = s.Read()
		}
		t.Logf("after %q: %v", object, err)
	}
	if !closed {
		t.Error("who talks in lines was not closed")
	}
}

// watched notes that it was closed.
type watched struct {
	chat.Conn
	closed *bool
}

func (w *watched) Close() error {
	*w.closed = true
	return w.Conn.Close()
}

// TestAPersonMayBeginLikeBrokenJSON types what is no object first, and then a command.
func TestAPersonMayBeginLikeBrokenJSON(t *testing.T) {
	h := open(t, Options{Lines: newMirror}, "tcp://127.0.0.1:0")
	refused := func(s chat.Conn, person bool) {
		t.Helper()
		_, err := s.Read()
		if err == nil || !strings.HasPrefix(err.Error(), "400 ") || strings.Contains(err.Error(), "a person begins with /nick NAME") != person {
			t.Errorf("refused with %v", err)
		}
	}
	for _, first := range []string{"7 apples", ":)", `"hi" she said`, "- one", "[x", ", ", "}", "\xef\xbb\xbf7", "[1]"} {
		c := h.dial(t, 0)
		say(t, c, first+"\r\n")
		s := h.next(t)
		refused(s, true)
		say(t, c, "8 pears\n")
		refused(s, true)
		say(t, c, "\n /")
		say(t, c, "nick x1\n")
		hears(t, s, "/nick x1\n")
		if !s.Peer().Person {
			t.Errorf("after %q, who types is no person", first)
		}
		puts(t, s, `{"a":"b"}`)
		if got := hear(t, c); got != "{\"A\":\"B\"}\n" {
			t.Errorf("after %q, a person is told %q", first, got)
		}
		c.Close()
		if _, err := s.Read(); err == nil {
			t.Error("Read after the end gave an object")
		}
		s.Close()
	}
	// A program whose JSON is broken once stays a program: by an object, and by lines that are no command.
	c := h.dial(t, 0)
	say(t, c, "[1,\n//2\n/7\n/\n{\"a\":1}\n/nick x1\n")
	s := h.next(t)
	for range 4 {
		refused(s, true)
	}
	gets(t, s, `{"a":1}`)
	refused(s, false)
	if s.Peer().Person {
		t.Error("a program is a person")
	}
	c.Close()
	s.Close()
}
