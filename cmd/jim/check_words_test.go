package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"jim/check"
	"jim/check/lesson"
)

// allChecks are the checks of servers and of clients.
func allChecks() []check.Check { return append(check.ServerChecks(), lesson.Checks()...) }

// TestEveryRuleIsTranslated: each check has its rule in Russian and in Chinese, and the tables have nothing else.
func TestEveryRuleIsTranslated(t *testing.T) {
	script := map[language]*regexp.Regexp{russian: regexp.MustCompile(`\p{Cyrillic}`), chinese: regexp.MustCompile(`\p{Han}`)}
	for l, table := range map[language]string{russian: "ru.txt", chinese: "zh.txt"} {
		known := map[string]bool{}
		for _, c := range allChecks() {
			known[c.ID] = true
			said := checkRule(&c, l)
			if said == c.Rule || !script[l].MatchString(said) || strings.HasSuffix(said, ".") || strings.HasSuffix(said, "。") {
				t.Errorf("%s is in %s: %q", c.ID, table, said)
			}
			for _, code := range regexp.MustCompile("`[^`]+`").FindAllString(c.Rule, -1) {
				if !strings.Contains(said, code) {
					t.Errorf("%s has no %s in %s: %q", c.ID, code, table, said)
				}
			}
			if checkRule(&c, english) != c.Rule {
				t.Errorf("%s is in English: %q", c.ID, checkRule(&c, english))
			}
		}
		seen := map[string]bool{}
		for _, row := range checkTable(table) {
			if len(row) != 2 || !known[row[0]] || seen[row[0]] || strings.TrimSpace(row[1]) != row[1] {
				t.Errorf("%s has %q", table, row)
			}
			seen[row[0]] = true
		}
	}
	unknown := check.Check{ID: "dance.new", Rule: "a new rule"}
	if got := checkRule(&unknown, russian); got != unknown.Rule {
		t.Errorf("a rule that is not translated is %q", got)
	}
}

// reportArguments are the functions of packages check and lesson that are given what a report says, and as which arguments.
var reportArguments = map[string][]int{"fail": {0, 1}, "skip": {0, 1}, "silent": {0, 1}, "next": {0}, "check": {2, 3}, "must": {2, 3}, "ousted": {1}, "note": {1}, "line": {1}}

// blank stands for what is only known when the program runs.
const blank = "¤"

// spoken are the sentences that the sources of two packages say in reports.
func spoken(t *testing.T) map[string]bool {
	all := map[string]bool{}
	for _, dir := range []string{"../../check/*.go", "../../check/lesson/*.go"} {
		paths, err := filepath.Glob(dir)
		if err != nil || len(paths) == 0 {
			t.Fatalf("%s: %v", dir, err)
		}
		for _, path := range paths {
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			for n := range ast.Preorder(file) {
				call, _ := n.(*ast.CallExpr)
				if call == nil || strings.HasSuffix(path, "_test.go") {
					continue
				}
				if f, ok := call.Fun.(*ast.SelectorExpr); ok {
					for _, i := range reportArguments[f.Sel.Name] {
						if i < len(call.Args) {
							all[sourceText(call.Args[i])] = true
						}
					}
				}
			}
		}
	}
	return all
}

var verb = regexp.MustCompile(`%[+.0-9]*[a-z]`)

// sourceText is the text that an expression makes, with blanks.
func sourceText(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.BasicLit:
		if s, err := strconv.Unquote(e.Value); err == nil {
			return verb.ReplaceAllString(s, blank)
		}
	case *ast.BinaryExpr:
		return sourceText(e.X) + sourceText(e.Y)
	case *ast.CallExpr:
		if f, ok := e.Fun.(*ast.SelectorExpr); ok && f.Sel.Name == "Sprintf" {
			return sourceText(e.Args[0])
		}
	}
	return blank
}

