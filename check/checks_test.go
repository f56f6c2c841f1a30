package check_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"jim/check"
)

func TestEveryCheckIsNamedOnce(t *testing.T) {
	id := regexp.MustCompile(`^[a-z][a-z0-9_]*(\.[a-z0-9_]+)+$`)
	seen, rules := map[string]bool{}, map[string]string{}
	for _, c := range check.ServerChecks() {
		if !id.MatchString(c.ID) || seen[c.ID] {
			t.Errorf("%q is no id, or stands twice", c.ID)
		}
		seen[c.ID] = true
		key := string(c.Levels[0]) + c.Rule
		if other := rules[key]; other != "" {
			t.Errorf("%s and %s prove the same: %s", c.ID, other, c.Rule)
		}
		rules[key] = c.ID
		if c.Rule == "" || strings.HasSuffix(c.Rule, ".") || c.Section.Title() == "" || len(c.Levels) == 0 {
			t.Errorf("%s: a rule without a full stop, a section and a level are wanted: %+v", c.ID, c)
		}
	}
}

func TestThereAreEnoughChecks(t *testing.T) {
	all, at := 0, map[check.Level]int{}
	for _, c := range check.ServerChecks() {
		all++
		for _, l := range c.Levels {
			at[l]++
		}
	}
	t.Logf("%d checks, %v", all, at)
	if all < 300 || at[check.JIM2] < 200 || at[check.JIM1] < 60 || at[check.Mentor] < 40 {
		t.Errorf("%d checks, %v", all, at)
	}
}

// TestChecksQuoteTheDocuments wants every section to be there, and the words of each check to stand in it.
func TestChecksQuoteTheDocuments(t *testing.T) {
	texts := map[string]map[string]string{}
	for _, c := range check.ServerChecks() {
		file := c.Section.File()
		if texts[file] == nil {
			texts[file] = sections(t, filepath.Join("..", file))
		}
		text, there := texts[file][c.Section.Anchor()]
		if !there {
			t.Fatalf("%s: there is no section %s", c.ID, c.Section)
		}
		if !strings.Contains(text, spaced(c.Says)) || c.Says == "" {
			t.Errorf("%s: these words are not in %s: %s", c.ID, c.Section, c.Says)
		}
		if heading := strings.TrimSpace(strings.TrimLeft(strings.SplitN(text, " §", 2)[0], "#")); heading != c.Section.Title() {
			t.Errorf("%s is called %q, and here %q", c.Section, heading, c.Section.Title())
		}
	}
}

// sections are the parts of a document by the anchors of their headings, with all below them.
func sections(t *testing.T, path string) map[string]string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	parts := map[string]string{}
	fenced := false
	above := map[int]string{}
	for line := range strings.Lines(string(b)) {
		if strings.HasPrefix(line, "```") {
			fenced = !fenced
		}
		depth := len(line) - len(strings.TrimLeft(line, "#"))
		if !fenced && depth > 0 && strings.HasPrefix(line[depth:], " ") {
			for d := range above {
				if d >= depth {
					delete(above, d)
				}
			}
			above[depth] = anchor(line[depth:])
			line = strings.TrimSpace(line) + " § "
		}
		for _, a := range above {
			parts[a] += " " + line
		}
	}
	for a, text := range parts {
		parts[a] = spaced(text)
	}
	return parts
}

func spaced(text string) string { return strings.Join(strings.Fields(text), " ") }

func anchor(heading string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case unicode.IsLetter(r), unicode.IsDigit(r), r == '-', r == '_':
			return unicode.ToLower(r)
		}
		return -1
	}, strings.TrimSpace(heading))
}
