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
	c := r.add(sayLabTalk, &cobra.Command{
		Use:  "talk [ADDRESS]",
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) (err error) {
			if err := labBuffer(t.Buffer); err != nil {
				return err
			}
			if len(args) == 1 && c.Flags().Changed("listen") {
				return usagef(sayTalkBoth)
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
	flags.StringVar(&listen, "listen", "127.0.0.1:1234", sayTalkListen.here())
	flags.BoolVar(&t.Turns, "turns", false, sayTalkTurns.here())
	flags.IntVar(&t.Buffer, "buffer", 1024, sayLabBuffer.here())
	return c
}
