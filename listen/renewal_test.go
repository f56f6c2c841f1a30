package listen

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestCertificateIsReadAgain renews a certificate under a server, at first only half of it.
func TestCertificateIsReadAgain(t *testing.T) {
	dir := t.TempDir()
	cert, key := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	writes := 0
	write := func(path string, data []byte) {
		t.Helper()
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		writes++ // two writes may be of one tick of the clock
		when := time.Now().Add(time.Duration(writes) * time.Second)
		if err := os.Chtimes(path, when, when); err != nil {
			t.Fatal(err)
		}
	}
	fresh := func() []byte {
		t.Helper()
		data, err := newSelfSigned(time.Now())
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	first, second := fresh(), fresh()
	write(cert, first)
	write(key, first)
	h := open(t, Options{CertFile: cert, KeyFile: key}, "tls://127.0.0.1:0")
	serial := func() string {
		t.Helper()
		state := certificateOf(t, h, trusting("jim/2"))
		h.next(t).Close()
		return state.PeerCertificates[0].SerialNumber.String()
	}
	old := serial()
	write(cert, second)
	if got := serial(); got != old {
		t.Errorf("with half of the new one, %s is shown, want %s", got, old)
	}
	write(key, second)
	now := serial()
	if now == old {
		t.Error("the old one is shown")
	}
	if err := os.Remove(cert); err != nil {
		t.Fatal(err)
	}
	if got := serial(); got != now {
		t.Errorf("without a file, %s is shown, want %s", got, now)
	}
}
