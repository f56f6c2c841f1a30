//go:build unix

package main

import (
	"github.com/spf13/cobra"

	"jim/lab"
)

// newLabTalkCommand is `jim lab talk`.
func newLabTalkCommand() *cobra.Command {
	var (
		r      labRun
		listen string
		t      lab.Talk
	)
	c := r.add(&cobra.Command{
		Use:   "talk [ADDRESS]",
		Short: "One to one: two people type, each at one end",
		Long: `One to one: two people type, each at one end of one connection.

Without ADDRESS it waits for the other side, with it it connects. With --turns both sides speak in turn, as
the programs of the tutorials do: a program with one thread either types or hears. Programs of
the tutorials can be the other side; they use the ports 1234 and 9999.`,
		Example: `  jim lab talk                      wait at 127.0.0.1:1234
  jim lab talk 127.0.0.1:1234       connect, in another terminal
  jim lab talk --listen 127.0.0.1:9999 --turns --trace
  jim lab talk 127.0.0.1:9999 --turns --trace`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) (err error) {
			if err := labBuffer(t.Buffer); err != nil {
				return err
			}
			if len(args) == 1 && c.Flags().Changed("listen") {
				return exitf(exitUsage, "with --listen it waits, with ADDRESS it connects; not both")
			}
			return r.run(c, func(l *lab.Lab) error {
				if t.Listen, err = lab.ParseAddress(listen, 1234, "tcp", "unix"); err != nil {
					return err
				}
				if t.Wait = len(args) == 0; !t.Wait {
					if t.To, err = lab.ParseAddress(args[0], 1234, "tcp", "unix"); err != nil {
						return err
					}
				}
				return t.Run(l)
			})
		},
	})
	flags := c.Flags()
	flags.StringVar(&listen, "listen", "127.0.0.1:1234", "`ADDRESS` to wait at: HOST:PORT, unix://PATH; port 0 = any free one")
	flags.BoolVar(&t.Turns, "turns", false, "speak in turn, as in the tutorials; who connects begins")
	flags.IntVar(&t.Buffer, "buffer", 1024, "how many `BYTES` one recv takes at most")
	return c
}
