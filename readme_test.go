package jim_test

import (
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"jim/tidy"
)

// shellBlock is a block of a document that is meant to be pasted into a shell.
var shellBlock = regexp.MustCompile("(?ms)^```sh\n(.*?)^```")

// TestDocumentsShowOnlyCommandsThatExist reads every ```sh block of every document and asks the
// program, or the Makefile, for each command and flag in it.
func TestDocumentsShowOnlyCommandsThatExist(t *testing.T) {
	tree, err := tidy.Tree(".")
	if err != nil {
		t.Fatal(err)
	}
	makefile, err := os.ReadFile("Makefile")
	if err != nil {
		t.Fatal(err)
	}
	help := helper(t)
	for _, f := range tree {
		if !strings.HasSuffix(f.Path, ".md") {
			continue
		}
		for _, block := range shellBlock.FindAllStringSubmatch(f.Text, -1) {
			for _, words := range commands(block[1]) {
				if complaint := unknown(words, help, string(makefile)); complaint != "" {
					t.Errorf("%s: %s: %s", f.Path, strings.Join(words, " "), complaint)
				}
			}
		}
	}
}

func TestUnknownCommandsAreFound(t *testing.T) {
	help := func(path []string) string {
		switch strings.Join(path, " ") {
		case "user":
			return "Usage:\n  jim user\n  jim user [command]\n"
		case "user add":
			return "Usage:\n  jim user add NAME [flags]\n\nFlags:\n      --json   print\n  -f, --file string\n"
		}
		return "Usage:\n  jim\n  jim [command]\n"
	}
	samples := []struct {
		line, complaint string
	}{
		{"jim user add ann --json", ""},
		{"echo hi | ./jim user add ann -f x # --nothing", ""},
		{"kill -9 $! && go run ./cmd/jim user add --json=false", ""},
		{"VAR=1 jim user add ann --jsonish", "no flag --jsonish"},
		{"jim user add ann -x", "no flag -x"},
		{"jim users", "no such command"},
		{"make test", ""},
		{"make tests", "no such target"},
		{"curl --data x", ""},
	}
	for _, s := range samples {
		got := ""
		for _, words := range commands(s.line) {
			got += unknown(words, help, "test: ## run all tests\n")
		}
		if got != s.complaint {
			t.Errorf("%s: got %q, want %q", s.line, got, s.complaint)
		}
	}
}

// TestReadmesSayTheSame compares what is to be pasted in the README of each language.
func TestReadmesSayTheSame(t *testing.T) {
	want := pasted(t, "README.md")
	if len(want) == 0 {
		t.Fatal("README.md has nothing to paste")
	}
	for _, name := range []string{"README.ru.md", "README.zh.md"} {
		got := pasted(t, name)
		if len(got) != len(want) {
			t.Errorf("%s has %d lines to paste, README.md %d", name, len(got), len(want))
			continue
		}
		for i := range want {
			if got[i] != want[i] {
				t.Errorf("%s has the line\n\t%s\nwhere README.md has\n\t%s", name, got[i], want[i])
			}
		}
	}
}

// quoted is a text in a command, which a translation may translate.
var quoted = regexp.MustCompile(`"[^"]*"`)

// pasted is the lines of a README's shell blocks without comments and without what is said in them.
func pasted(t *testing.T, name string) (lines []string) {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	for _, block := range shellBlock.FindAllStringSubmatch(string(text), -1) {
		for line := range strings.Lines(block[1]) {
			line, _, _ = strings.Cut(line, " #")
			if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
				lines = append(lines, quoted.ReplaceAllString(line, `""`))
			}
		}
	}
	return lines
}

// helper asks the program for the help of a command.
func helper(t *testing.T) func(path []string) string {
	asked := map[string]string{}
	return func(path []string) string {
		key := strings.Join(path, " ")
		if _, ok := asked[key]; !ok {
			c := exec.Command(program(t), append(slices.Clone(path), "--help")...)
			c.Env = append(os.Environ(), "JIM_LANG=en")
			out, _ := c.CombinedOutput() // an unknown command is found by what is not in it
			asked[key] = string(out)
		}
		return asked[key]
	}
}

// commands cuts a block of shell into commands of jim and of make, each as its words.
func commands(block string) (found [][]string) {
	for line := range strings.Lines(block) {
		line, _, _ = strings.Cut(line, " # ")
		line = strings.Replace(line, "go run ./cmd/jim", "jim", 1)
		for _, one := range regexp.MustCompile(`\|\||&&|[|;&()]`).Split(line, -1) {
			words := strings.Fields(one)
			for len(words) > 0 && regexp.MustCompile(`^(\w+=.*|sudo|\$)$`).MatchString(words[0]) {
				words = words[1:]
			}
			if len(words) == 0 {
				continue
			}
			words[0] = strings.TrimPrefix(words[0], "./")
			if words[0] == "jim" || words[0] == "make" {
				found = append(found, words)
			}
		}
	}
	return found
}

// unknown says what a command has that does not exist; "" = nothing.
func unknown(words []string, help func(path []string) string, makefile string) string {
	if words[0] == "make" {
		for _, target := range words[1:] {
			if !strings.Contains(target, "=") && !strings.Contains("\n"+makefile, "\n"+target+":") {
				return "no such target"
			}
		}
		return ""
	}
	path, text := longest(words[1:], help)
	if len(path) == 0 && len(words) > 1 && !strings.HasPrefix(words[1], "-") {
		return "no such command"
	}
	for _, word := range words[1:] {
		flag, _, _ := strings.Cut(word, "=")
		if !regexp.MustCompile(`^(-\w|--[a-z][a-z-]*)$`).MatchString(flag) {
			continue
		}
		if !regexp.MustCompile(`(?m)(^|[ ,])` + flag + `([ ,=\n]|$)`).MatchString(text) {
			return "no flag " + flag
		}
	}
	return ""
}

// longest finds the command that words begin with, and its help.
func longest(words []string, help func(path []string) string) (path []string, text string) {
	text = help(nil)
	for n := 1; n <= min(2, len(words)); n++ {
		if !regexp.MustCompile(`^[a-z][a-z-]*$`).MatchString(words[n-1]) {
			break
		}
		t := help(words[:n])
		if !regexp.MustCompile(`(?m)^  jim ` + strings.Join(words[:n], " ") + `( |$)`).MatchString(usageOf(t)) {
			break
		}
		path, text = words[:n], t
	}
	return path, text
}

// usageOf is the part of a help that says how the command is used: examples may show others.
func usageOf(help string) string {
	_, usage, _ := strings.Cut(help, "Usage:")
	usage, _, _ = strings.Cut(usage, "\n\n")
	return usage
}
