//go:build unix

package main

import (
	"github.com/spf13/cobra"

	"jim/lab"
)

// newLabDialCommand is `jim lab dial`.
func newLabDialCommand() *cobra.Command {
	var (
		r labRun
		d lab.Dial
	)
	c := r.add(sayLabDial, &cobra.Command{
		Use:  "dial ADDRESS",
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) (err error) {
			if err := labBuffer(d.Buffer); err != nil {
				return err
			}
			return r.run(c, func(l *lab.Lab) error {
				if d.To, err = lab.ParseAddress(args[0], 0, "tcp", "udp", "unix", "ws"); err != nil {
					return err
				}
				return d.Run(l)
			})
		},
	})
	c.Flags().IntVar(&d.Buffer, "buffer", 1024, sayLabBuffer.here())
	return c
}
