package conntest

import (
	"errors"
	"io"
	"sync"
	"testing"

	"jim/wire"
)

func closeWakesRead(t *testing.T, tr Transport) {
	server, _ := tr.Open(t)
	reading := start(t, func() error {
		_, err := server.Read()
		return err
	})
	if err := server.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
	if err := result(t, reading); err == nil {
		t.Error("read gave an object, want an error")
	}
}

// closeWakesWrite has a client that stops reading after the first bytes. What is
// written is more than all buffers on the way take.
func closeWakesWrite(t *testing.T, tr Transport) {
	server, client := tr.Open(t)
	object := numbered(1, tr.size(128<<10))
	var batches []*wire.Batch
	b := batch(object, object, object, object)
	for range 64 {
		batches = append(batches, b)
	}
	writing := start(t, func() error { return server.Write(batches) })
	if err := client.Some(); err != nil {
		t.Fatal(err)
	}
	closed := start(t, server.Close)
	if err := result(t, writing); err == nil {
		t.Error("write of 32 MiB nobody reads succeeded, want an error")
	}
	finish(t, closed)
}

func closeAgain(t *testing.T, tr Transport) {
	server, client := tr.Open(t)
	if err := server.Write([]*wire.Batch{batch(numbered(1, 1))}); err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 3 {
				if err := server.Close(); err != nil {
					t.Errorf("close: %v", err)
				}
			}
		})
	}
	done := start(t, func() error { all.Wait(); return nil })
	finish(t, done)
	receive(t, client, numbered(1, 1))
	if tr.Datagrams {
		return
	}
	if object, err := client.Receive(); err == nil {
		t.Errorf("after close came %q", object)
	}
}

func afterClose(t *testing.T, tr Transport) {
	server, _ := tr.Open(t)
	server.Close()
	if _, err := read(t, server); err == nil {
		t.Error("read after close succeeded")
	}
	if err := server.Write([]*wire.Batch{batch(numbered(1, 1))}); err == nil {
		t.Error("write after close succeeded")
	}
}

func cutAnywhere(t *testing.T, tr Transport) {
	server, client := tr.Open(t)
	object := `{"a":"б\"}{","b":[{},{"c":"\\"}],"d":-1.5e3}`
	for i := range len(object) {
		sent := start(t, func() error {
			return errors.Join(client.Send(object[:i]), client.Send(object[i:]))
		})
		want(t, server, object)
		finish(t, sent)
	}
	sent := start(t, func() error {
		for i := range len(object) {
			if err := client.Send(object[i : i+1]); err != nil {
				return err
			}
		}
		return nil
	})
	want(t, server, object)
	finish(t, sent)
}

func manyAtOnce(t *testing.T, tr Transport) {
	server, client := tr.Open(t)
	const n = 200
	for _, between := range []string{"", "\n", " \r\n\t"} {
		all := ""
		for i := range n {
			all += numbered(i, i) + between
		}
		sent := start(t, func() error { return client.Send(all) })
		for i := range n {
			want(t, server, numbered(i, i))
		}
		finish(t, sent)
	}
}

func endInside(t *testing.T, tr Transport) {
	for _, begun := range []string{"{", `{"a":1`, `{"a":"b`, `{"a":{}`} {
		server, client := tr.Open(t)
		send(t, client, numbered(1, 1)+begun)
		want(t, server, numbered(1, 1))
		if err := client.Cut(); err != nil {
			t.Fatal(err)
		}
		if _, err := read(t, server); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("read at the end of %q: %v, want %v", begun, err, io.ErrUnexpectedEOF)
		}
	}
}

// oneWrite is what programs rely on that take one read for one object.
func oneWrite(t *testing.T, tr Transport) {
	server, client := tr.Open(t)
	buf := make([]byte, 16<<10)
	for _, size := range []int{0, 600, 1600, 8 << 10} {
		if err := server.Write([]*wire.Batch{batch(numbered(1, size))}); err != nil {
			t.Fatal(err)
		}
		n, err := client.Read(buf)
		if err != nil || string(buf[:n]) != numbered(1, size)+"\n" {
			t.Errorf("one read brought %d bytes, %v; want the %d of the object", n, err, len(numbered(1, size))+1)
		}
	}
}
