//go:build unix

package lab

import (
	"errors"
	"io"
)

// Echo is the lecture's server: what a client sends it sends back, as each recv gave it.
type Echo struct {
	Listen  Address
	Buffer  int  // how many bytes one recv takes at most
	Backlog int  // how many clients may wait for accept
	InTurn  bool // one client after another, as in the lecture; otherwise each in a thread of its own
}

// atOnce is how many clients are served at once; more wait in the kernel's queue.
const atOnce = 64

// Run serves until it is stopped.
func (e Echo) Run(l *Lab) error {
	if e.Listen.Network == "udp" {
		return e.datagrams(l)
	}
	server, at, err := l.Listen(e.Listen, e.Backlog)
	if err != nil {
		return err
	}
	defer server.Close()
	l.say(sayEcho, at, e.Buffer)
	places := make(chan struct{}, atOnce)
	for {
		client, err := server.Accept()
		if err != nil {
			return err
		}
		if e.InTurn {
			e.serve(l, client)
			continue
		}
		places <- struct{}{}
		l.Go(func() {
			defer func() { <-places }()
			e.serve(l, client)
		})
	}
}

// serve answers one client until it closes.
func (e Echo) serve(l *Lab, client *Sock) {
	defer client.Close()
	l.say(sayNew, client.Peer)
	if e.Listen.Network == "ws" {
		switch err := e.serveFrames(l, client); {
		case l.Stopped():
		case err == nil || errors.Is(err, io.EOF):
			l.say(sayClosed, client.Peer)
		default:
			l.say(sayLost, client.Peer, err)
		}
		return
	}
	buf := make([]byte, e.Buffer)
	for {
		n, err := client.Recv(buf)
		switch {
		case err != nil:
			l.say(sayLost, client.Peer, err)
			return
		case n == 0:
			if !l.Stopped() {
				l.say(sayClosed, client.Peer)
			}
			return
		}
		l.report(sayBytes, client.Peer, n, quoted(buf[:n], 0))
		if err := client.SendAll(buf[:n]); err != nil {
			l.say(sayLost, client.Peer, err)
			return
		}
	}
}

// serveFrames answers one WebSocket client until it closes: each frame with the same.
func (e Echo) serveFrames(l *Lab, client *Sock) error {
	w, err := l.takeWebSocket(client)
	if err != nil {
		return err
	}
	for {
		f, err := w.read()
		if err != nil {
			return err
		}
		switch f.op {
		case opPong:
			continue
		case opPing:
			f.op = opPong
		}
		if err := w.write(f); err != nil || f.op == opClose {
			return err
		}
	}
}
