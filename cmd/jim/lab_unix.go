//go:build unix

package main

import (
	"errors"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"jim/lab"
)

// labCommands are the commands of the lab.
func labCommands() []*cobra.Command {
	return []*cobra.Command{
		newLabEchoCommand(),
		newLabDialCommand(),
	}
}

// labRun is what the commands of the lab have in common.
type labRun struct{ trace bool }

// add gives a command of the lab the flags that all have.
func (r *labRun) add(c *cobra.Command) *cobra.Command {
	c.Flags().BoolVar(&r.trace, "trace", false, "tell every socket call, with its arguments and its result")
	c.ValidArgsFunction = cobra.NoFileCompletions
	return c
}

// run runs one experiment until it ends or Ctrl-C.
func (r *labRun) run(c *cobra.Command, experiment func(*lab.Lab) error) error {
	ctx, stop := signal.NotifyContext(c.Context(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := lab.Run(ctx, lab.Options{
		Language: lab.Language(speaks()), Trace: r.trace,
		In: c.InOrStdin(), Out: c.OutOrStdout(), Talk: c.ErrOrStderr(),
	}, experiment)
	var (
		address *lab.AddressError
		call    *lab.CallError
	)
	switch {
	case errors.As(err, &address):
		return exitf(exitUsage, "%w", err)
	case errors.As(err, &call) && call.Call == "connect":
		return exitf(exitUnreachable, "%w", err)
	}
	return err
}

// labBuffer checks the size of a buffer that was given with --buffer.
func labBuffer(n int) error {
	if n < 1 || n > 1<<20 {
		return exitf(exitUsage, "--buffer is %d; it can be 1 to 1048576 bytes", n)
	}
	return nil
}
