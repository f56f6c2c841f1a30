package talk

import (
	"strings"
	"testing"
)

func TestParseRefusesWhatIsNoScript(t *testing.T) {
	for _, c := range []struct{ text, says string }{
		{"", "nothing is said"},
		{"# only a comment\n", "nothing is said"},
		{"ann", "line 7: not a step"},
		{"ann dances", "not a step"},
		{"Ann comes", "not a step"},
		{"ann comes in", "too much"},
		{"ann comes\nthe server dances", "line 8: not a step"},
		{"ann connects {}", "too much"},
		{"ann< [1]", "an object is wanted"},
		{"ann< {", "not JSON"},
		{"ann<", "not JSON"},
		{"ann returns 7", "an object is wanted"},
		{"ann comes\nnot over: ws", "before the first step"},
		{"not over: pigeon\nann comes", "no transport"},
		{"guests: sometimes\nann comes", "no policy"},
		{"ann comes\nregister: local", "before the first step"},
		{`ann>> "{}"`, "not over: ws, http"},
		{"not over: ws, http, udp, lossy\nann>> {}", "Go's quotes"},
		{"ann opens a terminal", "not over: ws, http"},
		{"not over: ws, http, udp, lossy\nann opens a terminal\nann returns", "by typing"},
	} {
		s, err := Parse("x.talk", c.text, 7)
		if err == nil || !strings.Contains(err.Error(), c.says) || !strings.HasPrefix(err.Error(), "x.talk") {
			t.Errorf("%q: %v, want %q (%v)", c.text, err, c.says, s)
		}
	}
}

func TestParse(t *testing.T) {
	s, err := Parse("x.talk", `# a comment
# row: an array
not over: ws, http, udp, lossy
guests: nowhere
ann connects
ann> {"x":"$repeat(ab,3)"}  
ann>> "\xff\n"
ann< {"response":200}
ann hears nothing
ann is cut off
ann returns
ann returns {"#tea":7}
ann is gone
the server restarts
bob2 comes
`, 1)
	if err != nil {
		t.Fatal(err)
	}
	if len(s.NotOver) != 4 || s.Guests != "nowhere" || s.Register != "" || len(s.Rows) != 1 || s.Rows[0] != "an array" {
		t.Errorf("the header is %+v", s)
	}
	want := []Verb{Connects, Sends, SendsExactly, Gets, HearsNothing, IsCutOff, Returns, Returns, IsGone, Restarts, Comes}
	for i, step := range s.Steps {
		if step.Verb != want[i] || step.Line != 5+i {
			t.Errorf("step %d is %+v, want verb %d", i, step, want[i])
		}
	}
	if len(s.Steps) != len(want) || string(s.Steps[1].Say) != `{"x":"ababab"}  ` || string(s.Steps[2].Say) != "\xff\n" || s.Steps[10].Actor != "bob2" {
		t.Errorf("the steps are %+v", s.Steps)
	}
	if s.Steps[6].JSON != nil || encode(s.Steps[7].JSON) != `{"#tea":7}` {
		t.Errorf("since is %v and %v", s.Steps[6].JSON, s.Steps[7].JSON)
	}
}

func TestBlocks(t *testing.T) {
	page := "# x\n```sh\nls\n```\n```talk\nann comes\n```\ntext\n```talk\nbob comes\n```\n"
	all, err := Blocks("p.md", strings.NewReader(page))
	if err != nil || len(all) != 2 || all[0].Name != "p.md:6" || all[1].Steps[0].Line != 10 {
		t.Errorf("got %+v, %v", all, err)
	}
	if _, err := Blocks("p.md", strings.NewReader("```talk\nann comes\n")); err == nil {
		t.Error("a block without end was read")
	}
}

func FuzzParse(f *testing.F) {
	f.Add("not over: ws, http, udp, lossy\nann comes\nann>> \"x\"\nann< {\"a\":\"$repeat(x,3)\"}")
	f.Fuzz(func(t *testing.T, text string) {
		if strings.Contains(text, "$repeat(") {
			return // it grows on purpose
		}
		s, err := Parse("x.talk", text, 1)
		if (err == nil) != (s != nil) || err == nil && len(s.Steps) == 0 {
			t.Errorf("%q: %v, %v", text, s, err)
		}
	})
}
