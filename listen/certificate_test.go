package listen

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// certificateOf is what a server shows.
func certificateOf(t *testing.T, h *hub, config *tls.Config) tls.ConnectionState {
	t.Helper()
	c := tls.Client(h.dial(t, 0), config)
	if err := c.Handshake(); err != nil {
		t.Fatal(err)
	}
	return c.ConnectionState()
}

func TestSelfSignedIsMadeOnceAndKept(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new")
	first := open(t, Options{SelfSignedDir: dir}, "tls://127.0.0.1:0")
	state := certificateOf(t, first, trusting())
	leaf := state.PeerCertificates[0]
	sum := sha256.Sum256(leaf.Raw)
	if got := strings.ToLower(strings.ReplaceAll(first.Fingerprint(), ":", "")); got != hex.EncodeToString(sum[:]) || strings.Count(first.Fingerprint(), ":") != 31 {
		t.Errorf("fingerprint is %s, want that of %x", first.Fingerprint(), sum)
	}
	if key, ok := leaf.PublicKey.(*ecdsa.PublicKey); !ok || key.Curve != elliptic.P256() {
		t.Errorf("the key is %T", leaf.PublicKey)
	}
	if leaf.VerifyHostname("localhost") != nil || leaf.VerifyHostname("127.0.0.1") != nil {
		t.Errorf("it is for %v and %v", leaf.DNSNames, leaf.IPAddresses)
	}
	info, err := os.Stat(filepath.Join(dir, selfSignedFile))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file is %v, %v", info, err)
	}
	second := open(t, Options{SelfSignedDir: dir}, "tls://127.0.0.1:0")
	if first.Fingerprint() != second.Fingerprint() {
		t.Error("the second start made another certificate")
	}
}

func TestSelfSignedIsMadeWhenItIsNeeded(t *testing.T) {
	dir := t.TempDir()
	h := open(t, Options{SelfSignedDir: dir}, "tcp://127.0.0.1:0")
	if files, err := os.ReadDir(dir); len(files) > 0 || err != nil || h.Fingerprint() != "" {
		t.Errorf("there is a certificate before anybody wants one: %v, %v", files, err)
	}
	certificateOf(t, h, trusting())
	if h.Fingerprint() == "" {
		t.Error("there is no fingerprint")
	}
	if open(t, Options{SelfSignedDir: t.TempDir()}, "tcp://:0").Fingerprint() == "" {
		t.Error("a server for other machines has no certificate from the beginning")
	}
}

func TestSelfSignedFaults(t *testing.T) {
	path := filepath.Join(t.TempDir(), selfSignedFile)
	old, err := newSelfSigned(time.Now().AddDate(-11, 0, 0))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, old, 0o600); err != nil {
		t.Fatal(err)
	}
	if c, err := selfSigned(path, time.Now()); err != nil || c.Leaf.NotAfter.Before(time.Now()) {
		t.Errorf("one that is over was kept: %v", err)
	}
	if err := os.WriteFile(path, []byte("garbage"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := selfSigned(path, time.Now()); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("garbage: %v, want an error that names the file", err)
	}
	if data, err := os.ReadFile(path); string(data) != "garbage" {
		t.Errorf("what was there was overwritten: %q, %v", data, err)
	}
	if _, err := selfSigned(filepath.Join(path, "below"), time.Now()); err == nil {
		t.Error("made a certificate in a folder that is a file")
	}
}

func TestGivenCertificate(t *testing.T) {
	data, err := newSelfSigned(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "both.pem")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	h := open(t, Options{CertFile: path, KeyFile: path}, "tls://127.0.0.1:0")
	config := trusting("h2", "http/1.1", "jim/2")
	config.MinVersion, config.MaxVersion = tls.VersionTLS12, tls.VersionTLS12
	if state := certificateOf(t, h, config); state.NegotiatedProtocol != alpnJIM || h.Fingerprint() != "" {
		t.Errorf("protocol is %q, fingerprint %q", state.NegotiatedProtocol, h.Fingerprint())
	}
	h.next(t) // by its name it is JIM, though it says nothing
	config.MinVersion, config.MaxVersion = tls.VersionTLS10, tls.VersionTLS11
	if err := tls.Client(h.dial(t, 0), config).Handshake(); err == nil {
		t.Error("TLS 1.1 was accepted")
	}
}

func TestWhatIsInsideTLS(t *testing.T) {
	h := open(t, Options{SelfSignedDir: t.TempDir(), Patience: 20 * time.Millisecond}, "tcp://127.0.0.1:0")
	for _, config := range []*tls.Config{trusting(), trusting("h2", "http/1.1")} {
		c := tls.Client(h.dial(t, 0), config)
		say(t, c, "GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n")
		if got := hear(t, c); got != "HTTP/1.1 404 Not Found\r\n" {
			t.Errorf("HTTP with %v was answered %q", config.NextProtos, got)
		}
	}
	silent := tls.Client(h.dial(t, 0), trusting())
	if err := silent.Handshake(); err != nil {
		t.Fatal(err)
	}
	s := h.next(t)
	puts(t, s, `{"action":"probe"}`)
	if got := hear(t, silent); got != "{\"action\":\"probe\"}\n" {
		t.Errorf("got %q", got)
	}
	say(t, silent, "{}") // its reading was interrupted before
	gets(t, s, "{}")
	s.Close()
	if _, err := silent.Read(make([]byte, 1)); err != io.EOF {
		t.Errorf("the end is %v, want a proper one", err)
	}
	h.none(t)
}
