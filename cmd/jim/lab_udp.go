//go:build unix

package main

import (
	"github.com/spf13/cobra"

	"jim/lab"
)

// newLabUDPCommand is `jim lab udp`.
func newLabUDPCommand() *cobra.Command {
	var (
		r      labRun
		u      lab.UDP
		listen string
		buffer int
		size   int
	)
	c := r.add(sayLabUDP, &cobra.Command{
		Use:  "udp [ADDRESS]",
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := labStones(u, size, len(args) > 0 && listen != ""); err != nil {
				return err
			}
			if err := labBuffer(buffer); err != nil {
				return err
			}
			if listen == "" && len(args) == 0 {
				r.showsAll(c)
				return r.run(c, u.Run)
			}
			return r.run(c, func(l *lab.Lab) error {
				if listen != "" {
					at, err := lab.ParseAddress(listen, 12333, "udp")
					if err != nil {
						return err
					}
					return lab.Catch{Listen: at, Buffer: buffer}.Run(l)
				}
				to, err := lab.ParseAddress(args[0], 12333, "udp")
				if err != nil {
					return err
				}
				return lab.Throw{To: to, Size: size}.Run(l)
			})
		},
	})
	flags := c.Flags()
	flags.IntVar(&u.Stones, "stones", 10, sayUDPStones.here())
	flags.IntVar(&u.Link.Loss, "loss", 20, sayUDPLoss.here())
	flags.IntVar(&u.Link.Reorder, "reorder", 20, sayUDPReorder.here())
	flags.IntVar(&u.Link.Double, "double", 10, sayUDPDouble.here())
	flags.Uint64Var(&u.Link.Seed, "seed", 5, sayUDPSeed.here())
	flags.StringVar(&listen, "listen", "", sayUDPListen.here())
	flags.IntVar(&buffer, "buffer", 1024, sayUDPBuffer.here())
	flags.IntVar(&size, "size", 0, sayUDPSize.here())
	return c
}

// labStones checks the numbers that were given.
func labStones(u lab.UDP, size int, both bool) error {
	if both {
		return usagef(sayUDPBoth)
	}
	if u.Stones < 1 || u.Stones > lab.MostStones {
		return usagef(sayBadStones, u.Stones, lab.MostStones)
	}
	for name, percent := range map[string]int{"--loss": u.Link.Loss, "--reorder": u.Link.Reorder, "--double": u.Link.Double} {
		if percent < 0 || percent > 100 {
			return usagef(sayBadPercent, name, percent)
		}
	}
	if size < 0 || size > 1<<20 {
		return usagef(sayBadSize, size)
	}
	return nil
}
