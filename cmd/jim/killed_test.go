//go:build unix

package main

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"jim/client"
	"jim/startlog"
)

// mortal is a server that can be killed, and started again on the same address and data.
type mortal struct {
	t                *testing.T
	dir, jim, listen string
	process          *exec.Cmd
}

func newMortal(t *testing.T, listen string) *mortal {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	m := &mortal{t: t, dir: t.TempDir(), listen: listen}
	m.jim = filepath.Join(m.dir, "jim") // the name by which TestMain knows it
	if err := os.Symlink(self, m.jim); err != nil {
		t.Fatal(err)
	}
	m.start()
	t.Cleanup(m.kill)
	return m
}

// start starts it and waits until it is ready.
func (m *mortal) start() {
	m.t.Helper()
	log := startlog.New()
	m.process = exec.Command(m.jim, "serve", "--listen", m.listen, "--data", filepath.Join(m.dir, "data"), "--log", "json")
	m.process.Env = []string{"HOME=" + m.dir, "PATH=" + os.Getenv("PATH")}
	m.process.Stderr = log
	if err := m.process.Start(); err != nil {
		m.t.Fatal(err)
	}
	select {
	case m.listen = <-log.Ready():
	case <-time.After(patient):
		m.t.Fatalf("the server is not ready: %s", log.Last())
	}
}

// kill ends it without a word.
func (m *mortal) kill() {
	_ = m.process.Process.Kill()
	_ = m.process.Wait() // that it was killed is no news
}

// TestWhoOnlyListensIsBackSoonAfterTheServerWasKilled: nothing is said to those who listen over
// datagrams when a server dies, nor by one that does not know them. Before both sides did
// something about it, this took 20 seconds over UDP and 60 over QUIC.
func TestWhoOnlyListensIsBackSoonAfterTheServerWasKilled(t *testing.T) {
	const soon = 10 * time.Second // it is two; the machine may be busy
	for _, scheme := range []string{"udp", "quic"} {
		t.Run(scheme, func(t *testing.T) {
			t.Parallel()
			m := newMortal(t, scheme+"://127.0.0.1:0")
			o := client.Options{Name: "bob"}
			if scheme == "quic" {
				o.Fingerprint = fingerprintIn(t, filepath.Join(m.dir, "data"))
			}
			ctx, cancel := context.WithTimeout(t.Context(), 4*patient)
			defer cancel()
			states := make(chan client.State, 100)
			o.OnState = func(s client.State) { states <- s }
			bob, err := client.Dial(ctx, m.listen, o)
			if err != nil {
				t.Fatal(err)
			}
			defer bob.Close()
			m.kill()
			m.start()
			ready := time.Now()
			for back := false; !back; {
				select {
				case s := <-states:
					back = s.Kind == client.Resumed
					t.Logf("%v after the server was ready: %v", time.Since(ready), s.Err)
				case <-ctx.Done():
					t.Fatal("it does not come back")
				}
			}
			if took := time.Since(ready); took > soon {
				t.Errorf("back after %v", took)
			}
			ann, err := client.Dial(ctx, m.listen, client.Options{Name: "ann", Fingerprint: o.Fingerprint})
			if err != nil {
				t.Fatal(err)
			}
			defer ann.Close()
			if _, err := ann.Send(ctx, "bob", "are you back?"); err != nil {
				t.Fatal(err)
			}
			for e := range bob.Events() {
				if e.Message == "are you back?" {
					break
				}
			}
		})
	}
}

// fingerprintIn is that of the certificate which a server has made in its data folder.
func fingerprintIn(t *testing.T, data string) string {
	t.Helper()
	pem, err := os.ReadFile(filepath.Join(data, "self-signed.pem"))
	if err != nil {
		t.Fatal(err)
	}
	pair, err := tls.X509KeyPair(pem, pem)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%x", sha256.Sum256(pair.Certificate[0]))
}
