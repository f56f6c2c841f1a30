package conntest

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"jim/chat"
	"jim/wire"
)

// numbered is an object with a number and a text of that many bytes.
func numbered(i, text int) string {
	return fmt.Sprintf(`{"seq":%d,"message":"%s"}`, i, strings.Repeat("x", text))
}

func batch(objects ...string) *wire.Batch {
	b := new(wire.Batch)
	for _, o := range objects {
		b.Append(func(dst []byte) []byte { return append(dst, o...) })
	}
	return b
}

// start runs f beside the test.
func start(t *testing.T, f func() error) <-chan error {
	t.Helper()
	done := make(chan error, 1)
	go func() { done <- f() }()
	return done
}

// result waits for what start began.
func result(t *testing.T, done <-chan error) error {
	t.Helper()
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case err := <-done:
		return err
	case <-timer.C:
		t.Fatal("it hangs")
		return nil
	}
}

func finish(t *testing.T, done <-chan error) {
	t.Helper()
	if err := result(t, done); err != nil {
		t.Fatal(err)
	}
}

// read reads an object, a copy of it.
func read(t *testing.T, server chat.Conn) (string, error) {
	t.Helper()
	var object string
	err := result(t, start(t, func() error {
		b, err := server.Read()
		object = string(b)
		return err
	}))
	return object, err
}

func want(t *testing.T, server chat.Conn, object string) {
	t.Helper()
	got, err := read(t, server)
	if err != nil {
		t.Fatalf("read: %v, want %.60q", err, object)
	}
	if got != object {
		t.Fatalf("read %.80q (%d bytes), want %.80q (%d)", got, len(got), object, len(object))
	}
}

// wantSoon reads past further faults.
func wantSoon(t *testing.T, server chat.Conn, object string) {
	t.Helper()
	for {
		got, err := read(t, server)
		var fault *wire.Error
		switch {
		case errors.As(err, &fault) && !fault.Close:
			continue
		case err != nil || got != object:
			t.Fatalf("read %.80q, %v; want %.80q", got, err, object)
		}
		return
	}
}

func wantFault(t *testing.T, server chat.Conn, code wire.Code) *wire.Error {
	t.Helper()
	got, err := read(t, server)
	var fault *wire.Error
	if !errors.As(err, &fault) {
		t.Fatalf("read %.80q, %v; want %v", got, err, code)
	}
	if fault.Code != code {
		t.Fatalf("read: %v, want %v", fault, code)
	}
	return fault
}

func send(t *testing.T, client *Client, data string) {
	t.Helper()
	if err := client.Send(data); err != nil {
		t.Fatal(err)
	}
}

func receive(t *testing.T, client *Client, object string) {
	t.Helper()
	var got string
	err := result(t, start(t, func() (err error) {
		got, err = client.Receive()
		return err
	}))
	if err != nil || got != object {
		t.Fatalf("received %.80q (%d bytes), %v; want %.80q (%d)", got, len(got), err, object, len(object))
	}
}
