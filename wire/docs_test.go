package wire

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the tables of docs/protocol.md")

const specification = "../docs/protocol.md"

func TestDocsHaveTheTablesOfTheProgram(t *testing.T) {
	b, err := os.ReadFile(specification)
	if err != nil {
		t.Fatal(err)
	}
	page := string(b)
	for _, table := range []struct{ name, text string }{{"actions", tableOfActions()}, {"codes", tableOfCodes()}, {"limits", tableOfLimits()}} {
		page = replaceBetween(t, page, table.name, table.text)
	}
	if page == string(b) {
		return
	}
	if !*update {
		t.Fatalf("the tables of %s differ from the program's: go test ./wire -run Docs -update", specification)
	}
	if err := os.WriteFile(specification, []byte(page), 0o644); err != nil {
		t.Fatal(err)
	}
}

// replaceBetween puts text between the two markers of that name.
func replaceBetween(t *testing.T, page, name, text string) string {
	before, rest, ok := strings.Cut(page, "<!-- "+name+" -->\n")
	_, after, closed := strings.Cut(rest, "<!-- /"+name+" -->")
	if !ok || !closed {
		t.Fatalf("%s has no place for the table of %s", specification, name)
	}
	return before + "<!-- " + name + " -->\n" + text + "<!-- /" + name + " -->" + after
}

func tableOfActions() string {
	var b strings.Builder
	b.WriteString("| action | sent by | members | success | meaning |\n|---|---|---|---|---|\n")
	for _, a := range Actions {
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s |\n", a.Name, a.From, quoteNames(a.Members), a.Answer, a.Meaning)
	}
	return b.String()
}

// quoteNames marks the names in "to, [topic]" as code.
func quoteNames(members string) string {
	if members == "" {
		return ""
	}
	names := strings.Split(members, ", ")
	for i, name := range names {
		bare := strings.Trim(name, "[]")
		if bare == "…" {
			continue
		}
		names[i] = strings.Replace(name, bare, "`"+bare+"`", 1)
	}
	return strings.Join(names, ", ")
}

func tableOfCodes() string {
	var b strings.Builder
	b.WriteString("| code | name | meaning | the same request can succeed later | since |\n|---|---|---|---|---|\n")
	for _, c := range Codes {
		later := ""
		if c.Code.IsError() {
			later = "no"
		}
		if c.Retry {
			later = "yes"
		}
		fmt.Fprintf(&b, "| %d | %s | %s | %s | JIM/%d |\n", c.Code, c.Name, c.Meaning, later, c.Since)
	}
	return b.String()
}

func tableOfLimits() string {
	var b strings.Builder
	b.WriteString("| limit | JIM/1 | JIM/2 | over UDP | of what |\n|---|---|---|---|---|\n")
	for _, l := range LimitTable() {
		fmt.Fprintf(&b, "| `%s` | %d | %d | %d | %s |\n", l.Name, l.JIM1, l.JIM2, l.UDP, l.Meaning)
	}
	return b.String()
}

func TestDocsTablesAreSound(t *testing.T) {
	seen := map[string]bool{}
	for _, a := range Actions {
		if seen[a.Name] || len(a.Name) > JIM2.Action || a.Meaning == "" || !slices.Contains([]string{"client", "server", "both"}, a.From) {
			t.Errorf("the action %+v", a)
		}
		seen[a.Name] = true
		if (a.From == "server") != (a.Answer == "") {
			t.Errorf("%s is sent by the %s and answered %q", a.Name, a.From, a.Answer)
		}
	}
	for i, c := range Codes {
		if i > 0 && Codes[i-1].Code >= c.Code || c.Name == "" || c.Meaning == "" || c.Retry && !c.Code.IsError() {
			t.Errorf("the code %+v", c)
		}
	}
}

func TestDocsTableOfLimitsHasEveryLimit(t *testing.T) {
	announced := strings.Split(strings.Trim(canonical(t, JIM2), "{}"), ",")
	var rows []string
	for _, l := range LimitTable() {
		rows = append(rows, fmt.Sprintf("%q:%d", l.Name, l.JIM2))
	}
	slices.Sort(rows)
	if !slices.Equal(announced, rows) {
		t.Errorf("announced %v, in the table %v", announced, rows)
	}
}
