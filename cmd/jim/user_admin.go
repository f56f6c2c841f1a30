package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/term"

	"jim/client"
	"jim/wire"
)

// admin is what the commands of an operator have in common.
type admin struct {
	to     string
	name   string
	login  string // file of the password of name
	asJSON bool

	timeout time.Duration // bounds a whole command, so that a script never hangs
}

// asker asks the server something as an operator. A refusal is a [*client.Error].
type asker func(ctx context.Context, q wire.Request) (*wire.Response, error)

func (a *admin) addFlags(flags *pflag.FlagSet) {
	flags.StringVar(&a.to, "to", "", "`ADDRESS` of the server (default the socket in the data folder)")
	flags.StringVar(&a.name, "name", "", "with --to: the owner's `NAME`")
	flags.StringVar(&a.login, "login-file", "", "with --to: read the owner's password from the first line of `FILE`; - is stdin")
	flags.DurationVar(&a.timeout, "timeout", 30*time.Second, "give up after this time")
	flags.BoolVar(&a.asJSON, "json", false, "print JSON, one object on each line")
}

// with runs do with a way to ask the server.
func (a *admin) with(c *cobra.Command, do func(context.Context, asker) error) error {
	if a.timeout <= 0 {
		return exitf(exitUsage, "--timeout is a time, such as 30s")
	}
	ctx, cancel := context.WithTimeout(c.Context(), a.timeout)
	defer cancel()
	path, err := a.socket(c)
	if err != nil {
		return clientError(err)
	}
	if path != "" {
		return clientError(do(ctx, onSocket(path)))
	}
	if a.name == "" {
		return exitf(exitUsage, "--to needs --name: which owner are you?")
	}
	password, err := secret(c.ErrOrStderr(), c.InOrStdin(), a.login, "Password of "+a.name)
	if err != nil {
		return err
	}
	owner, err := client.Dial(ctx, a.to, client.Options{Name: a.name, Password: password, Quiet: true})
	if err != nil {
		return clientError(err)
	}
	defer owner.Close()
	return clientError(do(ctx, func(ctx context.Context, q wire.Request) (*wire.Response, error) {
		q.Action = wire.ActAdmin
		return owner.Do(ctx, q)
	}))
}

// socket is the path of the UNIX socket to ask on, "" when it is another address.
func (a *admin) socket(c *cobra.Command) (string, error) {
	if a.to == "" {
		conf, _, err := load(c.Flags())
		if err != nil {
			return "", err
		}
		return conf.socket(), nil
	}
	uri, err := client.Normalize(a.to)
	if err != nil {
		return "", err
	}
	path, _ := strings.CutPrefix(uri, "unix://")
	if path == uri {
		path = ""
	}
	return path, nil
}

// onSocket asks on the server's own socket, where an operator is known by his
// user. Nobody logs in, because that would give every operator an account.
func onSocket(path string) asker {
	return func(ctx context.Context, q wire.Request) (*wire.Response, error) {
		unreachable := func(err error) error {
			if ctx.Err() != nil {
				return exitf(exitTimedOut, "no answer in time; whether it was done is unknown")
			}
			return &client.UnreachableError{Address: "unix://" + path, Err: err}
		}
		conn, err := new(net.Dialer).DialContext(ctx, "unix", path)
		if err != nil {
			return nil, unreachable(err)
		}
		defer conn.Close()
		if deadline, ok := ctx.Deadline(); ok {
			if err := conn.SetDeadline(deadline); err != nil {
				return nil, unreachable(err)
			}
		}
		object, err := json.Marshal(map[string]any{
			"action": wire.ActAdmin, "id": "1", "jim": wire.Version, "do": q.Do, "user": q.User, "after": q.Mark, "limit": q.Limit,
		})
		if err != nil {
			return nil, exitf(exitUsage, "a name or password is not UTF-8")
		}
		if _, err := conn.Write(append(object, '\n')); err != nil {
			return nil, unreachable(err)
		}
		return answerOn(conn, unreachable)
	}
}

// answerOn reads the answer to the one request that was sent; what comes before
// it is for people who type.
func answerOn(conn net.Conn, unreachable func(error) error) (*wire.Response, error) {
	lines := bufio.NewReaderSize(conn, wire.JIM2.Answer)
	for {
		line, err := lines.ReadSlice('\n')
		if err != nil {
			return nil, unreachable(err)
		}
		m, err := wire.DecodeFromServer(line)
		switch {
		case err != nil:
			return nil, unreachable(err)
		case m.Response == nil:
		case m.Response.Code.IsError():
			return nil, &client.Error{
				Action: wire.ActAdmin, Code: m.Response.Code, Text: m.Response.Error,
				Retry: m.Response.Code.Retryable(), RetryAfter: time.Duration(m.Response.RetryAfter * float64(time.Second)),
			}
		default:
			return m.Response, nil
		}
	}
}

// refusedCode is the exit code of a refusal.
func refusedCode(e *client.Error) int {
	switch {
	case e.Code == wire.NotFound:
		return exitNotFound
	case e.Code == wire.Unauthorized || e.Code == wire.WrongLogin || e.Code == wire.Forbidden:
		return exitRefused
	case e.Retry:
		return exitTryAgain
	}
	return exitFailed
}

// newPassword gets a password for somebody: from a file, or by asking twice.
func newPassword(stderr io.Writer, stdin io.Reader, file, name string) (string, error) {
	first, err := secret(stderr, stdin, file, "New password of "+name)
	if err != nil || file != "" {
		return first, err
	}
	second, err := secret(stderr, stdin, "", "The same again")
	if err != nil {
		return "", err
	}
	if first != second {
		return "", exitf(exitFailed, "these are two passwords; nothing was changed")
	}
	return first, nil
}

// secret gets a password: from the first line of file ("-" is stdin), or, when
// there is none, by asking on the terminal without an echo.
func secret(stderr io.Writer, stdin io.Reader, file, question string) (string, error) {
	switch file {
	case "":
		terminal, ok := stdin.(*os.File)
		if !ok || !term.IsTerminal(int(terminal.Fd())) {
			return "", exitf(exitUsage, "there is no terminal to ask for a password on; give it in a file, or on stdin with -")
		}
		fmt.Fprintf(stderr, "%s: ", question)
		typed, err := term.ReadPassword(int(terminal.Fd()))
		fmt.Fprintln(stderr)
		if err != nil {
			return "", fmt.Errorf("reading the password: %w", err)
		}
		return string(typed), nil
	case "-":
		return firstLine(stdin)
	}
	f, err := os.Open(file)
	if err != nil {
		return "", fmt.Errorf("reading the password: %w", err)
	}
	defer f.Close()
	return firstLine(f)
}

func firstLine(r io.Reader) (string, error) {
	line, err := bufio.NewReader(io.LimitReader(r, 4096)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("reading the password: %w", err)
	}
	if line = strings.TrimRight(line, "\r\n"); line == "" {
		return "", errors.New("reading the password: the first line is empty")
	}
	return line, nil
}
