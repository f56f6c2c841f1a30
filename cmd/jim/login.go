package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/user"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"jim/client"
	"jim/wire"
)

// login is how chat, send and tail find the server and say who the user is.
type login struct {
	to           string
	name         string
	passwordFile string
	dialect      string

	password string // what stands in passwordFile, once find has read it
}

// addFlags adds the flags of login, --to among them unless the address is an argument.
func (l *login) addFlags(c *cobra.Command, to bool) {
	flags := c.Flags()
	if to {
		flags.StringVar(&l.to, "to", "", "`ADDRESS` of the server: HOST, HOST:PORT, tls://…, unix:///…, wss://…, quic://…, udp://… (default the server of this machine)")
	}
	flags.StringVar(&l.name, "name", "", "your `NAME` (default $JIM_NAME, else the name of your user)")
	flags.StringVar(&l.passwordFile, "password-file", "", "read the password from the first line of `FILE`; - is stdin")
	flags.StringVar(&l.dialect, "dialect", "auto", "what the server speaks: auto, or `jim1|mentor` for a server of the course")
	addSettings(flags, "data")
}

// dialects are the values of --dialect.
var dialects = map[string]client.Dialect{"auto": client.Auto, "jim1": client.JIM1, "mentor": client.Mentor}

// find fills in what was not said: the server of this machine, and the name of the
// user. It reads the password, so that what follows on stdin is left for others.
func (l *login) find(c *cobra.Command) error {
	if _, ok := dialects[l.dialect]; !ok {
		return exitf(exitUsage, "--dialect is auto, jim1 or mentor, and not %q", l.dialect)
	}
	if l.to == "" {
		conf, _, err := load(c.Flags())
		if err != nil {
			return err
		}
		l.to = usualAddress
		if _, err := os.Stat(conf.socket()); err == nil {
			l.to = "unix://" + conf.socket()
		}
	}
	if l.name == "" {
		l.name = userName()
	}
	if l.name == "" {
		return exitf(exitUsage, "who are you? say --name NAME")
	}
	var err error
	if l.passwordFile != "" {
		l.password, err = passwordFrom(l.passwordFile, c.InOrStdin())
	}
	return err
}

// userName is $JIM_NAME, or the login name of the user.
func userName() string {
	if name := os.Getenv("JIM_NAME"); name != "" {
		return name
	}
	u, err := user.Current()
	if err != nil {
		return ""
	}
	return u.Username[strings.LastIndexByte(u.Username, '\\')+1:] // Windows puts the domain in front
}

// dial connects to the server that find found. It logs in with the token that is kept for this
// address and name, or with a password, for which it asks where there is somebody to ask, and
// then keeps the token the server gives.
func (l *login) dial(ctx context.Context, c *cobra.Command, o client.Options) (*client.Client, error) {
	kept, err := findToken(l.to, l.name)
	if err != nil {
		return nil, clientError(err)
	}
	o.Name, o.Dialect = l.name, dialects[l.dialect]
	o.OnToken = func(token string) {
		if err := kept.write(token); err != nil {
			fmt.Fprintln(c.ErrOrStderr(), "jim:", visibleError(err))
		}
	}
	if l.password != "" {
		o.Password, o.Device = l.password, device()
	} else if o.Token, err = kept.read(); err != nil {
		return nil, err
	}
	jim, err := client.Dial(ctx, l.to, o)
	if o.Token != "" && refusedWith(err, wire.WrongLogin) { // it was revoked
		if err := kept.forget(); err != nil { // it is as good as none
			fmt.Fprintln(c.ErrOrStderr(), "jim:", visibleError(err))
		}
		o.Token = ""
		jim, err = client.Dial(ctx, l.to, o)
	}
	return l.prove(ctx, c, o, jim, err)
}

// prove goes on where a password is needed: three times at most.
func (l *login) prove(ctx context.Context, c *cobra.Command, o client.Options, jim *client.Client, err error) (*client.Client, error) {
	in, ok := c.InOrStdin().(*os.File)
	ask := ok && l.password == "" && term.IsTerminal(int(in.Fd()))
	for try := 0; ask && try < 3 && (refusedWith(err, wire.Unauthorized) || refusedWith(err, wire.WrongLogin)); try++ {
		if try > 0 {
			fmt.Fprintln(c.ErrOrStderr(), sayWrongPassword.in(speaks()))
		}
		o.Password, err = secret(c.ErrOrStderr(), in, "", fmt.Sprintf(sayPasswordOf.in(speaks()), l.name))
		if err != nil {
			return nil, err
		}
		if o.Password == "" {
			return nil, exitf(exitRefused, "%s needs its password", l.name)
		}
		o.Device = device()
		jim, err = client.Dial(ctx, l.to, o)
	}
	if refusedWith(err, wire.Unauthorized) && !ask {
		return nil, exitf(exitRefused, "%s needs its password; log in once with: jim chat %s --name %s, or say --password-file FILE", l.name, l.to, l.name)
	}
	if err != nil {
		return nil, clientError(err)
	}
	return jim, nil
}

var (
	sayPasswordOf    = phrase{"Password of %s", "Пароль для %s", "%s 的密码"}
	sayWrongPassword = phrase{"That is not it; once more.", "Неверно, попробуйте ещё раз.", "密码不对，请再试一次。"}
)

// passwordFrom reads the first line of file; of stdin ("-") not a byte more, since
// the rest may be what shall be said.
func passwordFrom(file string, stdin io.Reader) (string, error) {
	if file != "-" {
		return secret(nil, nil, file, "")
	}
	var line []byte
	for one := make([]byte, 1); len(line) < 4096; {
		n, err := stdin.Read(one)
		if n == 1 && one[0] != '\n' {
			line = append(line, one[0])
		}
		if n == 1 && one[0] == '\n' || err == io.EOF {
			break
		}
		if err != nil {
			return "", fmt.Errorf("reading the password: %w", err)
		}
	}
	password := strings.TrimRight(string(line), "\r")
	if password == "" {
		return "", errors.New("reading the password: the first line is empty")
	}
	return password, nil
}

// device names this machine to the server, within its limit for names of devices.
func device() string {
	name, err := os.Hostname()
	if err != nil || name == "" {
		return "jim"
	}
	return name[:min(len(name), wire.JIM2.ID)]
}

func refusedWith(err error, code wire.Code) bool {
	var refused *client.Error
	return errors.As(err, &refused) && refused.Code == code
}

// clientError gives what a server or the way to it said its exit code.
func clientError(err error) error {
	var chosen *exitError
	var refused *client.Error
	var unreachable *client.UnreachableError
	var address *client.AddressError
	switch {
	case err == nil || errors.As(err, &chosen):
		return err
	case errors.As(err, &refused):
		return &exitError{refusedCode(refused), err}
	case errors.As(err, &unreachable) && errors.Is(err, fs.ErrPermission):
		return &exitError{exitRefused, err}
	case errors.As(err, &unreachable):
		return &exitError{exitUnreachable, err}
	case errors.As(err, &address):
		return &exitError{exitUsage, err}
	case errors.Is(err, context.DeadlineExceeded):
		return &exitError{exitTimedOut, err}
	}
	return err
}
