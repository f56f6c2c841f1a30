package listen

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"jim/chat"
	"jim/wire"
)

func TestMain(m *testing.M) {
	code := m.Run()
	if left := leaked(); code == 0 && left != "" {
		os.Stderr.WriteString("goroutines are left:\n" + left + "\n")
		code = 1
	}
	os.Exit(code)
}

// leaked are the stacks of goroutines of this package that do not end.
func leaked() (left string) {
	soon(func() bool {
		buf := make([]byte, 1<<20)
		left = ""
		for _, stack := range strings.Split(string(buf[:runtime.Stack(buf, true)]), "\n\n") {
			if strings.Contains(stack, "jim/listen.") && !strings.Contains(stack, "listen.TestMain") {
				left += stack + "\n\n"
			}
		}
		return left == ""
	})
	return left
}

// soon waits until a condition holds, and tells whether it ever did.
func soon(holds func() bool) bool {
	const patience = 10 * time.Second
	ticker := time.NewTicker(2 * time.Millisecond)
	defer ticker.Stop()
	for end := time.Now().Add(patience); time.Now().Before(end); <-ticker.C {
		if holds() {
			return true
		}
	}
	return holds()
}

// hub is what a test has in place of one: it hands out the connections.
type hub struct {
	*Listeners
	conns chan chat.Conn
}

// session is over when the test closes its connection.
type session struct {
	chat.Conn
	once sync.Once
	over chan struct{}
}

func (s *session) Close() error {
	defer s.once.Do(func() { close(s.over) })
	return s.Conn.Close()
}

// eagerSession is a session whose transport is a [chat.Eager].
type eagerSession struct{ *session }

func (s eagerSession) WriteNow(batches []*wire.Batch) (int, bool, error) {
	return s.Conn.(chat.Eager).WriteNow(batches)
}

func (s eagerSession) WriteRest(batches []*wire.Batch, n int) error {
	return s.Conn.(chat.Eager).WriteRest(batches, n)
}

// open listens for a test. Fields of o that are not set are made to suit it.
func open(t testing.TB, o Options, uris ...string) *hub {
	t.Helper()
	h := &hub{conns: make(chan chat.Conn, 100)}
	if o.Serve == nil {
		o.Serve = func(ctx context.Context, c chat.Conn) {
			defer c.Close()
			s := &session{Conn: c, over: make(chan struct{})}
			h.conns <- s
			select {
			case <-s.over:
			case <-ctx.Done():
			}
		}
	}
	if o.Patience == 0 {
		o.Patience = time.Minute // a test that needs less says so
	}
	ls, err := Open(t.Context(), uris, o)
	if err != nil {
		t.Fatal(err)
	}
	h.Listeners = ls
	t.Cleanup(ls.Close)
	return h
}

// next is the next connection that came to the hub.
func (h *hub) next(t *testing.T) chat.Conn {
	t.Helper()
	select {
	case c := <-h.conns:
		if s, is := c.(*session); is {
			if _, is := s.Conn.(chat.Eager); is {
				return eagerSession{s}
			}
		}
		return c
	case <-time.After(10 * time.Second):
		t.Fatal("no connection came to the hub")
		return nil
	}
}

// none makes sure that no connection came to the hub.
func (h *hub) none(t *testing.T) {
	t.Helper()
	select {
	case c := <-h.conns:
		t.Errorf("a connection of %v came to the hub", c.Peer())
	default:
	}
}

// dial connects to the i-th address.
func (h *hub) dial(t *testing.T, i int) net.Conn {
	t.Helper()
	network, address, _ := strings.Cut(h.Addresses()[i], "://")
	if network == schemeTLS {
		network = "tcp"
	}
	return connect(t, network, address)
}

