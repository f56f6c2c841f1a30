package tidy

import (
	"go/ast"
	"go/token"
	"path"
	"slices"
	"strconv"
	"strings"
)

// Functions finds functions longer than lines, from func to the closing brace. Tests are apart.
func Functions(lines int) Rule {
	return eachGo(func(f *File) (faults []Fault) {
		if f.isTest() {
			return nil
		}
		for _, d := range f.code.Decls {
			if d, ok := d.(*ast.FuncDecl); ok {
				first, last := f.line(d.Pos()), f.line(d.End())
				if n := last - first + 1; n > lines {
					faults = append(faults, f.fault(first, "%s has %d lines; a function may have %d: keep the switch here and move the work down", d.Name.Name, n, lines))
				}
			}
		}
		return faults
	})
}

// Files finds files of Go longer than lines. Tests are apart.
func Files(lines int) Rule {
	return eachGo(func(f *File) []Fault {
		n := strings.Count(f.Text, "\n")
		if f.isTest() || n <= lines {
			return nil
		}
		return []Fault{f.fault(0, "has %d lines; a file may have %d: give the second idea in it a file of its own", n, lines)}
	})
}

const sleepReason = "//tidy:sleep "

// Sleeps finds time.Sleep in tests and in the packages that only tests import. A line that ends in
// "//tidy:sleep reason", or follows one that does, may sleep.
func Sleeps(kits ...string) Rule {
	return eachGo(func(f *File) (faults []Fault) {
		name := importedAs(f, "time")
		if name == "" || !f.isTest() && !slices.Contains(kits, f.folder()) {
			return nil
		}
		allowed := excused(f, sleepReason)
		ast.Inspect(f.code, func(n ast.Node) bool {
			s, ok := n.(*ast.SelectorExpr)
			if !ok || s.Sel.Name != "Sleep" {
				return true
			}
			if x, ok := s.X.(*ast.Ident); ok && x.Name == name && !allowed[f.line(s.Pos())] {
				faults = append(faults, f.fault(f.line(s.Pos()), "a test sleeps: wait for the event, use testing/synctest, or give the reason as %sreason", sleepReason))
			}
			return true
		})
		return faults
	})
}

// excused are the lines that gave a reason behind mark.
func excused(f *File, mark string) map[int]bool {
	lines := map[int]bool{}
	for _, group := range f.code.Comments {
		for _, c := range group.List {
			if reason, ok := strings.CutPrefix(c.Text, mark); ok && strings.TrimSpace(reason) != "" {
				lines[f.line(c.Pos())] = true
				lines[f.line(c.Pos())+1] = true
			}
		}
	}
	return lines
}

// importedAs is the name under which f imports a package of the standard library; "" = it does not.
func importedAs(f *File, pkg string) string {
	for _, i := range f.code.Imports {
		if p, _ := strconv.Unquote(i.Path.Value); p == pkg {
			if i.Name != nil {
				return i.Name.Name
			}
			return path.Base(pkg)
		}
	}
	return ""
}

// Documented finds exported names without a comment outside of commands. A comment above a group of
// constants or variables is enough for the group; the contract of Error and Unwrap is that of package
// errors.
func Documented() Rule {
	return eachGo(func(f *File) (faults []Fault) {
		if f.isTest() || f.code.Name.Name == "main" {
			return nil
		}
		complain := func(name *ast.Ident) {
			if name.IsExported() {
				faults = append(faults, f.fault(f.line(name.Pos()), "%s is exported and has no comment: state its contract, units, errors, limits", name.Name))
			}
		}
		for _, d := range f.code.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Doc == nil && (d.Recv == nil || ast.IsExported(receiver(d)) && !isOfErrors(d.Name.Name)) {
					complain(d.Name)
				}
			case *ast.GenDecl:
				undocumented(d, complain)
			}
		}
		return faults
	})
}

func isOfErrors(method string) bool { return method == "Error" || method == "Unwrap" }

// undocumented calls complain for every name that d declares without a comment.
func undocumented(d *ast.GenDecl, complain func(*ast.Ident)) {
	for _, s := range d.Specs {
		switch s := s.(type) {
		case *ast.TypeSpec:
			if s.Doc == nil && s.Comment == nil && (d.Doc == nil || d.Lparen.IsValid()) {
				complain(s.Name)
			}
		case *ast.ValueSpec:
			if s.Doc == nil && s.Comment == nil && d.Doc == nil {
				for _, name := range s.Names {
					complain(name)
				}
			}
		}
	}
}

// receiver is the name of the type whose method d is.
func receiver(d *ast.FuncDecl) (name string) {
	ast.Inspect(d.Recv.List[0].Type, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && name == "" {
			name = id.Name
		}
		return name == ""
	})
	return name
}

// PackageComments finds packages in which no file tells what the package is for.
func PackageComments() Rule {
	return func(tree []*File) (faults []Fault) {
		first := map[string]*File{}
		told := map[string]bool{}
		for _, f := range tree {
			if f.code == nil || strings.Contains(f.Path, "testdata/") {
				continue
			}
			pkg := f.folder()
			if first[pkg] == nil {
				first[pkg] = f
			}
			told[pkg] = told[pkg] || f.code.Doc != nil
		}
		for _, f := range tree {
			if pkg := f.folder(); first[pkg] == f && !told[pkg] {
				faults = append(faults, f.fault(1, "package %s has no comment: say what it is for and what it must not know", f.code.Name.Name))
			}
		}
		return faults
	}
}

// Interfaces finds interface types in a folder that are not among the seams.
func Interfaces(folder string, seams ...string) Rule {
	return eachGo(func(f *File) (faults []Fault) {
		if f.folder() != folder || f.isTest() {
			return nil
		}
		for _, d := range f.code.Decls {
			g, ok := d.(*ast.GenDecl)
			if !ok || g.Tok != token.TYPE {
				continue
			}
			for _, s := range g.Specs {
				s := s.(*ast.TypeSpec)
				if _, ok := s.Type.(*ast.InterfaceType); ok && !slices.Contains(seams, s.Name.Name) {
					faults = append(faults, f.fault(f.line(s.Pos()), "interface %s is not one of the seams (%s): use the type itself", s.Name.Name, strings.Join(seams, ", ")))
				}
			}
		}
		return faults
	})
}

// Names finds folders, and packages, called by one of the words.
func Names(words ...string) Rule {
	return func(tree []*File) (faults []Fault) {
		seen := map[string]bool{}
		for _, f := range tree {
			names := strings.Split(f.folder(), "/")
			if f.code != nil {
				names = append(names, strings.TrimSuffix(f.code.Name.Name, "_test"))
			}
			for _, name := range names {
				if slices.Contains(words, name) && !seen[f.folder()] {
					seen[f.folder()] = true
					faults = append(faults, f.fault(0, "%q says nothing: name the folder and the package for what they hold", name))
				}
			}
		}
		return faults
	}
}
