// Package tidy is the house rules as functions over the files of the repository: each takes them all
// and returns what it finds wrong. tidy_test.go at the root says which rules are law here and with
// which figures; CONTRIBUTING.md gives them in words. Only tests import this package.
package tidy

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
)

// File is one file of the repository.
type File struct {
	Path string // from the root, with slashes
	Text string

	code *ast.File // nil unless it is Go
	fset *token.FileSet
}

// Fault is one thing that breaks a rule.
type Fault struct {
	Path string
	Line int // 0 = the whole file, or one that is not there
	Text string
}

// String is the fault as compilers print theirs.
func (f Fault) String() string {
	if f.Line == 0 {
		return f.Path + ": " + f.Text
	}
	return fmt.Sprintf("%s:%d: %s", f.Path, f.Line, f.Text)
}

// Rule looks at all files and returns what breaks it.
type Rule func(tree []*File) []Fault

// NewFile is a file with that text; Go is parsed, and must parse.
func NewFile(name, text string) (*File, error) {
	f := &File{Path: name, Text: text}
	if !strings.HasSuffix(name, ".go") {
		return f, nil
	}
	f.fset = token.NewFileSet()
	code, err := parser.ParseFile(f.fset, name, text, parser.ParseComments|parser.SkipObjectResolution)
	f.code = code
	return f, err
}

// Tree reads every file below root that git would track, or, where there is no git, every one. One that
// is not a text has none.
func Tree(root string) ([]*File, error) {
	names, err := tracked(root)
	if err != nil {
		names, err = walked(root)
	}
	if err != nil {
		return nil, err
	}
	var tree []*File
	for _, name := range names {
		data, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
		if os.IsNotExist(err) {
			continue // tracked, and removed since
		}
		if err != nil {
			return nil, err
		}
		if bytes.IndexByte(data, 0) >= 0 {
			data = nil // not a text: it has a name, to which documents may link
		}
		f, err := NewFile(name, string(data))
		if err != nil {
			return nil, err
		}
		tree = append(tree, f)
	}
	return tree, nil
}

func tracked(root string) ([]string, error) {
	git := exec.Command("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	git.Dir = root
	out, err := git.Output()
	if err != nil {
		return nil, err
	}
	return strings.FieldsFunc(string(out), func(r rune) bool { return r == 0 }), nil
}

func walked(root string) (names []string, err error) {
	err = filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && entry.Name() == ".git":
			return filepath.SkipDir
		case entry.Type().IsRegular():
			relative, err := filepath.Rel(root, name)
			names = append(names, filepath.ToSlash(relative))
			return err
		}
		return nil
	})
	return names, err
}

// folder is the folder of f from the root; "." is the root.
func (f *File) folder() string { return path.Dir(f.Path) }

func (f *File) isTest() bool { return strings.HasSuffix(f.Path, "_test.go") }

func (f *File) isGenerated() bool { return f.code != nil && ast.IsGenerated(f.code) }

func (f *File) isMarkdown() bool { return strings.HasSuffix(f.Path, ".md") }

func (f *File) line(p token.Pos) int { return f.fset.Position(p).Line }

func (f *File) fault(line int, format string, args ...any) Fault {
	return Fault{f.Path, line, fmt.Sprintf(format, args...)}
}

// eachGo makes a rule of a look at one file of Go.
func eachGo(look func(*File) []Fault) Rule {
	return func(tree []*File) (faults []Fault) {
		for _, f := range tree {
			if f.code != nil && !f.isGenerated() {
				faults = append(faults, look(f)...)
			}
		}
		return faults
	}
}
