package main

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestCharactersAndColumns(t *testing.T) {
	for _, row := range []struct {
		text       string
		characters int
		columns    int
	}{
		{"", 0, 0},
		{"abc", 3, 3},
		{"привет", 6, 6},
		{"你好", 2, 4},
		{"ｗ", 1, 2},
		{"ﾊ", 1, 1},
		{"e\u0301", 1, 1},
		{"й", 1, 1},
		{"и\u0306", 1, 1},
		{"한글", 2, 4},
		{"\u1112\u1161\u11ab", 1, 2},
		{"😀", 1, 2},
		{"👍🏽", 1, 2},
		{"👩\u200d👩\u200d👧", 1, 2},
		{"🇷🇺🇨🇳", 2, 4},
		{"❤\ufe0f", 1, 2},
		{"नि", 1, 1},
		{"\u200b", 1, 0},
		{"…", 1, 1},
		{"，。", 2, 4},
	} {
		got := 0
		for runes := []rune(row.text); len(runes) > 0; got++ {
			runes = runes[next(runes):]
		}
		if got != row.characters || columns(row.text) != row.columns {
			t.Errorf("%q has %d characters in %d columns, want %d in %d", row.text, got, columns(row.text), row.characters, row.columns)
		}
	}
}

// typed presses what a terminal sends and returns the editor, and what was entered.
func typed(bytes string) (*editor, []string) {
	e, keys := new(editor), new(keyReader)
	var lines []string
	for _, k := range keys.read([]byte(bytes)) {
		if line, entered := e.press(k); entered {
			lines = append(lines, line)
		}
	}
	return e, lines
}

func TestEditing(t *testing.T) {
	const left, right, up, down = "\x1b[D", "\x1b[C", "\x1b[A", "\x1b[B"
	for _, row := range []struct{ keys, before, after string }{
		{"hello", "hello", ""},
		{"привет" + left + left, "прив", "ет"},
		{"你好" + left + "们", "你们", "好"},
		{"你好\x7f", "你", ""},
		{"и\u0306x" + left + "\x7f", "", "x"},
		{"👩\u200d👧!" + left + left, "", "👩\u200d👧!"},
		{"ab" + left + "\x1b[3~", "a", ""},
		{"\x7f\x1b[3~" + left + right + up + down, "", ""},
		{"один два  \x17", "один ", ""},
		{"один два\x01\x1bd", "", " два"},
		{"abc\x01\x0b\x19\x19", "abcabc", ""},
		{"abc" + left + "\x15\x05\x19", "cab", ""},
		{"one two three\x1bb\x1b[1;5D" + "x", "one x", "two three"},
		{"first\rsecond\rdraft" + up + up, "first", ""},
		{"first\rsecond\rdraft" + up + up + down + down, "draft", ""},
		{"\x1b[200~a\r\nb\tc\x1b[31m\x1b[201~!", "a\nb    c[31m!", ""},
		{"a\x1b\rb", "a\nb", ""},
		{"a\x1b[99;99zb\x1bOFc\x00\x1b\x1b[Dd", "abdc"[:3], "c"},
		{"\xff\xc3(", "(", ""},
	} {
		e, _ := typed(row.keys)
		if got := string(e.text[:e.at]) + "|" + string(e.text[e.at:]); got != row.before+"|"+row.after {
			t.Errorf("%q makes %q, want %q", row.keys, got, row.before+"|"+row.after)
		}
	}
	if _, lines := typed("one\rдва\n\x1b[200~三\n四\x1b[201~\r"); !slices.Equal(lines, []string{"one", "два", "三\n四"}) {
		t.Errorf("entered %q", lines)
	}
}

func TestKeysCutAnywhere(t *testing.T) {
	const sent = "при\x1b[D你\x1b[200~a\r\x1b[b\x1b[201~\x1b[1;5C\r👍🏽x\r"
	_, want := typed(sent)
	for cut := range len(sent) {
		e, keys := new(editor), new(keyReader)
		var got []string
		for _, part := range []string{sent[:cut], sent[cut:]} {
			for _, k := range keys.read([]byte(part)) {
				if line, entered := e.press(k); entered {
					got = append(got, line)
				}
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("cut at %d: %q, want %q", cut, got, want)
		}
	}
}

func TestView(t *testing.T) {
	for _, row := range []struct {
		keys   string
		width  int
		row    string
		cursor int
	}{
		{"hello", 20, "hello", 5},
		{"你好\x1b[D", 20, "你好", 2},
		{"a\x1b\rb", 20, "a⏎b", 3},
		{"abcdefghijklmnop", 10, "‹jklmnop", 8},
		{"abcdefghijklmnop\x01", 10, "abcdefghi›", 0},
		{"你好你好你好你好", 10, "‹好你好", 7},
		{"你好你好你好你好\x01", 10, "你好你好›", 0},
		{"a\u202eb", 20, "a<202e>b", 8},
	} {
		e, _ := typed(row.keys)
		if got, cursor := e.view(row.width); got != row.row || cursor != row.cursor {
			t.Errorf("%q in %d columns is %q with the cursor at %d, want %q at %d", row.keys, row.width, got, cursor, row.row, row.cursor)
		}
	}
}

func TestCompletion(t *testing.T) {
	for _, row := range []struct {
		typed   string
		choices []string
		after   string
		want    string
		changed bool
	}{
		{"/to", []string{"/topic"}, " ", "/topic ", true},
		{"hi bo", []string{"bob", "Boris"}, " ", "hi bo", false},
		{"hi b", []string{"bob", "Boris"}, " ", "hi bo", true},
		{"hi Бо", []string{"Борис"}, " ", "hi Борис ", true},
		{"x", nil, " ", "x", false},
	} {
		e, _ := typed(row.typed)
		if changed := e.complete(row.choices, row.after); changed != row.changed || string(e.text) != row.want {
			t.Errorf("%q becomes %q (%v), want %q", row.typed, string(e.text), changed, row.want)
		}
	}
}

func FuzzEditor(f *testing.F) {
	f.Add("привет\x1b[D\x7f你\x1b[200~a\nb\x1b[201~", 20)
	f.Add("👩\u200d👧\x1b[D\x1b[3~\x17\x19\x1b[A\r", 3)
	f.Fuzz(func(t *testing.T, sent string, width int) {
		if width < 4 || width > 500 {
			return
		}
		e, keys := new(editor), new(keyReader)
		for i := range len(sent) {
			for _, k := range keys.read([]byte(sent[i : i+1])) {
				e.press(k)
				row, cursor := e.view(width)
				if columns(row) > width || cursor > columns(row) || !utf8.ValidString(row) || strings.ContainsAny(row, "\x1b\r\n\x07") {
					t.Fatalf("%q shows %q, cursor %d, in %d columns", sent[:i+1], row, cursor, width)
				}
			}
		}
	})
}
