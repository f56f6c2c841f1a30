package main

import (
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/spf13/cobra"

	"jim/wire"
)

// version is set when a release is built: -ldflags "-X main.version=1.2.3".
var version string

// build says what this program was made of.
type build struct {
	Version  string `json:"version"`
	Commit   string `json:"commit,omitzero"`   // with "+changes" when the tree had some
	Go       string `json:"go"`                // of the compiler
	SQLite   string `json:"sqlite,omitzero"`   // of the library that is linked in
	Platform string `json:"platform"`          // "linux/amd64"
	Protocol int    `json:"protocol,omitzero"` // the newest JIM spoken
}

// thisBuild asks the running program.
func thisBuild() build {
	b := build{Version: version, Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH, Protocol: wire.Version}
	info, ok := debug.ReadBuildInfo()
	if ok {
		b.read(info)
	}
	if b.Version == "" {
		b.Version = "devel"
	}
	return b
}

// read adds what the Go command wrote into the program.
func (b *build) read(info *debug.BuildInfo) {
	if v := info.Main.Version; b.Version == "" && v != "(devel)" {
		b.Version = v
	}
	changes := ""
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.Commit = s.Value
		case "vcs.modified":
			if s.Value == "true" {
				changes = "+changes"
			}
		}
	}
	if b.Commit != "" {
		b.Commit += changes
	}
	for _, m := range info.Deps {
		if strings.HasPrefix(m.Path, "github.com/ncruces/go-sqlite3-wasm/") {
			b.SQLite = sqliteVersion(m.Version)
		}
	}
}

// sqliteVersion reads the version of SQLite from that of the module which
// carries it: the last number of v6.3.35304 stands for 3.53.4. "" when it does
// not look like one.
func sqliteVersion(module string) string {
	parts := strings.Split(strings.TrimPrefix(module, "v"), ".")
	if len(parts) != 3 {
		return ""
	}
	n, err := strconv.Atoi(parts[2])
	if err != nil || n < 10000 {
		return ""
	}
	return fmt.Sprintf("%d.%d.%d", n/10000, n/100%100, n%100)
}

// words are the version, and the commit where it is known.
func (b build) words() string {
	if b.Commit == "" {
		return b.Version
	}
	return b.Version + " (" + b.Commit + ")"
}

func (b build) print(w io.Writer) error {
	text := "jim " + b.words()
	text += fmt.Sprintf("\nJIM/%d, %s, %s", b.Protocol, b.Go, b.Platform)
	if b.SQLite != "" {
		text += ", SQLite " + b.SQLite
	}
	_, err := fmt.Fprintln(w, text)
	return err
}

// newVersionCommand is `jim version`.
func newVersionCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:               "version",
		Short:             "Print which version this is and what it is made of",
		Example:           "  jim version\n  jim version --json",
		Args:              cobra.NoArgs,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(c *cobra.Command, _ []string) error {
			if asJSON {
				return printJSON(c.OutOrStdout(), thisBuild())
			}
			return thisBuild().print(c.OutOrStdout())
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	return c
}

// printJSON prints v as one line of JSON.
func printJSON(w io.Writer, v any) error {
	b, err := json.Marshal(v, json.Deterministic(true))
	if err != nil {
		return err
	}
	_, err = w.Write(append(visibleJSON(b), '\n'))
	return err
}
