package main

import (
	"fmt"
	"strings"
	"unicode"
)

// visible is text from somebody else as it may go to a terminal. What a terminal would
// obey, and what would make text look different from what it is, is shown and has no effect:
// control characters (ESC as ␛), and the invisible ones that turn the direction of
// writing or hide. Each line end becomes newline.
func visible(text, newline string) string {
	plain := true
	for _, r := range text {
		if needsShowing(r) {
			plain = false
			break
		}
	}
	if plain {
		return text
	}
	var b strings.Builder
	text = strings.ReplaceAll(text, "\r\n", "\n")
	for _, r := range text {
		switch {
		case !needsShowing(r):
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

// visibleLine is visible for what stands on one line, such as names and topics.
func visibleLine(text string) string { return visible(text, "⏎") }

// needsShowing tells whether a character must not reach a terminal as it is. The joiners and
// the selectors of emoji and of scripts that need them may.
func needsShowing(r rune) bool {
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
