// Command jim is a messenger you own that anything with a socket can join: the
// server, the terminal client and the tools around them in one program.
package main

import (
	"context"
	"log/slog"
	"os"

	"jim/lastword"
)

func main() { os.Exit(run()) }

// run is the whole program; it returns the exit code.
func run() int {
	lastword.Give(faultOf(os.Stderr, slog.New(slog.DiscardHandler)))
	defer lastword.Guard()
	return execute(context.Background(), newRootCommand(), os.Args[1:], os.Stdout, os.Stderr)
}
