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
	c := r.add(&cobra.Command{
		Use:   "file [PATH] [ADDRESS]",
		Short: "A photo over a socket, with a progress bar and a checksum",
		Long: `Send a file over a socket, or receive files.

The bytes of a file say neither its name nor where it ends, so a line with both goes in front, and
a SHA-256 checksum behind; the receiver compares. It keeps files in one folder under a safe name and
overwrites none. With --sample a small picture is sent: to ADDRESS, or without one to itself,
so that one command shows both sides. Nothing is encrypted.`,
		Example: `  jim lab file --sample
  jim lab file --listen 127.0.0.1:12333 --into photos       in one terminal
  jim lab file cat.jpg 127.0.0.1:12333                      in another`,
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
				return exitf(exitUsage, "want --listen ADDRESS, or PATH ADDRESS, or --sample")
			}
			if len(args) == 1 {
				r.showsAll(c)
			}
			return r.run(c, func(l *lab.Lab) error { return labFile(l, f, listen, args) })
		},
	})
	c.ValidArgsFunction = nil // a path may be completed
	flags := c.Flags()
	flags.StringVar(&listen, "listen", "", "receive files at `ADDRESS`: HOST:PORT, unix://PATH; port 0 = any free one")
	flags.StringVar(&f.Folder, "into", ".", "keep them in `FOLDER`")
	flags.BoolVar(&f.Once, "once", false, "end after one sender")
	flags.BoolVar(&sample, "sample", false, "send a small picture that is made here")
	flags.IntVar(&f.Buffer, "buffer", 4096, "how many `BYTES` one send or recv takes at most")
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
