//go:build unix

package web_test

import (
	"bytes"
	"io"
	"math/rand/v2"
	"net"
	"sync"
	"testing"
)

// frailWay leads browsers to a server, over WebSockets that end after any byte.
type frailWay struct {
	net.Listener

	mu   sync.Mutex // guards what follows
	rand *rand.Rand
	to   string // "" = nowhere
	worn bool   // new WebSockets end after some bytes
	ends map[net.Conn]bool
}

func newFrailWay(t *testing.T, r *rand.Rand) *frailWay {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	f := &frailWay{Listener: l, rand: r, ends: map[net.Conn]bool{}}
	var carrying sync.WaitGroup
	carrying.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			carrying.Go(func() { f.carry(c) })
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		f.cut()
		carrying.Wait()
	})
	return f
}

// lead leads to another address, "" = nowhere, and cuts what is there.
func (f *frailWay) lead(to string) {
	f.mu.Lock()
	f.to = to
	f.mu.Unlock()
	f.cut()
}

func (f *frailWay) wear(worn bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.worn = worn
}

func (f *frailWay) cut() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for c := range f.ends {
		_ = c.Close()
	}
}

func (f *frailWay) note(c net.Conn) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.ends[c] = true
}

func (f *frailWay) end(c net.Conn) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.ends, c)
	_ = c.Close()
}

// far is how many bytes may pass of a connection that begins so, there and back.
func (f *frailWay) far(begins []byte) (there, back int64) {
	const all = 1 << 40
	f.mu.Lock()
	defer f.mu.Unlock()
	there, back = all, all
	if !f.worn || !bytes.HasPrefix(begins, []byte("GET /jim/ws")) {
		return there, back
	}
	switch f.rand.IntN(4) {
	case 0:
		there = int64(f.rand.IntN(1500))
	case 1, 2:
		back = 200 + int64(f.rand.IntN(5000))
	}
	return there, back
}

func (f *frailWay) carry(c net.Conn) {
	f.note(c)
	defer f.end(c)
	begins := make([]byte, 4096)
	n, err := c.Read(begins)
	f.mu.Lock()
	to := f.to
	f.mu.Unlock()
	if err != nil || to == "" {
		return
	}
	s, err := net.Dial("tcp", to)
	if err != nil {
		return
	}
	f.note(s)
	defer f.end(s)
	there, back := f.far(begins[:n])
	if _, err := s.Write(begins[:n]); err != nil {
		return
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _ = io.CopyN(s, c, there) // the other way ends with it
		_ = s.Close()
		_ = c.Close()
	}()
	_, _ = io.CopyN(c, s, back) // as does this one
	_ = s.Close()
	_ = c.Close()
	<-done
}
