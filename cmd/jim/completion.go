package main

import "github.com/spf13/cobra"

// newCompletionCommand is `jim completion`, which prints a script for a shell.
func newCompletionCommand() *cobra.Command {
	shell := func(name, example string, print func(c *cobra.Command) error) *cobra.Command {
		return &cobra.Command{
			Use:                   name,
			Short:                 "Print the script for " + name,
			Example:               example,
			Args:                  cobra.NoArgs,
			ValidArgsFunction:     cobra.NoFileCompletions,
			DisableFlagsInUseLine: true,
			RunE:                  func(c *cobra.Command, _ []string) error { return print(c) },
		}
	}
	return group(&cobra.Command{
		Use:   "completion",
		Short: "Print a script that completes commands in your shell",
		Example: `  jim completion bash > ~/.local/share/bash-completion/completions/jim
  jim completion zsh > "${fpath[1]}/_jim"
  jim completion fish > ~/.config/fish/completions/jim.fish
  jim completion powershell >> $PROFILE`,
	},
		shell("bash", "  jim completion bash > ~/.local/share/bash-completion/completions/jim\n  source <(jim completion bash)", func(c *cobra.Command) error {
			return c.Root().GenBashCompletionV2(c.OutOrStdout(), true)
		}),
		shell("zsh", `  jim completion zsh > "${fpath[1]}/_jim"`, func(c *cobra.Command) error {
			return c.Root().GenZshCompletion(c.OutOrStdout())
		}),
		shell("fish", "  jim completion fish > ~/.config/fish/completions/jim.fish", func(c *cobra.Command) error {
			return c.Root().GenFishCompletion(c.OutOrStdout(), true)
		}),
		shell("powershell", "  jim completion powershell | Out-String | Invoke-Expression", func(c *cobra.Command) error {
			return c.Root().GenPowerShellCompletionWithDesc(c.OutOrStdout())
		}),
	)
}
