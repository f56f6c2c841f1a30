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
	return r.addDemo(&cobra.Command{
		Use:   "bind [ADDRESS]",
		Short: "When a server gets its address, and when not",
		Long: `When a server gets its address, and when not: a foreign address, a taken port, a port below 1024, and what
SO_REUSEADDR does. Everything happens on this machine. In a terminal it waits for Enter between the parts.

With ADDRESS it tries this one only.`,
		Example: `  jim lab bind
  jim lab bind 192.0.2.1:5005
  jim lab bind 127.0.0.1:7777`,
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
