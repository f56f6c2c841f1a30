package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"jim/check"
	"jim/client"
)

// newCheckCommand is `jim check`.
func newCheckCommand() *cobra.Command {
	return group(&cobra.Command{
		Use:   "check",
		Short: "Check whether a program keeps to the protocol, and say which rule it breaks",
		Long: `Check whether a program keeps to the protocol, and say which rule it breaks.

Each check proves one rule of docs/protocol.md or docs/dialects.md, and says what was
expected and what came. The grade is A when nothing is wrong, and F when nothing works.`,
		Example: `  jim check server localhost:7777
  jim check server localhost:7777 --level mentor`,
	}, newCheckServerCommand(), newCheckClientCommand())
}

// reporting is the flags of how a report is given.
type reporting struct {
	asJSON bool
	junit  string
	failed bool
}

func (r *reporting) flags(c *cobra.Command) {
	c.Flags().BoolVar(&r.asJSON, "json", false, "print JSON: one object for each check, and one with the sums")
	c.Flags().StringVar(&r.junit, "junit", "", "also write the report to `FILE` as JUnit's XML")
	c.Flags().BoolVar(&r.failed, "failed", false, "print only what failed")
}

// print prints a report, and is the error that ends the program when something failed.
func (r *reporting) print(c *cobra.Command, report *check.Report) error {
	if r.junit != "" {
		f, err := os.Create(r.junit)
		if err != nil {
			return err
		}
		if err := errors.Join(report.WriteJUnit(f), f.Close()); err != nil {
			return err
		}
	}
	out := bufio.NewWriter(c.OutOrStdout())
	var err error
	if r.asJSON {
		err = report.WriteJSON(visibleWriter{out})
	} else {
		err = r.table(out, report, look(c.OutOrStdout()))
	}
	if err = errors.Join(err, out.Flush()); err != nil {
		return err
	}
	if report.Passed() {
		return nil
	}
	code := exitFailed
	if report.Interrupted {
		code = exitInterrupted
	}
	return exitf(code, "%s", checkVerdict(report, speaks()))
}

// visibleWriter writes lines of JSON, one in each call, that no terminal takes for a command.
type visibleWriter struct{ w io.Writer }

func (v visibleWriter) Write(p []byte) (int, error) {
	line := visibleJSON(bytes.TrimSuffix(p, []byte("\n")))
	if _, err := v.w.Write(append(line, '\n')); err != nil {
		return 0, err
	}
	return len(p), nil
}

// checkingServer is the flags of `jim check server`.
type checkingServer struct {
	reporting
	level       string
	only        []string
	accounts    string
	fingerprint string
	jobs        int
	patience    time.Duration
	list        bool
}

func newCheckServerCommand() *cobra.Command {
	s := &checkingServer{}
	c := &cobra.Command{
		Use:   "server ADDRESS",
		Short: "Check a server",
		Long: `Check a server.

It plays short conversations with the server, some of them at the same time, under
names and in rooms that nobody else has; what it says there stays on the server. It
waits when the server asks it to.

Levels: jim2 is the protocol of docs/protocol.md, jim1 the specification of the course,
mentor the dialect that most programs of the course speak.

It ends with 0 when nothing failed, with 1 when something did, with 69 when nobody
answers at that address, and with 130, and without a grade, when Ctrl-C was pressed.`,
		Example: `  jim check server localhost:7777
  jim check server localhost:7777 --level jim1 --failed
  jim check server ws://chat.example/jim/ws --accounts names.txt
  jim check server localhost:7777 --only msg,history.page
  jim check server localhost:7777 --json | tail -n 1
  jim check server --list --level mentor`,
		Args: func(c *cobra.Command, args []string) error {
			if s.list {
				return cobra.NoArgs(c, args)
			}
			return cobra.ExactArgs(1)(c, args)
		},
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE:              s.run,
	}
	s.flags(c)
	f := c.Flags()
	f.StringVar(&s.level, "level", string(check.JIM2), "`LEVEL`: jim2, jim1 or mentor")
	f.StringSliceVar(&s.only, "only", nil, "make only the checks with these `IDS`, or that begin so")
	f.StringVar(&s.accounts, "accounts", "", "`FILE` with lines NAME PASSWORD, to log in with where guests are not let in")
	f.StringVar(&s.fingerprint, "fingerprint", "", "`SHA256` of the server's certificate, which is then trusted")
	f.IntVar(&s.jobs, "jobs", 12, "how many checks are made at the same time")
	f.DurationVar(&s.patience, "patience", 5*time.Second, "for how long the server may be silent where it must answer")
	f.BoolVar(&s.list, "list", false, "print the checks of the level, and make none")
	return c
}

func (s *checkingServer) run(c *cobra.Command, args []string) error {
	level := check.Level(s.level)
	switch {
	case !slices.Contains(check.Levels, level):
		return exitf(exitUsage, "there is no level %q; there are jim2, jim1 and mentor", s.level)
	case s.jobs < 1 || s.jobs > 100:
		return exitf(exitUsage, "--jobs is %d; it can be 1 to 100", s.jobs)
	case s.patience < 100*time.Millisecond || s.patience > 10*time.Minute:
		return exitf(exitUsage, "--patience is %v; it can be 100ms to 10m", s.patience)
	case s.list:
		return listChecks(c.OutOrStdout(), check.ServerChecks(), level)
	}
	accounts, err := readAccounts(s.accounts)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(c.Context(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	say, quiet := progress(c.ErrOrStderr())
	made := 0
	report, err := check.Server(ctx, check.Options{
		Address: args[0], Fingerprint: s.fingerprint, Level: level, Accounts: accounts, Only: s.only,
		Jobs: s.jobs, Patience: s.patience,
		Done: func(r *check.Result) { made++; say(fmt.Sprintf("%d  %s", made, r.ID)) },
	})
	quiet()
	var address *client.AddressError
	var unreachable *client.UnreachableError
	switch {
	case errors.As(err, &address):
		return exitf(exitUsage, "%w", err)
	case errors.As(err, &unreachable):
		return exitf(exitUnreachable, "%w", err)
	case err != nil:
		return exitf(exitUsage, "%w", err)
	}
	return s.print(c, report)
}

// readAccounts reads lines of a name and a password.
func readAccounts(path string) (list []check.Account, err error) {
	if path == "" {
		return nil, nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	for i, line := range strings.Split(string(text), "\n") {
		words := strings.Fields(line)
		switch {
		case len(words) == 0 || strings.HasPrefix(words[0], "#"):
		case len(words) != 2:
			return nil, exitf(exitUsage, "%s:%d: write NAME PASSWORD", path, i+1)
		default:
			list = append(list, check.Account{Name: words[0], Password: words[1]})
		}
	}
	if len(list) == 0 {
		return nil, exitf(exitUsage, "%s has no accounts", path)
	}
	return list, nil
}

// listChecks prints which of some checks are made at a level.
func listChecks(w io.Writer, checks []check.Check, level check.Level) error {
	out, l := bufio.NewWriter(w), speaks()
	for _, c := range checks {
		if slices.Contains(c.Levels, level) {
			fmt.Fprintf(out, "%-28s %s\n", c.ID, checkRule(&c, l))
		}
	}
	return out.Flush()
}
