package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"jim/bench"
	"jim/startlog"
	"jim/wire"
)

// ownServer is a `jim serve` that was started for a measurement, with its data in a temporary folder.
type ownServer struct {
	at        *bench.Server
	dir       string
	transport string
	limits    string // on or off

	process *exec.Cmd
	log     *startlog.Reader
	ended   chan error // gets what Wait returned
}

// startOwn starts a server whose data is in a new folder in dir and waits until it is ready.
func startOwn(ctx context.Context, dir, transport, limits string) (*ownServer, error) {
	switch transport {
	case "tcp", "tls", "ws", "wss", "unix":
	default:
		return nil, exitf(exitUsage, "--transport is %q; it can be tcp, tls, ws, wss or unix", transport)
	}
	dir, err := os.MkdirTemp(dir, "jim-bench-")
	if err != nil {
		return nil, fmt.Errorf("a folder for the server: %w", err)
	}
	s := &ownServer{dir: dir, transport: transport, limits: limits}
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
	p := exec.Command(self, "serve", "--config", s.config(), "--limits", s.limits, "--data", s.data(),
		"--listen", "tcp://127.0.0.1:0", "--log", "json")
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "JIM_") {
			p.Env = append(p.Env, v)
		}
	}
	s.log = startlog.New()
	p.Stderr = s.log
	if err := p.Start(); err != nil {
		return fmt.Errorf("starting a server: %w", err)
	}
	s.process, s.ended = p, make(chan error, 1)
	go func() { s.ended <- p.Wait() }() // stop waits for it
	timeout := time.NewTimer(readyIn)
	defer timeout.Stop()
	select {
	case address := <-s.log.Ready():
		if s.at, err = bench.At(s.address(address), p.Process.Pid); err == nil {
			s.at.Stats = s.stats
		}
	case <-ctx.Done():
		err = context.Cause(ctx)
	case <-timeout.C:
		err = fmt.Errorf("the server was not ready after %v", readyIn)
	case ended := <-s.ended:
		s.ended <- ended
		err = fmt.Errorf("the server ended: %w", errors.Join(ended, errors.New(s.log.Last())))
	}
	if err != nil {
		return errors.Join(err, s.stop())
	}
	return nil
}

// stats asks the server on its socket, as its operator.
func (s *ownServer) stats(ctx context.Context) (map[string]uint64, error) {
	r, err := onSocket((&config{data: s.data()}).socket())(ctx, wire.Request{Do: "stats"})
	if err != nil {
		return nil, fmt.Errorf("the server's statistics: %w", err)
	}
	return r.Stats, nil
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
