package check_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"jim/check"
)

var update = flag.Bool("update", false, "rewrite the list in docs/checks.md")

// TestDocs wants docs/checks.md to list exactly the checks that there are. With -update it writes them.
func TestDocs(t *testing.T) {
	path := filepath.Join("..", "docs", "checks.md")
	old, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	begin, end := []byte("<!-- checks -->\n"), []byte("<!-- /checks -->")
	i, j := bytes.Index(old, begin), bytes.Index(old, end)
	if i < 0 || j < i {
		t.Fatal("docs/checks.md has no marks for the list")
	}
	var b bytes.Buffer
	b.Write(old[:i+len(begin)])
	writeChecks(&b)
	b.Write(old[j:])
	if bytes.Equal(b.Bytes(), old) {
		return
	}
	if !*update {
		t.Fatal("docs/checks.md does not agree with the program; write it with: go test ./check -run Docs -update")
	}
	if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

func writeChecks(b *bytes.Buffer) {
	checks := check.ServerChecks()
	fmt.Fprintf(b, "There are %d checks of servers.\n", len(checks))
	section := check.Section("")
	for _, c := range checks {
		if c.Section != section {
			section = c.Section
			fmt.Fprintf(b, "\n## %s: [%s](%s)\n\n| id | level | rule |\n|---|---|---|\n",
				strings.TrimSuffix(filepath.Base(section.File()), ".md"), section.Title(), strings.TrimPrefix(string(section), "docs/"))
		}
		levels := make([]string, len(c.Levels))
		for i, l := range c.Levels {
			levels[i] = string(l)
		}
		fmt.Fprintf(b, "| `%s` | %s | %s |\n", c.ID, strings.Join(levels, ", "), strings.ReplaceAll(c.Rule, "|", "\\|"))
	}
}
