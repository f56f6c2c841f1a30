//go:build unix

package main

import (
	"github.com/spf13/cobra"

	"jim/lab"
)

// newLabGreetCommand is `jim lab greet`.
func newLabGreetCommand() *cobra.Command {
	var (
		r      labRun
		listen string
		g      lab.Greet
	)
	c := r.add(sayLabGreet, &cobra.Command{
		Use:  "greet",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) (err error) {
			if err := labBuffer(g.Buffer); err != nil {
				return err
			}
			return r.run(c, func(l *lab.Lab) error {
				if g.Listen, err = lab.ParseAddress(listen, 12333, "tcp", "unix"); err != nil {
					return err
				}
				return g.Run(l)
			})
		},
	})
	flags := c.Flags()
	flags.StringVar(&listen, "listen", "127.0.0.1:12333", sayLabListen.here())
	flags.IntVar(&g.Buffer, "buffer", 1024, sayLabBuffer.here())
	return c
}
