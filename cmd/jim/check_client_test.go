//go:build unix

package main

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"jim/check"
	"jim/check/lesson"
)

// TestCheckClientDocs wants the table of docs/check-client.md to be that of the program. With -update it
// writes it.
func TestCheckClientDocs(t *testing.T) {
	path := filepath.Join("..", "..", "docs", "check-client.md")
	old, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	b.WriteString("| check | jim2 | jim1 | mentor | rule | section |\n|---|---|---|---|---|---|\n")
	for _, c := range lesson.Checks() {
		fmt.Fprintf(&b, "| `%s` |", c.ID)
		for _, l := range check.Levels {
			mark := ""
			if slices.Contains(c.Levels, l) {
				mark = " ✓"
			}
			b.WriteString(mark + " |")
		}
		fmt.Fprintf(&b, " %s | [%s](%s) |\n", strings.ReplaceAll(c.Rule, `\u`, "`\\u`"), c.Section.Title(), strings.TrimPrefix(string(c.Section), "docs/"))
	}
	text := replaceTable(t, old, "checks", b.String())
	if bytes.Equal(text, old) {
		return
	}
	if !*update {
		t.Fatal("docs/check-client.md does not agree with the program; write its table with: go test ./cmd/jim -run Docs -update")
	}
	if err := os.WriteFile(path, text, 0o644); err != nil {
		t.Fatal(err)
	}
}

// stoppedClock is the program stopped-clock of scripts: a client of the course that is right but for its clock.
func stoppedClock() {
	c, err := net.Dial("tcp", os.Getenv("JIM_ADDRESS"))
	if err == nil {
		_, err = fmt.Fprintf(c, `{"action":"presence","time":5,"type":"status","user":{"account_name":%q,"status":"x"}}`, os.Getenv("JIM_NAME"))
	}
	if err == nil {
		_, err = io.Copy(io.Discard, c)
	}
	fmt.Println("ended:", err)
}