func connect(t *testing.T, network, address string) net.Conn {
	t.Helper()
	c, err := net.Dial(network, address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if err := c.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return c
}

// trusting is how a test talks TLS to a server whose certificate nobody signed.
func trusting(protocols ...string) *tls.Config {
	return &tls.Config{InsecureSkipVerify: true, NextProtos: protocols}
}

func say(t *testing.T, c net.Conn, text string) {
	t.Helper()
	if _, err := c.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
}

// hear reads one line.
func hear(t *testing.T, c net.Conn) string {
	t.Helper()
	line, err := bufio.NewReader(c).ReadString('\n')
	if err != nil {
		t.Fatalf("read %q: %v", line, err)
	}
	return line
}

// gets reads an object of the server's side.
func gets(t *testing.T, c chat.Conn, object string) {
	t.Helper()
	got, err := c.Read()
	if err != nil || string(got) != object {
		t.Fatalf("read %q, %v; want %q", got, err, object)
	}
}

func puts(t *testing.T, c chat.Conn, objects ...string) {
	t.Helper()
	b := new(wire.Batch)
	for _, o := range objects {
		b.Append(func(dst []byte) []byte { return append(dst, o...) })
	}
	if err := c.Write([]*wire.Batch{b}); err != nil {
		t.Fatal(err)
	}
}

func TestOpenRefusesWhatItCannotDo(t *testing.T) {
	serve := func(context.Context, chat.Conn) {}
	if _, err := Open(t.Context(), []string{"tcp://127.0.0.1:0"}, Options{}); err == nil {
		t.Error("opened without Serve")
	}
	if _, err := Open(t.Context(), nil, Options{Serve: serve}); err == nil {
		t.Error("opened without an address")
	}
	_, err := Open(t.Context(), []string{"127.0.0.1:0"}, Options{Serve: serve, CertFile: "nowhere.pem", KeyFile: "nowhere.key"})
	if err == nil || !strings.Contains(err.Error(), "nowhere.pem") {
		t.Errorf("error is %v, want one that names the file", err)
	}
	_, err = Open(t.Context(), []string{"tls://127.0.0.1:0"}, Options{Serve: serve})
	if e := new(AddressError); !errors.As(err, &e) || !strings.Contains(e.Reason, "no certificate") {
		t.Errorf("error is %v, want one about the certificate", err)
	}
	_, err = Open(t.Context(), []string{"[::]:0"}, Options{Serve: serve})
	if err == nil || !strings.Contains(err.Error(), "allow plain text") {
		t.Errorf("error is %v, want one about plain text", err)
	}
}

func TestNothingStaysOpenAfterAnError(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	_, err := Open(t.Context(), []string{"unix://" + path, "tcp://127.0.0.1:0", "tcp://nowhere"},
		Options{Serve: func(context.Context, chat.Conn) {}})
	if err == nil {
		t.Fatal("opened tcp://nowhere")
	}
	if _, err := os.Lstat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the socket is still there: %v", err)
	}
}

func TestAddressesAreThoseTaken(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	h := open(t, Options{SelfSignedDir: t.TempDir()}, ":0", "tcp://localhost:0", "127.0.0.1:0", "tls://[::1]:0", "unix://"+path)
	for i, prefix := range []string{"tcp://[::]:", "tcp://127.0.0.1:", "tcp://127.0.0.1:", "tls://[::1]:", "unix://" + path} {
		if got := h.Addresses()[i]; !strings.HasPrefix(got, prefix) || strings.HasSuffix(got, ":0") {
			t.Errorf("address %d is %s, want %s…", i, got, prefix)
		}
		h.dial(t, i)
	}
}

func TestStopAcceptsNoMoreAndKeepsWhatIs(t *testing.T) {
	h := open(t, Options{}, "tcp://127.0.0.1:0")
	c := h.dial(t, 0)
	say(t, c, "{}")
	s := h.next(t)
	gets(t, s, "{}")
	h.Stop()
	h.Stop()
	if c, err := net.Dial("tcp", strings.TrimPrefix(h.Addresses()[0], "tcp://")); err == nil {
		c.Close()
		t.Error("connected after Stop")
	}
	puts(t, s, `{"a":1}`)
	if got := hear(t, c); got != "{\"a\":1}\n" {
		t.Errorf("got %q", got)
	}
}

func TestContextStops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	ls, err := Open(ctx, []string{"127.0.0.1:0"}, Options{Serve: func(context.Context, chat.Conn) {}})
	if err != nil {
		t.Fatal(err)
	}
	defer ls.Close()
	cancel()
	if !soon(func() bool {
		c, err := net.Dial("tcp", strings.TrimPrefix(ls.Addresses()[0], "tcp://"))
		if err == nil {
			c.Close()
		}
		return err != nil
	}) {
		t.Error("it still accepts after its context is done")
	}
}

// TestCloseEndsWhatIsNoSession has one connection of every stage.
func TestCloseEndsWhatIsNoSession(t *testing.T) {
	h := open(t, Options{SelfSignedDir: t.TempDir()}, "tcp://127.0.0.1:0")
	beginnings := []string{"", "GE", "\x16\x03", "GET / HTTP/1.1\r\n", "{}"}
	var conns []net.Conn
	for _, s := range beginnings {
		c := h.dial(t, 0)
		say(t, c, s)
		conns = append(conns, c)
	}
	h.next(t) // "{}": the last one has arrived
	closed := make(chan struct{})
	go func() { h.Close(); close(closed) }()
	select {
	case <-closed:
	case <-time.After(10 * time.Second):
		t.Fatal("Close hangs")
	}
	for i, c := range conns {
		if _, err := c.Read(make([]byte, 1)); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("after %q: %v, want an end", beginnings[i], err)
		}
	}
	if n := len(h.early); n != 0 {
		t.Errorf("%d connections are still held", n)
	}
}
