//go:build unix

package main

import (
	"github.com/spf13/cobra"

	"jim/lab"
)

// newLabEchoCommand is `jim lab echo`.
func newLabEchoCommand() *cobra.Command {
	var (
		r      labRun
		listen string
		echo   lab.Echo
	)
	c := r.add(&cobra.Command{
		Use:   "echo",
		Short: "A server that sends back what it gets",
		Long: `A server that sends back what it gets, as each recv gave it.

With --buffer 20, as in the lecture, one message of 50 bytes comes back in pieces of 20, 20 and 10: TCP
carries bytes, not messages.`,
		Example: `  jim lab echo --trace
  jim lab echo --buffer 20 --trace
  jim lab echo --listen udp://127.0.0.1:5005 --buffer 20
  jim lab echo --listen ws://127.0.0.1:5005
  jim lab echo --listen unix:///tmp/echo.sock --in-turn`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) (err error) {
			if err := labBuffer(echo.Buffer); err != nil {
				return err
			}
			if echo.Backlog < 0 || echo.Backlog > 4096 {
				return exitf(exitUsage, "--backlog is %d; it can be 0 to 4096 clients", echo.Backlog)
			}
			return r.run(c, func(l *lab.Lab) error {
				if echo.Listen, err = lab.ParseAddress(listen, 5005, "tcp", "udp", "unix", "ws"); err != nil {
					return err
				}
				return echo.Run(l)
			})
		},
	})
	flags := c.Flags()
	flags.StringVar(&listen, "listen", "127.0.0.1:5005", "`ADDRESS` to listen on: HOST:PORT, udp:// or ws://HOST:PORT, unix://PATH; port 0 = any free one")
	flags.IntVar(&echo.Buffer, "buffer", 1024, "how many `BYTES` one recv takes at most")
	flags.IntVar(&echo.Backlog, "backlog", 1, "how many `CLIENTS` may wait until they are accepted")
	flags.BoolVar(&echo.InTurn, "in-turn", false, "serve one client after another, not all at once")
	return c
}
