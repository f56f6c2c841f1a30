//go:build unix

package main

import (
	"strconv"

	"github.com/spf13/cobra"

	"jim/lab"
)

// newLabRoomCommand is `jim lab room`.
func newLabRoomCommand() *cobra.Command {
	var (
		r      labRun
		room   lab.Room
		listen string
	)
	c := r.add(&cobra.Command{
		Use:   "room",
		Short: "Many clients; threads against processes",
		Long: `A server for many clients: what one says all hear, with who said it; exit leaves.

--with threads serves each client in a thread of its own. --with processes makes a process for
each, as ForkingTCPServer of Python does: processes share no variables, so nobody hears the others,
unless --pass-on lets the parent carry it. --with one serves one client, and the next ones wait.
The numbers of threads and processes are shown, and a variable that counts.`,
		Example: `  jim lab room --trace                      in one terminal
  jim lab dial 127.0.0.1:9998               in two others
  jim lab room --with processes --pass-on
  jim lab room --with one`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := labBuffer(room.Buffer); err != nil {
				return err
			}
			if r.child {
				return r.run(c, lab.RoomChild{Buffer: room.Buffer, PassOn: room.PassOn}.Run)
			}
			switch room.With {
			case "threads", "one":
				if room.PassOn {
					return exitf(exitUsage, "--pass-on is for --with processes")
				}
			case "processes":
			default:
				return exitf(exitUsage, "--with is %q; it can be threads, processes or one", room.With)
			}
			room.Child = []string{"lab", "room", "--child", "--buffer", strconv.Itoa(room.Buffer)}
			if r.trace {
				room.Child = append(room.Child, "--trace")
			}
			return r.run(c, func(l *lab.Lab) (err error) {
				if room.Listen, err = lab.ParseAddress(listen, 9998, "tcp", "unix"); err != nil {
					return err
				}
				return room.Run(l)
			})
		},
	})
	flags := c.Flags()
	flags.StringVar(&listen, "listen", "127.0.0.1:9998", "`ADDRESS` to listen on: HOST:PORT, unix://PATH; port 0 = any free one")
	flags.StringVar(&room.With, "with", "threads", "`HOW` clients are served: threads, processes or one (after another)")
	flags.BoolVar(&room.PassOn, "pass-on", false, "with processes: the parent passes on what a child hears")
	flags.IntVar(&room.Buffer, "buffer", 1024, "how many `BYTES` one recv takes at most")
	flags.IntVar(&room.Backlog, "backlog", 5, "how many `CLIENTS` may wait until they are accepted")
	flags.BoolVar(&r.child, "child", false, "be the process of one client, whose socket is descriptor 3")
	_ = flags.MarkHidden("child") // it is there
	return c
}
