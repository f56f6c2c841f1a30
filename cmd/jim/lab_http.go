//go:build unix

package main

import (
	"github.com/spf13/cobra"

	"jim/lab"
)

// newLabHTTPCommand is `jim lab http`.
func newLabHTTPCommand() *cobra.Command {
	var (
		r labRun
		h lab.HTTP
	)
	c := r.add(sayLabHTTP, &cobra.Command{
		Use:  "http URL",
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) (err error) {
			if h.Body < 0 || h.Body > 1<<20 {
				return usagef(sayBadBody, h.Body)
			}
			return r.run(c, func(l *lab.Lab) error {
				if h.URL, err = lab.ParseURL(args[0]); err != nil {
					return err
				}
				return h.Run(l)
			})
		},
	})
	c.Flags().BoolVar(&h.Old, "old", false, sayHTTPOld.here())
	c.Flags().IntVar(&h.Body, "body", 600, sayHTTPBody.here())
	return c
}
