package listen

import (
	"bytes"
	"crypto/tls"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/quic-go/quic-go"
)

// TestAServerThatIsStartedAgainKnowsTheClientsOfTheOneBefore: a packet that is too small for the
// module's own answer is answered, what a client holds of the server is still good, and the old
// connection ends at once.
func TestAServerThatIsStartedAgainKnowsTheClientsOfTheOneBefore(t *testing.T) {
	dir := t.TempDir()
	first := open(t, Options{SelfSignedDir: dir}, "quic://127.0.0.1:0")
	address := first.Addresses()[0]
	router := newRouter(t, first.place(0))
	cache := &tickets{ClientSessionCache: tls.NewLRUClientSessionCache(2), put: make(chan struct{}, 10)}
	old, s := first.dialQUIC(t, router.front.LocalAddr().String(), cache)
	if _, err := io.WriteString(s, "{}"); err != nil {
		t.Fatal(err)
	}
	gets(t, first.next(t), "{}")
	<-cache.put
	router.cut() // so that the client hears nothing of the end
	first.Close()

	second := open(t, Options{SelfSignedDir: dir}, address)
	router.move()
	if _, err := io.WriteString(s, "!"); err != nil { // a packet of less than 42 bytes
		t.Fatal(err)
	}
	var reset *quic.StatelessResetError
	if _, err := s.Read(make([]byte, 10)); !errors.As(err, &reset) {
		t.Errorf("the connection with the server before ended with %v", err)
	}
	if got := second.Counts()["udp_resets"]; got == 0 {
		t.Error("nothing is counted")
	}
	<-old.Context().Done()
	again, s := second.dialQUIC(t, second.place(0), cache)
	if _, err := io.WriteString(s, "{}"); err != nil {
		t.Fatal(err)
	}
	gets(t, second.next(t), "{}")
	if state := again.ConnectionState(); !state.TLS.DidResume || state.Used0RTT {
		t.Errorf("resumed %v, 0-RTT %v", state.TLS.DidResume, state.Used0RTT)
	}
}

// cut loses everything until the next move.
func (r *router) cut() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.back.Close()
}

func TestAResetIsSmallerThanItsCause(t *testing.T) {
	h := open(t, Options{SelfSignedDir: t.TempDir()}, "udp://127.0.0.1:0", "quic://127.0.0.1:0")
	q := h.sockets[0].quic
	other := q.ids
	other.run[0]++
	foreign, err := other.GenerateConnectionID()
	if err != nil {
		t.Fatal(err)
	}
	own, err := q.ids.GenerateConnectionID()
	if err != nil {
		t.Fatal(err)
	}
	packet := func(first byte, id []byte, n int) []byte {
		return append(append([]byte{first}, id...), bytes.Repeat([]byte{7}, n-1-len(id))...)
	}
	for n := 9; n < 1400; n++ {
		reset := q.forgotten(packet(0x40, foreign.Bytes(), n))
		if want := n > 21 && n <= 42; (reset != nil) != want {
			t.Errorf("a packet of %d bytes is answered with %d", n, len(reset))
		}
		if reset != nil && (len(reset) >= n || len(reset) < 21 || reset[0]&0xc0 != 0x40) {
			t.Errorf("a packet of %d bytes is answered %x", n, reset)
		}
	}
	if q.forgotten(packet(0x40, own.Bytes(), 30)) != nil {
		t.Error("a connection of this server is ended")
	}
	if q.forgotten(packet(0xc0, foreign.Bytes(), 30)) != nil {
		t.Error("the beginning of a connection is answered")
	}
	if q.forgotten([]byte("\x40\x80")) != nil {
		t.Error("two bytes are answered")
	}
}

// TestNobodyIsMadeToSendManyResets: who forges a sender's address gets as little as with datagrams.
func TestNobodyIsMadeToSendManyResets(t *testing.T) {
	h := open(t, Options{SelfSignedDir: t.TempDir()}, "udp://127.0.0.1:0", "quic://127.0.0.1:0")
	m := h.knock(t, 0)
	packet := "\x40\xff" + strings.Repeat("x", 30)
	for range 4 * hostRateMost {
		say(t, m, packet)
	}
	if !soon(func() bool { c := h.Counts(); return c["udp_resets"]+c["udp_unproven"] >= hostRateMost }) {
		t.Fatal("nothing is counted")
	}
	if got := h.Counts()["udp_resets"]; got > 2*hostRateMost { // the second may have changed
		t.Errorf("%d resets", got)
	}
}

func TestTheKeyOfQUICIsKept(t *testing.T) {
	log := slog.New(slog.DiscardHandler)
	dir := filepath.Join(t.TempDir(), "data")
	path := filepath.Join(dir, quicSecretFile)
	one, err := loadQUICSecret(dir, log)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm()&0o077 != 0 {
		t.Errorf("the file is %v, %v", info.Mode(), err)
	}
	if two, err := loadQUICSecret(dir, log); err != nil || two != one {
		t.Errorf("it is another one after a restart, %v", err)
	}
	for _, broken := range []string{"", "12", strings.Repeat("x", 64), strings.Repeat("ab", 33)} {
		if err := os.WriteFile(path, []byte(broken), 0o600); err != nil {
			t.Fatal(err)
		}
		made, err := loadQUICSecret(dir, log)
		if err != nil || made == one {
			t.Errorf("%q in its place: %v", broken, err)
		}
		if again, err := loadQUICSecret(dir, log); err != nil || again != made {
			t.Errorf("what took the place of %q is not kept, %v", broken, err)
		}
	}
	if err := errors.Join(os.Remove(path), os.Mkdir(path, 0o700)); err != nil {
		t.Fatal(err)
	}
	if _, err := loadQUICSecret(dir, log); err == nil {
		t.Error("a folder in its place is no error")
	}
	if a, err := loadQUICSecret("", log); err != nil || a == one || a == (quicSecret{}) {
		t.Errorf("without a folder it is %v, %v", a, err)
	}
}

func TestDoorsOfQUICDoNotEndEachOthersConnections(t *testing.T) {
	h := open(t, Options{SelfSignedDir: t.TempDir()}, "quic://127.0.0.1:0", "quic://127.0.0.1:0")
	if one, two := h.sockets[0].quic, h.sockets[1].quic; one.secret != two.secret || one.resetKey == two.resetKey {
		t.Error("both doors have one key of resets, or two secrets")
	}
}

func TestKeysOfTicketsTurn(t *testing.T) {
	s := quicSecret{1}
	monday := s.ticketKeys(1000)
	for later := range int64(10) {
		keys := s.ticketKeys(1000 + later)
		if taken := slices.Contains(keys, monday[0]); taken != (later < ticketDays) {
			t.Errorf("a ticket is taken %d days later: %v", later, taken)
		}
		if later > 0 && keys[0] == monday[0] {
			t.Errorf("%d days later tickets are made with the same key", later)
		}
	}
}
