//go:build unix

package lab

import (
	"strings"
	"testing"
	"unicode/utf8"

	"jim/printable"
)

func TestQuoted(t *testing.T) {
	for _, c := range []struct {
		bytes string
		limit int
		want  string
	}{
		{"hello\n", 0, `"hello\n"`},
		{"пр\xd0", 0, `"пр\xd0"`},
		{`{"n":1}`, 0, `'{"n":1}'`},
		{`"it's"`, 0, `"\"it's\""`},
		{"\x1b[31m\x00\x7f\t\\", 0, `"\x1b[31m\x00\x7f\t\\"`},
		{"a\u202eb\u00a0", 0, `"a\u{202e}b\u{a0}"`},
		{"1234567890", 8, `"123456"…`},
		{"你好世界", 8, `"你好世"…`},
		{"", 8, `""`},
	} {
		if got := quoted([]byte(c.bytes), c.limit); got != c.want {
			t.Errorf("quoted(%q, %d) = %s, want %s", c.bytes, c.limit, got, c.want)
		}
	}
}

// Whatever way text is cut, what is put together is the text, and each piece is whole letters.
func FuzzLetters(f *testing.F) {
	f.Add([]byte("привет, 你好, 🙂"), uint8(1))
	f.Add([]byte("пр\xd0\xff\xe5\xa5"), uint8(2))
	f.Fuzz(func(t *testing.T, b []byte, size uint8) {
		var l letters
		var all strings.Builder
		for rest := b; len(rest) > 0; {
			n := min(int(size%7)+1, len(rest))
			part := l.add(rest[:n])
			if utf8.Valid(b) && !utf8.ValidString(part) {
				t.Fatalf("%q is not whole letters", part)
			}
			if len(l.rest) >= utf8.UTFMax {
				t.Fatalf("keeps %d bytes", len(l.rest))
			}
			all.WriteString(part)
			rest = rest[n:]
		}
		if all.WriteString(l.end()); all.String() != string(b) {
			t.Fatalf("%q became %q", b, all.String())
		}
		for _, r := range quoted(b, 0) {
			if printable.Unsafe(r) {
				t.Fatalf("%q: %U reaches the terminal", b, r)
			}
		}
	})
}

// Everything that is said fits into the terminal, and nothing of it is lost.
func TestFolded(t *testing.T) {
	for _, text := range []string{
		sayTwoSendsEnd.en, sayTwoSendsEnd.ru, sayTwoSendsEnd.zh,
		sayBindTimeWaitEnd.zh, sayKernelLimitEnd.zh, strings.Repeat("字", 100), "  indented " + strings.Repeat("word ", 30),
	} {
		lines := folded(text, 40)
		for _, line := range lines {
			if columns(line) > 40 {
				t.Errorf("%q takes %d columns", line, columns(line))
			}
		}
		squeeze := func(s string) string { return strings.ReplaceAll(s, " ", "") }
		if squeeze(strings.Join(lines, "")) != squeeze(text) {
			t.Errorf("%q became %q", text, lines)
		}
	}
}

// The heading of a demonstration fits into a line.
func TestHeadingsFit(t *testing.T) {
	for l := English; l <= Chinese; l++ {
		for _, p := range []phrase{saidOf(sayUDPLossy, 10, 20, 20, 10, 5), sayUDPStream, sayUDPNobody} {
			if n := columns("== 1. " + p.in(l) + " =="); n > lineWidth {
				t.Errorf("%s takes %d columns", p.in(l), n)
			}
		}
	}
}
