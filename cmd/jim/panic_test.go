//go:build unix

package main

import (
	"context"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"jim/store"
)

// faultyJim is the program faulty-jim of scripts: jim, but for a clock that panics where the file "fault" says:
// in which function, somewhere on its stack, or "library" for a goroutine of its own.
func faultyJim() {
	root := newRootCommand()
	faulty := newServeCommand()
	faulty.RunE = func(c *cobra.Command, _ []string) error {
		conf, all, err := load(c.Flags())
		if err != nil {
			return err
		}
		return serve(c.Context(), conf, all, store.On{Clock: faultyClock}, c.OutOrStdout(), newLog(conf, c.ErrOrStderr()))
	}
	for _, c := range root.Commands() {
		if c.Name() == faulty.Name() {
			root.RemoveCommand(c)
		}
	}
	root.AddCommand(faulty)
	os.Exit(execute(context.Background(), root, os.Args[1:], os.Stdout, os.Stderr))
}

func faultyClock() time.Time {
	at, err := os.ReadFile("fault")
	switch at := strings.TrimSpace(string(at)); {
	case err != nil:
	case at == "library":
		go func() { panic("a library is broken") }()
		select {}
	case stackHas(at):
		panic("the clock\x1b is broken")
	}
	return time.Now()
}

// stackHas tells whether a function whose name ends so is running.
func stackHas(name string) bool {
	var at [64]uintptr
	frames := runtime.CallersFrames(at[:runtime.Callers(0, at[:])])
	for more := true; more; {
		var f runtime.Frame
		if f, more = frames.Next(); strings.HasSuffix(f.Function, name) {
			return true
		}
	}
	return false
}
