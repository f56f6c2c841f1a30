//go:build unix

package lab

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// What Ctrl-C does stands above what comes of it: shutdown above the call that it wakes.
func TestShutdownIsToldBeforeWhatItWakes(t *testing.T) {
	for round := range 300 {
		var talk bytes.Buffer
		ctx, stop := context.WithCancel(t.Context())
		err := Run(ctx, Options{Trace: true, Out: &talk, Talk: &talk}, func(l *Lab) error {
			server, at, err := l.Listen(Address{Network: "tcp", Host: "127.0.0.1"}, 4)
			if err != nil {
				return err
			}
			for range 3 {
				client, err := l.Connect(at)
				if err != nil {
					return err
				}
				l.Go(func() {
					_, _ = client.Recv(make([]byte, 1)) // its end is looked at in the trace
				})
			}
			l.Go(stop)
			for err == nil {
				_, err = server.Accept()
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if fault := woken(talk.String()); fault != "" {
			t.Fatalf("round %d: %s\n%s", round, fault, talk.String())
		}
	}
}

// woken finds a call of a trace that ended before the shutdown that woke it was told.
func woken(trace string) string {
	ended := map[string]bool{}
	for line := range strings.Lines(trace) {
		var fd int
		line = strings.TrimSpace(line)
		if n, _ := fmt.Sscanf(line, "shutdown(%d,", &fd); n == 1 {
			ended[fmt.Sprint(fd)] = true
		}
		for _, name := range []string{"recv", "accept"} {
			n, _ := fmt.Sscanf(line, name+"(%d", &fd)
			if n == 1 && !ended[fmt.Sprint(fd)] && (strings.HasSuffix(line, " = 0") || strings.Contains(line, " = -1 EINVAL")) {
				return line + " stands above its shutdown"
			}
		}
	}
	return ""
}

// parts is a terminal that remembers what came with each write.
type parts []string

func (p *parts) Write(b []byte) (int, error) {
	*p = append(*p, string(b))
	return len(b), nil
}

// A call and what it means come out together: other processes on the terminal cannot say something between.
func TestCallAndItsMeaningAreOneWrite(t *testing.T) {
	var talk parts
	err := Run(t.Context(), Options{Trace: true, Out: &talk, Talk: &talk}, func(l *Lab) error {
		s, err := l.Socket(unix.AF_INET, unix.SOCK_STREAM, unix.IPPROTO_TCP)
		if err == nil {
			l.say(phrase{en: strings.Repeat("a long sentence ", 20)})
			err = s.reuseAddr()
		}
		return err
	})
	if err != nil || len(talk) != 4 {
		t.Fatalf("%v: %d writes for three calls and a sentence: %q", err, len(talk), talk)
	}
	for _, part := range talk {
		if strings.Count(part, "\n") < 2 {
			t.Errorf("%q has no note", part)
		}
	}
}

// A child says nothing of its end: its parent does, when all are gone.
func TestChildLeavesTheEndToItsParent(t *testing.T) {
	for child, want := range map[bool]string{false: sayStopped.en + "\n", true: ""} {
		if got := stopped(t, Options{Child: child}); got != want {
			t.Errorf("child %v: %q, want %q", child, got, want)
		}
	}
}

// The "^C" that a terminal shows does not share its line with the trace.
func TestStopBeginsALine(t *testing.T) {
	for echoed, want := range map[bool]string{false: "\n  shutdown(", true: "\n\n  shutdown("} {
		got := stopped(t, Options{Trace: true, Echoed: echoed})
		if !strings.Contains(got, want) || !echoed && strings.Contains(got, "\n\n") {
			t.Errorf("echoed %v:\n%s", echoed, got)
		}
	}
}

// stopped is what a server says that is stopped while it waits.
func stopped(t *testing.T, o Options) string {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	var talk bytes.Buffer
	o.Out, o.Talk = &talk, &talk
	err := Run(ctx, o, func(l *Lab) error {
		s, _, err := l.Listen(Address{Network: "tcp", Host: "127.0.0.1"}, 1)
		if err != nil {
			return err
		}
		stop()
		_, err = s.Accept()
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return talk.String()
}
