package listen

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/quic-go/quic-go"

	"jim/chat"
	"jim/listen/conntest"
)

// dialQUIC connects to the i-th address, or to another one in its place, with what is kept
// in cache.
func (h *hub) dialQUIC(t *testing.T, to string, cache tls.ClientSessionCache) (*quic.Conn, *quic.Stream) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	config := trusting("jim")
	config.ClientSessionCache = cache
	config.ServerName = "localhost"
	c, err := quic.DialAddr(ctx, to, config, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closeQUIC(c, quicDone, "") })
	s, err := c.OpenStreamSync(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return c, s
}

func (h *hub) place(i int) string {
	_, place, _ := strings.Cut(h.Addresses()[i], "://")
	return place
}

func TestStreamsOfQUIC(t *testing.T) {
	h := open(t, Options{SelfSignedDir: t.TempDir()}, "udp://127.0.0.1:0", "quic://127.0.0.1:0")
	if h.place(0) != h.place(1) {
		t.Errorf("the addresses are %v, want one port", h.Addresses())
	}
	conntest.Run(t, conntest.Transport{Name: "quic", Stream: true, Chops: true, Eager: true, Open: func(t *testing.T) (chat.Conn, *conntest.Client) {
		c, s := h.dialQUIC(t, h.place(1), nil)
		if _, err := io.WriteString(s, " "); err != nil {
			t.Fatal(err)
		}
		receive := bufio.NewReader(s)
		return h.next(t), &conntest.Client{
			Send: func(data string) error { _, err := io.WriteString(s, data); return err },
			Receive: func() (string, error) {
				line, err := receive.ReadString('\n')
				return strings.TrimSuffix(line, "\n"), err
			},
			Some: func() error { _, err := s.Read(make([]byte, 100)); return err },
			Read: s.Read,
			Cut:  func() error { return c.CloseWithError(quicDone, "") },
		}
	}})
}

// TestASessionOverQUICOutlivesANewAddress moves a client to another port in the middle
// of a conversation, as a router does that has forgotten it.
func TestASessionOverQUICOutlivesANewAddress(t *testing.T) {
	h := open(t, Options{SelfSignedDir: t.TempDir()}, "quic://127.0.0.1:0")
	r := newRouter(t, h.place(0))
	_, s := h.dialQUIC(t, r.front.LocalAddr().String(), nil)
	in := bufio.NewReader(s)
	exchange := func(conn chat.Conn, text string) {
		t.Helper()
		if _, err := io.WriteString(s, text); err != nil {
			t.Fatal(err)
		}
		gets(t, conn, text)
		puts(t, conn, text)
		if line, err := in.ReadString('\n'); err != nil || line != text+"\n" {
			t.Fatalf("heard %q, %v", line, err)
		}
	}
	if _, err := io.WriteString(s, " "); err != nil {
		t.Fatal(err)
	}
	conn := h.next(t)
	exchange(conn, `{"a":1}`)
	for i := range 3 {
		before := r.port()
		r.move()
		exchange(conn, `{"b":`+string(rune('0'+i))+`}`)
		if r.port() == before {
			t.Fatal("the client did not move")
		}
	}
	h.none(t)
}

// router carries datagrams between one client and a server, from a port that can change.
type router struct {
	t     *testing.T
	to    string
	front *net.UDPConn
	all   sync.WaitGroup

	mu     sync.Mutex
	client net.Addr
	back   net.Conn
}

func newRouter(t *testing.T, to string) *router {
	t.Helper()
	front, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	r := &router{t: t, to: to, front: front}
	r.move()
	r.all.Go(func() {
		buf := make([]byte, 2048)
		for {
			n, from, err := front.ReadFrom(buf)
			if err != nil {
				return
			}
			r.mu.Lock()
			r.client = from
			_, _ = r.back.Write(buf[:n]) // or it is lost
			r.mu.Unlock()
		}
	})
	t.Cleanup(func() { front.Close(); r.back.Close(); r.all.Wait() })
	return r
}

