package main

import (
	"bytes"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the tables of docs/operating.md")

// TestOperatingDocs wants the tables of docs/operating.md to be those of the
// program. With -update it writes them.
func TestOperatingDocs(t *testing.T) {
	path := filepath.Join("..", "..", "docs", "operating.md")
	old, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	text := replaceTable(t, old, "settings", settingsTable())
	text = replaceTable(t, text, "exit codes", exitCodesTable(t))
	if bytes.Equal(text, old) {
		return
	}
	if !*update {
		t.Fatal("docs/operating.md does not agree with the program; write its tables with: go test ./cmd/jim -run Docs -update")
	}
	if err := os.WriteFile(path, text, 0o644); err != nil {
		t.Fatal(err)
	}
}

// replaceTable puts table between the marks <!-- name --> and <!-- /name -->.
func replaceTable(t *testing.T, text []byte, name, table string) []byte {
	t.Helper()
	begin, end := []byte("<!-- "+name+" -->\n"), []byte("<!-- /"+name+" -->")
	i, j := bytes.Index(text, begin), bytes.Index(text, end)
	if i < 0 || j < i {
		t.Fatalf("no marks of the table of %s", name)
	}
	out := append([]byte{}, text[:i+len(begin)]...)
	out = append(out, table...)
	return append(out, text[j:]...)
}

func settingsTable() string {
	var b strings.Builder
	b.WriteString("| flag, and key of the file | environment | default | meaning |\n|---|---|---|---|\n")
	for i := range settings {
		s := &settings[i]
		flag := "--" + s.name
		if s.stands != "" {
			flag += " " + s.stands
		}
		standard := "none"
		if d := s.described(); d != "" {
			standard = "`" + d + "`"
		}
		fmt.Fprintf(&b, "| `%s` | `%s` | %s | %s |\n", strings.ReplaceAll(flag, "|", `\|`), s.env(), standard, s.help)
	}
	return b.String()
}

// exitCodesTable is made from the constants of exit.go and what is written
// behind them there.
func exitCodesTable(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("| code | meaning |\n|---|---|\n")
	for _, code := range exitCodes(t) {
		fmt.Fprintf(&b, "| %d | %s |\n", code.number, code.meaning)
	}
	return b.String()
}

type exitInfo struct {
	number  int
	meaning string
}

func exitCodes(t *testing.T) []exitInfo {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "exit.go", nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	var all []exitInfo
	ast.Inspect(file, func(n ast.Node) bool {
		v, ok := n.(*ast.ValueSpec)
		if !ok || len(v.Values) != 1 || !strings.HasPrefix(v.Names[0].Name, "exit") {
			return true
		}
		number, err := strconv.Atoi(v.Values[0].(*ast.BasicLit).Value)
		if err != nil {
			t.Fatal(err)
		}
		meaning := strings.TrimSpace(v.Comment.Text())
		if meaning == "" {
			meaning = "done"
		}
		all = append(all, exitInfo{number, meaning})
		return true
	})
	if len(all) < 9 {
		t.Fatalf("%d exit codes found", len(all))
	}
	return all
}

// Each exit code has a script that ends with it.
func TestEveryExitCodeHasAScript(t *testing.T) {
	scripts, err := filepath.Glob(filepath.Join("testdata", "script", "*.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	var all []byte
	for _, path := range scripts {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, text...)
	}
	for _, code := range exitCodes(t) {
		n := strconv.Itoa(code.number)
		ends := regexp.MustCompile(`(?m)^(exits|end [A-Z]+|finish [A-Z]+) ` + n + `( |$)`)
		if !ends.Match(all) && !(code.number == 0 && bytes.Contains(all, []byte("\nexec jim "))) {
			t.Errorf("no script ends with %d: %s", code.number, code.meaning)
		}
	}
}
