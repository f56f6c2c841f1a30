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
	c := r.add(&cobra.Command{
		Use:   "udp [ADDRESS]",
		Short: "Stones without a catcher: what UDP loses and TCP does not",
		Long: `Throw stones: over UDP through a link of its own that loses, delays and doubles some, then over TCP,
then over UDP at a port that nobody has. Everything stays on this machine.

With --listen it catches datagrams by hand; with an ADDRESS it throws what you type, each line as
one datagram. The calls of these two are told with --trace.`,
		Example: `  jim lab udp
  jim lab udp --stones 20 --loss 50 --seed 7
  jim lab udp --listen 127.0.0.1:12333 --buffer 20       in one terminal
  jim lab udp 127.0.0.1:12333 --trace                    in another
  jim lab udp 127.0.0.1:12333 --size 70000 --trace       more than a datagram holds`,
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
	flags.IntVar(&u.Stones, "stones", 10, "how many `STONES` are thrown, 1 to 100")
	flags.IntVar(&u.Link.Loss, "loss", 20, "how many `PERCENT` of them the link loses")
	flags.IntVar(&u.Link.Reorder, "reorder", 20, "how many `PERCENT` it holds back, so that later ones come before")
	flags.IntVar(&u.Link.Double, "double", 10, "how many `PERCENT` it doubles")
	flags.Uint64Var(&u.Link.Seed, "seed", 5, "the same `NUMBER` does the same harm")
	flags.StringVar(&listen, "listen", "", "`ADDRESS` to catch datagrams at: HOST:PORT; port 0 = any free one")
	flags.IntVar(&buffer, "buffer", 1024, "how many `BYTES` of a datagram one recvfrom takes at most")
	flags.IntVar(&size, "size", 0, "throw one datagram of so many `BYTES` at ADDRESS")
	return c
}

// labStones checks the numbers that were given.
func labStones(u lab.UDP, size int, both bool) error {
	if both {
		return exitf(exitUsage, "either --listen or an ADDRESS: one catches, the other throws")
	}
	if u.Stones < 1 || u.Stones > lab.MostStones {
		return exitf(exitUsage, "--stones is %d; it can be 1 to %d", u.Stones, lab.MostStones)
	}
	for name, percent := range map[string]int{"--loss": u.Link.Loss, "--reorder": u.Link.Reorder, "--double": u.Link.Double} {
		if percent < 0 || percent > 100 {
			return exitf(exitUsage, "%s is %d; it is a percentage from 0 to 100", name, percent)
		}
	}
	if size < 0 || size > 1<<20 {
		return exitf(exitUsage, "--size is %d; it can be 1 to 1048576 bytes", size)
	}
	return nil
}
