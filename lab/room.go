//go:build unix

package lab

import (
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"jim/printable"
)

// Room is a server for many clients: what one says all hear, with who said it. It serves them in one
// of three ways, and what is seen explains the ways.
type Room struct {
	Listen  Address
	With    string // "threads", "processes" or "one"
	Buffer  int    // how many bytes one recv takes at most
	Backlog int    // how many clients may wait for accept
	PassOn  bool   // processes: the parent passes on what a child hears

	// Child are the arguments with which this program becomes the process of one client, whose descriptor
	// is 3; with PassOn the one to its parent is 4. See [RoomChild].
	Child []string
}

// room is what all threads of a process share: that is its point.
type room struct {
	lab    *Lab
	buffer int

	mu     sync.Mutex
	guests []*guest
	heard  int // sentences, from everybody
}

// guest is somebody in the room.
type guest struct {
	sock  *Sock
	name  string
	child int // the process that serves it, which sock leads to; 0 = this one
}

// slowest is how long a guest may leave the kernel's buffer full; then it is thrown out. Until then it
// holds up everybody else, because the thread of who has just spoken waits for it.
const slowest = 2 * time.Second

// Run serves until it is stopped.
func (r Room) Run(l *Lab) error {
	server, at, err := l.Listen(r.Listen, r.Backlog)
	if err != nil {
		return err
	}
	defer server.Close()
	all := &room{lab: l, buffer: r.Buffer}
	switch r.With {
	case "processes":
		server.who = numbered("pid", os.Getpid())
		banner := sayRoomProcesses
		if r.PassOn {
			banner = sayRoomPassOn
		}
		l.say(banner, at, os.Getpid())
		return r.processes(l, server, all)
	case "one":
		l.say(sayRoomOne, at)
		return all.inTurn(server)
	}
	l.say(sayRoomThreads, at, os.Getpid())
	return all.threads(server)
}

// threads serves each client in a thread of its own.
func (r *room) threads(server *Sock) error {
	places := make(chan struct{}, atOnce)
	for {
		client, err := server.Accept()
		if err != nil {
			return err
		}
		places <- struct{}{}
		r.lab.Go(func() {
			defer func() { <-places }()
			runtime.LockOSThread() // one thread of the system, whose number can be shown
			defer runtime.UnlockOSThread()
			client.tids = true
			g := r.enter(client, 0)
			r.lab.say(sayRoomServed, g.name, threadID(), os.Getpid())
			r.serve(g, nil)
		})
	}
}

// inTurn serves one client after another.
func (r *room) inTurn(server *Sock) error {
	for {
		client, err := server.Accept()
		if err != nil {
			return err
		}
		r.lab.say(sayRoomTurn, client.Peer)
		r.serve(r.enter(client, 0), func() {
			if n, ok := server.queue(); ok && n > 0 {
				r.lab.say(sayRoomQueue, n)
			}
		})
		if r.lab.Stopped() {
			return nil
		}
	}
}

// serve hears a guest until it leaves. after, where it is there, is called after each sentence.
func (r *room) serve(g *guest, after func()) {
	defer r.leave(g)
	s := g.sock
	if s.timeoutOf("SO_SNDTIMEO", unix.SO_SNDTIMEO, slowest) != nil {
		return // told
	}
	buf := make([]byte, r.buffer)
	for {
		n, err := s.Recv(buf)
		if err != nil || n == 0 {
			r.left(s, err)
			return
		}
		for _, sentence := range sentences(buf[:n]) {
			if sentence == "exit" {
				r.lab.say(sayRoomExit, g.name)
				return
			}
			r.tell(g, sentence)
			if after != nil {
				after()
			}
		}
	}
}

func (r *room) left(s *Sock, err error) {
	switch {
	case r.lab.Stopped():
	case s.woken():
		r.lab.say(sayRoomSlow, s.Peer)
	case err != nil:
		r.lab.say(sayLost, s.Peer, err)
	default:
		r.lab.say(sayClosed, s.Peer)
	}
}

// tell sends what a guest has said to all. The lock is held while it does: it gives all the same
// order, and nobody's socket is closed under the send. So whoever does not read holds up the room.
func (r *room) tell(by *guest, sentence string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.heard++
	line := by.name + ": " + sentence
	r.lab.report(phrase{"%s", "%s", "%s"}, line)
	if by.child != 0 {
		r.lab.say(sayRoomPassed, by.child, os.Getpid(), r.heard, len(r.guests))
	} else {
		r.lab.say(sayRoomHeard, threadID(), os.Getpid(), r.heard, len(r.guests))
	}
	for _, g := range r.guests {
		if g.sock.woken() {
			continue
		}
		if err := g.sock.SendAll([]byte(line + "\n")); failedWith(err, unix.EAGAIN) {
			g.sock.wake("slow")
		}
	}
}

// enter lets a client hear what is said from now on. Its name is its address; child is the process
// that serves it, or 0.
func (r *room) enter(s *Sock, child int) *guest {
	r.mu.Lock()
	defer r.mu.Unlock()
	g := &guest{s, s.Peer, child}
	r.guests = append(r.guests, g)
	return g
}

// leave takes the guest out before its socket is closed: the number may be another's a moment later.
func (r *room) leave(g *guest) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.guests = slices.DeleteFunc(r.guests, func(other *guest) bool { return other == g })
	_ = g.sock.Close() // told
}

// sentences are what one recv gave, line by line. The program of the text ends no line: there each
// recv is taken for a sentence, which holds as long as people type slower than the network.
func sentences(b []byte) (all []string) {
	for line := range strings.Lines(string(b)) {
		if line = printable.Line(strings.TrimRight(line, "\r\n")); line != "" {
			all = append(all, line)
		}
	}
	return all
}
