//go:build unix

package main

import (
	"os"

	"github.com/spf13/cobra"

	"jim/lab"
)

// newLabLANCommand is `jim lab lan`.
func newLabLANCommand() *cobra.Command {
	var (
		r    labRun
		chat lab.LAN
	)
	c := r.add(&cobra.Command{
		Use:   "lan [NICKNAME]",
		Short: "A chat without a server, by UDP broadcast",
		Long: `A chat without a server, for everybody on the local network: each line goes out as "nickname:text" in
one datagram to the broadcast address of each interface, and whoever listens on the port hears it.

Anybody on the network can read it and use your name: nothing is encrypted or proven.`,
		Example: `  jim lab lan ann --trace
  jim lab lan bob --to 192.168.1.255
  jim lab lan ann --to 127.255.255.255     only this machine`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if chat.Nick = os.Getenv("USER"); len(args) > 0 {
				chat.Nick = args[0]
			}
			if chat.Port < 0 || chat.Port > 65535 {
				return exitf(exitUsage, "--port is %d; it can be 0 to 65535", chat.Port)
			}
			return r.run(c, func(l *lab.Lab) error {
				if err := lab.CheckNick(chat.Nick); err != nil {
					return err
				}
				return chat.Run(l)
			})
		},
	})
	c.Flags().IntVar(&chat.Port, "port", lab.LANPort, "the `PORT` that all use; 0 = any free one")
	c.Flags().StringVar(&chat.To, "to", "", "send to this IPv4 `ADDRESS` instead of those of the interfaces")
	return c
}
