package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/pflag"
)

// said is the value of a setting as it was said, and by whom.
type said struct {
	values []string
	by     string // "default", "--log", "JIM_LOG" or the path of the file
	exit   int    // the code to exit with when it is wrong
}

// flagValue collects what is said of a setting on the command line.
type flagValue struct {
	setting *setting
	values  []string
}

// Set takes one more value; all but lists keep the last.
func (v *flagValue) Set(s string) error {
	if !v.setting.isList() {
		v.values = v.values[:0]
	}
	v.values = append(v.values, s)
	return nil
}

func (v *flagValue) String() string { return strings.Join(v.values, ",") }

// Type is what stands for the value in help; cobra's help leaves "bool" out.
func (v *flagValue) Type() string {
	if v.setting.isBool() {
		return "bool"
	}
	return v.setting.stands
}

func (s *setting) isList() bool { _, is := s.field(&config{}).(*[]string); return is }
func (s *setting) isBool() bool { _, is := s.field(&config{}).(*bool); return is }

// env is the setting's name in the environment.
func (s *setting) env() string {
	return "JIM_" + strings.ToUpper(strings.ReplaceAll(s.name, "-", "_"))
}

// described is the setting's standard value for people.
func (s *setting) described() string {
	if s.computed != "" {
		return s.computed
	}
	return s.standard
}

// addSettings adds a flag for each setting that is named, or for all, and
// --config.
func addSettings(flags *pflag.FlagSet, names ...string) {
	for i := range settings {
		s := &settings[i]
		if names != nil && !slices.Contains(names, s.name) {
			continue
		}
		help := s.help
		if d := s.described(); d != "" && !s.isBool() {
			help += " (default " + d + ")"
		}
		f := flags.VarPF(&flagValue{setting: s}, s.name, "", help)
		if s.isBool() {
			f.NoOptDefVal = "true"
		}
	}
	flags.String("config", "", "read the settings of this `FILE` (default $JIM_CONFIG, else $XDG_CONFIG_HOME/jim/jim.toml, else /etc/jim/jim.toml)")
}

// load gathers the configuration: flags, then the environment, then the file,
// then what is standard. It also tells who said what, by the names of settings.
// The error says which exit code it deserves.
func load(flags *pflag.FlagSet) (*config, map[string]said, error) {
	path, err := configFile(flags)
	if err != nil {
		return nil, nil, err
	}
	inFile, err := readConfig(path)
	if err != nil {
		return nil, nil, err
	}
	c, all := new(config), make(map[string]said)
	for i := range settings {
		s := &settings[i]
		v := s.find(flags, inFile)
		if err := s.put(c, v.values); err != nil {
			name := v.by
			if inFile[s.name].by == v.by {
				name += ": " + s.name
			}
			return nil, nil, exitf(v.exit, "%s: %w", name, err)
		}
		all[s.name] = v
	}
	if c.data == "" {
		return nil, nil, exitf(exitConfig, "no data folder: $HOME is not set, so say --data DIR or JIM_DATA=DIR")
	}
	if c.data, err = absolute(c.data); err != nil {
		return nil, nil, exitf(exitConfig, "the data folder %s: %w", c.data, err)
	}
	return c, all, nil
}

// find tells what was said of s, by whoever counts most.
func (s *setting) find(flags *pflag.FlagSet, inFile map[string]said) said {
	if f := flags.Lookup(s.name); f != nil && f.Changed {
		return said{f.Value.(*flagValue).values, "--" + s.name, exitUsage}
	}
	if text := os.Getenv(s.env()); text != "" {
		values := []string{text}
		if s.isList() {
			values = strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' })
		}
		return said{values, s.env(), exitConfig}
	}
	if v, ok := inFile[s.name]; ok {
		return v
	}
	standard := s.standard
	if s.name == "data" {
		standard = standardData()
	}
	if standard == "" {
		return said{by: "default"}
	}
	return said{[]string{standard}, "default", exitConfig}
}

// put checks values and puts them into c.
func (s *setting) put(c *config, values []string) error {
	for _, v := range values {
		if s.choices != nil && !slices.Contains(s.choices, v) {
			return fmt.Errorf("%q is none of %s", v, strings.Join(s.choices, ", "))
		}
		if s.check == nil {
			continue
		}
		if err := s.check(v); err != nil {
			return err
		}
	}
	switch field := s.field(c).(type) {
	case *[]string:
		*field = values
	case *string:
		*field = strings.Join(values, "")
	case *bool:
		on, err := strconv.ParseBool(strings.Join(values, ""))
		if err != nil {
			return fmt.Errorf("%q is neither true nor false", strings.Join(values, ""))
		}
		*field = on
	}
	return nil
}

// absolute is path from the root, with ~/ at its beginning understood, since no
// shell looks at what stands in a file.
func absolute(path string) (string, error) {
	if rest, ok := strings.CutPrefix(path, "~/"); ok {
		home, err := os.UserHomeDir()
		if err != nil {
			return path, err
		}
		return filepath.Join(home, rest), nil
	}
	return filepath.Abs(path)
}

// configFile is the path of the file to read, "" when there is none. One that
// was asked for must be there.
func configFile(flags *pflag.FlagSet) (string, error) {
	asked, exit, by := "", exitUsage, "--config"
	if f := flags.Lookup("config"); f != nil {
		asked = f.Value.String()
	}
	if asked == "" {
		asked, exit, by = os.Getenv("JIM_CONFIG"), exitConfig, "JIM_CONFIG"
	}
	if asked != "" {
		if _, err := os.Stat(asked); err != nil {
			return "", exitf(exit, "%s: %w", by, err)
		}
		return asked, nil
	}
	var places []string
	if dir, err := os.UserConfigDir(); err == nil {
		places = append(places, filepath.Join(dir, "jim", "jim.toml"))
	}
	for _, path := range append(places, "/etc/jim/jim.toml") {
		switch _, err := os.Stat(path); {
		case err == nil:
			return path, nil
		case !errors.Is(err, os.ErrNotExist):
			return "", exitf(exitConfig, "the configuration: %w", err)
		}
	}
	return "", nil
}
