package tap_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"jim/tap"
	"jim/tcptest"
)

// patience is how long a test waits for what should come at once.
const patience = 20 * time.Second

// tapped is a tap that runs, and what it has shown.
type tapped struct {
	*tap.Tap
	mu    sync.Mutex
	items []tap.Item
	stop  func() tap.Summary
}

// start runs a tap. It ends with the test, or with stop.
func start(t *testing.T, server, listen string) *tapped {
	t.Helper()
	tt := &tapped{}
	var err error
	tt.Tap, err = tap.Open(tap.Options{Server: server, Listen: listen, Show: func(i tap.Item) {
		i.Text = bytes.Clone(i.Text)
		tt.mu.Lock()
		defer tt.mu.Unlock()
		tt.items = append(tt.items, i)
	}})
	if err != nil {
		t.Fatal(err)
	}
	tt.stop = running(t, tt.Tap)
	return tt
}

// running runs a tap until what it returns is called, or the test is over.
func running(t *testing.T, line *tap.Tap) (stop func() tap.Summary) {
	ctx, cancel := context.WithCancel(context.Background())
	var sum tap.Summary
	done := make(chan struct{})
	go func() {
		defer close(done)
		var err error
		if sum, err = line.Run(ctx); err != nil {
			t.Error(err)
		}
	}()
	stop = func() tap.Summary {
		cancel()
		<-done
		return sum
	}
	t.Cleanup(func() { stop() })
	return stop
}

// all are the items so far.
func (tt *tapped) all() []tap.Item {
	tt.mu.Lock()
	defer tt.mu.Unlock()
	return append([]tap.Item(nil), tt.items...)
}

// until waits for items that are enough.
func (tt *tapped) until(t *testing.T, enough func([]tap.Item) bool) []tap.Item {
	t.Helper()
	for deadline := time.Now().Add(patience); ; {
		items := tt.all()
		if enough(items) {
			return items
		}
		if time.Now().After(deadline) {
			t.Fatalf("after %v: %+v", patience, items)
		}
		<-time.After(5 * time.Millisecond)
	}
}

// reach connects with a tap.
func (tt *tapped) reach(t *testing.T) net.Conn {
	t.Helper()
	network, address, _ := strings.Cut(tt.Address(), "://")
	c, err := net.Dial(network, address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if err := c.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	return c
}

// server listens and lets serve talk with each who comes.
func server(t *testing.T, transport string, serve func(net.Conn)) (address string) {
	t.Helper()
	var l net.Listener
	var err error
	suffix := ""
	switch transport {
	case "unix":
		path := filepath.Join(shortFolder(t), "s")
		l, err = net.Listen("unix", path)
	case "tls":
		web := httptest.NewUnstartedServer(nil)
		web.StartTLS()
		certificate := web.TLS.Certificates[0]
		web.Close()
		sum := sha256.Sum256(certificate.Certificate[0])
		suffix = "#fingerprint=" + hex.EncodeToString(sum[:])
		l, err = tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{certificate}})
	default:
		l, err = net.Listen("tcp", "127.0.0.1:0")
	}
	if err != nil {
		t.Fatal(err)
	}
	tcptest.ServeOn(t, l, serve)
	return transport + "://" + l.Addr().String() + suffix
}

// shortFolder is a folder whose name leaves room for a socket.
func shortFolder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "tap")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// noise is bytes of all kinds: objects, halves of them, text, and what is none of it.
func noise(dice *rand.Rand, n int) []byte {
	var b bytes.Buffer
	for b.Len() < n {
		switch dice.IntN(5) {
		case 0:
			b.WriteString(`{"action":"msg","to":"#tea","message":"привет"}`)
		case 1:
			b.WriteString(`{"action":"msg","x":{`)
		case 2:
			b.WriteString("\r\n")
		case 3:
			b.WriteString(strings.Repeat("long ", dice.IntN(2000)))
		default:
			for range dice.IntN(200) {
				b.WriteByte(byte(dice.Uint32()))
			}
		}
	}
	return b.Bytes()[:n]
}

