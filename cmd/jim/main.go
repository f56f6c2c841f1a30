// Command jim is a messenger you own that anything with a socket can join: the
// server, the terminal client and the tools around them in one program.
package main

import (
	"context"
	"os"
)

func main() { os.Exit(run()) }

// run is the whole program; it returns the exit code.
func run() int {
	return execute(context.Background(), newRootCommand(), os.Args[1:], os.Stdout, os.Stderr)
}
