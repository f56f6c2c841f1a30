//go:build unix

package main

import (
	"errors"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"jim/lab"
)

// labCommands are the commands of the lab.
func labCommands() []*cobra.Command {
	return append([]*cobra.Command{
		newLabEchoCommand(),
		newLabGreetCommand(),
		newLabTalkCommand(),
		newLabDialCommand(),
		newLabFramingCommand(),
		newLabTimeoutCommand(),
		newLabBindCommand(),
	}, labMoreCommands()...)
}

// labRun is what the commands of the lab have in common.
type labRun struct {
	trace bool
	demo  bool // see addDemo
	child bool // see lab.Options
}

// add gives a command of the lab its help, and the flag that all have.
func (r *labRun) add(h labHelp, c *cobra.Command) *cobra.Command { return r.added(h, c, false) }

// addDemo is add for a demonstration: a command that needs nobody at the other side. Its trace is
// what it is for, so it is told unless --trace=false, and goes to stdout.
func (r *labRun) addDemo(h labHelp, c *cobra.Command) *cobra.Command {
	r.demo = true
	return r.added(h, c, true)
}

func (r *labRun) added(h labHelp, c *cobra.Command, trace bool) *cobra.Command {
	c.Short, c.Long, c.Example = h.short.here(), h.long.here(), h.shown()
	c.Flags().BoolVar(&r.trace, "trace", trace, sayLabTrace.here())
	c.ValidArgsFunction = cobra.NoFileCompletions
	return c
}

// run runs one experiment until it ends or Ctrl-C.
func (r *labRun) run(c *cobra.Command, experiment func(*lab.Lab) error) error {
	ctx, stop := signal.NotifyContext(c.Context(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	o := lab.Options{
		Language: lab.Language(speaks()), Trace: r.trace,
		In: c.InOrStdin(), Out: c.OutOrStdout(), Talk: c.ErrOrStderr(), Child: r.child,
	}
	if r.demo {
		o.Talk, o.Pause = o.Out, onTerminal(o.In) && onTerminal(o.Out)
	}
	o.Echoed = onTerminal(o.In) && onTerminal(o.Talk) && !o.Child
	err := lab.Run(ctx, o, experiment)
	var (
		input *lab.InputError
		call  *lab.CallError
	)
	switch {
	case errors.As(err, &input):
		return exitf(exitUsage, "%s", input.In(o.Language))
	case errors.As(err, &call) && call.Call == "connect":
		return exitf(exitUnreachable, "%w", err)
	}
	return err
}

// labBuffer checks the size of a buffer that was given with --buffer.
func labBuffer(n int) error {
	if n < 1 || n > 1<<20 {
		return usagef(sayBadBuffer, n)
	}
	return nil
}

// onTerminal tells whether a stream is a terminal.
func onTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