// TestReportsAreTranslated reads in the sources what reports can say, and wants all that are words translated.
func TestReportsAreTranslated(t *testing.T) {
	protocol := regexp.MustCompile("\"[^\"]*\"|`[^`]*`|\\{[^}]*\\}|" + blank)
	words := regexp.MustCompile(`[A-Za-z]{2}`)
	same := map[string]bool{"again.id": true, "again.comes": true, "stderr:": true, "that " + blank: true} // ids, a name, the rule itself
	count := 0
	for text := range spoken(t) {
		if same[text] || !words.MatchString(protocol.ReplaceAllString(text, "")) {
			continue
		}
		count++
		for _, l := range []language{russian, chinese} {
			said := false
			for _, filled := range [][2]string{{"7", "7"}, {"ann", "ann"}, {`{"a":1}`, `{"a":1}`}, {`{"a":1}`, "ann"}} {
				sample := strings.ReplaceAll(text, `"`+blank+`"`, `"x"`)
				sample = strings.ReplaceAll(strings.Replace(sample, blank, filled[0], 1), blank, filled[1])
				said = said || checkSaid(sample, l) != sample
			}
			if !said {
				t.Errorf("%q is said in English in language %d", text, l)
			}
		}
	}
	if count < 120 {
		t.Errorf("only %d sentences are found", count)
	}
}

// TestSentencesAreWhole: each has its translations, each of which has each of its holes.
func TestSentencesAreWhole(t *testing.T) {
	for _, s := range sentences() {
		for _, said := range []string{s.said.ru, s.said.zh} {
			if said == "" {
				t.Errorf("%q has no translation", s.said.en)
			}
			for i := range 9 {
				if n := strings.Count(said, "%"+strconv.Itoa(i+1)); n != 0 && i >= len(s.kinds) || n != 1 && i < len(s.kinds) {
					t.Errorf("%q has %d times %%%d", said, n, i+1)
				}
			}
		}
	}
}

// TestWhatProgramsSayStays: sentences are translated around what has travelled, which nothing changes.
func TestWhatProgramsSayStays(t *testing.T) {
	for _, c := range []struct{ en, ru, zh string }{
		{`{"error":"nothing; before that came x"}`, `{"error":"nothing; before that came x"}`, `{"error":"nothing; before that came x"}`},
		{`{"message":"an answer to ann"} to ann`, `{"message":"an answer to ann"} для ann`, `给 ann 的 {"message":"an answer to ann"}`},
		{
			`nothing in 2.5s; before that came {"alert":"nothing; no message"}`,
			`за 2,5с — ничего; до того пришло: {"alert":"nothing; no message"}`,
			`2.5s 内什么都没有；此前收到：{"alert":"nothing; no message"}`,
		},
		{`"response":400 or 409 to bob`, `"response":400 или 409 для bob`, `给 bob 的 "response":400 或 409`},
		{
			"stdout: a presence; the client has ended with exit code 1; stderr: nothing",
			"stdout: a presence; клиент завершился с кодом 1; stderr: nothing",
			"stdout：a presence；客户端已结束，退出码 1；stderr：nothing",
		},
		{"nothing; the client runs and says nothing", "ничего; клиент работает и ничего не говорит", "什么都没有；客户端在运行，什么都没说"},
		{"words nobody knows %1", "words nobody knows %1", "words nobody knows %1"},
		{"an answer to %2 $1", "ответ на %2 $1", "对 %2 $1 的回答"},
	} {
		for l, want := range map[language]string{english: c.en, russian: c.ru, chinese: c.zh} {
			if got := checkSaid(c.en, l); got != want {
				t.Errorf("%q is %q, want %q", c.en, got, want)
			}
		}
	}
	judged := check.Result{Check: check.Check{ID: "client.rule.utf8", Rule: "text is UTF-8"}, Expected: "Text is UTF-8."}
	if got := expectedOf(&judged, chinese) + checkRule(&judged.Check, russian); got != "文本必须是 UTF-8。текст — в UTF-8" {
		t.Errorf("a rule of the judge is %q", got)
	}
}

// TestChineseIsFolded: between characters, and no line begins with a sign that closes.
func TestChineseIsFolded(t *testing.T) {
	for text, want := range map[string]string{
		"消息只送达一次，不缺":        "消息只送\n达一次，\n不缺",
		"甲乙丙丁，戊":            "甲乙丙\n丁，戊",
		"使用 `a`、`b` 的人":     "使用\n`a`、`b`\n的人",
		"one two three":     "one two\nthree",
		"（甲乙）丙丁":            "（甲乙）\n丙丁",
		"unbreakableindeed": "unbreakableindeed",
	} {
		var lines []string
		for line := range strings.Lines(fold(text, 8)) {
			lines = append(lines, strings.TrimRight(line, " \n"))
		}
		if got := strings.Join(lines, "\n"); got != want {
			t.Errorf("%q is folded to %q, want %q", text, got, want)
		}
	}
}
