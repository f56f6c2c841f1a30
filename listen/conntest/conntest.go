// Package conntest is the promise of [chat.Conn] as tests: every transport that
// carries objects runs the same suite.
package conntest

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"jim/chat"
	"jim/wire"
)

// Transport is one way to connect.
type Transport struct {
	Name string // what [chat.Peer.Transport] must be

	// Stream tells that bytes travel, which the suite may cut as it likes;
	// otherwise each object is a message.
	Stream bool

	// Chops tells that a stream may bring in parts what was one write.
	Chops bool

	// Datagrams tells that an object is a datagram: small, and sent without waiting
	// for the one before to be read. Faults of the peer and its end are not seen there.
	Datagrams bool

	// Eager tells that the server's end is a [chat.Eager].
	Eager bool

	// ListenOnly tells that the client can send nothing after it connected.
	ListenOnly bool

	// Open connects a client to a server. Both end with the test.
	Open func(t *testing.T) (server chat.Conn, client *Client)
}

// Client is the far end of a connection. Its functions are used by one goroutine,
// but for Close.
type Client struct {
	// Send sends bytes in one write, or one message; nil if ListenOnly.
	Send func(data string) error
	// Receive returns the next object, without LF.
	Receive func() (string, error)
	// Some waits for any bytes and throws away what came.
	Some func() error
	// Read reads from the socket; nil if not Stream.
	Read func(p []byte) (int, error)
	// Cut ends the connection, as a program that dies does: between messages, or
	// wherever the bytes stand.
	Cut func() error
}

// patience is how long anything may take before it is taken for hanging.
const patience = 20 * time.Second

// Run proves the promise for one transport.
func Run(t *testing.T, tr Transport) {
	t.Helper()
	type test struct {
		name string
		run  func(*testing.T, Transport)
	}
	tests := []test{
		{"peer", peer},
		{"objects go out in order", outOrder},
		{"batches of every size", bigBatches},
		{"batches are not changed", unchanged},
		{"close wakes read", closeWakesRead},
		{"close wakes write", closeWakesWrite},
		{"close again and again", closeAgain},
		{"nothing after close", afterClose},
		{"eager", eager},
	}
	if !tr.ListenOnly {
		tests = append(tests, test{"objects come in in order", inOrder}, test{"white space around", whiteSpace})
	}
	if !tr.ListenOnly && !tr.Datagrams {
		tests = append(tests, []test{
			{"too large", tooLarge},
			{"far too large", farTooLarge},
			{"too deep", tooDeep},
			{"broken", brokenJSON},
			{"end", end},
		}...)
	}
	if tr.Stream {
		tests = append(tests, []test{
			{"cut anywhere", cutAnywhere},
			{"many at once", manyAtOnce},
			{"end inside an object", endInside},
		}...)
	}
	if tr.Stream && !tr.Chops {
		tests = append(tests, test{"one object is one write", oneWrite})
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) { test.run(t, tr) })
	}
}

func peer(t *testing.T, tr Transport) {
	server, _ := tr.Open(t)
	p := server.Peer()
	if p.Transport != tr.Name {
		t.Errorf("transport is %q, want %q", p.Transport, tr.Name)
	}
	if p.Address == "" || !p.Local {
		t.Errorf("peer is %+v, want an address, and local", p)
	}
	if tr.Stream != (!p.Since.IsZero() && time.Since(p.Since) < patience) {
		t.Errorf("since is %v", p.Since)
	}
	if p.Packets != tr.Stream {
		t.Errorf("packets is %v, want %v", p.Packets, tr.Stream)
	}
	if unix := tr.Name == "unix"; unix != (p.UID >= 0) || unix == p.Host.IsValid() {
		t.Errorf("uid %d, host %v", p.UID, p.Host)
	}
}

func inOrder(t *testing.T, tr Transport) {
	server, client := tr.Open(t)
	const n = 300
	if tr.Datagrams {
		for i := range n {
			send(t, client, numbered(i, i*37%1000))
			want(t, server, numbered(i, i*37%1000))
		}
		return
	}
	sent := start(t, func() error {
		for i := range n {
			if err := client.Send(numbered(i, i*37%2000) + "\n"); err != nil {
				return err
			}
		}
		return nil
	})
	for i := range n {
		want(t, server, numbered(i, i*37%2000))
	}
	finish(t, sent)
}

// size is n, or what fits an object of the transport.
func (tr *Transport) size(n int) int {
	if tr.Datagrams {
		return min(n, 1000)
	}
	return n
}

func outOrder(t *testing.T, tr Transport) {
	server, client := tr.Open(t)
	const n = 300
	wrote := start(t, func() error {
		for i := 0; i < n; i += 3 {
			if err := server.Write([]*wire.Batch{batch(numbered(i, i)), batch(numbered(i+1, 0), numbered(i+2, tr.size(5000)))}); err != nil {
				return err
			}
		}
		return nil
	})
	for i := range n {
		receive(t, client, numbered(i, []int{i, 0, tr.size(5000)}[i%3]))
	}
	finish(t, wrote)
}

