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
	c := r.addDemo(sayLabFraming, &cobra.Command{
		Use: "framing [PART]…",
		RunE: func(c *cobra.Command, args []string) error {
			for _, name := range args {
				if !slices.Contains(parts, name) {
					return usagef(sayFramingNoPart, name, strings.Join(parts, ", "))
				}
			}
			return r.run(c, lab.Framing{Only: args}.Run)
		},
	})
	c.Long = sayLabFraming.long.here(strings.Join(parts, ", "))
	c.ValidArgs = parts
	c.ValidArgsFunction = nil
	return c
}
