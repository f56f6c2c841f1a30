package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"jim/client"
	"jim/wire"
)

// newTailCommand is `jim tail`, which prints what is said.
func newTailCommand() *cobra.Command {
	var t tailing
	c := &cobra.Command{
		Use:   "tail TO",
		Short: "Print what is said in a room or with a person",
		Long: `Print what is said in a room, which it joins, or with a person.

It begins now, or after the number given with --since, and goes on until it is
stopped. It comes back by itself when the connection is lost: each message is printed
once, and in order. With --json everything that is kept is printed, one event on each line.

Exit codes: 0 --count was reached · 67 no such person · 69 nobody answers · 75 refused,
try again later · 77 wrong login or not allowed · 124 --timeout was over`,
		Example: `  jim tail '#ops'
  jim tail '#ops' --since 0 --json | jq -r .message
  jim tail bob --count 1 --timeout 1m
  jim tail '#ops' --to chat.example.org`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE:              func(c *cobra.Command, args []string) error { return t.run(c, args[0]) },
	}
	t.addFlags(c, true)
	c.Flags().Int64Var(&t.since, "since", -1, "begin after this number; 0 is the beginning (default now)")
	c.Flags().IntVar(&t.count, "count", 0, "end after this many messages (default never)")
	c.Flags().DurationVar(&t.timeout, "timeout", 0, "end after this time (default never)")
	c.Flags().BoolVar(&t.asJSON, "json", false, "print events as JSON, one on each line")
	return c
}

type tailing struct {
	login
	since   int64
	count   int
	timeout time.Duration
	asJSON  bool
}

func (t *tailing) run(c *cobra.Command, to string) error {
	switch {
	case t.since < -1 || t.count < 0 || t.timeout < 0:
		return exitf(exitUsage, "--since, --count and --timeout are not negative")
	case t.since > wire.MaxSeq:
		return exitf(exitUsage, "--since is a number up to %d", int64(wire.MaxSeq))
	}
	if err := t.find(c); err != nil {
		return err
	}
	ctx, cancel := c.Context(), context.CancelFunc(func() {})
	if t.timeout > 0 {
		ctx, cancel = context.WithTimeout(ctx, t.timeout)
	}
	defer cancel()
	o := client.Options{OnState: func(s client.State) { tellState(c.ErrOrStderr(), s) }}
	if t.since >= 0 {
		o.Since = map[string]uint64{to: uint64(t.since)}
	}
	jim, err := t.dial(ctx, c, o)
	if err != nil {
		return err
	}
	defer jim.Close()
	if err := open(ctx, jim, to); err != nil {
		return clientError(err)
	}
	return t.follow(ctx, c, jim, to)
}

// open makes sure that what is said in a conversation will be told.
func open(ctx context.Context, jim *client.Client, to string) error {
	q := wire.Request{Action: wire.ActWhois, To: to}
	if wire.IsRoom(to) {
		q.Action = wire.ActJoin
	}
	_, err := jim.Do(ctx, q)
	return err
}

// follow prints what is told of a conversation, until the count is reached.
func (t *tailing) follow(ctx context.Context, c *cobra.Command, jim *client.Client, to string) error {
	for said := 0; ; {
		select {
		case e, ok := <-jim.Events():
			if !ok {
				return clientError(jim.Err())
			}
			if !client.Same(jim.Conversation(e), to) || e.Seq == 0 && e.Action != wire.ActMsg && e.Action != client.Reset {
				continue
			}
			if err := t.print(c, e); err != nil {
				return err
			}
			if e.Action == wire.ActMsg {
				said++
			}
			if t.count > 0 && said == t.count {
				return nil
			}
		case <-ctx.Done():
			if errors.Is(ctx.Err(), context.DeadlineExceeded) {
				return exitf(exitTimedOut, "--timeout %v was over", t.timeout)
			}
			return nil
		}
	}
}

func (t *tailing) print(c *cobra.Command, e *wire.Event) error {
	switch {
	case e.Action == wire.ActRead:
		return nil
	case e.Action == client.Reset:
		fmt.Fprintf(c.ErrOrStderr(), "jim: the server was set back, as from a backup: what came after %d is not there any more\n", e.Seq)
		return nil
	case e.Action == wire.ActBehind:
		if t.since >= 0 {
			fmt.Fprintf(c.ErrOrStderr(), "jim: the server does not give what is before %d\n", e.Seq)
		}
		return nil
	case t.asJSON:
		_, err := c.OutOrStdout().Write(append(visibleJSON(e.AppendJSON(nil)), '\n'))
		return err
	case e.Action == wire.ActMsg:
		at := e.Time.Time().Local().Format("2006-01-02 15:04")
		_, err := fmt.Fprintf(c.OutOrStdout(), "%s %s: %s\n", at, visibleLine(e.From), visible(e.Message, "\n    "))
		return err
	}
	return nil
}

// tellState says on stderr what became of the connection; of a loss only once.
func tellState(w io.Writer, s client.State) {
	switch s.Kind {
	case client.Lost:
		fmt.Fprintf(w, "jim: the connection is lost (%s); trying again in %v\n", visibleError(s.Err), s.Retry.Round(100*time.Millisecond))
	case client.Resumed:
		fmt.Fprintln(w, "jim: connected again")
	}
}