func bigBatches(t *testing.T, tr Transport) {
	server, client := tr.Open(t)
	sizes := []int{0, 1, 99, 100, 101, 4 << 10, 16 << 10, 65 << 10, 68 << 10, 70 << 10, 128 << 10, 1, 60 << 10, 7 << 10, 7 << 10}
	var batches []*wire.Batch
	for i, n := range sizes {
		sizes[i] = tr.size(n)
		n = sizes[i]
		batches = append(batches, batch(numbered(i, n)))
	}
	var all []string
	for i := range 500 {
		all = append(all, numbered(i, 300))
	}
	batches = append(batches, new(wire.Batch), batch(all...))
	wrote := start(t, func() error { return errors.Join(server.Write(batches), server.Write(nil), server.Write(batches[:1])) })
	for i, n := range sizes {
		receive(t, client, numbered(i, n))
	}
	for _, object := range all {
		receive(t, client, object)
	}
	receive(t, client, numbered(0, sizes[0]))
	finish(t, wrote)
}

// unchanged shares batches between two connections that write at the same time;
// the race detector watches.
func unchanged(t *testing.T, tr Transport) {
	one, client1 := tr.Open(t)
	two, client2 := tr.Open(t)
	batches := []*wire.Batch{batch(numbered(1, 10), numbered(2, 20)), batch(numbered(3, tr.size(3000))), batch(numbered(4, 0))}
	slice := append([]*wire.Batch(nil), batches...)
	var before []string
	for _, b := range batches {
		before = append(before, string(b.Bytes()))
	}
	first := start(t, func() error { return one.Write(slice) })
	second := start(t, func() error { return two.Write(batches) })
	for _, c := range []*Client{client1, client2} {
		for i, n := range []int{10, 20, tr.size(3000), 0} {
			receive(t, c, numbered(i+1, n))
		}
	}
	finish(t, first)
	finish(t, second)
	for i, b := range batches {
		if string(b.Bytes()) != before[i] || slice[i] != b {
			t.Errorf("batch %d was changed", i)
		}
	}
}

func whiteSpace(t *testing.T, tr Transport) {
	server, client := tr.Open(t)
	for _, s := range []string{"%s", "%s\n", "  %s", "\r\n\t%s \r\n", "\n\n\n%s\n\n"} {
		send(t, client, fmt.Sprintf(s, numbered(1, 4)))
		want(t, server, numbered(1, 4))
	}
}

func tooLarge(t *testing.T, tr Transport) {
	server, client := tr.Open(t)
	max := wire.JIM2.Object
	overhead := len(numbered(1, 0))
	for _, size := range []int{max, max + 1, max - 1, 2 * max, 5*max + 17} {
		object := numbered(1, size-overhead)
		sent := start(t, func() error { return client.Send(object) }) // a message is as large as what is around its object
		if size <= max {
			want(t, server, object)
		} else {
			wantFault(t, server, wire.TooLarge)
		}
		finish(t, sent)
		send(t, client, numbered(2, 1))
		want(t, server, numbered(2, 1))
	}
}

// farTooLarge sends what nobody sends by mistake: it may end the connection, but
// not before it was answered.
func farTooLarge(t *testing.T, tr Transport) {
	server, client := tr.Open(t)
	object := numbered(1, 40*wire.JIM2.Object)
	sent := start(t, func() error { _ = client.Send(object); return nil })
	if err := wantFault(t, server, wire.TooLarge); !err.Close {
		t.Error("an object of 40 times the size does not end the connection")
	}
	server.Close()
	finish(t, sent)
}

func tooDeep(t *testing.T, tr Transport) {
	server, client := tr.Open(t)
	nested := func(depth int) string {
		return strings.Repeat(`{"a":`, depth-1) + "{}" + strings.Repeat("}", depth-1)
	}
	send(t, client, nested(wire.JIM2.Depth)+"\n")
	want(t, server, nested(wire.JIM2.Depth))
	for _, depth := range []int{wire.JIM2.Depth + 1, 1000} {
		send(t, client, nested(depth)+"\n")
		wantFault(t, server, wire.BadRequest)
	}
	send(t, client, numbered(1, 1))
	want(t, server, numbered(1, 1))
}

func brokenJSON(t *testing.T, tr Transport) {
	server, client := tr.Open(t)
	for _, s := range []string{`{"a":1]`, "{\"a\":\"b\nc\"}", "hello", "[1,2]", "}", "\x00\x01", "\xff\xfe{}", `"{}"`} {
		send(t, client, s+"\n")
		wantFault(t, server, wire.BadRequest)
		send(t, client, "\n"+numbered(1, 1)+"\n")
		wantSoon(t, server, numbered(1, 1))
	}
}

func end(t *testing.T, tr Transport) {
	server, client := tr.Open(t)
	send(t, client, numbered(1, 1))
	want(t, server, numbered(1, 1))
	if err := client.Cut(); err != nil {
		t.Fatal(err)
	}
	if _, err := read(t, server); !errors.Is(err, io.EOF) {
		t.Errorf("read at the end: %v, want %v", err, io.EOF)
	}
}
