package jim_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"jim/tidy"
)

// TestTableOfAttacksNamesRealTests reads the table in docs/reliability.md: it has
// each row, and each row tests that exist, or says why it does not apply yet.
func TestTableOfAttacksNamesRealTests(t *testing.T) {
	page, err := os.ReadFile("docs/reliability.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(page), "<!-- hostile -->\n")
	table, _, ok := strings.Cut(table, "<!-- /hostile -->")
	if !ok {
		t.Fatal("docs/reliability.md has no table of attacks")
	}
	proofs := allTests(t)
	quoted := regexp.MustCompile("`([A-Za-z0-9_-]+(?:\\.talk|\\.txtar)?)`")
	rows := 0
	for _, line := range strings.Split(strings.TrimSpace(table), "\n")[2:] {
		cells := strings.Split(strings.Trim(line, "| "), "|")
		if rows++; len(cells) < 3 || strings.TrimSpace(cells[0]) != strconv.Itoa(rows) {
			t.Fatalf("row %d is %s", rows, line)
		}
		named := 0
		for _, name := range quoted.FindAllStringSubmatch(line, -1) {
			if isTest := strings.HasPrefix(name[1], "Test") || strings.HasPrefix(name[1], "Fuzz") || strings.Contains(name[1], "."); !isTest {
				continue
			}
			if named++; !proofs[name[1]] {
				t.Errorf("row %d names %s, which does not exist", rows, name[1])
			}
		}
		if named == 0 && !strings.Contains(cells[2], "Does not apply yet: ") {
			t.Errorf("row %d names no test and does not say why", rows)
		}
	}
	if rows != 41 {
		t.Errorf("the table has %d rows, want 41", rows)
	}
}

// allTests are the tests of Go, the conversations and the scripts, by name.
func allTests(t *testing.T) map[string]bool {
	t.Helper()
	tree, err := tidy.Tree(".")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]bool{}
	function := regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`)
	for _, f := range tree {
		switch base := filepath.Base(f.Path); {
		case strings.HasSuffix(base, "_test.go"):
			for _, name := range function.FindAllStringSubmatch(f.Text, -1) {
				all[name[1]] = true
			}
		case strings.HasSuffix(base, ".talk") || strings.HasSuffix(base, ".txtar"):
			all[base] = true
		}
	}
	return all
}

// TestNothingIsUnpackedOrDrawn: what cannot be linked cannot be made to unfold. The
// one archive there is, a backup, is not compressed.
func TestNothingIsUnpackedOrDrawn(t *testing.T) {
	list, err := exec.Command("go", "list", "-deps", "./cmd/jim").Output()
	if err != nil {
		t.Fatal(err)
	}
	linked := strings.Fields(string(list))
	if len(linked) < 50 {
		t.Fatalf("only %v are linked", linked)
	}
	for _, p := range linked {
		if strings.HasPrefix(p, "archive/") && p != "archive/tar" || p == "image" || strings.HasPrefix(p, "image/") || strings.Contains(p, "x/image") || p == "compress/bzip2" {
			t.Errorf("%s is linked: its input needs bounds, and docs/reliability.md another row", p)
		}
	}
}
