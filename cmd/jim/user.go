package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"jim/wire"
)

// newUserCommand is `jim user`, with which an operator or owner looks after who
// has a name.
func newUserCommand() *cobra.Command {
	a := new(admin)
	c := group(&cobra.Command{
		Use:   "user",
		Short: "Add people, see who there is, and invite",
		Long: `Add people, see who there is, and invite.

On the server's machine its own user, and root, need no login: they are known by
the socket in the data folder. From elsewhere an owner says --to and --name.`,
		Example: `  jim user add ann
  jim user list
  jim user invite
  jim user owner ann
  jim user list --to tls://chat.example.org --name ann`,
	},
		a.namedCommand("add", "Add somebody with a password", "user add", true, "%s is added"),
		a.namedCommand("passwd", "Give somebody another password, and log out all their devices", "user passwd", true, "%s has another password"),
		a.listCommand(),
		a.namedCommand("disable", "Let somebody in no more, and end their connections", "user disable", false, "%s is disabled"),
		a.namedCommand("enable", "Let somebody in again", "user enable", false, "%s is enabled"),
		a.namedCommand("owner", "Let somebody do everything here", "user owner", false, "%s is an owner"),
		a.inviteCommand(),
		dialectPasswordCommand(),
	)
	addSettings(c.PersistentFlags(), "data")
	a.addFlags(c.PersistentFlags())
	return c
}

// namedCommand is a command about one person. done says, with the name, what has
// been achieved.
func (a *admin) namedCommand(word, short, do string, password bool, done string) *cobra.Command {
	var file string
	c := &cobra.Command{
		Use:               word + " NAME",
		Short:             short,
		Example:           "  jim user " + word + " ann",
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(c *cobra.Command, args []string) error {
			q := wire.Request{Do: do, User: wire.User{Name: args[0]}}
			if password {
				secret, err := newPassword(c.ErrOrStderr(), c.InOrStdin(), file, args[0])
				if err != nil {
					return err
				}
				q.User.Password = secret
			}
			return a.with(c, func(ctx context.Context, ask asker) error {
				if _, err := ask(ctx, q); err != nil {
					return err
				}
				if a.asJSON {
					return printJSON(c.OutOrStdout(), wire.Person{Name: args[0]})
				}
				_, err := fmt.Fprintf(c.ErrOrStderr(), done+"\n", args[0])
				return err
			})
		},
	}
	if password {
		c.Flags().StringVar(&file, "password-file", "", "read the password from the first line of `FILE`; - is stdin")
		c.Example += "\n  pass show jim/ann | jim user " + word + " ann --password-file -"
	}
	return c
}

func (a *admin) inviteCommand() *cobra.Command {
	var owner bool
	c := &cobra.Command{
		Use:   "invite",
		Short: "Print an invitation, with which one person can register one name",
		Example: `  jim user invite
  jim user invite --owner`,
		Args:              cobra.NoArgs,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(c *cobra.Command, _ []string) error {
			q := wire.Request{Do: "invite"}
			if owner {
				q.Do = "owner invite"
			}
			return a.with(c, func(ctx context.Context, ask asker) error {
				r, err := ask(ctx, q)
				if err != nil {
					return err
				}
				if a.asJSON {
					return printJSON(c.OutOrStdout(), map[string]string{"invite": r.Token})
				}
				_, err = fmt.Fprintln(c.OutOrStdout(), visibleLine(r.Token))
				return err
			})
		},
	}
	c.Flags().BoolVar(&owner, "owner", false, "whoever uses it may do everything here")
	return c
}

func (a *admin) listCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List everybody who has a name",
		Example: `  jim user list
  jim user list --json | jq -r 'select(.disabled) | .account_name'`,
		Args:              cobra.NoArgs,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(c *cobra.Command, _ []string) error {
			return a.with(c, func(ctx context.Context, ask asker) error {
				people, err := everybody(ctx, ask)
				if err != nil {
					return err
				}
				if !a.asJSON {
					return printPeople(c.OutOrStdout(), people)
				}
				for _, p := range people {
					if err := printJSON(c.OutOrStdout(), p); err != nil {
						return err
					}
				}
				return nil
			})
		},
	}
}

// everybody reads the list of accounts, page by page.
func everybody(ctx context.Context, ask asker) ([]wire.Person, error) {
	var all []wire.Person
	q := wire.Request{Do: "user list", Limit: wire.JIM2.Page}
	for {
		r, err := ask(ctx, q)
		if err != nil {
			return nil, err
		}
		all = append(all, r.Accounts...)
		if !r.More || r.Next == "" {
			return all, nil
		}
		q.Mark = r.Next
	}
}

func printPeople(w io.Writer, people []wire.Person) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, p := range people {
		is := []string{}
		add := func(so bool, word string) {
			if so {
				is = append(is, word)
			}
		}
		add(p.Owner, "owner")
		add(p.Guest, "guest")
		add(p.Disabled, "disabled")
		since := "-"
		if p.Since != 0 {
			since = p.Since.Time().Format(time.DateOnly)
		}
		fmt.Fprintln(t, strings.TrimRight(visibleLine(p.Name)+"\t"+since+"\t"+strings.Join(is, " "), "\t"))
	}
	return t.Flush()
}
