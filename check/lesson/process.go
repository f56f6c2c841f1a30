package lesson

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"
)

// process is a client that runs.
type process struct {
	cmd   *exec.Cmd
	stdin io.WriteCloser
	out   output // stdout
	talk  output // stderr
	ended chan struct{}
	err   error // how it ended; to be read when ended is closed
}

// outputBytes bounds what is kept of what a client prints: the end of it.
const outputBytes = 256 << 10

// output is what a client printed, and wakes who waits for it.
type output struct {
	wake func()
	mu   sync.Mutex
	b    []byte
	all  int // bytes
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	o.b = append(o.b, p...)
	o.all += len(p)
	if over := len(o.b) - outputBytes; over > 0 {
		o.b = append([]byte(nil), o.b[over:]...)
	}
	o.mu.Unlock()
	o.wake()
	return len(p), nil
}

func (o *output) text() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return string(o.b)
}

// size is how much was printed.
func (o *output) size() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.all
}

// start starts command; wake is called whenever it prints something, and at its end.
func start(command, env []string, wake func()) (*process, error) {
	p := &process{ended: make(chan struct{})}
	p.out.wake, p.talk.wake = wake, wake
	p.cmd = exec.Command(command[0], command[1:]...)
	p.cmd.Env = append(os.Environ(), env...)
	p.cmd.Stdout, p.cmd.Stderr = &p.out, &p.talk
	p.cmd.WaitDelay = time.Second // for what it has started itself and left behind
	ownGroup(p.cmd)
	var err error
	if p.stdin, err = p.cmd.StdinPipe(); err == nil {
		err = p.cmd.Start()
	}
	if err != nil {
		return nil, fmt.Errorf("start the client: %w", err)
	}
	go func() {
		p.err = p.cmd.Wait()
		close(p.ended)
		wake()
	}()
	return p, nil
}

// stop ends the client and all that it has started, and waits for that.
func (p *process) stop() {
	_ = p.stdin.Close() // it may be closed already
	killGroup(p.cmd)
	<-p.ended
}

// hasEnded tells whether the client has ended by itself.
func (p *process) hasEnded() bool {
	select {
	case <-p.ended:
		return true
	default:
		return false
	}
}

// code is the exit code of a client that has ended; -1 = a signal ended it.
func (p *process) code() int { return p.cmd.ProcessState.ExitCode() }

// cries are what programs print on stderr when they break.
var cries = []string{"Traceback (most recent call last)", "panic: ", "fatal error: ", "Unhandled exception", "Segmentation fault", "thread 'main' panicked", "Exception in thread", "terminate called"}

// broke tells whether the client has broken, and how; "" = it has not, as far as can be seen.
func (p *process) broke() string {
	for _, cry := range cries {
		if strings.Contains(p.talk.text(), cry) {
			return strings.TrimSuffix(cry, ": ") + " on stderr: " + lastLines(p.talk.text())
		}
	}
	var exit *exec.ExitError
	if p.hasEnded() && errors.As(p.err, &exit) && p.code() < 0 {
		return exit.Error()
	}
	return ""
}

// lastWords are the last lines of stderr.
func (p *process) lastWords() []string {
	const most = 12
	lines := strings.Split(strings.TrimRight(p.talk.text(), "\n"), "\n")
	return lines[max(0, len(lines)-most):]
}

// state says in words what became of the client.
func (p *process) state() string {
	if !p.hasEnded() {
		return "the client runs"
	}
	text := fmt.Sprintf("the client has ended with exit code %d", p.code())
	if p.code() < 0 {
		text = "the client was ended by a signal"
	}
	if said := lastLines(p.talk.text()); said != "" {
		text += "; stderr: " + said
	}
	return text
}

// lastLines is the end of what was printed, on one line.
func lastLines(text string) string {
	const most = 300
	text = strings.Join(strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' }), " ⏎ ")
	if b := []byte(text); len(b) > most {
		text = "…" + string(bytes.ToValidUTF8(b[len(b)-most:], nil))
	}
	return strings.ToValidUTF8(text, "\ufffd")
}
