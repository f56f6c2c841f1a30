package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"jim/bench"
)

// newBenchCommand is `jim bench`.
func newBenchCommand() *cobra.Command {
	var b benching
	c := &cobra.Command{
		Use:   "bench",
		Short: "Measure how fast a server is on this machine",
		Long: `Measure how fast a server is on this machine.

Without --to, a server is started for it, with its data in a temporary folder, and stopped afterwards.
A server that is yours keeps the rooms and guests that the load made.
Only addresses of this machine are put under load. CPU and memory are those of
the server's process, as /proc tells them.`,
		Example: `  jim bench fanout                              a full room, as fast as it goes
  jim bench latency --sweep 50,200,1000,4000    latency over load, with a plot
  jim bench idle --conns 10000 --transport tls  memory of a connection
  jim bench fanout --against nats://127.0.0.1:4222
                                                beside nats-server, in turns`,
	}
	flags := c.PersistentFlags()
	flags.StringVar(&b.to, "to", "", "`ADDRESS` of a server that runs with --limits off (default: one is started)")
	flags.IntVar(&b.pid, "pid", 0, "`PID` of that server (default: who listens there)")
	flags.StringVar(&b.transport, "transport", "tcp", "how to reach the server that is started: tcp, tls, ws, wss, unix")
	flags.StringVar(&b.data, "data", "", "make its temporary data folder in `DIR` (default $TMPDIR)")
	flags.StringVar(&b.against, "against", "", "measure the server at `ADDRESS` too, in turns: nats://HOST:PORT, irc://HOST:PORT or one of JIM")
	flags.IntVar(&b.againstPID, "against-pid", 0, "`PID` of that one (default: who listens there)")
	flags.IntVar(&b.rounds, "rounds", 1, "measure so often and print medians (default 5 with --against)")
	flags.DurationVar(&b.timeout, "timeout", 30*time.Minute, "give up after this long")
	flags.BoolVar(&b.asJSON, "json", false, "print one JSON object")
	return group(c, b.fanout(), b.latency(), b.durable(), b.idle(), b.storm(), b.history(), b.hostile(), newBenchAttackCommand())
}

// benching is the flags of all works.
type benching struct {
	to, transport, data, against string
	pid, againstPID, rounds      int
	timeout                      time.Duration
	asJSON                       bool
	limited                      bool // the server that is started keeps to its limits
}

// benchWork is a work with its sizes.
type benchWork interface {
	Check() error
	Run(ctx context.Context, s *bench.Server, say bench.Say) (bench.Figures, error)
}

// benchTask is a work in the course of being done.
type benchTask struct {
	benching
	command *cobra.Command
	work    benchWork
	peer    *bench.Server
	own     *ownServer // that runs now; nil = --to
	subject *bench.Server
	say     bench.Say
	quiet   func() // takes the progress line away
}

// run does a work and prints what it gave.
func (b benching) run(c *cobra.Command, work benchWork) error {
	t, err := b.begin(c, work)
	if err != nil {
		return err
	}
	return t.finish()
}

// finish measures and prints.
func (t *benchTask) finish() error {
	ctx, stop := t.context()
	defer stop()
	own, others, err := bench.Compare(ctx, t.rounds, t.once, t.serve, t.peer, t.say)
	t.quiet()
	if err != nil {
		return t.explain(ctx, err)
	}
	return t.print(bench.Rows(own, others), nil)
}

// begin checks what was said on the command line.
func (b benching) begin(c *cobra.Command, work benchWork) (*benchTask, error) {
	if err := work.Check(); err != nil {
		return nil, exitf(exitUsage, "%w", err)
	}
	t := &benchTask{benching: b, command: c, work: work}
	if b.against != "" {
		if !c.Flags().Changed("rounds") {
			t.rounds = 5
		}
		var err error
		if t.peer, err = bench.At(b.against, b.againstPID); err != nil {
			return nil, exitf(exitUsage, "--against: %w", err)
		}
	}
	switch {
	case t.rounds < 1 || t.rounds > 100:
		return nil, exitf(exitUsage, "--rounds is %d; it can be 1 to 100", t.rounds)
	case b.timeout <= 0:
		return nil, exitf(exitUsage, "--timeout is a time, such as 10m")
	case b.to != "" && (c.Flags().Changed("transport") || c.Flags().Changed("data")):
		return nil, exitf(exitUsage, "--transport and --data are about the server that is started when there is no --to")
	}
	if b.to != "" {
		var err error
		if t.subject, err = bench.At(b.to, b.pid); err != nil {
			return nil, exitf(exitUsage, "--to: %w", err)
		}
	}
	t.say, t.quiet = progress(c.ErrOrStderr())
	return t, nil
}

// context ends with a signal, or when the time is over.
func (t *benchTask) context() (context.Context, context.CancelFunc) {
	ctx, stop := signal.NotifyContext(t.command.Context(), os.Interrupt, syscall.SIGTERM)
	ctx, cancel := context.WithTimeout(ctx, t.timeout)
	return ctx, func() { cancel(); stop() }
}

// once is a work as [bench.Compare] wants it.
func (t *benchTask) once(ctx context.Context, s *bench.Server, say bench.Say) (bench.Figures, error) {
	return t.work.Run(ctx, s, say)
}

// serve gives the server for one round: that of --to, or a new one.
func (t *benchTask) serve(ctx context.Context) (*bench.Server, func() error, error) {
	if t.to != "" {
		return t.subject, func() error { return nil }, nil
	}
	limits := "off"
	if t.limited {
		limits = "on"
	}
	own, err := startOwn(ctx, t.data, t.transport, limits)
	if err != nil {
		return nil, nil, err
	}
	t.own, t.subject = own, own.at
	return own.at, own.remove, nil
}

// explain chooses the exit code of an error.
func (t *benchTask) explain(ctx context.Context, err error) error {
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return exitf(exitTimedOut, "not done within %v: %w", t.timeout, err)
	case ctx.Err() != nil:
		return exitf(exitFailed, "stopped before it was done")
	case errors.Is(err, syscall.ECONNREFUSED):
		return exitf(exitUnreachable, "%w", err)
	}
	return fmt.Errorf("no figures: %w", err)
}
