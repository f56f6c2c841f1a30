//go:build unix

package main

import (
	"github.com/spf13/cobra"

	"jim/lab"
)

// newLabFileCommand is `jim lab file`.
func newLabFileCommand() *cobra.Command {
	var (
		r      labRun
		f      lab.ReceiveFile
		listen string
		sample bool
	)
	c := r.add(sayLabFile, &cobra.Command{
		Use:  "file [PATH] [ADDRESS]",
		Args: cobra.MaximumNArgs(2),
		RunE: func(c *cobra.Command, args []string) error {
			if err := labBuffer(f.Buffer); err != nil {
				return err
			}
			f.Bar = onTerminal(c.ErrOrStderr())
			if sample {
				args = append([]string{""}, args...)
			}
			if (listen != "") == (len(args) > 0) || !sample && len(args) == 1 {
				return usagef(sayFileWant)
			}
			if len(args) == 1 {
				r.showsAll(c)
			}
			return r.run(c, func(l *lab.Lab) error { return labFile(l, f, listen, args) })
		},
	})
	c.ValidArgsFunction = nil // a path may be completed
	flags := c.Flags()
	flags.StringVar(&listen, "listen", "", sayFileListen.here())
	flags.StringVar(&f.Folder, "into", ".", sayFileInto.here())
	flags.BoolVar(&f.Once, "once", false, sayFileOnce.here())
	flags.BoolVar(&sample, "sample", false, sayFileSample.here())
	flags.IntVar(&f.Buffer, "buffer", 4096, sayFileBuffer.here())
	return c
}

// labFile receives where listen says, or sends args[0] to args[1], or the sample picture to itself.
func labFile(l *lab.Lab, f lab.ReceiveFile, listen string, args []string) (err error) {
	if listen != "" {
		if f.Listen, err = lab.ParseAddress(listen, 12333, "tcp", "unix"); err != nil {
			return err
		}
		return f.Run(l)
	}
	if len(args) == 1 {
		return lab.SampleFile{Folder: f.Folder, Buffer: f.Buffer, Bar: f.Bar}.Run(l)
	}
	to, err := lab.ParseAddress(args[1], 12333, "tcp", "unix")
	if err != nil {
		return err
	}
	return lab.SendFile{To: to, Path: args[0], Buffer: f.Buffer, Bar: f.Bar}.Run(l)
}
