package jim_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"jim/tidy"
)

// seedRow is a row of docs/seeds.md.
type seedRow struct {
	line     string
	lab      string   // what to look at
	proofs   []string // names of tests
	commands [][]string
}

var (
	seedQuoted = regexp.MustCompile("`([A-Za-z0-9_.-]+)`")
	// seedCommand is a command in a cell: `jim lab echo --buffer 20`, or another flag of it: `--with processes`.
	seedCommand = regexp.MustCompile("`((?:jim )?[^`]+)`")
	seedFlag    = regexp.MustCompile(`^--[a-z-]+$`)
)

// seedTable reads the tables of docs/seeds.md.
func seedTable(t *testing.T) (texts int, rows []seedRow) {
	t.Helper()
	page, err := os.ReadFile("docs/seeds.md")
	if err != nil {
		t.Fatal(err)
	}
	_, tables, _ := strings.Cut(string(page), "<!-- seeds -->")
	tables, _, ok := strings.Cut(tables, "<!-- /seeds -->")
	if !ok {
		t.Fatal("docs/seeds.md has no tables")
	}
	for line := range strings.Lines(tables) {
		if strings.HasPrefix(line, "## ") {
			texts++
		}
		if !strings.HasPrefix(line, "| ") || strings.HasPrefix(line, "| the text has") {
			continue
		}
		cells := strings.Split(strings.Trim(line, "|\n"), "|")
		if len(cells) != 4 {
			t.Fatalf("%d cells in: %s", len(cells), line)
		}
		row := seedRow{line: line, lab: cells[1]}
		for _, name := range seedQuoted.FindAllStringSubmatch(cells[3], -1) {
			row.proofs = append(row.proofs, name[1])
		}
		for _, c := range seedCommand.FindAllStringSubmatch(cells[1], -1) {
			row.commands = appendCommand(row.commands, strings.Fields(c[1]))
		}
		rows = append(rows, row)
	}
	return texts, rows
}

// appendCommand keeps of a command what a test must have: its words, and its flags. Addresses and names are the
// test's own. A flag alone belongs to the command before.
func appendCommand(list [][]string, words []string) [][]string {
	var c []string
	switch {
	case len(words) > 2 && words[0] == "jim" && words[1] != "tap":
		c = []string{strings.Join(words[:3], " ")}
	case len(words) > 1 && words[0] == "jim":
		c = []string{words[1] + " "} // in a script a command of its own: tap NAME
	case seedFlag.MatchString(words[0]) && len(list) > 0:
		c = []string{list[len(list)-1][0]}
	default:
		return list
	}
	for i, w := range words {
		if !seedFlag.MatchString(w) {
			continue
		}
		if i+1 < len(words) && regexp.MustCompile(`^[a-z0-9]+$`).MatchString(words[i+1]) {
			w += " " + words[i+1]
		}
		if w != "--listen" && w != "--to" {
			c = append(c, w)
		}
	}
	return append(list, c)
}

// TestTableOfTextsNamesRealTests reads docs/seeds.md: each system of the five texts has a test that exists, and what
// its row tells one to type is typed in one of the tests it names.
func TestTableOfTextsNamesRealTests(t *testing.T) {
	texts, rows := seedTable(t)
	proofs := allTests(t)
	typed := typedIn(t)
	for _, row := range rows {
		if len(row.proofs) == 0 {
			t.Errorf("no test is named in: %s", row.line)
		}
		lines := ""
		for _, name := range row.proofs {
			if !proofs[name] {
				t.Errorf("%s does not exist, named in: %s", name, row.line)
			}
			lines += typed[name]
		}
		for _, c := range row.commands {
			if !isTyped(lines, c) {
				t.Errorf("none of %q has a line with %q, as told in: %s", row.proofs, c, row.line)
			}
		}
	}
	if texts != 5 || len(rows) < 35 {
		t.Errorf("%d texts with %d rows", texts, len(rows))
	}
}

// isTyped tells whether one line has all words of a command.
func isTyped(lines string, words []string) bool {
	for line := range strings.Lines(lines) {
		all := true
		for _, w := range words {
			all = all && strings.Contains(line, w)
		}
		if all {
			return true
		}
	}
	return false
}

// typedIn are, by the name of a test, the lines in which commands are given: in a script those that run one, in Go
// those that name the words of one.
func typedIn(t *testing.T) map[string]string {
	t.Helper()
	tree, err := tidy.Tree(".")
	if err != nil {
		t.Fatal(err)
	}
	typed := map[string]string{}
	body := regexp.MustCompile(`(?ms)^func (Test\w+)\(.*?^}`)
	words := regexp.MustCompile(`"([a-z]+)", `)
	for _, f := range tree {
		base := filepath.Base(f.Path)
		if strings.HasSuffix(base, "_test.go") {
			for _, m := range body.FindAllStringSubmatch(f.Text, -1) {
				typed[m[1]] += words.ReplaceAllString(m[0], "$1 ")
			}
		}
		if !strings.HasSuffix(base, ".txtar") {
			continue
		}
		for line := range strings.Lines(f.Text) {
			if word, _, _ := strings.Cut(line, " "); !strings.HasPrefix(line, "#") && word != "says" && word != "stdout" && word != "stderr" && word != "grep" {
				typed[base] += line
			}
		}
	}
	return typed
}
