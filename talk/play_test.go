package talk

import (
	"strings"
	"testing"
)

// TestPlayFails plays scripts that are wrong: each must fail in its line and show
// what was said.
func TestPlayFailsWhereTheServerDoesOtherwise(t *testing.T) {
	for _, c := range []struct{ name, text, line, says string }{
		{"another code", "ann comes\nann> {\"action\":\"ping\"}\nann< {\"response\":201}", "line 3", "`response`: 201 is wanted"},
		{"another object first", "ann comes\nann> {\"action\":\"ping\",\"id\":\"1\"}\nann> {\"action\":\"ping\",\"id\":\"2\"}\nann< {\"id\":\"2\"}", "line 4", "is wanted"},
		{"something unexpected", "ann comes\nann> {\"action\":\"ping\"}\nann hears nothing", "line 3", "`id` is missing"},
		{"something left over", "ann comes\nann> {\"action\":\"ping\"}", "at the end", "`id` is missing"},
		{"gone", "ann comes\nann> {\"action\":\"quit\"}\nann< {\"response\":200}\nann< {\"response\":200}", "line 4", "the connection ended"},
		{"something before the end", "ann comes\nann> {\"action\":\"quit\"}\nann is gone", "line 3", "before that"},
		{"nobody", "ann> {}", "line 1", "has not connected"},
		{"twice", "ann comes\nann comes", "line 2", "is connected"},
		{
			"presence refused", "ann connects\nann> {\"action\":\"register\",\"jim\":2,\"user\":{\"account_name\":\"ann\",\"password\":\"correct horse\"}}\nann< {\"response\":201}\nbob connects\nann is cut off\nann comes",
			"line 6", "presence was answered",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s, err := Parse("x.talk", c.text, 1)
			if err != nil {
				t.Fatal(err)
			}
			err = Play(s, "tcp", t.TempDir())
			if err == nil || !strings.Contains(err.Error(), c.line) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v\nwant %s and %q", err, c.line, c.says)
			}
		})
	}
}

// A stream that joins objects, cuts them, or sends what is no JSON is found out.
func TestInboxTakesOnlyObjects(t *testing.T) {
	for _, object := range []string{``, `1`, `[]`, `{`, `{} {}`, `{"a":1,"a":2}`, "{\"a\":\"\xff\"}"} {
		in := newInbox(&log{}, false)
		in.put("ann", []byte(object))
		if !in.isOver() {
			t.Errorf("%q was taken for an object", object)
		}
	}
}
