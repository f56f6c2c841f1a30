package main

import (
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"jim/check"
	"jim/check/lesson"
)

// checkingClient is the flags of `jim check client`.
type checkingClient struct {
	reporting
	o     lesson.Options
	level string
	list  bool
}

func newCheckClientCommand() *cobra.Command {
	s := &checkingClient{}
	c := &cobra.Command{
		Use:   "client -- COMMAND [WORD…]",
		Short: "Check a client",
		Long: `Check a client.

It starts COMMAND again and again, each time against a server of its own on this machine that
follows a script: it answers in pieces, or late, or with an error, says several things at once
or what nobody knows, closes, and so on. What the client sends, what it prints, and
whether it is still there afterwards decides. At the end of each lesson the client is
killed with all that it has started.

In COMMAND {host}, {port} and {address} stand for the server, {name} for who it shall
be and {to} for whom it talks with; the environment has HOST, PORT, JIM_ADDRESS and
JIM_NAME. To make it say something its stdin is typed to, as --say says. A COMMAND with
{text} in it says one thing and ends.

Levels: jim2 is the protocol of docs/protocol.md, jim1 the specification of the course,
mentor the dialect that most programs of the course speak.

It ends with 0 when nothing failed, with 1 when something did, and with 130, and without
a grade, when Ctrl-C was pressed.`,
		Example: `  jim check client --level mentor -- python3 client.py {host} {port} -n {name}
  jim check client --level jim1 --start '{name}' --say '{to}\n{text}' -- ./client {address}
  jim check client -- jim send {to} {text} --to {address} --name {name}
  jim check client --mute -- jim tail {to} --to {address} --name {name}
  jim check client --list --level mentor`,
		Args: func(c *cobra.Command, args []string) error {
			if s.list {
				return cobra.NoArgs(c, args)
			}
			return cobra.MinimumNArgs(1)(c, args)
		},
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE:              s.run,
	}
	s.flags(c)
	f := c.Flags()
	f.StringVar(&s.level, "level", string(check.JIM2), "`LEVEL`: jim2, jim1 or mentor")
	f.StringSliceVar(&s.o.Only, "only", nil, "make only the checks with these `IDS`, or that begin so")
	f.StringVar(&s.o.Start, "start", "", `type this `+"`TEXT`"+` when the client begins; \n is Enter`)
	f.StringVar(&s.o.Say, "say", "{text}", `type this `+"`TEXT`"+` to say {text} to {to}; \n is Enter`)
	f.BoolVar(&s.o.Mute, "mute", false, "the client cannot be typed to")
	f.BoolVar(&s.o.Blind, "blind", false, "the client does not print what it is told: it has a window, for instance")
	f.StringVar(&s.o.Name, "name", "ann", "`NAME` that the client shall have")
	f.StringVar(&s.o.To, "to", "", "`NAME` or room to talk with (default #tea for jim2, bob for the others)")
	f.IntVar(&s.o.Jobs, "jobs", 4, "how many clients run at the same time")
	f.DurationVar(&s.o.Patience, "patience", 5*time.Second, "for how long the client may take for what it must do")
	f.BoolVar(&s.list, "list", false, "print the checks of the level, and make none")
	return c
}

func (s *checkingClient) run(c *cobra.Command, args []string) error {
	s.o.Level, s.o.Command = check.Level(s.level), args
	switch {
	case !slices.Contains(check.Levels, s.o.Level):
		return exitf(exitUsage, "there is no level %q; there are jim2, jim1 and mentor", s.level)
	case s.o.Jobs < 1 || s.o.Jobs > 100:
		return exitf(exitUsage, "--jobs is %d; it can be 1 to 100", s.o.Jobs)
	case s.o.Patience < 100*time.Millisecond || s.o.Patience > 10*time.Minute:
		return exitf(exitUsage, "--patience is %v; it can be 100ms to 10m", s.o.Patience)
	case s.list:
		return listChecks(c.OutOrStdout(), lesson.Checks(), s.o.Level)
	case !strings.Contains(s.o.Say, "{text}"):
		return exitf(exitUsage, "--say has no {text} in it; --mute is for clients that cannot be typed to")
	}
	ctx, stop := signal.NotifyContext(c.Context(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	say, quiet := progress(c.ErrOrStderr())
	made := 0
	s.o.Done = func(r *check.Result) { made++; say(fmt.Sprintf("%d  %s", made, r.ID)) }
	report, err := lesson.Client(ctx, s.o)
	quiet()
	if err != nil {
		return exitf(exitUsage, "%w", err)
	}
	return s.print(c, report)
}
