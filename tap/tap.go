// Package tap stands between clients and a server, hands on every byte as it came, and tells
// what it saw: each object, how long it took, and which rules of the protocol it breaks.
//
// Showing never holds up what travels: what cannot be shown in time is counted as lost. Memory
// is bounded, whatever the two sides send.
package tap

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"jim/client"
)

// Options say between whom a tap stands.
type Options struct {
	// Server is its address in any form that [client.DialBytes] takes.
	Server string
	// Listen is where clients come: HOST:PORT, tcp://HOST:PORT, unix:///PATH, or udp://HOST:PORT
	// for a server of UDP. "" = a free port of 127.0.0.1; for a server at a UNIX socket, one in a folder
	// of its own that only this user may enter, since such a server takes every client for this user.
	Listen string
	// Show is told everything in the order in which it was seen, from one goroutine.
	Show func(Item)
}

// Tap is a tap that listens.
type Tap struct {
	options Options
	dials   string // the server, as a URI
	stream  net.Listener
	packets *net.UDPConn
	folder  string // of the UNIX socket; "" = it is the user's affair
	feed    *feed
	all     sync.WaitGroup

	mu     sync.Mutex
	closed bool
	open   map[net.Conn]bool
	number int
}

// Bounds.
const (
	mostStreams  = 1024             // connections at a time; others wait to be accepted
	dialPatience = 15 * time.Second // for the server to answer
)

// Open begins to listen. Errors are those of the addresses.
func Open(o Options) (*Tap, error) {
	server, err := client.Normalize(o.Server)
	if err != nil {
		return nil, err
	}
	scheme, _, _ := strings.Cut(server, "://")
	if scheme == "quic" {
		_, err := client.DialBytes(context.Background(), o.Server)
		return nil, err
	}
	t := &Tap{options: o, dials: server, feed: newFeed(o.Show), open: map[net.Conn]bool{}}
	if o.Listen == "" && scheme == "unix" {
		if t.folder, err = os.MkdirTemp("", "jim-tap"); err != nil {
			return nil, fmt.Errorf("a folder for the socket: %w", err)
		}
		o.Listen = "unix://" + filepath.Join(t.folder, "tap.sock")
	}
	network, address, err := whereToListen(o.Listen, scheme == "udp")
	if err == nil {
		err = t.listen(network, address)
	}
	if err == nil && sameAddress(t.Address(), server) {
		err = errors.New("the tap would talk with itself: --listen is the server's address")
	}
	if err != nil {
		t.close()
		return nil, err
	}
	return t, nil
}

// listen opens the socket that clients come to.
func (t *Tap) listen(network, address string) (err error) {
	switch network {
	case "udp":
		var at *net.UDPAddr
		if at, err = net.ResolveUDPAddr("udp", address); err == nil {
			t.packets, err = net.ListenUDP("udp", at)
		}
	case "unix":
		clearSocket(address)
		if t.stream, err = net.Listen(network, address); err == nil {
			err = os.Chmod(address, 0o600)
		}
	default:
		t.stream, err = net.Listen(network, address)
	}
	if err != nil {
		return fmt.Errorf("listen at %s: %w", address, err)
	}
	return nil
}

// sameAddress tells whether two URIs name the same place of this machine, as far as can be seen.
func sameAddress(a, b string) bool {
	_, a, _ = strings.Cut(a, "://")
	_, b, _ = strings.Cut(b, "://")
	b, _, _ = strings.Cut(strings.Replace(b, "localhost:", "127.0.0.1:", 1), "/jim/")
	return a == b
}

// whereToListen reads [Options].Listen.
func whereToListen(text string, datagrams bool) (network, address string, err error) {
	network = "tcp"
	if datagrams {
		network = "udp"
	}
	if text == "" {
		return network, "127.0.0.1:0", nil
	}
	scheme, rest, found := strings.Cut(text, "://")
	switch {
	case !found && strings.Contains(text, "/"):
		scheme, rest = "unix", text
	case !found:
		scheme, rest = network, text
	}
	if rest != "" && scheme != "unix" && !strings.Contains(rest, ":") {
		rest = "127.0.0.1:" + rest
	}
	if strings.HasPrefix(rest, ":") && scheme != "unix" {
		rest = "127.0.0.1" + rest
	}
	if (scheme == "udp") != datagrams || scheme != "udp" && scheme != "tcp" && scheme != "unix" || rest == "" {
		return "", "", fmt.Errorf("%q is no place to listen: write HOST:PORT or unix:///PATH, and udp://HOST:PORT where the server's address is udp://", text)
	}
	return scheme, rest, nil
}

// clearSocket removes a UNIX socket at which nobody listens any more.
func clearSocket(path string) {
	if info, err := os.Lstat(path); err != nil || info.Mode()&fs.ModeSocket == 0 {
		return
	}
	if c, err := net.Dial("unix", path); err == nil {
		_ = c.Close() // somebody is there: listening will say so
		return
	}
	_ = os.Remove(path) // if that fails, listening will say why
}

// Address is where clients come, as a URI that `jim chat` takes.
func (t *Tap) Address() string {
	if t.packets != nil {
		return "udp://" + t.packets.LocalAddr().String()
	}
	a := t.stream.Addr()
	return a.Network() + "://" + a.String()
}

// Server is the address of the server as a URI.
func (t *Tap) Server() string { return t.dials }

// Run hands on and tells until ctx is over. When it returns, all sockets are closed and everything was told.
func (t *Tap) Run(ctx context.Context) (Summary, error) {
	stop := context.AfterFunc(ctx, t.close)
	defer stop()
	shown := make(chan struct{})
	go func() {
		defer close(shown)
		t.feed.run()
	}()
	var err error
	if t.packets != nil {
		err = t.serveDatagrams(ctx)
	} else {
		err = t.serveStreams(ctx)
	}
	t.close()
	t.all.Wait()
	t.feed.end()
	<-shown
	return t.feed.summary, err
}

// close closes all sockets.
func (t *Tap) close() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.closed = true
	if t.packets != nil {
		_ = t.packets.Close()
	}
	if t.stream != nil {
		_ = t.stream.Close()
	}
	for c := range t.open {
		_ = c.Close()
	}
	if t.folder != "" {
		_ = os.RemoveAll(t.folder) // it is empty by now
	}
}

// holds keeps track of a socket, so that close finds it. Where the tap is closed already, it closes it.
func (t *Tap) holds(c net.Conn) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		_ = c.Close()
		return
	}
	t.open[c] = true
}

func (t *Tap) releases(c net.Conn) {
	t.mu.Lock()
	delete(t.open, c)
	t.mu.Unlock()
	_ = c.Close() // it may be closed already
}

// next is the number of the next connection.
func (t *Tap) next() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.number++
	return t.number
}

// isClosed tells that err says no more than that a socket was closed.
func isClosed(err error) bool { return errors.Is(err, net.ErrClosed) }
