//go:build unix

package main

import (
	"time"

	"github.com/spf13/cobra"

	"jim/lab"
)

// newLabTimeoutCommand is `jim lab timeout`.
func newLabTimeoutCommand() *cobra.Command {
	var (
		r labRun
		t lab.Timeout
	)
	c := r.addDemo(sayLabTimeout, &cobra.Command{
		Use:  "timeout",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if t.After < time.Millisecond || t.After > time.Minute {
				return usagef(sayBadAfter, t.After)
			}
			return r.run(c, t.Run)
		},
	})
	c.Flags().DurationVar(&t.After, "after", time.Second, sayTimeoutAfter.here())
	return c
}
