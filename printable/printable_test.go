package printable_test

import (
	"fmt"
	"testing"
	"unicode/utf8"

	"jim/printable"
)

func TestText(t *testing.T) {
	for in, want := range map[string]string{
		"plain, привет, 你好 👍🏽":    "plain, привет, 你好 👍🏽",
		"\x1b[2Jgone":             "␛[2Jgone",
		"a\r\nb\nc\rd":            "a|b|c␍d",
		"bell\a tab\tdel\x7f":     "bell␇ tab    del␡",
		"\u009b31m":               "<009b>31m",
		"\u202eabc\u2066":         "<202e>abc<2066>",
		"zero\u200bwidth":         "zero<200b>width",
		"\U000e0041":              "<e0041>",
		"👩\u200d👧":                "👩\u200d👧",
		"x\u2028y":                "x|y",
		"\xff\u202ea\xed\xa0\x80": "\ufffd<202e>a\ufffd\ufffd\ufffd",
		"a\xc3":                   "a\ufffd",
	} {
		if got := printable.Text(in, "|"); got != want {
			t.Errorf("%q is shown as %q, want %q", in, got, want)
		}
	}
}

// TestLineLetsNothingThrough: no character that a terminal obeys comes out.
func TestLineLetsNothingThrough(t *testing.T) {
	for r := rune(0); r <= utf8.MaxRune; r++ {
		if r > 0x3000 && r%101 != 0 || !utf8.ValidRune(r) { // what terminals obey stands in front
			continue
		}
		for _, c := range printable.Line(fmt.Sprintf("a%cb", r)) {
			if c < 0x20 || c >= 0x7f && c < 0xa0 || c >= 0x202a && c <= 0x202e || c >= 0x2066 && c <= 0x2069 {
				t.Fatalf("%U comes out of %U", c, r)
			}
		}
	}
}
