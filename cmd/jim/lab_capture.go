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
	c := r.add(&cobra.Command{
		Use:   "capture",
		Short: "Objects of JIM on an interface, as they pass",
		Long: `Look at an interface of this machine with a raw socket: objects of JIM as they pass, who sends them to
whom, and the packets that connect() and close() cause. What is encrypted stays so.

It needs Linux and the right CAP_NET_RAW: run it as root, or give the right to the program with
sudo setcap cap_net_raw+ep FILE. Look only at networks where you may.`,
		Example: `  sudo jim lab capture
  sudo jim lab capture --interface eth0 --port 7777
  sudo jim lab capture --port 0 --count 20`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if capture.Port < 0 || capture.Port > 65535 || capture.Count < 0 {
				return exitf(exitUsage, "--port can be 0 to 65535, and --count 0 or more")
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
	flags.StringVar(&capture.Interface, "interface", "lo", "the `NAME` of the interface; lo is this machine itself")
	flags.IntVar(&capture.Port, "port", 7777, "the `PORT` of one side; 0 = all")
	flags.IntVar(&capture.Count, "count", 0, "end after so many `LINES`; 0 = never")
	return c
}
