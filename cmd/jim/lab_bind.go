//go:build unix

package main

import (
	"github.com/spf13/cobra"

	"jim/lab"
)

// newLabBindCommand is `jim lab bind`.
func newLabBindCommand() *cobra.Command {
	var (
		r labRun
		b lab.Bind
	)
	return r.addDemo(sayLabBind, &cobra.Command{
		Use:  "bind [ADDRESS]",
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) (err error) {
			return r.run(c, func(l *lab.Lab) error {
				if b.One = len(args) == 1; b.One {
					if b.To, err = lab.ParseAddress(args[0], 0, "tcp", "unix"); err != nil {
						return err
					}
				}
				return b.Run(l)
			})
		},
	})
}
