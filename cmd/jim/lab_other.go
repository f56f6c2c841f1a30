//go:build !unix

package main

import "github.com/spf13/cobra"

// labCommands is one command for every word: the lab's system calls are those of Unix.
func labCommands() []*cobra.Command {
	return []*cobra.Command{{
		Use:                "echo",
		Aliases:            []string{"greet", "talk", "room", "dial", "http", "udp", "file", "framing", "capture", "timeout", "bind", "lan"},
		Short:              "Say that the lab needs a Unix-like system",
		DisableFlagParsing: true,
		RunE: func(*cobra.Command, []string) error {
			return exitf(exitFailed, "jim lab makes system calls of Unix, and this system is none; on Windows it runs in WSL")
		},
	}}
}
