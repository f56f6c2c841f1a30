//go:build linux

package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"jim/client"
	"jim/startlog"
	"jim/wire"
)

// child is a server in a process of its own, with less of something than it may
// be asked for.
type child struct {
	address string // host:port
	pid     int
	log     *lockedLog
}

// lockedLog is the log of a child, and wakes who waits for a line.
type lockedLog struct {
	mu   sync.Mutex
	text bytes.Buffer
	more chan struct{}
}

func (l *lockedLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	select {
	case l.more <- struct{}{}:
	default:
	}
	return l.text.Write(p)
}

func (l *lockedLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// raise starts a server under a limit of the shell, with additional environment.
func raise(t *testing.T, limit string, env ...string) *child {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	jim := filepath.Join(dir, "jim") // the name by which TestMain knows it
	if err := os.Symlink(self, jim); err != nil {
		t.Fatal(err)
	}
	c := exec.Command("sh", "-c", limit+`; exec "$0" serve "$@"`, jim, "--listen", "tcp://127.0.0.1:0", "--data", filepath.Join(dir, "data"), "--log", "json")
	c.Env = append(env, "HOME="+dir, "PATH="+os.Getenv("PATH"))
	log := &lockedLog{more: make(chan struct{}, 1)}
	c.Stderr = log
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(c.Process.Signal(syscall.SIGTERM), c.Wait()); err != nil {
			t.Errorf("the server ended: %v\n%s", err, log)
		}
	})
	reader := startlog.New()
	for seen := 0; ; {
		select {
		case <-log.more:
		case <-time.After(patient):
			t.Fatalf("the server is not ready: %s", log)
		}
		text := log.String()
		reader.Write([]byte(text[seen:]))
		seen = len(text)
		select {
		case address := <-reader.Ready():
			return &child{strings.TrimPrefix(address, "tcp://"), c.Process.Pid, log}
		default:
		}
	}
}

// dialFrom connects from an address of this machine of its own.
func (c *child) dialFrom(t *testing.T, i int) net.Conn {
	t.Helper()
	d := net.Dialer{Timeout: patient, LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 1, byte(1+i/200))}}
	conn, err := d.Dial("tcp", c.address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	conn.SetDeadline(time.Now().Add(4 * patient))
	return conn
}

// comes logs in.
func (c *child) comes(t *testing.T, name string) (*client.Client, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patient)
	defer cancel()
	who, err := client.Dial(ctx, c.address, client.Options{Name: name, Quiet: true})
	if err == nil {
		t.Cleanup(func() { who.Close() })
	}
	return who, err
}

// says says something, and wants that it is kept.
func says(t *testing.T, who *client.Client, when string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patient)
	defer cancel()
	if r, err := who.Do(ctx, wire.Request{Action: wire.ActMsg, To: "#lobby", Message: when}); err != nil || r.Code != wire.Created {
		t.Errorf("%s: %+v, %v", when, r, err)
	}
}

// comesAgain waits until somebody new is let in.
func (c *child) comesAgain(t *testing.T, name string) {
	t.Helper()
	for end := time.Now().Add(patient); ; {
		who, err := c.comes(t, name)
		if err == nil {
			says(t, who, "again")
			return
		}
		if time.Now().After(end) {
			t.Fatalf("nobody is let in any more: %v\n%s", err, c.log)
		}
	}
}

// answered counts who was refused in words, of connections that say nothing but
// what they said already, and which of them are held.
func answered(conns []net.Conn) (words, mute int) {
	var mu sync.Mutex
	var all sync.WaitGroup
	for _, c := range conns {
		all.Go(func() {
			c.SetReadDeadline(time.Now().Add(3 * time.Second))
			line, err := bufio.NewReader(c).ReadString('\n')
			mu.Lock()
			defer mu.Unlock()
			switch {
			case strings.HasPrefix(line, `{"response":503`) && strings.Contains(line, `"retry_after":5`):
				words++
			case err == io.EOF || errors.Is(err, syscall.ECONNRESET):
				mute++
			}
		})
	}
	all.Wait()
	return words, mute
}

// TestFewOpenFiles has a server that may open 256 files, and 400 connections.
func TestFewOpenFiles(t *testing.T) {
	s := raise(t, "ulimit -n 256")
	ann, err := s.comes(t, "ann")
	if err != nil {
		t.Fatal(err)
	}
	says(t, ann, "before")
	var conns []net.Conn
	for i := range 400 {
		c := s.dialFrom(t, i)
		io.WriteString(c, `{"action":"p`) // who is cut off at once need not hear it
		conns = append(conns, c)
	}
	for i := range 50 {
		says(t, ann, fmt.Sprint("while they are there ", i))
	}
	words, mute := answered(conns)
	if held := len(conns) - words - mute; held < 100 || held > 192 || words < 10 {
		t.Errorf("%d are held, %d were refused in words, %d without", held, words, mute)
	}
	says(t, ann, "after they were refused")
	for _, c := range conns {
		c.Close()
	}
	s.comesAgain(t, "bob")
	if n := strings.Count(s.log.String(), "accepting connections fails"); n > 3 {
		t.Errorf("it was logged %d times that files are short", n)
	}
	if strings.Contains(s.log.String(), "too many open files") && strings.Contains(s.log.String(), "request failed") {
		t.Errorf("the files were short for more than connections:\n%s", s.log)
	}
}

// TestLittleMemory has a server with 64 MiB, and two thousand connections each of which makes it hold
// most of an object. GOMEMLIMIT bounds what Go holds; the program itself and what SQLite maps come on top.
func TestLittleMemory(t *testing.T) {
	const limit, beside = 64 << 20, 48 << 20
	s := raise(t, "true", "GOMEMLIMIT=64MiB")
	ann, err := s.comes(t, "ann")
	if err != nil {
		t.Fatal(err)
	}
	part := []byte(`{"action":"msg","message":"` + strings.Repeat("x", 60<<10))
	var conns []net.Conn
	peak := 0
	for i := range 2000 {
		c := s.dialFrom(t, i)
		c.Write(part) // who is cut off at once need not hear it
		conns = append(conns, c)
		if i%100 == 0 {
			says(t, ann, fmt.Sprint("beside ", i))
		}
		peak = max(peak, s.resident(t))
	}
	words, mute := answered(conns)
	peak = max(peak, s.resident(t))
	t.Logf("resident memory was at most %d MiB; %d refused in words, %d without", peak>>20, words, mute)
	if peak > raceMemory*(limit+beside) {
		t.Errorf("resident memory was %d MiB, want at most %d", peak>>20, raceMemory*(limit+beside)>>20)
	}
	if words+mute < 500 || words < 10 {
		t.Errorf("%d were refused in words and %d without, so the memory was not short", words, mute)
	}
	says(t, ann, "after they were refused")
	for _, c := range conns {
		c.Close()
	}
	s.comesAgain(t, "bob")
}

// resident is the memory of the child that is in RAM, in bytes.
func (c *child) resident(t *testing.T) int {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", c.pid))
	if err != nil {
		t.Fatal(err)
	}
	pages, err := strconv.Atoi(strings.Fields(string(text))[1])
	if err != nil {
		t.Fatal(err)
	}
	return pages * os.Getpagesize()
}
