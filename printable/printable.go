// Package printable makes text from somebody else fit for a terminal: what a
// terminal would obey is shown instead.
package printable

import (
	"fmt"
	"strings"
	"unicode"
)

// Text is text from somebody else as it may go to a terminal. What a terminal would
// obey, and what would make text look different from what it is, is shown and has no
// effect: control characters (ESC as ␛), and the invisible ones that turn the
// direction of writing or hide. Each line end becomes newline. The result is valid
// UTF-8 also where text is not.
func Text(text, newline string) string {
	plain := true
	for _, r := range text {
		if Unsafe(r) {
			plain = false
			break
		}
	}
	if plain {
		return strings.ToValidUTF8(text, "\ufffd")
	}
	var b strings.Builder
	text = strings.ReplaceAll(text, "\r\n", "\n")
	for _, r := range text {
		switch {
		case !Unsafe(r):
			b.WriteRune(r)
		case r == '\n' || r == '\u2028' || r == '\u2029' || r == '\u0085':
			b.WriteString(newline)
		case r == '\t':
			b.WriteString("    ")
		case r < 0x20:
			b.WriteRune('\u2400' + r) // Control Pictures
		case r == 0x7f:
			b.WriteRune('\u2421')
		default:
			fmt.Fprintf(&b, "<%04x>", r)
		}
	}
	return b.String()
}

// Line is [Text] for what stands on one line, such as names and topics.
func Line(text string) string { return Text(text, "⏎") }

// Unsafe tells whether a character must not reach a terminal as it is. The joiners and
// the selectors of emoji and of scripts that need them may.
func Unsafe(r rune) bool {
	switch {
	case r == '\u200c' || r == '\u200d':
		return false
	case r == '\u2028' || r == '\u2029':
		return true
	case r == '\u3164' || r == '\uffa0' || r == '\u115f' || r == '\u1160' || r == '\u034f':
		return true // letters and signs that show nothing
	}
	return unicode.Is(unicode.Cc, r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Co, r)
}
