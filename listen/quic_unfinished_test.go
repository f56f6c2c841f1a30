package listen

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/quic-go/quic-go"

	"jim/chat"
)

// late is how much later than at its time something may be cut on a busy machine.
const late = 3 * time.Second

// half is the socket of a client of QUIC that proves its address, and from then on hears nothing, so that its handshake
// never ends. What it says goes out until then, or for ever where it talks.
type half struct {
	net.PacketConn
	talks bool
	deaf  atomic.Bool
}

// ReadFrom is [net.PacketConn]'s. A packet of the server that is no Retry (RFC 9000, section 17.2.5) belongs to the handshake.
func (s *half) ReadFrom(p []byte) (int, net.Addr, error) {
	for {
		n, from, err := s.PacketConn.ReadFrom(p)
		if err != nil || n > 0 && p[0]&0xf0 == 0xf0 {
			return n, from, err
		}
		s.deaf.Store(true)
	}
}

// WriteTo is [net.PacketConn]'s.
func (s *half) WriteTo(p []byte, to net.Addr) (int, error) {
	if s.deaf.Load() && !s.talks {
		return len(p), nil
	}
	return s.PacketConn.WriteTo(p, to)
}

// taken is how many connections have a place.
func (h *hub) taken() int {
	h.limits.mu.Lock()
	defer h.limits.mu.Unlock()
	return h.limits.all
}

// TestAHandshakeOfQUICThatNeverEndsIsCut has one client that falls silent in it, and one that says its beginning again and
// again.
func TestAHandshakeOfQUICThatNeverEndsIsCut(t *testing.T) {
	for _, c := range []struct {
		name  string
		talks bool
		after time.Duration // as the module counts: since it came, and since it was heard last
	}{
		{"silent", false, handshakeTimeout / 2},
		{"again and again", true, handshakeTimeout},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := open(t, Options{SelfSignedDir: t.TempDir()}, "quic://127.0.0.1:0")
			to, err := net.ResolveUDPAddr("udp4", h.place(0))
			if err != nil {
				t.Fatal(err)
			}
			socket, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
			if err != nil {
				t.Fatal(err)
			}
			way := &quic.Transport{Conn: &half{PacketConn: socket, talks: c.talks}}
			ctx, cancel := context.WithTimeout(t.Context(), 2*handshakeTimeout)
			var dial sync.WaitGroup
			dial.Go(func() {
				config := trusting("jim")
				config.ServerName = "localhost"
				if _, err := way.Dial(ctx, to, config, &quic.Config{HandshakeIdleTimeout: time.Minute}); err == nil {
					t.Error("hands were shaken")
				}
			})
			defer func() {
				cancel()
				dial.Wait()
				way.Close()
				socket.Close()
			}()
			if !soon(func() bool { return h.taken() == 1 }) {
				t.Fatal("it never came")
			}
			began := time.Now()
			for h.taken() > 0 && time.Since(began) < 2*handshakeTimeout {
				soon(func() bool { return h.taken() == 0 })
			}
			if took := time.Since(began); took < c.after-time.Second || took > c.after+late {
				t.Errorf("it had a place for %v, want %v", took, c.after)
			}
			h.none(t)
		})
	}
}

// TestAStreamOfQUICThatSaysNothingIsEnded begins a stream and says nothing in it, nor reads when it is told so. It is the
// session that loses patience, as over TCP; what counts here is that it has one, and that its place is free afterwards
// whatever the client does.
func TestAStreamOfQUICThatSaysNothingIsEnded(t *testing.T) {
	const goodbye = `{"action":"bye","alert":"you have not said who you are"}`
	h := open(t, Options{SelfSignedDir: t.TempDir(), Serve: func(_ context.Context, c chat.Conn) {
		heard := make(chan error, 1)
		go func() { heard <- untilError(c) }()
		puts(t, c, goodbye)
		c.Close()
		if err := <-heard; err == nil || errors.Is(err, io.EOF) {
			t.Errorf("reading ended with %v", err)
		}
	}}, "quic://127.0.0.1:0")
	c, s := h.dialQUIC(t, h.place(0), nil)
	if _, err := io.WriteString(s, " "); err != nil {
		t.Fatal(err)
	}
	select {
	case <-c.Context().Done(): // the client has done nothing for it
	case <-time.After(goodbyeTimeout + late):
		t.Error("the connection goes on")
	}
	if !soon(func() bool { return h.taken() == 0 }) {
		t.Errorf("%d places are taken", h.taken())
	}
}

// hasty is a connection whose deadlines for reading come sooner, so that nobody has to wait for them.
type hasty struct {
	net.Conn
	sooner time.Duration
}

// SetReadDeadline is [net.Conn]'s.
func (h *hasty) SetReadDeadline(at time.Time) error {
	if !at.IsZero() {
		at = at.Add(-h.sooner)
	}
	return h.Conn.SetReadDeadline(at)
}

// TestAnObjectOverQUICThatNeverEndsIsCut says a byte of it now and then.
func TestAnObjectOverQUICThatNeverEndsIsCut(t *testing.T) {
	const patience = 2 * time.Second
	ended := make(chan error, 1)
	h := open(t, Options{SelfSignedDir: t.TempDir(), Serve: func(_ context.Context, c chat.Conn) {
		s := c.(*stream)
		s.in.conn = &hasty{s.in.conn, wholeTimeout - patience}
		ended <- untilError(s)
		puts(t, s, `{"action":"bye"}`)
		s.Close()
	}}, "quic://127.0.0.1:0")
	_, s := h.dialQUIC(t, h.place(0), tls.NewLRUClientSessionCache(1))
	began := time.Now()
	var drip sync.WaitGroup
	drip.Go(func() {
		tick := time.NewTicker(patience / 20)
		defer tick.Stop()
		_, err := io.WriteString(s, `{"action":"msg","message":"`)
		for err == nil {
			<-tick.C
			_, err = io.WriteString(s, "a")
		}
	})
	told, err := io.ReadAll(s)
	if took := time.Since(began); err != nil || string(told) != `{"action":"bye"}`+"\n" || took < patience || took > patience+late {
		t.Errorf("after %v: %q, %v", took, told, err)
	}
	if err := <-ended; !errors.Is(err, errSlow) {
		t.Errorf("reading ended with %v", err)
	}
	drip.Wait() // its writes fail
	if !soon(func() bool { return h.taken() == 0 }) {
		t.Errorf("%d places are taken", h.taken())
	}
}
