package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"jim/client"
	"jim/wire"
)

// newSendCommand is `jim send`, which says one thing and is done when the server
// has it on its disk.
func newSendCommand() *cobra.Command {
	var s sending
	c := &cobra.Command{
		Use:   "send TO [TEXT|-]",
		Short: "Say something to a person or a room",
		Long: `Say something to a person or a room, and wait until the server has it on its disk.

The text is taken from the arguments or from stdin. Without an answer it is sent
again, always with the same id, until --timeout is over, so it arrives once. With --id
the same holds across several runs: jim send --id backup-2026-11-21 … can be run
again after any failure.

Exit codes: 0 it is safe · 1 refused · 2 wrong command line · 67 no such person or
room · 69 nobody answers · 75 refused, try again later · 77 wrong login or not
allowed · 124 no answer in time`,
		Example: `  jim send '#ops' "backup done"
  df -h | jim send '#ops'
  jim send bob "see you at eight" --to chat.example.org
  jim send '#ops' done --id "backup-$(date +%F)" --json`,
		Args:              cobra.MinimumNArgs(1),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE:              func(c *cobra.Command, args []string) error { return s.run(c, args) },
	}
	s.addFlags(c, true)
	c.Flags().StringVar(&s.id, "id", "", "`ID` of the message: the same id is the same message, for ever (default random)")
	c.Flags().DurationVar(&s.timeout, "timeout", 30*time.Second, "try for this long; 0 tries once")
	c.Flags().BoolVar(&s.asJSON, "json", false, "print the server's answer")
	return c
}

type sending struct {
	login
	id      string
	timeout time.Duration
	asJSON  bool
}

func (s *sending) run(c *cobra.Command, args []string) error {
	if s.timeout < 0 {
		return exitf(exitUsage, "--timeout is a time, such as 30s")
	}
	if err := s.find(c); err != nil {
		return err
	}
	text, err := textOf(args[1:], c.InOrStdin())
	if err != nil {
		return err
	}
	ctx, cancel := c.Context(), context.CancelFunc(func() {})
	if s.timeout > 0 {
		ctx, cancel = context.WithTimeout(ctx, s.timeout)
	}
	defer cancel()
	q := wire.Request{Action: wire.ActMsg, ID: cmp.Or(s.id, client.NewID()), To: args[0], Message: text}
	r, err := s.send(ctx, c, q)
	if err != nil {
		return s.explain(err, q)
	}
	if !s.asJSON {
		return nil
	}
	if err := printJSON(c.OutOrStdout(), r); err != nil {
		return fmt.Errorf("it was said, with the number %d in %s, and the answer cannot be printed: %w", r.Seq, args[0], err)
	}
	return nil
}

// send connects and sends, both as often as it takes.
func (s *sending) send(ctx context.Context, c *cobra.Command, q wire.Request) (*wire.Response, error) {
	var last error // of an attempt that was not cut short by the end of the time
	for try := 0; ; try++ {
		jim, err := s.dial(ctx, c, client.Options{Quiet: true, Once: s.timeout == 0})
		if err == nil {
			defer jim.Close()
			r, err := jim.Do(ctx, q)
			var lost *client.UnreachableError
			if errors.As(err, &lost) {
				err = exitf(exitUnreachable, "%w; "+unknownOutcome, err, q.ID)
			}
			return r, err
		}
		if ctx.Err() != nil && last != nil {
			return nil, last
		}
		last = err
		wait, worth := again(err, try)
		if s.timeout == 0 || !worth || ctx.Err() != nil {
			return nil, err
		}
		if try == 0 && !refusedWith(err, wire.Conflict) || try == 3 { // a guest of before may just be leaving
			fmt.Fprintf(c.ErrOrStderr(), "jim: %s\n     trying for %v …\n", visibleError(err), s.timeout)
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return nil, err
		}
	}
}

// again tells whether it is worth to try to log in again after err, and when: the server may
// be starting just now, or another program be in with the same guest's name.
func again(err error, try int) (wait time.Duration, worth bool) {
	wait = min(2*time.Second, 100*time.Millisecond<<min(try, 10))
	var refused *client.Error
	var unreachable *client.UnreachableError
	if errors.As(err, &refused) {
		return max(wait, refused.RetryAfter), refused.Retry || refused.Code == wire.Conflict
	}
	return wait, errors.As(err, &unreachable) && !errors.Is(err, fs.ErrPermission)
}

// unknownOutcome is said with the id.
const unknownOutcome = "whether it was said is unknown, the same --id can be sent again: --id %s"

// explain adds what to do to errors, and chooses the exit code.
func (s *sending) explain(err error, q wire.Request) error {
	var refused *client.Error
	switch {
	case refusedWith(err, wire.NotFound) && wire.IsRoom(q.To):
		return exitf(exitNotFound, "there is no room %s; who joins it first makes it: jim chat --room '%s'", q.To, q.To)
	case refusedWith(err, wire.NotFound):
		return exitf(exitNotFound, "nobody is called %s", q.To)
	case refusedWith(err, wire.Conflict) && s.id != "":
		return exitf(exitFailed, "%w", err)
	case refusedWith(err, wire.Conflict):
		return exitf(exitTryAgain, "%w; choose another name with --name, or make this one yours: /register in jim chat", err)
	case errors.As(err, &refused) && refused.Retry:
		text := "%w; it was not said: try again"
		if wait := refused.RetryAfter; wait >= time.Second {
			text += fmt.Sprintf(" in %v", (wait + time.Second - 1).Truncate(time.Second))
		}
		return exitf(refusedCode(refused), text, refused)
	case errors.Is(err, context.DeadlineExceeded) && !isRefusal(err):
		return exitf(exitTimedOut, "no answer within %v; "+unknownOutcome, s.timeout, q.ID)
	}
	return clientError(err)
}

func isRefusal(err error) bool {
	var refused *client.Error
	var unreachable *client.UnreachableError
	return errors.As(err, &refused) || errors.As(err, &unreachable)
}

// textOf is what shall be said: the words of the command line, or stdin without
// its last line end.
func textOf(words []string, stdin io.Reader) (string, error) {
	const most = 1 << 20 // bytes; the server's own limit is smaller
	text := strings.Join(words, " ")
	if len(words) == 0 || text == "-" {
		if f, ok := stdin.(*os.File); ok && len(words) == 0 && term.IsTerminal(int(f.Fd())) {
			return "", exitf(exitUsage, "say what? give a TEXT, or pipe one in")
		}
		data, err := io.ReadAll(io.LimitReader(stdin, most))
		if err != nil {
			return "", fmt.Errorf("reading what to say: %w", err)
		}
		text = strings.TrimSuffix(strings.TrimSuffix(string(data), "\n"), "\r")
	}
	switch {
	case text == "":
		return "", exitf(exitUsage, "there is nothing to say: the text is empty")
	case !utf8.ValidString(text):
		return "", exitf(exitUsage, "the text is not UTF-8")
	}
	return text, nil
}
