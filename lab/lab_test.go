//go:build unix

package lab

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestMain runs a command of the lab instead of the tests where $LAB_COMMAND names one: so that it can be
// watched from outside. The end of its input is its Ctrl-C.
func TestMain(m *testing.M) {
	words := strings.Fields(os.Getenv("LAB_COMMAND"))
	if len(os.Args) > 1 && os.Args[1] == "room-child" {
		words = os.Args[1:]
	}
	if len(words) == 0 {
		os.Exit(m.Run())
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	o := Options{Trace: true, Child: words[0] == "room-child", In: os.Stdin, Out: os.Stdout, Talk: os.Stderr}
	if !slices.Contains([]string{"dial", "talk", "turns", "lan", "throw"}, words[0]) { // they are typed into
		go func() { // ends with the process
			_, _ = io.Copy(io.Discard, os.Stdin)
			stop()
		}()
	}
	if err := Run(ctx, o, watched(words)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// watched is the command that words name.
func watched(words []string) func(*Lab) error {
	at := func(port int, networks ...string) Address {
		a, err := ParseAddress(words[1], port, networks...)
		if err != nil {
			panic(err)
		}
		return a
	}
	switch words[0] {
	case "framing":
		return Framing{}.Run
	case "bind":
		if len(words) > 1 {
			return func(l *Lab) error {
				_ = Bind{One: true, To: at(0, "tcp")}.Run(l) // that it cannot be had is what is looked at
				return nil
			}
		}
		return Bind{}.Run
	case "timeout":
		return Timeout{After: 200 * time.Millisecond}.Run
	case "greet":
		return Greet{Listen: at(0, "tcp", "unix"), Buffer: 1024}.Run
	case "echo":
		return Echo{Listen: at(0, "tcp", "unix", "ws", "udp"), Buffer: 20, Backlog: 1}.Run
	case "talk", "turns":
		a := at(0, "tcp", "unix")
		return Talk{Wait: len(words) > 2, Listen: a, To: a, Turns: words[0] == "turns", Buffer: 1024}.Run
	case "dial":
		return Dial{To: at(0, "tcp", "udp", "unix", "ws"), Buffer: 1024}.Run
	}
	if command := watchedToo(words); command != nil {
		return command
	}
	panic("no such command: " + words[0])
}
