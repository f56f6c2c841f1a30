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
	c := r.addDemo(&cobra.Command{
		Use:   "timeout",
		Short: "What waiting for an answer that does not come looks like",
		Long: `What waiting for an answer that does not come looks like: recv and connect with a time limit, nobody at a
port, a server that takes no clients. Everything happens on loopback. In a terminal it waits for
Enter between the parts.`,
		Example: `  jim lab timeout
  jim lab timeout --after 3s`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if t.After < time.Millisecond || t.After > time.Minute {
				return exitf(exitUsage, "--after is %v; it can be 1ms to 1m", t.After)
			}
			return r.run(c, t.Run)
		},
	})
	c.Flags().DurationVar(&t.After, "after", time.Second, "the time limit")
	return c
}