// move sends from another port from now on, and forgets the old one.
func (r *router) move() {
	back, err := net.Dial("udp", r.to)
	if err != nil {
		r.t.Fatal(err)
	}
	r.mu.Lock()
	old := r.back
	r.back = back
	r.mu.Unlock()
	if old != nil {
		old.Close()
	}
	r.all.Go(func() {
		buf := make([]byte, 2048)
		for {
			n, err := back.Read(buf)
			if errors.Is(err, net.ErrClosed) {
				return
			}
			r.mu.Lock()
			if r.client != nil && err == nil {
				_, _ = r.front.WriteTo(buf[:n], r.client) // or it is lost
			}
			r.mu.Unlock()
		}
	})
}

func (r *router) port() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.back.LocalAddr().String()
}

func TestComingBackOverQUICResumes(t *testing.T) {
	h := open(t, Options{SelfSignedDir: t.TempDir()}, "quic://127.0.0.1:0")
	cache := &tickets{ClientSessionCache: tls.NewLRUClientSessionCache(2), put: make(chan struct{}, 10)}
	for i := range 2 {
		c, s := h.dialQUIC(t, h.place(0), cache)
		if _, err := io.WriteString(s, "{}"); err != nil {
			t.Fatal(err)
		}
		gets(t, h.next(t), "{}")
		if i == 0 {
			<-cache.put
		}
		state := c.ConnectionState()
		if state.TLS.DidResume != (i > 0) || state.Used0RTT {
			t.Errorf("connection %d: resumed %v, 0-RTT %v", i, state.TLS.DidResume, state.Used0RTT)
		}
		closeQUIC(c, quicDone, "")
	}
}

// tickets tells when a ticket has come.
type tickets struct {
	tls.ClientSessionCache
	put chan struct{}
}

func (c *tickets) Put(key string, state *tls.ClientSessionState) {
	c.ClientSessionCache.Put(key, state)
	c.put <- struct{}{}
}

func TestConnectionsOfQUICAreCounted(t *testing.T) {
	h := open(t, Options{SelfSignedDir: t.TempDir(), MaxPerHost: 1}, "quic://127.0.0.1:0")
	c, s := h.dialQUIC(t, h.place(0), nil)
	if _, err := io.WriteString(s, "{}"); err != nil {
		t.Fatal(err)
	}
	h.next(t)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if second, err := quic.DialAddr(ctx, h.place(0), trusting("jim"), nil); err == nil {
		t.Error("a second connection was taken")
		closeQUIC(second, quicDone, "")
	}
	if _, err := c.OpenStream(); err == nil {
		t.Error("a second stream was taken")
	}
	if _, err := quic.DialAddr(ctx, h.place(0), trusting("h3"), nil); err == nil {
		t.Error("HTTP/3 was taken")
	}
	closeQUIC(c, quicDone, "")
	if !soon(func() bool {
		h.limits.mu.Lock()
		defer h.limits.mu.Unlock()
		return h.limits.all == 0 && len(h.limits.hosts) == 0
	}) {
		t.Error("the place is not free again")
	}
}

func TestPacketsOfQUICAreTold(t *testing.T) {
	for _, test := range []struct {
		p    string
		quic bool
	}{
		{"", false},
		{"{", false},
		{`{"action":"ping"}`, false},
		{" {", false},
		{"\n\xff", false},
		{"hello", false},
		{"@", false},
		{"\x80", true},
		{"\xc3\x00\x00\x00\x01", true},
		{"\x40\x80", true},
		{"{\x80", true}, // a short header whose bits happen to be those of {
		{"\x7f\xff\x00", true},
		{"\x40\x7f", false},
	} {
		if got := isQUIC([]byte(test.p)); got != test.quic {
			t.Errorf("%q: %v", test.p, got)
		}
	}
	for range 1000 {
		ids := newConnectionIDs()
		id, err := ids.GenerateConnectionID()
		if err != nil || id.Len() != ids.ConnectionIDLen() || !ids.made(id.Bytes()) || !isQUIC(append([]byte("{"), id.Bytes()...)) {
			t.Fatalf("the id %v, %v", id, err)
		}
	}
}
