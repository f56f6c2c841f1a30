package dialect_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestWhatTheDocumentNamesIsTested wants every test and conversation that docs/dialects.md
// names to be there, and a row for each of the ten habits.
func TestWhatTheDocumentNamesIsTested(t *testing.T) {
	page, err := os.ReadFile("../docs/dialects.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, ok := strings.Cut(string(page), "| habit | tests |\n|---|---|\n")
	if !ok {
		t.Fatal("docs/dialects.md has no table of habits")
	}
	there := testsThere(t)
	rows := 0
	for line := range strings.Lines(table) {
		if !strings.HasPrefix(line, "| ") {
			break
		}
		rows++
		column := strings.Split(line, " | ")
		names := regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(column[len(column)-1], -1)
		if len(names) == 0 {
			t.Errorf("no test in %s", line)
		}
		for _, name := range names {
			if !there[name[1]] {
				t.Errorf("there is no %s, named in %s", name[1], line)
			}
		}
	}
	for _, habit := range []string{"3.1 ", "3.2 ", "3.3 ", "3.4 ", "3.5 ", "3.6 ", "3.7 ", "3.8 ", "3.9 ", "3.10 "} {
		if !strings.Contains(table, "\n| "+habit) && !strings.HasPrefix(table, "| "+habit) {
			t.Errorf("no row for habit %s", habit)
		}
	}
	if rows < 20 {
		t.Errorf("only %d rows", rows)
	}
}

// testsThere are all tests, fuzz targets and conversations of the repository.
func testsThere(t *testing.T) map[string]bool {
	t.Helper()
	there := map[string]bool{}
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && strings.HasPrefix(d.Name(), ".") && path != "..":
			return fs.SkipDir
		case strings.HasSuffix(path, ".talk"):
			there[d.Name()] = true
		case strings.HasSuffix(path, "_test.go"):
			code, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			for _, m := range regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`).FindAllSubmatch(code, -1) {
				there[string(m[1])] = true
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return there
}
