//go:build unix

package lab

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// processesAtOnce is how many clients have a process; more wait in the kernel's queue.
const processesAtOnce = 16

// children are the processes that were started and not yet waited for.
type children struct {
	mu    sync.Mutex
	pids  map[int]bool
	over  bool
	ended chan struct{} // closed when no more are wanted
}

// processes serves each client in a process of its own.
func (r Room) processes(l *Lab, server *Sock, all *room) error {
	kids := &children{pids: map[int]bool{}, ended: make(chan struct{})}
	l.Go(func() {
		select {
		case <-l.Done():
		case <-kids.ended:
		}
		kids.end()
	})
	defer close(kids.ended)
	if err := server.notForChildren(); err != nil {
		return err
	}
	places := make(chan struct{}, processesAtOnce)
	for {
		client, err := server.Accept()
		if err != nil {
			return err
		}
		places <- struct{}{}
		if err := r.startChild(l, client, all, kids, func() { <-places }); err != nil {
			_ = client.Close()
			return err
		}
	}
}

// startChild makes the process for a client, and closes the client here: only the child has it now.
func (r Room) startChild(l *Lab, client *Sock, all *room, kids *children, gone func()) error {
	if err := client.notForChildren(); err != nil {
		return err
	}
	files := []uintptr{0, 1, 2, uintptr(client.fd)}
	args := r.Child
	var ours *Sock
	if r.PassOn {
		pair, err := l.socketpair()
		if err != nil {
			return err
		}
		pair[1].shared = true
		defer pair[1].Close()
		ours = pair[0]
		files, args = append(files, uintptr(pair[1].fd)), append(args[:len(args):len(args)], "--pass-on")
	}
	pid, err := l.fork(args, files)
	if err != nil {
		return err
	}
	kids.add(pid)
	if ours != nil {
		ours.Peer = client.Peer
		g := all.enter(ours, pid)
		l.Go(func() { all.serve(g, nil) })
	}
	l.say(sayRoomChild, client.Peer, pid)
	l.Go(func() {
		defer gone()
		var status unix.WaitStatus
		_ = l.call(asked{ // told; nothing else can be done about it
			name: "wait4", who: numbered("pid", os.Getpid()), text: fmt.Sprintf("wait4(%d)", pid),
			do: func() (string, string, error) {
				_, err := unix.Wait4(pid, &status, 0, nil)
				return strconv.Itoa(pid), "", err
			},
		})
		kids.remove(pid)
		if r.PassOn {
			l.say(sayRoomCarrierEnded, pid, all.count())
		} else {
			l.say(sayRoomChildEnded, pid, all.count())
		}
	})
	client.shared = true
	return client.Close()
}

func (r *room) count() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.heard
}

// fork starts this program again with other arguments; files are its first descriptors.
func (l *Lab) fork(args []string, files []uintptr) (pid int, err error) {
	self, err := os.Executable()
	if err != nil {
		return 0, err
	}
	err = l.call(asked{
		name: "fork", who: numbered("pid", os.Getpid()), text: "fork(), execve(jim " + strings.Join(args, " ") + ")",
		do: func() (string, string, error) {
			pid, err = syscall.ForkExec(self, append([]string{"jim"}, args...), &syscall.ProcAttr{Env: os.Environ(), Files: files})
			return strconv.Itoa(pid), "", err
		},
	})
	return pid, err
}

func (c *children) add(pid int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pids[pid] = true
	if c.over {
		_ = unix.Kill(pid, unix.SIGTERM) // it may have ended
	}
}

func (c *children) remove(pid int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.pids, pid)
}

func (c *children) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.over = true
	for pid := range c.pids {
		_ = unix.Kill(pid, unix.SIGTERM) // it may have ended
	}
}

