package main

import (
	"embed"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"jim/check"
)

// checkTables are what `jim check` says to people in Russian and Chinese. ru.txt and zh.txt have on each line the id of a
// check, a tab, and its rule; said.txt has what was expected, what came, and why a check was not made, in English, Russian
// and Chinese with tabs between. Its sentences have holes, see [sentence]; of those that fit the first is taken.
//
//go:embed check_words
var checkTables embed.FS

// checkTable reads a table. They are parts of the program.
func checkTable(name string) (rows [][]string) {
	text, err := checkTables.ReadFile("check_words/" + name)
	if err != nil {
		panic(err)
	}
	for line := range strings.Lines(string(text)) {
		rows = append(rows, strings.Split(strings.TrimSuffix(line, "\n"), "\t"))
	}
	return rows
}

// checkRules are the rules by the ids of their checks.
var checkRules = map[language]func() map[string]string{
	russian: sync.OnceValue(func() map[string]string { return rulesByID("ru.txt") }),
	chinese: sync.OnceValue(func() map[string]string { return rulesByID("zh.txt") }),
}

func rulesByID(table string) map[string]string {
	rules := map[string]string{}
	for _, row := range checkTable(table) {
		rules[row[0]] = row[1]
	}
	return rules
}

// judgedPrefix begins the ids of checks of clients whose rule is one of [check.Rules].
const judgedPrefix = "client.rule."

// checkRule is the rule of a check in a language, in English where it was not translated.
func checkRule(c *check.Check, l language) string {
	if l == english {
		return c.Rule
	}
	if r, ok := check.RuleOf(strings.TrimPrefix(c.ID, judgedPrefix)); ok {
		return asRule(ruleIn(r, l))
	}
	if said := checkRules[l]()[c.ID]; said != "" {
		return said
	}
	return c.Rule
}

// asRule is a sentence as rules of checks are written: it begins small and has no full stop.
func asRule(s string) string {
	first, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToLower(first)) + strings.TrimRight(s[n:], ".。")
}

// sentence is something that a report says, with holes: %w is a word, %d a number, %o an object, a list or a text in
// quotes, %s anything, and %t another sentence. In the translations they are %1, %2 and so on.
type sentence struct {
	fits  *regexp.Regexp
	kinds []byte
	said  phrase
}

// holes are the kinds of holes, as a regular expression each.
var holes = map[byte]string{'w': `[^\s"{}]+`, 'd': `\d+`, 'o': `[[{"].*?[]}"]`, 's': `.+?`, 't': `.*?`}

// sentences are those of said.txt.
var sentences = sync.OnceValue(func() (all []sentence) {
	hole := regexp.MustCompile(`%[wdost]`)
	for _, row := range checkTable("said.txt") {
		s := sentence{said: phrase{row[0], row[1], row[2]}}
		pattern := hole.ReplaceAllStringFunc(regexp.QuoteMeta(row[0]), func(h string) string {
			s.kinds = append(s.kinds, h[1])
			return "(" + holes[h[1]] + ")"
		})
		s.fits = regexp.MustCompile(`^(?s:` + pattern + `)$`)
		all = append(all, s)
	}
	return all
})

// checkSaid is what a report says of a check, in a language. What programs have sent stays as it is, and so does a
// sentence that is not in the table.
func checkSaid(text string, l language) string {
	if l == english || jsontext.Value(text).IsValid() {
		return text
	}
	for _, s := range sentences() {
		found := s.fits.FindStringSubmatch(text)
		if found == nil {
			continue
		}
		var fill []string
		for i, kind := range s.kinds {
			part := found[i+1]
			switch _, err := time.ParseDuration(part); {
			case kind == 't':
				part = checkSaid(part, l)
			case kind == 'w' && err == nil:
				part = inUnits(part, l)
			}
			fill = append(fill, "%"+strconv.Itoa(i+1), part)
		}
		return strings.NewReplacer(fill...).Replace(s.said.in(l))
	}
	return text
}

// expectedOf is what was expected, where the check failed: often the rule itself.
func expectedOf(x *check.Result, l language) string {
	if l == english {
		return x.Expected
	}
	if r, ok := check.RuleOf(strings.TrimPrefix(x.ID, judgedPrefix)); ok && x.Expected == r.Says {
		return ruleIn(r, l)
	}
	if x.Expected == "that "+x.Rule {
		return checkRule(&x.Check, l)
	}
	return checkSaid(x.Expected, l)
}
