package listen

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"jim/chat"
	"jim/wire"
)

// pipes is a listener in memory, so that it can be waited for in virtual time.
type pipes struct {
	conns  chan net.Conn
	once   sync.Once
	closed chan struct{}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error   { p.once.Do(func() { close(p.closed) }); return nil }
func (p *pipes) Addr() net.Addr { return loopback }

var loopback = &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 7777}

// dial is a new connection from this machine.
func (p *pipes) dial() net.Conn {
	client, server := net.Pipe()
	p.conns <- &ends{Conn: server, local: loopback, remote: loopback}
	return client
}

// openPipes listens on pipes as Open does on sockets.
func openPipes(t *testing.T, scheme string, o Options) *pipes {
	t.Helper()
	return openPipesUntil(t.Context(), t, scheme, o)
}

func openPipesUntil(ctx context.Context, t *testing.T, scheme string, o Options) *pipes {
	t.Helper()
	p := &pipes{conns: make(chan net.Conn), closed: make(chan struct{})}
	o.SelfSignedDir, o.Patience, o.Log = t.TempDir(), defaultPatience, slog.New(slog.DiscardHandler)
	certs, err := loadCertificates(o)
	if err != nil {
		t.Fatal(err)
	}
	ls := newListeners(ctx, o, certs)
	ls.doors = append(ls.doors, &door{Listener: p, address: address{scheme: scheme}})
	ls.run()
	t.Cleanup(ls.Close)
	return p
}

// drip sends text and then a byte a second, until the other end closes. It returns
// how long that took, and what was answered.
func drip(c net.Conn, text string) (time.Duration, string) {
	began := time.Now()
	var writes sync.WaitGroup
	writes.Go(func() {
		_, err := io.WriteString(c, text)
		for err == nil {
			<-time.After(time.Second)
			_, err = io.WriteString(c, "a")
		}
	})
	all, _ := io.ReadAll(c) // however it ends
	took := time.Since(began)
	c.Close()
	writes.Wait()
	return took, string(all)
}

// TestWhoIsSlowIsCut has one connection for each thing that can be done slowly,
// before there is a session.
func TestWhoIsSlowIsCut(t *testing.T) {
	for _, c := range []struct {
		name, scheme, text string
		proxied            bool
		most               time.Duration
		answer             string
	}{
		{"a header", "tcp", "GET /jim/events HTTP/1.1\r\nHost: x\r\nX-Slow: ", false, 6 * time.Second, ""},
		{"a body", "tcp", "POST /jim HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n{", false, 12 * time.Second, `{"response":408,`},
		{"a body in chunks", "tcp", "POST /jim HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nffff\r\n{", false, 12 * time.Second, `{"response":408,`},
		{"a TLS hello", "tcp", "\x16\x03\x01\x02\x00\x01\x00", false, 11 * time.Second, ""},
		{"silence where TLS is spoken", "tls", "", false, 11 * time.Second, ""},
		{"a PROXY header", "tcp", "PROXY TCP4 192.0.2.7 ", true, 6 * time.Second, ""},
		{"a method", "tcp", "GE", false, 70 * time.Second, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := Options{Serve: untilSlow}
				if c.proxied {
					o.Proxy = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
				}
				conn := openPipes(t, c.scheme, o).dial()
				took, answer := drip(conn, c.text)
				if took > c.most || !strings.Contains(answer, c.answer) {
					t.Errorf("it was cut after %v, and answered %q", took, answer)
				}
			})
		})
	}
}

// TestSlowObjectsAreCut has sessions whose objects come a byte a second.
func TestSlowObjectsAreCut(t *testing.T) {
	streamed := func(c net.Conn) chat.Conn { return newStream(c, new(chat.Peer), nil, nil) }
	framed := func(c net.Conn) chat.Conn { return newWebSocket(c, new(chat.Peer), nil) }
	for _, c := range []struct {
		name        string
		open        func(net.Conn) chat.Conn
		whole, part string
	}{
		{"stream", streamed, `{"a":"b"}`, `{"a":"`},
		{"words", streamed, `{"a":"b"}`, `no object`},
		{"frame", framed, clientFrame(0x81, `{"a":"b"}`), "\x81\xfe\xea\x60mask"},
		{"fragments", framed, clientFrame(0x81, `{"a":"b"}`), clientFrame(0x01, `{"a":"`) + "\x80\xfe\xea\x60mask"},
		{"frame thrown away", framed, clientFrame(0x81, `{"a":"b"}`), "\x81\xff\x00\x00\x00\x00\x00\x01\xea\x60mask"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				client, server := net.Pipe()
				s := c.open(server)
				defer s.Close()
				var all sync.WaitGroup
				all.Go(func() { patient(client, c.whole) })
				for range 6 {
					if _, err := s.Read(); err != nil {
						t.Fatalf("read: %v", err)
					}
				}
				client.Close()
				s.Close()

				client, server = net.Pipe()
				s = c.open(server)
				defer s.Close()
				all.Go(func() { drip(client, c.part) })
				began := time.Now()
				err := untilError(s)
				if took := time.Since(began); !errors.Is(err, errSlow) || took < wholeTimeout || took > wholeTimeout+2*time.Second {
					t.Errorf("after %v: %v", took, err)
				}
				s.Close()
				all.Wait()
			})
		})
	}
}

// patient sends an object in pieces with pauses between, and others each of which
// begins where the one before ends: nothing that took too long.
func patient(c net.Conn, object string) {
	for range 3 {
		<-time.After(time.Hour)
		for i := range len(object) {
			_, _ = io.WriteString(c, object[i:i+1])
			<-time.After(time.Second)
		}
	}
	_, _ = io.WriteString(c, object[:1])
	for range 3 {
		<-time.After(wholeTimeout * 2 / 3)
		_, _ = io.WriteString(c, object[1:]+object[:1])
	}
}

// untilSlow is a session that hears what comes, up to an error.
func untilSlow(_ context.Context, c chat.Conn) {
	_ = untilError(c) // which is what is waited for
	c.Close()
}

// untilError reads until the connection is over.
func untilError(c chat.Conn) error {
	for {
		_, err := c.Read()
		var fault *wire.Error
		if err != nil && (!errors.As(err, &fault) || fault.Close) {
			return err
		}
	}
}
