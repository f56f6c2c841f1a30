package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"
)

// newConfigCommand is `jim config`.
func newConfigCommand() *cobra.Command {
	var asJSON, onlyCheck bool
	c := &cobra.Command{
		Use:   "config",
		Short: "Print the settings in force, and where each comes from",
		Long: `Print the settings in force, and where each comes from.

A flag counts most, then the environment, then the file, then the default.`,
		Example: `  jim config
  jim config --check --config /etc/jim/jim.toml
  JIM_LISTEN=tcp://127.0.0.1:8000 jim config --json`,
		Args:              cobra.NoArgs,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(c *cobra.Command, _ []string) error {
			conf, all, err := load(c.Flags())
			if err != nil {
				return err
			}
			if err := conf.check(all); err != nil {
				return err
			}
			switch {
			case onlyCheck:
				_, err = fmt.Fprintln(c.OutOrStdout(), "The configuration is good.")
			case asJSON:
				err = printJSON(c.OutOrStdout(), shown(conf, all))
			default:
				err = printSettings(c.OutOrStdout(), shown(conf, all))
			}
			return err
		},
	}
	addSettings(c.Flags())
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON: an array with an object for each setting")
	c.Flags().BoolVar(&onlyCheck, "check", false, "only tell whether the configuration is good")
	c.MarkFlagsMutuallyExclusive("json", "check")
	return c
}

// shownSetting is a setting in the output of `jim config --json`.
type shownSetting struct {
	Name  string `json:"name"`
	Value any    `json:"value"` // string, array of strings, or boolean
	From  string `json:"from"`  // "default", "--log", "JIM_LOG" or the path of the file
}

func shown(conf *config, all map[string]said) []shownSetting {
	list := make([]shownSetting, len(settings))
	for i := range settings {
		s := &settings[i]
		list[i] = shownSetting{Name: s.name, From: all[s.name].by}
		switch field := s.field(conf).(type) {
		case *[]string:
			list[i].Value = append([]string{}, *field...)
		case *string:
			list[i].Value = *field
		case *bool:
			list[i].Value = *field
		}
	}
	return list
}

func printSettings(w io.Writer, list []shownSetting) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, s := range list {
		text := fmt.Sprint(s.Value)
		if values, ok := s.Value.([]string); ok {
			text = strings.Join(values, " ")
		}
		if text == "" {
			text = "-"
		}
		fmt.Fprintf(t, "%s\t%s\t%s\n", s.Name, text, s.From)
	}
	return t.Flush()
}
