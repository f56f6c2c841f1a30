//go:build unix

package main

import "github.com/spf13/cobra"

// labMoreCommands are the commands of the lab that show more than one connection: many clients, files,
// the web, datagrams, and packets as they pass.
func labMoreCommands() []*cobra.Command {
	return []*cobra.Command{
		newLabRoomCommand(),
		newLabHTTPCommand(),
		newLabUDPCommand(),
		newLabFileCommand(),
		newLabLANCommand(),
		newLabCaptureCommand(),
	}
}

// showsAll makes a demonstration of a command that can be one (see addDemo), unless --trace=false.
func (r *labRun) showsAll(c *cobra.Command) {
	r.demo = true
	if !c.Flags().Changed("trace") {
		r.trace = true
	}
}
