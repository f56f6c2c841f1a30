package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"

	"github.com/spf13/cobra"

	"jim/bench"
)

// newBenchAttackCommand is the attackers of `jim bench hostile`. It is no command for people.
func newBenchAttackCommand() *cobra.Command {
	return &cobra.Command{
		Use:               "attack",
		Short:             "Attack a server on this machine as told on stdin, until that ends",
		Hidden:            true,
		Args:              cobra.NoArgs,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(c *cobra.Command, _ []string) error {
			return bench.Attack(c.Context(), c.InOrStdin(), c.OutOrStdout())
		},
	}
}

// attackElsewhere runs the attackers in a process of their own, and, where there is nice(1), behind all others: those who
// mean harm bring processors of their own, and here there are only those of the server and the honest.
func attackElsewhere(ctx context.Context, in io.Reader, out io.Writer) error {
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("finding this program: %w", err)
	}
	args := []string{self, "bench", "attack"}
	if nice, err := exec.LookPath("nice"); err == nil {
		args = append([]string{nice, "-n", "19"}, args...)
	}
	p := exec.CommandContext(ctx, args[0], args[1:]...)
	var words bytes.Buffer
	p.Stdin, p.Stdout, p.Stderr, p.WaitDelay = in, out, &words, patience
	if err := p.Run(); err != nil {
		return fmt.Errorf("%w %s", err, bytes.TrimSpace(words.Bytes()))
	}
	return nil
}