// notForChildren keeps the descriptor from processes that are started.
func (s *Sock) notForChildren() error {
	return s.plain("fcntl", ", F_SETFD, FD_CLOEXEC", "", func() error {
		_, err := unix.FcntlInt(uintptr(s.fd), unix.F_SETFD, unix.FD_CLOEXEC)
		return err
	})
}

// socketpair makes two sockets that are connected to each other, for a parent and its child.
func (l *Lab) socketpair() (pair [2]*Sock, err error) {
	var fds [2]int
	err = l.call(asked{
		name: "socketpair", who: numbered("pid", os.Getpid()), text: "socketpair(AF_UNIX, SOCK_STREAM, 0)",
		do: func() (string, string, error) {
			fds, err = unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0)
			return fmt.Sprintf("0  [%d, %d]", fds[0], fds[1]), "", err
		},
	})
	if err != nil {
		return pair, err
	}
	for i, fd := range fds {
		pair[i] = &Sock{lab: l, fd: fd, Peer: "pair", who: numbered("pid", os.Getpid())}
		l.keep(pair[i])
		if err := pair[i].notForChildren(); err != nil {
			return pair, err
		}
	}
	return pair, nil
}

// RoomChild is the process of one client of a [Room]: the client's descriptor is 3.
type RoomChild struct {
	Buffer int
	PassOn bool // what is heard goes to the parent at descriptor 4, and what comes from there to the client
}

// Run serves the client until it leaves.
func (c RoomChild) Run(l *Lab) error {
	client := l.inherited(3)
	from, err := client.getpeername()
	if err != nil {
		_ = client.Close() // the first error counts
		return err
	}
	client.Peer = from
	if c.PassOn {
		return c.passOn(l, client, l.inherited(4))
	}
	defer client.Close()
	buf, heard := make([]byte, c.Buffer), 0
	for {
		n, err := client.Recv(buf)
		if err != nil || n == 0 {
			return nil // the parent tells
		}
		for _, sentence := range sentences(buf[:n]) {
			if sentence == "exit" {
				return nil
			}
			heard++
			line := client.Peer + ": " + sentence
			l.report(phrase{"%s", "%s", "%s"}, line)
			l.say(sayRoomAlone, os.Getpid(), heard)
			if err := client.SendAll([]byte(line + "\n")); err != nil {
				return nil
			}
		}
	}
}

// passOn carries between the client and the parent.
func (c RoomChild) passOn(l *Lab, client, parent *Sock) error {
	done := make(chan struct{})
	l.Go(func() {
		defer close(done)
		buf := make([]byte, c.Buffer)
		for {
			n, err := parent.Recv(buf)
			if err != nil || n == 0 || client.SendAll(buf[:n]) != nil {
				client.wake("enough")
				return
			}
		}
	})
	c.hear(client, parent)
	parent.wake("enough")
	client.wake("enough") // the thread above may wait in send
	<-done
	return errors.Join(parent.Close(), client.Close())
}

// hear hands what the client says to the parent, until it leaves.
func (c RoomChild) hear(client, parent *Sock) {
	buf := make([]byte, c.Buffer)
	for {
		n, err := client.Recv(buf)
		if err != nil || n == 0 {
			return // the parent tells
		}
		for _, sentence := range sentences(buf[:n]) {
			if sentence == "exit" || parent.SendAll([]byte(sentence+"\n")) != nil {
				return
			}
		}
	}
}

// inherited is a socket that the process was born with.
func (l *Lab) inherited(fd int) *Sock {
	s := &Sock{lab: l, fd: fd, Peer: "parent", who: numbered("pid", os.Getpid())}
	l.keep(s)
	return s
}

// getpeername asks who is at the other end, as getpeername(2).
func (s *Sock) getpeername() (who string, err error) {
	err = s.do("getpeername", "", "", func() (string, string, error) {
		from, err := unix.Getpeername(s.fd)
		if err != nil {
			return "", "", err
		}
		who = shownAddr(from)
		return "0  " + who, "", nil
	})
	return who, err
}
