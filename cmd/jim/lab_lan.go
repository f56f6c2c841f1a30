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
	c := r.add(sayLabLAN, &cobra.Command{
		Use:  "lan [NICKNAME]",
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if chat.Nick = os.Getenv("USER"); len(args) > 0 {
				chat.Nick = args[0]
			}
			if chat.Port < 0 || chat.Port > 65535 {
				return usagef(sayBadPort, chat.Port)
			}
			return r.run(c, func(l *lab.Lab) error {
				if err := lab.CheckNick(chat.Nick); err != nil {
					return err
				}
				return chat.Run(l)
			})
		},
	})
	c.Flags().IntVar(&chat.Port, "port", lab.LANPort, sayLANPort.here())
	c.Flags().StringVar(&chat.To, "to", "", sayLANTo.here())
	return c
}
