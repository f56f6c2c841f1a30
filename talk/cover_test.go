package talk

import (
	"bytes"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"

	"jim/wire"
)

// elsewhere are rows of the table of errors that take a minute or need limits on:
// tests of package chat prove them.
var elsewhere = []string{"too many messages", "nothing, for a minute"}

// errorTable is the first column of the specification's table of errors.
func errorTable(t *testing.T) (rows []string) {
	t.Helper()
	page, err := os.ReadFile("../docs/protocol.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, ok := strings.Cut(string(page), "| what was sent | answer | and then |\n|---|---|---|\n")
	if !ok {
		t.Fatal("the specification has no table of errors")
	}
	for line := range strings.Lines(table) {
		if !strings.HasPrefix(line, "| ") {
			break
		}
		rows = append(rows, strings.TrimSpace(strings.Split(line, " | ")[0][2:]))
	}
	return rows
}

func TestEveryRowOfTheTableOfErrorsHasItsConversation(t *testing.T) {
	rows := errorTable(t)
	if len(rows) < 30 {
		t.Fatalf("only %d rows were found", len(rows))
	}
	played := map[string]bool{}
	for _, s := range scripts(t) {
		for _, row := range s.Rows {
			if !slices.Contains(rows, row) {
				t.Errorf("%s plays %q, which is no row of the table", s.Name, row)
			}
			played[row] = true
		}
	}
	for _, row := range rows {
		if !played[row] && !slices.Contains(elsewhere, row) {
			t.Errorf("no conversation has a comment %q", "# row: "+row)
		}
	}
}

func TestEveryActionIsSentWithSuccess(t *testing.T) {
	sent := map[string]bool{}
	for _, s := range scripts(t) {
		for i, step := range s.Steps {
			var request struct {
				Action string `json:"action"`
				ID     string `json:"id"`
			}
			if json.Unmarshal(step.Say, &request) == nil && succeeds(s.Steps[i+1:], step.Actor, request.ID) {
				sent[request.Action] = true
			}
		}
	}
	for _, a := range wire.Actions {
		if a.From != "server" && !sent[a.Name] {
			t.Errorf("no conversation sends %s with success", a.Name)
		}
	}
}

// succeeds tells whether the answer to an actor's request, the first of steps with
// that id, is a success.
func succeeds(steps []Step, actor, id string) bool {
	for _, step := range steps {
		answer, _ := step.JSON.(map[string]any)
		code, ok := answer["response"].(float64)
		if got, _ := answer["id"].(string); ok && step.Actor == actor && got == id {
			return code >= 200 && code <= 299
		}
	}
	return false
}

// TestRequestsInTheSpecificationAreValid looks at the requests in the specification's
// tables: they must be valid, and their actions known.
func TestRequestsInTheSpecificationAreValid(t *testing.T) {
	page, err := os.ReadFile("../docs/protocol.md")
	if err != nil {
		t.Fatal(err)
	}
	var d wire.Decoder
	var r wire.Request
	known := map[string]bool{}
	for _, a := range wire.Actions {
		known[a.Name] = true
	}
	found := 0
	for _, m := range regexp.MustCompile("`(\\{\"action\":[^`]*\\})`").FindAllSubmatch(page, -1) {
		object := bytes.ReplaceAll(m[1], []byte(`:…`), []byte(`:"x"`))
		if err := d.Request(object, wire.JIM2, &r); err != nil || !known[r.Action] {
			t.Errorf("%s: %v", m[1], err)
		}
		found++
	}
	if found < 20 {
		t.Errorf("only %d requests were found", found)
	}
}
