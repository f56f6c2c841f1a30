package main

import (
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// next is how many runes of text make up its first character as people see it: a letter
// with its accents, a flag of two halves, an emoji of several persons. It is the part
// of Unicode's extended grapheme clusters (UAX #29) that people type.
func next(text []rune) int {
	if len(text) == 0 {
		return 0
	}
	n := 1
	if regional(text[0]) && len(text) > 1 && regional(text[1]) {
		n = 2
	}
	for n < len(text) && (extends(text[n]) || text[n-1] == '\u200d' || jamo(text[n-1], text[n])) {
		n++
	}
	return n
}

// previous is how many runes of text make up its last character.
func previous(text []rune) int {
	last := 0
	for at := 0; at < len(text); at += last {
		last = next(text[at:])
	}
	return last
}

// extends tells whether r changes the character before it and is none of its own.
func extends(r rune) bool {
	return r == '\u200d' || r == '\u200c' || r >= 0x1f3fb && r <= 0x1f3ff || r >= 0xe0020 && r <= 0xe007f ||
		unicode.In(r, unicode.Mn, unicode.Me, unicode.Mc)
}

func regional(r rune) bool { return r >= 0x1f1e6 && r <= 0x1f1ff }

// jamo tells whether b, a vowel or final of Hangul, continues the syllable that a is
// part of.
func jamo(a, b rune) bool {
	hangul := a >= 0x1100 && a <= 0x11ff || a >= 0xac00 && a <= 0xd7a3
	return hangul && b >= 0x1160 && b <= 0x11ff
}

// columns is how many columns of a terminal text takes.
func columns(text string) int {
	total := 0
	for runes := []rune(text); len(runes) > 0; {
		n := next(runes)
		total += columnsOf(runes[:n])
		runes = runes[n:]
	}
	return total
}

// columnsOf is how many columns one character takes: two when it is East Asian or an
// emoji (UAX #11), none when it cannot be seen.
func columnsOf(character []rune) int {
	r := character[0]
	for _, c := range character[1:] {
		if c == '\ufe0f' || regional(c) { // an emoji, whatever it was before; a flag
			return 2
		}
	}
	switch {
	case r < 0x20 || r >= 0x7f && r < 0xa0 || unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		return 0
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}

// fold breaks each line of text so that it fits into width columns, where that is possible:
// at spaces, and in Chinese between characters.
func fold(text string, width int) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if columns(line) <= width {
			continue
		}
		var b strings.Builder
		used := 0
		for _, word := range breakable(line) {
			w := columns(strings.TrimRight(word, " "))
			if used > 0 && used+w > width {
				b.WriteString("\n")
				used = 0
			}
			b.WriteString(word)
			used += columns(word)
		}
		lines[i] = b.String()
	}
	return strings.Join(lines, "\n")
}

// breakable cuts a line where it may be broken: behind a space, and beside a wide character, for Chinese has no spaces.
// No line begins with a sign that closes, or ends with one that opens (UAX #14).
func breakable(line string) (pieces []string) {
	const ends = "，。、；：？！"
	const closes, opens = ends + "）》」』”’%.,;:?!)]}`\"", "（《「『“‘([{`\""
	runes, from, wide, before := []rune(line), 0, false, ' '
	for at := 0; at < len(runes); {
		n := next(runes[at:])
		r, isWide := runes[at], columnsOf(runes[at:at+n]) == 2
		beside := (wide || isWide) && !strings.ContainsRune(closes, r) && !strings.ContainsRune(opens, before)
		behind := strings.ContainsRune(" "+ends, before) && !strings.ContainsRune(ends+"）》」』”’", r)
		if at > from && r != ' ' && (behind || beside) {
			pieces = append(pieces, string(runes[from:at]))
			from = at
		}
		before, wide = runes[at+n-1], isWide
		at += n
	}
	return append(pieces, string(runes[from:]))
}
