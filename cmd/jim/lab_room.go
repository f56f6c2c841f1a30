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
	c := r.add(sayLabRoom, &cobra.Command{
		Use:  "room",
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
					return usagef(sayRoomOnlyProcesses)
				}
			case "processes":
			default:
				return usagef(sayRoomBadWith, room.With)
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
	flags.StringVar(&listen, "listen", "127.0.0.1:9998", sayLabListen.here())
	flags.StringVar(&room.With, "with", "threads", sayRoomWith.here())
	flags.BoolVar(&room.PassOn, "pass-on", false, sayRoomPassing.here())
	flags.IntVar(&room.Buffer, "buffer", 1024, sayLabBuffer.here())
	flags.IntVar(&room.Backlog, "backlog", 5, sayLabBacklog.here())
	flags.BoolVar(&r.child, "child", false, "be the process of one client, whose socket is descriptor 3")
	_ = flags.MarkHidden("child") // it is there
	return c
}
