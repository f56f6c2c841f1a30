//go:build unix

package lab

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"jim/printable"
)

// shownColumns is how much of what was sent or received is shown in a line of the trace.
const shownColumns = 40

// quoted is bytes as a line may show them, in quotes: a byte that is no part of a whole letter as \xd0, the end
// of a line as \n; 'single' quotes where that saves the text from backslashes. Nothing in it can move a
// terminal. What takes more than limit columns ends with "…"; 0 = no limit.
func quoted(b []byte, limit int) string {
	quote := "\""
	if bytes.ContainsRune(b, '"') && !bytes.ContainsRune(b, '\'') {
		quote = "'"
	}
	var out strings.Builder
	used, end := 2, quote
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		shown := shownRune(r, b[:n], quote)
		if used += columns(shown); limit > 0 && used > limit {
			end += "…"
			break
		}
		out.WriteString(shown)
		b = b[n:]
	}
	return quote + out.String() + end
}

// shownRune is one letter, or one byte, within quotes.
func shownRune(r rune, b []byte, quote string) string {
	switch {
	case r == utf8.RuneError && len(b) == 1:
		return fmt.Sprintf(`\x%02x`, b[0])
	case r == '\n':
		return `\n`
	case r == '\r':
		return `\r`
	case r == '\t':
		return `\t`
	case r == '\\' || string(r) == quote:
		return `\` + string(r)
	case r < 0x80 && printable.Unsafe(r):
		return fmt.Sprintf(`\x%02x`, r)
	case printable.Unsafe(r) || !unicode.IsPrint(r):
		return fmt.Sprintf(`\u{%x}`, r)
	}
	return string(r)
}

// letters puts text together again that was cut anywhere, also within a letter.
type letters struct{ rest []byte }

// add is what is whole after b has come; at most three bytes stay back.
func (c *letters) add(b []byte) string {
	b = append(c.rest, b...)
	cut := len(b)
	for i := 1; i <= min(utf8.UTFMax-1, len(b)); i++ {
		if first := b[len(b)-i]; utf8.RuneStart(first) {
			if !utf8.FullRune(b[len(b)-i:]) {
				cut = len(b) - i
			}
			break
		}
	}
	c.rest = append([]byte(nil), b[cut:]...)
	return string(b[:cut])
}

// end is what was never made whole.
func (c *letters) end() string {
	rest := string(c.rest)
	c.rest = nil
	return rest
}

// columns is how many columns of a terminal text takes that the lab wrote itself.
func columns(text string) (n int) {
	for _, r := range text {
		n += columnsOf(r)
	}
	return n
}

func columnsOf(r rune) int {
	switch {
	case unicode.In(r, unicode.Han), r >= 0x3000 && r <= 0x303f, r >= 0xff00 && r <= 0xff60:
		return 2
	}
	return 1
}

func padded(text string, width int) string {
	return text + strings.Repeat(" ", max(width-columns(text), 0))
}

// folded breaks text into lines of at most width columns: at spaces, or between Chinese characters,
// but not before a mark that ends something.
func folded(text string, width int) (lines []string) {
	for columns(text) > width {
		cut, at := 0, 0
		var before rune
		for i, r := range text {
			breaks := r == ' ' || i > 0 && (columnsOf(r) == 2 || columnsOf(before) == 2) && before != ' ' && !strings.ContainsRune("，。；：、）”？！,.;:)", r) && !strings.ContainsRune("（“(", before)
			if breaks && at <= width {
				cut = i
			}
			if at > width && cut > 0 {
				break
			}
			at += columnsOf(r)
			before = r
		}
		if cut == 0 {
			break
		}
		lines = append(lines, strings.TrimRight(text[:cut], " "))
		text = strings.TrimLeft(text[cut:], " ")
	}
	return append(lines, text)
}
