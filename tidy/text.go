package tidy

import (
	"path"
	"regexp"
	"strings"
	"unicode"
)

// Words finds words that must not stand in any file but checksums and test data, whole and as written.
func Words(words ...string) Rule {
	banned := regexp.MustCompile(`\b(` + strings.Join(words, "|") + `)\b`)
	written := func(f *File) bool { return path.Ext(f.Path) != ".sum" && !strings.Contains(f.Path, "testdata/") }
	return lines(written, banned, "promises work instead of doing it: do it, or write down why not")
}

// machinePath is a path into somebody's home, with the part that differs from machine to machine.
var machinePath = regexp.MustCompile(`(?:^|[^\w.~$}])(/(?:home|Users|root)/[A-Za-z0-9_][\w.-]*|[A-Z]:\\Users\\\w+)`)

// MachinePaths finds absolute paths that exist on one machine only.
func MachinePaths() Rule {
	return lines(func(*File) bool { return true }, machinePath, "a path of one machine: write it relative, or from ~")
}

// lines makes a rule of an expression that must not match in the files that apply.
func lines(applies func(*File) bool, banned *regexp.Regexp, why string) Rule {
	return func(tree []*File) (faults []Fault) {
		for _, f := range tree {
			if !applies(f) {
				continue
			}
			for i, line := range strings.Split(f.Text, "\n") {
				if m := banned.FindStringSubmatch(line); m != nil {
					faults = append(faults, f.fault(i+1, "%q: %s", m[1], why))
				}
			}
		}
		return faults
	}
}

// Present finds documents that are missing, or do not say what they must: want maps their paths to
// expressions that must match.
func Present(want map[string]string) Rule {
	return func(tree []*File) (faults []Fault) {
		texts := map[string]string{}
		for _, f := range tree {
			texts[f.Path] = f.Text
		}
		for name, expression := range want {
			text, ok := texts[name]
			switch {
			case !ok:
				faults = append(faults, Fault{name, 0, "is missing"})
			case !regexp.MustCompile(expression).MatchString(text):
				faults = append(faults, Fault{name, 0, "has nothing that matches " + expression})
			}
		}
		return faults
	}
}

// Indexed finds Markdown files of a folder that its README.md does not link to.
func Indexed(folder string) Rule {
	return func(tree []*File) (faults []Fault) {
		index := ""
		for _, f := range tree {
			if f.Path == folder+"/README.md" {
				index = f.Text
			}
		}
		for _, f := range tree {
			name := path.Base(f.Path)
			if f.isMarkdown() && f.folder() == folder && name != "README.md" && !strings.Contains(index, "("+name+")") {
				faults = append(faults, f.fault(0, "is not in the index: link to it from %s/README.md", folder))
			}
		}
		return faults
	}
}

// directly is a module that go.mod requires for code of this module, without its major version.
var directly = regexp.MustCompile(`(?m)^(?:require )?\s*([a-z][\w.-]*\.[a-z]+/\S+?)(?:/v\d+)? v\S+$`)

// Decided finds modules that go.mod requires directly and that no page of the folder names.
func Decided(folder string) Rule {
	return func(tree []*File) (faults []Fault) {
		pages := ""
		for _, f := range tree {
			if f.isMarkdown() && f.folder() == folder {
				pages += f.Text
			}
		}
		for _, f := range tree {
			if f.Path != "go.mod" {
				continue
			}
			for _, m := range directly.FindAllStringSubmatch(f.Text, -1) {
				if !strings.Contains(pages, m[1]) {
					faults = append(faults, f.fault(0, "requires %s, and no page of %s says why", m[1], folder))
				}
			}
		}
		return faults
	}
}

// markdownLink is [text](target) and [name]: target; htmlLink is what HTML in Markdown has instead.
var (
	markdownLink = regexp.MustCompile(`\]\(<?([^)\s>]+)>?[^)]*\)|^\[[^\]]+\]:\s*(\S+)`)
	htmlLink     = regexp.MustCompile(`(?:href|src|srcset)="([^"]+)"`)
)

// Links finds links in Markdown to files of this repository, or to headings in them, that are not there.
func Links() Rule {
	return func(tree []*File) (faults []Fault) {
		files := map[string]*File{}
		folders := map[string]bool{}
		for _, f := range tree {
			files[f.Path] = f
			for d := f.folder(); !folders[d]; d = path.Dir(d) {
				folders[d] = true
			}
		}
		for _, f := range tree {
			if !f.isMarkdown() {
				continue
			}
			for _, l := range linksOf(f.Text) {
				name, anchor, _ := strings.Cut(l.target, "#")
				to := f
				if name != "" {
					name = path.Join(f.folder(), name)
					to = files[name]
				}
				switch {
				case to == nil && !folders[name]:
					faults = append(faults, f.fault(l.line, "links to %s, which is not there", l.target))
				case to != nil && to.isMarkdown() && anchor != "" && !headings(to.Text)[anchor]:
					faults = append(faults, f.fault(l.line, "links to %s, and there is no such heading", l.target))
				}
			}
		}
		return faults
	}
}

type link struct {
	line   int
	target string
}

// linksOf are the links of a Markdown text, outside of code, that stay in the repository.
func linksOf(text string) (links []link) {
	for i, line := range prose(text) {
		for _, expression := range []*regexp.Regexp{markdownLink, htmlLink} {
			for _, m := range expression.FindAllStringSubmatch(line, -1) {
				target := m[1]
				if target == "" && len(m) > 2 {
					target = m[2]
				}
				if !strings.Contains(target, "://") && !strings.HasPrefix(target, "mailto:") {
					links = append(links, link{i + 1, target})
				}
			}
		}
	}
	return links
}

var codeSpan = regexp.MustCompile("`[^`]*`")

// prose is the lines of a Markdown text, those of code blocks emptied, code in the others taken out.
func prose(text string) []string {
	lines := strings.Split(text, "\n")
	fenced := false
	for i, line := range lines {
		if strings.HasPrefix(strings.TrimSpace(line), "```") {
			fenced = !fenced
			lines[i] = ""
			continue
		}
		if fenced {
			line = ""
		}
		lines[i] = codeSpan.ReplaceAllString(line, "")
	}
	return lines
}

// headings are the anchors of a Markdown text, made as the well-known forges make them.
func headings(text string) map[string]bool {
	anchors := map[string]bool{}
	fenced := false
	for _, line := range strings.Split(text, "\n") {
		if strings.HasPrefix(strings.TrimSpace(line), "```") {
			fenced = !fenced
		}
		if title := strings.TrimLeft(line, "#"); !fenced && title != line && strings.HasPrefix(title, " ") {
			anchors[anchorOf(title)] = true
		}
	}
	return anchors
}

func anchorOf(title string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case unicode.IsLetter(r), unicode.IsDigit(r), r == '-', r == '_':
			return unicode.ToLower(r)
		}
		return -1
	}, strings.TrimSpace(title))
}
