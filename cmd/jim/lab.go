package main

import "github.com/spf13/cobra"

// newLabCommand is `jim lab`. Its commands are in lab_NAME.go.
func newLabCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "lab",
		Short: "Look at sockets at work",
		Long: `Look at sockets at work: the examples of socket tutorials as one command each.

With --trace every system call is told as it happens, with its arguments and its result, and what it
means. The lab speaks English, Russian or Chinese, like your locale or JIM_LANG. What came over a
socket is on stdout, everything else on stderr. Ctrl-C ends a command and closes its sockets. It needs
a Unix-like system. docs/lab has a page for each command.

framing, timeout, bind, udp and file --sample need nobody at the other side and tell every call unless you
say --trace=false. Begin with framing.`,
		Example: `  jim lab framing                         why one recv is not one message
  jim lab echo --trace                    a server, in one terminal
  jim lab dial 127.0.0.1:5005 --trace     a client, in another`,
	}
	return group(c, labCommands()...)
}
