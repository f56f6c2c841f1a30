package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/go-json-experiment/json"

	"jim/bench"
)

// ownServer is a `jim serve` that was started for a measurement, with its data in a temporary folder.
type ownServer struct {
	at        *bench.Server
	dir       string
	transport string

	process *exec.Cmd
	log     *logReader
	ended   chan error // gets what Wait returned
}

// startOwn starts a server whose data is in a new folder in dir and waits until it is ready.
func startOwn(ctx context.Context, dir, transport string) (*ownServer, error) {
	switch transport {
	case "tcp", "tls", "ws", "wss", "unix":
	default:
		return nil, exitf(exitUsage, "--transport is %q; it can be tcp, tls, ws, wss or unix", transport)
	}
	dir, err := os.MkdirTemp(dir, "jim-bench-")
	if err != nil {
		return nil, fmt.Errorf("a folder for the server: %w", err)
	}
	s := &ownServer{dir: dir, transport: transport}
	err = os.WriteFile(s.config(), nil, 0o600)
	if err == nil {
		err = s.start(ctx)
	}
	if err != nil {
		os.RemoveAll(dir)
		return nil, err
	}
	return s, nil
}

// config is an empty file: no setting of the user's own server counts.
func (s *ownServer) config() string { return filepath.Join(s.dir, "jim.toml") }

func (s *ownServer) data() string { return filepath.Join(s.dir, "data") }

// readyIn is how long a server may take to start.
const readyIn = time.Minute

// start starts the process on the folder as it is.
func (s *ownServer) start(ctx context.Context) error {
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("finding this program: %w", err)
	}
	p := exec.Command(self, "serve", "--config", s.config(), "--limits", "off", "--data", s.data(),
		"--listen", "tcp://127.0.0.1:0", "--log", "json")
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "JIM_") {
			p.Env = append(p.Env, v)
		}
	}
	s.log = &logReader{ready: make(chan string, 1)}
	p.Stderr = s.log
	if err := p.Start(); err != nil {
		return fmt.Errorf("starting a server: %w", err)
	}
	s.process, s.ended = p, make(chan error, 1)
	go func() { s.ended <- p.Wait() }() // stop waits for it
	timeout := time.NewTimer(readyIn)
	defer timeout.Stop()
	select {
	case address := <-s.log.ready:
		s.at, err = bench.At(s.address(address), p.Process.Pid)
	case <-ctx.Done():
		err = context.Cause(ctx)
	case <-timeout.C:
		err = fmt.Errorf("the server was not ready after %v", readyIn)
	case ended := <-s.ended:
		s.ended <- ended
		err = fmt.Errorf("the server ended: %w", errors.Join(ended, s.log.last()))
	}
	if err != nil {
		return errors.Join(err, s.stop())
	}
	return nil
}

// address is the one that listens on tcp, or the socket, by the transport wanted.
func (s *ownServer) address(tcp string) string {
	if s.transport == "unix" {
		return "unix://" + (&config{data: s.data()}).socket()
	}
	return s.transport + "://" + strings.TrimPrefix(tcp, "tcp://")
}

// stop ends the process as an operator would and waits for it.
func (s *ownServer) stop() error {
	if s.process.Process.Signal(syscall.SIGTERM) != nil {
		s.process.Process.Kill() // where there is no such signal, or it has ended already
	}
	timeout := time.NewTimer(2 * patience)
	defer timeout.Stop()
	select {
	case <-s.ended:
		return nil
	case <-timeout.C:
		s.process.Process.Kill()
		<-s.ended
		return fmt.Errorf("the server did not stop within %v", 2*patience)
	}
}

// restart stops the server and starts it again on the same data, before the next round.
func (s *ownServer) restart(ctx context.Context) (*bench.Server, error) {
	if err := s.stop(); err != nil {
		return nil, err
	}
	if err := s.start(ctx); err != nil {
		return nil, err
	}
	return s.at, nil
}

// remove stops the server and removes its folder.
func (s *ownServer) remove() error {
	return errors.Join(s.stop(), os.RemoveAll(s.dir))
}

// logReader takes the log of a server. It waits for the line "ready" and keeps the last lines.
type logReader struct {
	ready chan string // gets the first address when the server is ready

	mu      sync.Mutex
	partial []byte
	address string
	lines   []string
}

// Write takes some more of the log.
func (r *logReader) Write(p []byte) (int, error) {
	const most = 10
	r.mu.Lock()
	defer r.mu.Unlock()
	r.partial = append(r.partial, p...)
	for {
		line, rest, found := bytes.Cut(r.partial, []byte("\n"))
		if !found {
			return len(p), nil
		}
		r.take(line)
		r.lines = append(r.lines, string(line))
		r.lines = r.lines[max(0, len(r.lines)-most):]
		r.partial = append(r.partial[:0:0], rest...)
	}
}

func (r *logReader) take(line []byte) {
	var entry struct {
		Msg     string `json:"msg"`
		Address string `json:"address"`
	}
	if json.Unmarshal(line, &entry) != nil {
		return
	}
	switch {
	case entry.Msg == "listening" && r.address == "":
		r.address = entry.Address
	case entry.Msg == "ready":
		select {
		case r.ready <- r.address:
		default:
		}
	}
}

// last is the last lines of the log as an error.
func (r *logReader) last() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return errors.New(strings.Join(append(r.lines, string(r.partial)), "\n"))
}
