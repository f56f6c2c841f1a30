package main

import "github.com/spf13/cobra"

// newLabCommand is `jim lab`. Its commands are in lab_NAME.go.
func newLabCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "lab",
		Short: sayLab.short.here(), Long: sayLab.long.here(), Example: sayLab.shown(),
	}
	return group(c, labCommands()...)
}
