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
	c := r.add(sayLabEcho, &cobra.Command{
		Use:  "echo",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) (err error) {
			if err := labBuffer(echo.Buffer); err != nil {
				return err
			}
			if echo.Backlog < 0 || echo.Backlog > 4096 {
				return usagef(sayBadBacklog, echo.Backlog)
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
	flags.StringVar(&listen, "listen", "127.0.0.1:5005", sayEchoListen.here())
	flags.IntVar(&echo.Buffer, "buffer", 1024, sayLabBuffer.here())
	flags.IntVar(&echo.Backlog, "backlog", 1, sayLabBacklog.here())
	flags.BoolVar(&echo.InTurn, "in-turn", false, sayEchoTurn.here())
	return c
}
