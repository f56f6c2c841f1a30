package torture

import (
	"bytes"
	"io"
	"net"
	"testing"

	"jim/tcptest"
)

// echo is a server that sends back what it gets.
func echo(t *testing.T) (host string) {
	host, _ = tcptest.Serve(t, func(c net.Conn) { _, _ = io.Copy(c, c) })
	return host
}

func TestProxyCutsAtAnyByteAndChangesNone(t *testing.T) {
	p, err := newProxy(echo(t), 2000, 1)
	if err != nil {
		t.Fatal(err)
	}
	sent := bytes.Repeat([]byte("0123456789abcdef"), 4000)
	lengths := map[int]bool{}
	for range 20 {
		c, err := overTCP(p.host())(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		go func() {
			_, _ = c.Write(sent)
		}()
		got, _ := io.ReadAll(c) // the end may be an error: a reset
		c.Close()
		if !bytes.HasPrefix(sent, got) {
			t.Fatal("it changes what it carries")
		}
		lengths[len(got)] = true
	}
	if len(lengths) < 2 || lengths[len(sent)] || p.cuts.Load() < 10 { // a reset may lose all that had come
		t.Errorf("%d lengths came through, in %d cuts", len(lengths), p.cuts.Load())
	}
	p.gentle.Store(true)
	c, err := overTCP(p.host())(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		_, _ = c.Write(sent)
	}()
	got := make([]byte, len(sent))
	if _, err := io.ReadFull(c, got); err != nil || !bytes.Equal(got, sent) {
		t.Errorf("a gentle one cuts: %v", err)
	}
	if err := p.Close(); err != nil {
		t.Error(err)
	}
	if _, err := c.Read(got); err == nil {
		t.Error("a closed one leaves connections open")
	}
	c.Close()
}

// What a proxy has accepted, and has not begun to carry when it is closed, is cut too: Close would wait for both ends.
func TestAClosedProxyCarriesNothing(t *testing.T) {
	p, err := newProxy(echo(t), 1<<40, 1)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	in, client := net.Pipe()
	defer client.Close()
	p.carry(in)
}
