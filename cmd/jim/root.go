package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
)

// newRootCommand is the command line of jim: every command hangs below it.
func newRootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "jim",
		Short: "A messenger you own that anything with a socket can join",
		Long:  "JIM is a messenger you own that anything with a socket can join.",
		Example: `  jim serve                            run the server; it says what to do next
  jim chat                             talk
  echo "backup done" | jim send '#ops' let a script say something`,
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE: func(c *cobra.Command, _ []string) error {
			_, err := fmt.Fprintf(c.OutOrStdout(), "%s\n\n%s\n\n%s\n", c.Long, c.Example, sayAll.here())
			return err
		},
	}
	flagsForTemplate()
	root.SetUsageTemplate(usage())
	root.CompletionOptions.DisableDefaultCmd = true
	root.SetHelpCommand(newHelpCommand())
	root.AddCommand(
		newServeCommand(),
		newChatCommand(),
		newSendCommand(),
		newTailCommand(),
		newUserCommand(),
		newDoctorCommand(),
		newBackupCommand(),
		newRestoreCommand(),
		newBenchCommand(),
		newCheckCommand(),
		newTortureCommand(),
		newLabCommand(),
		newTapCommand(),
		newConfigCommand(),
		newVersionCommand(),
		newCompletionCommand(),
	)
	return root
}

// execute runs root with arguments and returns the exit code. What went wrong
// is said on stderr in one sentence.
func execute(ctx context.Context, root *cobra.Command, args []string, stdout, stderr io.Writer) int {
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	running := false
	note(root, &running)
	c, err := root.ExecuteContextC(ctx)
	if err == nil {
		return exitDone
	}
	text := strings.TrimRight(visibleError(err), "\n")
	if running {
		fmt.Fprintln(stderr, "jim:", text)
		return exitCode(err)
	}
	fmt.Fprintf(stderr, "jim: %s\n%s\n", cobraHere(text), sayHelp.here(c.CommandPath()))
	return exitUsage
}

// note makes every command below c tell that it began to run. An error before
// that is one of the command line, whoever found it.
func note(c *cobra.Command, running *bool) {
	if run := c.RunE; run != nil {
		c.RunE = func(c *cobra.Command, args []string) error {
			*running = true
			return run(c, args)
		}
	}
	for _, sub := range c.Commands() {
		note(sub, running)
	}
}

// group makes c a command that only has commands below it: alone it prints its
// help, and an unknown word is an error with a guess at what was meant.
func group(c *cobra.Command, below ...*cobra.Command) *cobra.Command {
	c.AddCommand(below...)
	c.SuggestionsMinimumDistance = 2
	c.Args = func(c *cobra.Command, args []string) error {
		if len(args) == 0 {
			return nil
		}
		text := fmt.Sprintf("unknown command %q for %q", args[0], c.CommandPath())
		if guesses := c.SuggestionsFor(args[0]); len(guesses) > 0 {
			text += "\n\nDid you mean this?\n    " + strings.Join(guesses, "\n    ")
		}
		return fmt.Errorf("%s", text)
	}
	c.RunE = func(c *cobra.Command, _ []string) error { return c.Help() }
	return c
}

// newHelpCommand is `jim help`. Cobra's own takes words that are no command for
// good.
func newHelpCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "help [COMMAND]",
		Short:   "Print the help of a command",
		Example: "  jim help serve\n  jim help user add",
		Args: func(c *cobra.Command, args []string) error {
			_, err := wanted(c.Root(), args)
			return err
		},
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(c *cobra.Command, args []string) error {
			about, err := wanted(c.Root(), args)
			if err != nil {
				return err
			}
			about.InitDefaultHelpFlag()
			return about.Help()
		},
	}
}

// wanted is the command that words name.
func wanted(root *cobra.Command, words []string) (*cobra.Command, error) {
	c, rest, err := root.Find(words)
	if err == nil && len(rest) > 0 {
		err = fmt.Errorf("unknown command %q for %q", rest[0], c.CommandPath())
	}
	return c, err
}
