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
	c := r.add(&cobra.Command{
		Use:   "dial ADDRESS",
		Short: "Connect to any server and type",
		Long: `Connect to any server. Each line that you type is sent, and what comes is printed.

It speaks tcp, udp, unix and ws, whose handshake and frames are shown byte by byte. At the end of what is typed (Ctrl-D) it says so to the server
and prints what still comes until the server closes too; over udp, for one second.`,
		Example: `  jim lab dial 127.0.0.1:5005 --trace
  jim lab dial udp://127.0.0.1:5005
  jim lab dial ws://127.0.0.1:5005
  jim lab dial unix:///tmp/echo.sock
  echo hello | jim lab dial 127.0.0.1:5005`,
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
	c.Flags().IntVar(&d.Buffer, "buffer", 1024, "how many `BYTES` one recv takes at most")
	return c
}
