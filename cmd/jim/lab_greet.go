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
	c := r.add(&cobra.Command{
		Use:   "greet",
		Short: "A server that speaks first, then prints what it gets",
		Long: `A server that speaks first, with two sends, and then prints what it gets until the client closes. Then it
waits for the next client.`,
		Example: `  jim lab greet --trace
  jim lab dial 127.0.0.1:12333 --trace    a client, in another terminal`,
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
	flags.StringVar(&listen, "listen", "127.0.0.1:12333", "`ADDRESS` to listen on: HOST:PORT, unix://PATH; port 0 = any free one")
	flags.IntVar(&g.Buffer, "buffer", 1024, "how many `BYTES` one recv takes at most")
	return c
}
