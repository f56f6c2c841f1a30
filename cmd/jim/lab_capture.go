//go:build unix

package main

import (
	"errors"
	"syscall"

	"github.com/spf13/cobra"

	"jim/lab"
)

// newLabCaptureCommand is `jim lab capture`.
func newLabCaptureCommand() *cobra.Command {
	var (
		r       labRun
		capture lab.Capture
	)
	c := r.add(sayLabCapture, &cobra.Command{
		Use:  "capture",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if capture.Port < 0 || capture.Port > 65535 {
				return usagef(sayBadPort, capture.Port)
			}
			if capture.Count < 0 {
				return usagef(sayBadCount, capture.Count)
			}
			err := r.run(c, capture.Run)
			var call *lab.CallError
			if errors.As(err, &call) && call.Errno == syscall.EPERM {
				return exitf(exitRefused, "%w", err)
			}
			return err
		},
	})
	flags := c.Flags()
	flags.StringVar(&capture.Interface, "interface", "lo", sayCaptureInterface.here())
	flags.IntVar(&capture.Port, "port", 7777, sayCapturePort.here())
	flags.IntVar(&capture.Count, "count", 0, sayCaptureCount.here())
	return c
}
