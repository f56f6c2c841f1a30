package tidy

import (
	"slices"
	"strconv"
	"strings"
)

// Row says what the packages of one folder, and of those below it, may import besides the standard
// library. An entry stands for a package and for all below it.
type Row struct {
	Ours    []string // folders of this module; "*" = all but the test kits
	Others  []string // modules
	NotStd  []string // packages of the standard library that it must not know
	ButStd  []string // exceptions to NotStd
	NoTests []string // folders of this module that not even its tests may import
	Kit     bool     // only tests, and other kits, may import it
}

// Table says for each folder what it may import.
type Table map[string]Row

// Imports finds imports that the table does not allow, and folders that are not in it. module is the
// path of this module, such as "jim".
func Imports(module string, table Table) Rule {
	return eachGo(func(f *File) (faults []Fault) {
		if f.folder() == "." && f.isTest() {
			return nil // the root's tests look at everything
		}
		row, ok := table.row(f.folder())
		if !ok {
			return []Fault{f.fault(0, "folder %s is not in the import table of tidy_test.go: say there what it may know", f.folder())}
		}
		for _, i := range f.code.Imports {
			p, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				continue
			}
			if why := table.refusal(f, row, module, p); why != "" {
				faults = append(faults, f.fault(f.line(i.Pos()), "imports %s: %s", p, why))
			}
		}
		return faults
	})
}

// row is that of the folder, or of the nearest folder above it that has one.
func (t Table) row(folder string) (Row, bool) {
	for {
		if row, ok := t[folder]; ok {
			return row, true
		}
		i := strings.LastIndexByte(folder, '/')
		if i < 0 {
			return Row{}, false
		}
		folder = folder[:i]
	}
}

// refusal says why f must not import p; "" = it may.
func (t Table) refusal(f *File, row Row, module, p string) string {
	folder, ours := strings.CutPrefix(p, module+"/")
	switch {
	case ours && below(f.folder(), folder):
		return "" // itself, from its external tests
	case ours && slices.ContainsFunc(row.NoTests, func(no string) bool { return below(folder, no) }):
		return "these two never see each other"
	case f.isTest():
		return ""
	case ours:
		return t.ours(row, f.folder(), folder)
	case isStd(p):
		return row.std(p)
	case !slices.Contains(row.Others, "*") && !slices.ContainsFunc(row.Others, func(m string) bool { return below(p, m) }):
		return "not a module that this folder may know"
	}
	return ""
}

// ours says why a folder of this module must not import another.
func (t Table) ours(row Row, from, to string) string {
	of, _ := t.row(to)
	switch {
	case of.Kit && !row.Kit:
		return "only tests use it"
	case slices.Contains(row.Ours, "*"):
		return ""
	case !slices.ContainsFunc(row.Ours, func(o string) bool { return below(to, o) }) && !below(to, from):
		return "imports only go down"
	}
	return ""
}

func (r Row) std(p string) string {
	under := func(q string) bool { return below(p, q) }
	if slices.ContainsFunc(r.NotStd, under) && !slices.ContainsFunc(r.ButStd, under) {
		return "this folder must not know of it"
	}
	return ""
}

// below tells whether p is q or lies below it.
func below(p, q string) bool {
	return p == q || strings.HasPrefix(p, q+"/")
}

// isStd tells whether p belongs to the standard library, whose paths begin without a dot.
func isStd(p string) bool {
	first, _, _ := strings.Cut(p, "/")
	return !strings.Contains(first, ".")
}