// say writes p in pieces of any size, and ends its half of the connection.
func say(c net.Conn, dice *rand.Rand, p []byte) error {
	for len(p) > 0 {
		n := min(len(p), 1+dice.IntN(1+dice.IntN(20000)))
		if _, err := c.Write(p[:n]); err != nil {
			return err
		}
		p = p[n:]
	}
	return c.(interface{ CloseWrite() error }).CloseWrite()
}

func TestBytesPassUnchanged(t *testing.T) {
	const size = 300_000
	for _, transport := range []string{"tcp", "unix", "tls"} {
		for _, listen := range []string{"", "unix"} {
			t.Run(transport+listen, func(t *testing.T) {
				forth, back := noise(rand.New(rand.NewPCG(1, 1)), size), noise(rand.New(rand.NewPCG(2, 2)), size)
				got := make(chan []byte, 1)
				address := server(t, transport, func(c net.Conn) {
					heard, err := io.ReadAll(c) // to the end of what the client sends, and only then
					if err == nil {
						err = say(c, rand.New(rand.NewPCG(3, 3)), back)
					}
					if err != nil {
						t.Error(err)
					}
					got <- heard
				})
				if listen == "unix" {
					listen = "unix://" + filepath.Join(shortFolder(t), "t")
				}
				tt := start(t, address, listen)
				c := tt.reach(t)
				if err := say(c, rand.New(rand.NewPCG(4, 4)), forth); err != nil {
					t.Fatal(err)
				}
				heard, err := io.ReadAll(c)
				if err != nil {
					t.Fatal(err)
				}
				if !bytes.Equal(<-got, forth) || !bytes.Equal(heard, back) {
					t.Error("what arrives is not what was sent")
				}
				sum := tt.stop()
				if sum.Bytes[1] != size || sum.Bytes[2] != size || sum.Connections != 1 || sum.Lost != 0 {
					t.Errorf("the sum is %+v", sum)
				}
			})
		}
	}
}

