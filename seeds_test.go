package jim_test

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestTableOfTextsNamesRealTests reads docs/seeds.md: each system of the five texts has a test that exists.
func TestTableOfTextsNamesRealTests(t *testing.T) {
	page, err := os.ReadFile("docs/seeds.md")
	if err != nil {
		t.Fatal(err)
	}
	_, tables, _ := strings.Cut(string(page), "<!-- seeds -->")
	tables, _, ok := strings.Cut(tables, "<!-- /seeds -->")
	if !ok {
		t.Fatal("docs/seeds.md has no tables")
	}
	proofs := allTests(t)
	quoted := regexp.MustCompile("`([A-Za-z0-9_.-]+)`")
	texts, rows := 0, 0
	for line := range strings.Lines(tables) {
		if strings.HasPrefix(line, "## ") {
			texts++
		}
		if !strings.HasPrefix(line, "| ") || strings.HasPrefix(line, "| the text has") {
			continue
		}
		rows++
		cells := strings.Split(strings.Trim(line, "| \n"), " | ")
		names := quoted.FindAllStringSubmatch(cells[len(cells)-1], -1)
		if len(names) == 0 {
			t.Errorf("no test is named in: %s", line)
		}
		for _, name := range names {
			if !proofs[name[1]] {
				t.Errorf("%s does not exist, named in: %s", name[1], line)
			}
		}
	}
	if texts != 5 || rows < 25 {
		t.Errorf("%d texts with %d rows", texts, rows)
	}
}
