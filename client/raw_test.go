package client_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"testing"
	"time"

	"jim/client"
)

func TestOpenCarriesWhateverItIsGiven(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	heard := make(chan string, 1)
	go func() {
		c, err := l.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		line, _ := bufio.NewReader(c).ReadString('\n')
		heard <- line
		_, _ = io.WriteString(c, `{"action":"probe"}`+"\n")
	}()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	r, err := client.Open(ctx, "tcp://"+l.Addr().String(), client.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if r.Stream() == nil {
		t.Error("TCP has no stream")
	}
	if err := r.Write([]byte("no object\xff\n")); err != nil {
		t.Fatal(err)
	}
	if line := <-heard; line != "no object\xff\n" {
		t.Errorf("what arrived is %q", line)
	}
	if o, err := r.Read(); err != nil || string(o) != `{"action":"probe"}` {
		t.Errorf("what came is %q (%v)", o, err)
	}
	if _, err := r.Read(); !errors.Is(err, io.EOF) {
		t.Errorf("the end is %v", err)
	}
}

func TestOpenSaysWhyNot(t *testing.T) {
	var address *client.AddressError
	if _, err := client.Open(t.Context(), "ftp://x", client.Options{}); !errors.As(err, &address) {
		t.Errorf("the error is %v", err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	to := l.Addr().String()
	_ = l.Close()
	var unreachable *client.UnreachableError
	if _, err := client.Open(t.Context(), to, client.Options{}); !errors.As(err, &unreachable) {
		t.Errorf("the error is %v", err)
	}
}
