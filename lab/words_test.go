//go:build unix

package lab

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"
)

// verb is what fmt puts in.
var verb = regexp.MustCompile(`%[-+# 0-9.]*[a-z]`)

// Every phrase is there in three languages and puts in the same things in the same order; who writes one in
// a hurry forgets that. A phrase that is the same in all, such as "ping", may be.
func TestPhrasesAgree(t *testing.T) {
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		seen += phrasesAgree(t, file)
	}
	if seen < 60 {
		t.Fatalf("only %d phrases were found", seen)
	}
}

// phrasesAgree looks at the phrases of a file, and returns how many there are.
func phrasesAgree(t *testing.T, file *ast.File) (seen int) {
	ast.Inspect(file, func(n ast.Node) bool {
		texts := languagesOf(n)
		if texts == nil {
			return true
		}
		seen++
		if len(texts) != 3 || slices.Contains(texts, "") {
			t.Errorf("%q is not there in three languages", texts)
			return true
		}
		if texts[0] == texts[1] && texts[0] == texts[2] {
			return true
		}
		for _, text := range texts[1:] {
			if !slices.Equal(verb.FindAllString(texts[0], -1), verb.FindAllString(text, -1)) {
				t.Errorf("%q puts in other things than %q", text, texts[0])
			}
		}
		if !has(texts[1], unicode.Cyrillic) || !has(texts[2], unicode.Han) || has(texts[0], unicode.Han) || has(texts[2], unicode.Cyrillic) {
			t.Errorf("%q: the languages are not in their order, or one is missing", texts)
		}
		return true
	})
	return seen
}

// languagesOf are the texts of a phrase that is written out: alone, or as an element of a map of them.
func languagesOf(n ast.Node) (texts []string) {
	c, ok := n.(*ast.CompositeLit)
	if !ok || len(c.Elts) == 0 {
		return nil
	}
	if name, named := c.Type.(*ast.Ident); c.Type != nil && (!named || name.Name != "phrase") {
		return nil
	}
	for _, e := range c.Elts {
		if b, ok := e.(*ast.BasicLit); !ok || b.Kind != token.STRING {
			return nil
		}
		text, _ := strconv.Unquote(e.(*ast.BasicLit).Value)
		texts = append(texts, text)
	}
	return texts
}

func has(text string, script *unicode.RangeTable) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(script, r) })
}