// TestShowingHoldsNobodyUp has somebody show who does not move.
func TestShowingHoldsNobodyUp(t *testing.T) {
	const size = 24 << 20
	address := server(t, "tcp", func(c net.Conn) { _, _ = io.Copy(c, c) })
	free := make(chan struct{})
	var lost int
	line, err := tap.Open(tap.Options{Server: address, Show: func(i tap.Item) {
		<-free
		if i.Kind == tap.Lost {
			lost += i.Size
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	stop := running(t, line)
	c := (&tapped{Tap: line}).reach(t)
	wrote := make(chan error, 1)
	go func() {
		chunk := bytes.Repeat([]byte("x"), 1<<16)
		var err error
		for range size / len(chunk) {
			if _, e := c.Write(chunk); e != nil {
				err = e
			}
		}
		wrote <- errors.Join(err, c.(*net.TCPConn).CloseWrite())
	}()
	n, err := io.Copy(io.Discard, c)
	if err := errors.Join(err, <-wrote); err != nil || n != size {
		t.Errorf("%d bytes came back: %v", n, err)
	}
	close(free)
	if sum := stop(); sum.Lost == 0 || int64(lost) != sum.Lost || sum.Bytes[1] != size || sum.Bytes[2] != size {
		t.Errorf("%d bytes were not shown; the sum is %+v", lost, sum)
	}
}

// TestEndsAreHandedOn: a reset of one side is a reset for the other, and what was said before the
// end arrives.
func TestEndsAreHandedOn(t *testing.T) {
	ended := make(chan error, 1)
	address := server(t, "tcp", func(c net.Conn) {
		if _, err := io.WriteString(c, `{"action":"probe","time":1}`+"\n"); err != nil {
			t.Error(err)
		}
		_, err := io.Copy(io.Discard, c)
		ended <- err
	})
	tt := start(t, address, "")
	c := tt.reach(t)
	if _, err := io.ReadFull(c, make([]byte, 28)); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(c.(*net.TCPConn).SetLinger(0), c.Close()); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; runtime.GOOS == "linux" && !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("after a reset the server sees %v", err)
	}

	bye := `{"action":"bye","time":1}` + "\n"
	address = server(t, "tcp", func(c net.Conn) {
		_, _ = c.Read(make([]byte, 10))
		_, _ = io.WriteString(c, bye)
	})
	c = start(t, address, "").reach(t)
	if _, err := io.WriteString(c, `{"action":"ping"}`); err != nil {
		t.Fatal(err)
	}
	if got, _ := io.ReadAll(c); string(got) != bye { // its end may be a reset
		t.Errorf("the client reads %q", got)
	}
}

// TestSocketsAreOnesOwn: a server at a UNIX socket takes who comes through the tap for who runs it.
func TestSocketsAreOnesOwn(t *testing.T) {
	address := server(t, "unix", func(net.Conn) {})
	tt := start(t, address, "")
	path, ok := strings.CutPrefix(tt.Address(), "unix://")
	if !ok {
		t.Fatalf("it listens at %s", tt.Address())
	}
	for at, want := range map[string]os.FileMode{path: 0o600, filepath.Dir(path): 0o700} {
		if info, err := os.Stat(at); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v", at, info, err)
		}
	}
	tt.stop()
	if _, err := os.Stat(filepath.Dir(path)); err == nil {
		t.Error("the folder is left")
	}
}

func TestNothingIsLeft(t *testing.T) {
	warm := start(t, "127.0.0.1:1", "")
	warm.stop()
	files := func() int {
		all, _ := os.ReadDir("/proc/self/fd")
		return len(all)
	}
	before, open := runtime.NumGoroutine(), files()
	address := server(t, "tcp", func(c net.Conn) { _, _ = io.Copy(io.Discard, c) })
	tt := start(t, address, "")
	for range 10 {
		tt.reach(t)
	}
	tt.until(t, func(all []tap.Item) bool { return len(all) >= 10 })
	tt.stop()
	for deadline := time.Now().Add(patience); ; <-time.After(5 * time.Millisecond) {
		// the server's listener and the clients' ends are the test's own
		if g, f := runtime.NumGoroutine()-before, files()-open; g <= 2 && f <= 12 {
			break
		} else if time.Now().After(deadline) {
			t.Fatalf("%d goroutines and %d files are left", g, f)
		}
	}
}

func TestAddresses(t *testing.T) {
	for _, o := range []tap.Options{
		{Server: ""},
		{Server: "quic://127.0.0.1:7777"},
		{Server: "127.0.0.1:7777", Listen: "udp://127.0.0.1:0"},
		{Server: "udp://127.0.0.1:7777", Listen: "unix:///tmp/x"},
		{Server: "127.0.0.1:7777", Listen: "ftp://127.0.0.1:0"},
		{Server: "127.0.0.1:7777", Listen: "127.0.0.1:99999"},
	} {
		if line, err := tap.Open(o); err == nil {
			t.Errorf("%+v listens at %s", o, line.Address())
		}
	}
	for listen, want := range map[string]string{"": "tcp://127.0.0.1:", ":0": "tcp://127.0.0.1:", "0": "tcp://127.0.0.1:", "tcp://localhost:0": "tcp://127.0.0.1:"} {
		if got := start(t, "127.0.0.1:1", listen).Address(); !strings.HasPrefix(got, want) {
			t.Errorf("%q listens at %s", listen, got)
		}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	if _, err := tap.Open(tap.Options{Server: l.Addr().String(), Listen: l.Addr().String()}); err == nil {
		t.Error("a tap talks with itself")
	}
	tt := start(t, "127.0.0.1:1", "")
	c := tt.reach(t)
	if n, err := c.Read(make([]byte, 1)); n != 0 || err == nil {
		t.Error("a server that is not there answers")
	}
	tt.until(t, func(all []tap.Item) bool { return len(all) == 1 && all[0].Kind == tap.Failed && all[0].Note != "" })
}
