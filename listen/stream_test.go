package listen

import (
	"context"
	"errors"
	"io"
	"net"
	"runtime"
	"strings"
	"testing"

	"jim/chat"
	"jim/wire"
)

// TestStreamCutExactly sees to it that each part is received alone: a pipe has no
// buffer. This is the way of TLS, and of systems where sockets cannot be looked into.
func TestStreamCutExactly(t *testing.T) {
	object := `{"a":"б\"}{","b":[{},{"c":"\\"}],"d":-1.5e3}`
	for i := range len(object) + 1 {
		for _, last := range []int{i, len(object)} {
			server, client := net.Pipe()
			s := newStream(server, new(chat.Peer), []byte(" \n"), nil)
			go func() {
				for _, part := range []string{object[:i], object[i:last], object[last:], object + "{"} {
					if _, err := io.WriteString(client, part); err != nil {
						t.Error(err)
					}
				}
				client.Close()
			}()
			gets(t, s, object)
			gets(t, s, object)
			if _, err := s.Read(); !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Errorf("at the end: %v", err)
			}
			s.Close()
		}
	}
}

// TestGoodbyeArrives has a server that closes with bytes unread.
func TestGoodbyeArrives(t *testing.T) {
	h := open(t, Options{SelfSignedDir: t.TempDir()}, "tcp://127.0.0.1:0")
	for range 20 {
		c := h.dial(t, 0)
		say(t, c, "{}"+strings.Repeat("x", 100<<10))
		s := h.next(t)
		gets(t, s, "{}")
		puts(t, s, `{"action":"bye"}`)
		s.Close()
		if all, err := io.ReadAll(c); err != nil || string(all) != "{\"action\":\"bye\"}\n" {
			t.Fatalf("got %q, %v", all, err)
		}
	}
}

// TestIdleConnectionsAreSmall counts both ends of many connections that have
// talked, and now wait. A buffer kept for each would show, and so would a stack
// that has grown: each adds two kibibytes or more to the 4 to 5 of a connection and
// its other end. The race detector makes stacks larger.
func TestIdleConnectionsAreSmall(t *testing.T) {
	const n, limit = 1000, (6 << 10) * raceFactor / 2
	object := `{"message":"` + strings.Repeat("x", 20<<10) + `"}`
	for name, said := range map[string]string{"tcp": object + "\n", "ws": handshake + "\r\n" + clientFrame(0x81, object)} {
		reading := make(chan struct{}, n)
		h := open(t, Options{Serve: func(_ context.Context, c chat.Conn) {
			defer c.Close()
			for {
				if _, err := c.Read(); err != nil {
					return
				}
				reading <- struct{}{}
			}
		}}, "tcp://127.0.0.1:0")
		before := used()
		conns := make([]net.Conn, n)
		for i := range conns {
			conns[i] = h.dial(t, 0)
			say(t, conns[i], said)
		}
		for range n {
			<-reading
		}
		each := 0
		if !soon(func() bool { each = (used() - before) / n; return each <= limit }) {
			t.Errorf("an idle connection of %s holds %d bytes at both ends together, want at most %d", name, each, limit)
		}
		t.Logf("%s: %d bytes", name, each)
		for _, c := range conns {
			c.Close()
		}
		h.Close()
	}
}

// used is the memory of heap and stacks.
func used() int {
	runtime.GC()
	runtime.GC() // the first leaves what was pooled
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc + m.StackInuse)
}

// BenchmarkWrite compares what joins batches with one write for each.
func BenchmarkWrite(b *testing.B) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close()
	s, err := l.Accept()
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	done := make(chan struct{})
	defer func() { c.Close(); <-done }()
	go func() { defer close(done); _, _ = io.Copy(io.Discard, s) }()
	batches := make([]*wire.Batch, 16)
	for i := range batches {
		batches[i] = new(wire.Batch)
		batches[i].Append(func(dst []byte) []byte { return append(dst, strings.Repeat("x", 250)...) })
	}
	b.Run("joined", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if err := write(c, batches, nil, 0); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("writev", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			var v net.Buffers
			for _, batch := range batches {
				v = append(v, batch.Bytes())
			}
			if _, err := v.WriteTo(c); err != nil {
				b.Fatal(err)
			}
		}
	})
}
