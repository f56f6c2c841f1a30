// Package tcptest lets a test be a server on this machine that does one thing with each
// who comes.
package tcptest

import (
	"net"
	"sync"
	"testing"
)

// Serve lets serve talk with each who comes over TCP to address, HOST:PORT. A connection is closed
// when serve returns. It ends with the test or with end, which lets nobody in any more and waits until those who are
// there have been served.
func Serve(t testing.TB, serve func(net.Conn)) (address string, end func()) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l.Addr().String(), ServeOn(t, l, serve)
}

// ServeOn is [Serve] at another address.
func ServeOn(t testing.TB, l net.Listener, serve func(net.Conn)) (end func()) {
	var all sync.WaitGroup
	all.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			all.Go(func() {
				defer c.Close()
				serve(c)
			})
		}
	})
	end = func() {
		_ = l.Close() // it may have been closed before
		all.Wait()
	}
	t.Cleanup(end)
	return end
}
