package torture

import (
	"context"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"jim/startlog"
)

// server is a process that serves a data folder, over as many lives as it takes.
type server struct {
	trial  *trial
	data   string
	frail  bool
	listen string // the address of the first life is that of all

	process *exec.Cmd
	stdin   io.WriteCloser
	log     *startlog.Reader
	ended   chan struct{} // closed when the process is gone
}

func (t *trial) newServer(frail bool) *server {
	return &server{trial: t, data: filepath.Join(t.dir, "data"), frail: frail, listen: "tcp://127.0.0.1:0"}
}

// host is where it listens on TCP.
func (s *server) host() string { return strings.TrimPrefix(s.listen, "tcp://") }

// socket is where it listens on this machine only.
func (s *server) socket() string { return filepath.Join(s.data, "jim.sock") }

// ways are the ways to it. The path of a UNIX socket may be too long for the system; then there are two.
func (s *server) ways() []dialer {
	const longest = 107 // bytes of sun_path in unix(7), without its NUL
	ways := []dialer{overTCP(s.host()), overWebSocket(s.host())}
	if len(s.socket()) <= longest {
		ways = append(ways, overUNIX(s.socket()))
	}
	return ways
}

// launch starts the process and does not wait.
func (s *server) launch() error {
	s.process = s.trial.Server(s.data, s.listen, s.frail)
	s.log = startlog.New()
	s.process.Stderr = s.log
	s.process.WaitDelay = time.Second
	var err error
	if s.stdin, err = s.process.StdinPipe(); err != nil {
		return err
	}
	if err := s.process.Start(); err != nil {
		return fmt.Errorf("starting a server: %w", err)
	}
	ended := make(chan struct{})
	s.ended = ended
	go func(p *exec.Cmd) { // kill and await wait for it
		_ = p.Wait() // ProcessState has what there is to know
		close(ended)
	}(s.process)
	return nil
}

// readyIn is how long a server may take to start.
const readyIn = 30 * time.Second

// ready waits until it serves. A server that does not is a fault, of which ready tells false.
func (s *server) ready(ctx context.Context) bool {
	timer := time.NewTimer(readyIn)
	defer timer.Stop()
	select {
	case address := <-s.log.Ready():
		s.listen = address
		return true
	case <-ctx.Done():
	case <-timer.C:
		s.trial.fault(FaultServer, "it was not ready after %v: %s", readyIn, s.log.Last())
	case <-s.ended:
		s.died(ctx, "it does not start")
	}
	return false
}

// died notes that the process is gone and should not be, except when all is being ended: a terminal's
// Ctrl-C comes to both processes.
func (s *server) died(ctx context.Context, why string) {
	pause(ctx, 300*time.Millisecond)
	if ctx.Err() != nil {
		return
	}
	state := "it runs"
	if !s.alive() {
		state = s.process.ProcessState.String()
	}
	s.trial.fault(FaultServer, "%s: %s: %s", why, state, s.log.Last())
}

// start is launch and ready. A server that does not become ready does not stay either.
func (s *server) start(ctx context.Context) (bool, error) {
	if err := s.launch(); err != nil {
		return false, err
	}
	up := s.ready(ctx)
	if !up {
		s.kill()
	}
	return up, nil
}

// kill ends the process as nothing else does, and waits for its end.
func (s *server) kill() {
	if s.process == nil || s.process.Process == nil {
		return
	}
	_ = s.process.Process.Kill() // it may have ended already
	<-s.ended
}

// await waits until the process ends by itself, and returns its exit code; -1 when it does not within readyIn.
func (s *server) await(ctx context.Context) int {
	timer := time.NewTimer(readyIn)
	defer timer.Stop()
	select {
	case <-s.ended:
		return s.process.ProcessState.ExitCode()
	case <-ctx.Done():
	case <-timer.C:
	}
	return -1
}

// alive tells whether the process has not ended.
func (s *server) alive() bool {
	select {
	case <-s.ended:
		return false
	default:
		return true
	}
}

// order tells a frail server something; see [Frail].
func (s *server) order(words string) error {
	_, err := io.WriteString(s.stdin, words+"\n")
	return err
}
