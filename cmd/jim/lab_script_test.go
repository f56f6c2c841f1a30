//go:build unix

package main

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// The commands of scripts for programs that run beside the script, as those of `jim lab` do:
//
//	start NAME COMMAND…         starts it. Its stdout is the file NAME.out, its stderr NAME.err;
//	                            $WORK stands for itself in its arguments
//	says NAME REGEXP [NAME2]    waits until its stdout or its stderr has said that; sets $NAME2 to
//	                            what the group in the expression matches
//	type NAME TEXT              types a line into it; without TEXT, the end of its input
//	finish NAME CODE [SIGNAL]   sends INT to it and to all processes that it has started, as a
//	                            terminal does at Ctrl-C, or TERM to it alone, where one is given;
//	                            waits for its end and wants that exit code

// besides is where a script keeps them.
type besides struct{}

type beside struct {
	process *exec.Cmd
	in      io.WriteCloser
	out     *heardText
	err     *heardText
	ended   chan struct{}
}

// heardText is what a program has written so far, in a file too.
type heardText struct {
	mu   sync.Mutex
	text bytes.Buffer
	file *os.File
	more chan struct{} // has one element when there is something new
}

func (h *heardText) Write(b []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.text.Write(b)
	select {
	case h.more <- struct{}{}:
	default:
	}
	return h.file.Write(b)
}

func (h *heardText) String() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.text.String()
}

func startBeside(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: start NAME COMMAND…")
	}
	name := args[0]
	c := exec.Command("sh", append([]string{"-c", `exec "$@"`, "sh"}, args[1:]...)...)
	c.Dir = ts.MkAbs(".")
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	for _, v := range []string{"PATH", "HOME", "LC_ALL", "LANG", "JIM_LANG", "WORK", "TMPDIR"} {
		c.Env = append(c.Env, v+"="+ts.Getenv(v))
	}
	b := &beside{process: c, ended: make(chan struct{})}
	more := make(chan struct{}, 1)
	for ending, to := range map[string]**heardText{".out": &b.out, ".err": &b.err} {
		file, err := os.Create(ts.MkAbs(name + ending))
		ts.Check(err)
		*to = &heardText{file: file, more: more}
	}
	c.Stdout, c.Stderr = b.out, b.err
	var err error
	b.in, err = c.StdinPipe()
	ts.Check(err)
	ts.Check(c.Start())
	go func() {
		_ = c.Wait() // the code is looked at by finish
		b.out.file.Close()
		b.err.file.Close()
		close(b.ended)
	}()
	ts.Defer(func() {
		_ = syscall.Kill(-c.Process.Pid, syscall.SIGKILL) // all of it may have ended already
		<-b.ended
	})
	ts.Value(besides{}).(map[string]*beside)[name] = b
}

func besideCalled(ts *testscript.TestScript, name string) *beside {
	b := ts.Value(besides{}).(map[string]*beside)[name]
	if b == nil {
		ts.Fatalf("nothing was started as %s", name)
	}
	return b
}

func saysBeside(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 || len(args) > 3 {
		ts.Fatalf("usage: says NAME REGEXP [NAME2]")
	}
	b, want := besideCalled(ts, args[0]), regexp.MustCompile(`(?m)`+args[1])
	late := time.After(patient)
	for ended := false; ; {
		for _, text := range []string{b.out.String(), b.err.String()} {
			if m := want.FindStringSubmatch(text); m != nil {
				if len(args) == 3 {
					ts.Setenv(args[2], m[1])
				}
				return
			}
		}
		if ended {
			ts.Fatalf("%s has ended without saying %s:\n%s%s", args[0], args[1], b.out, b.err)
		}
		select {
		case <-b.out.more:
		case <-b.ended:
			ended = true
		case <-late:
			ts.Fatalf("%s does not say %s:\n%s%s", args[0], args[1], b.out, b.err)
		}
	}
}

func typeBeside(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 || len(args) > 2 {
		ts.Fatalf("usage: type NAME [TEXT]")
	}
	b := besideCalled(ts, args[0])
	if len(args) == 1 {
		ts.Check(b.in.Close())
		return
	}
	_, err := io.WriteString(b.in, args[1]+"\n")
	ts.Check(err)
}

func finishBeside(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 || len(args) > 3 {
		ts.Fatalf("usage: finish NAME CODE [SIGNAL]")
	}
	b := besideCalled(ts, args[0])
	want, err := strconv.Atoi(args[1])
	ts.Check(err)
	if len(args) == 3 {
		pid := b.process.Process.Pid
		to := map[string]func() error{
			"INT":  func() error { return syscall.Kill(-pid, syscall.SIGINT) },
			"TERM": func() error { return b.process.Process.Signal(syscall.SIGTERM) },
		}[args[2]]
		if to == nil {
			ts.Fatalf("no such signal: %s", args[2])
		}
		ts.Check(to())
	}
	select {
	case <-b.ended:
	case <-time.After(patient):
		ts.Fatalf("%s goes on:\n%s%s", args[0], b.out, b.err)
	}
	if code := b.process.ProcessState.ExitCode(); code != want {
		ts.Fatalf("%s ended with %d, want %d:\n%s%s", args[0], code, want, b.out, b.err)
	}
}
