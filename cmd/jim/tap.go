package main

import (
	"errors"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"jim/client"
	"jim/tap"
)

// newTapCommand is `jim tap`.
func newTapCommand() *cobra.Command {
	var t tapping
	c := &cobra.Command{
		Use:   "tap ADDRESS",
		Short: "Show a live conversation between any client and a server",
		Long: `Show a live conversation between any client and a server.

It listens, on a free port of this machine if you do not say where, and connects
each client that comes to ADDRESS. Every byte is handed on as it came, at once,
also when it is broken. What passes is shown: each object with its direction,
the time since the object before it, or for an answer (⇄) the time since its
request, and under it the rules of the protocol that it breaks.

The server may speak tcp, tls, unix, ws, wss or udp. To a tls:// or wss:// server
the tap speaks TLS, and to you without: use it on your own machine. It speaks
plain tcp to clients unless --listen says unix:///PATH, and udp to those of a udp://
server. To a server at a UNIX socket everybody who comes through the tap is you; there
it listens at a UNIX socket of its own. Passwords and tokens are not shown unless --raw is given.

Ctrl-C ends it and prints the sum. Exit codes: 0 nothing was broken · 3 a rule
was broken · 69 it cannot listen there`,
		Example: `  jim tap 127.0.0.1:7777                       then: jim chat 127.0.0.1:PORT
  jim tap tls://chat.example.org --listen 127.0.0.1:7000
  jim tap /run/jim/jim.sock --listen unix:///tmp/tap.sock
  jim tap 127.0.0.1:7777 --json | jq 'select(.violations)'`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE:              func(c *cobra.Command, args []string) error { return t.run(c, args[0]) },
	}
	c.Flags().StringVar(&t.listen, "listen", "", "listen at `ADDRESS`: HOST:PORT, unix:///PATH, udp://HOST:PORT (default a free port of 127.0.0.1, or a socket for a UNIX server)")
	c.Flags().BoolVar(&t.asJSON, "json", false, "print JSON: one object on each line, the sum as the last")
	c.Flags().BoolVar(&t.raw, "raw", false, "show objects as they came: neither folded nor cut, and with their passwords")
	return c
}

// tapping is the flags.
type tapping struct {
	listen string
	asJSON bool
	raw    bool
}

func (t *tapping) run(c *cobra.Command, address string) error {
	ctx, stop := signal.NotifyContext(c.Context(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	out := c.OutOrStdout()
	p := &tapPrinter{out: out, lang: speaks(), raw: t.raw, width: func() int { return 100 }}
	if f, ok := out.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		p.looks.color = os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
		p.width = widthOf(f)
	}
	show := p.show
	if t.asJSON {
		show = p.showJSON
	}
	var broken atomic.Bool // stdout is gone: nobody looks any more
	line, err := tap.Open(tap.Options{Server: address, Listen: t.listen, Show: func(i tap.Item) {
		if show(i); p.err != nil && broken.CompareAndSwap(false, true) {
			stop()
		}
	}})
	var wrong *client.AddressError
	switch {
	case errors.As(err, &wrong):
		return exitf(exitUsage, "%w", err)
	case err != nil:
		return exitf(exitUnreachable, "%w", err)
	}
	p.begin(c.ErrOrStderr(), line.Server(), line.Address())
	sum, err := line.Run(ctx)
	if err == nil {
		err = p.err
	}
	if err != nil {
		return err
	}
	if t.asJSON {
		p.sumJSON(&sum)
	} else {
		p.sum(&sum)
	}
	if len(sum.Broken) > 0 {
		return exitf(exitFault, sayTapBroken.in(p.lang), total(sum.Broken))
	}
	return p.err
}

// widthOf is how many columns a terminal has at the moment.
func widthOf(f *os.File) func() int {
	return func() int {
		if w, _, err := term.GetSize(int(f.Fd())); err == nil && w > 0 {
			return w
		}
		return 80
	}
}

func total(counts map[string]int) (n int) {
	for _, c := range counts {
		n += c
	}
	return n
}
