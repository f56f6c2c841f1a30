//go:build unix

package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"jim/lab"
)

// newLabFramingCommand is `jim lab framing`.
func newLabFramingCommand() *cobra.Command {
	var r labRun
	parts := lab.FramingParts()
	c := r.addDemo(&cobra.Command{
		Use:   "framing [PART]…",
		Short: "Why one recv is not one message, and what helps",
		Long: `Why one recv is not one message, and what helps: a sender and a receiver in one program, over a real TCP
connection on loopback, with their real calls. In a terminal it waits for Enter between the parts.

The parts: ` + strings.Join(parts, ", ") + `.`,
		Example: `  jim lab framing
  jim lab framing two-sends one-send
  JIM_LANG=ru jim lab framing | less`,
		RunE: func(c *cobra.Command, args []string) error {
			for _, name := range args {
				if !slices.Contains(parts, name) {
					return exitf(exitUsage, "there is no part %q; there are %s", name, strings.Join(parts, ", "))
				}
			}
			return r.run(c, lab.Framing{Only: args}.Run)
		},
	})
	c.ValidArgs = parts
	c.ValidArgsFunction = nil
	return c
}
