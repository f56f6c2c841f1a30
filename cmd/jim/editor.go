package main

import (
	"slices"
	"strings"
	"unicode"
)

// editor is the line that somebody types. It knows characters as people see them
// and their widths, and nothing of terminals: screen shows it.
type editor struct {
	text   []rune
	at     int    // the cursor stands before text[at]
	killed []rune // by the kill keys, for yank
	from   int    // the first rune that show shows

	past   []string // lines entered before, the oldest first
	recall int      // the one shown; len(past) = the draft
	draft  []rune
}

const (
	pastMost = 200
	lineMost = 16 << 10 // runes
)

// press changes the line. It returns the line when it is complete. Keys that are
// not about editing (tab, interrupt …) change nothing.
func (e *editor) press(k key) (line string, entered bool) {
	switch k.name {
	case keyEnter:
		return e.enter(), true
	case keyTyped, keyPasted:
		e.insert(k.text)
	case keyNewline:
		e.insert("\n")
	case keyLeft:
		e.at -= previous(e.text[:e.at])
	case keyRight:
		e.at += next(e.text[e.at:])
	case keyHome:
		e.at = 0
	case keyEnd:
		e.at = len(e.text)
	case keyWordLeft:
		e.at = e.wordLeft()
	case keyWordRight:
		e.at = e.wordRight()
	case keyBackspace:
		e.cut(e.at-previous(e.text[:e.at]), e.at)
	case keyDelete:
		e.cut(e.at, e.at+next(e.text[e.at:]))
	case keyKillWord:
		e.kill(e.wordLeft(), e.at)
	case keyKillWordRight:
		e.kill(e.at, e.wordRight())
	case keyKillStart:
		e.kill(0, e.at)
	case keyKillEnd:
		e.kill(e.at, len(e.text))
	case keyYank:
		e.insert(string(e.killed))
	case keyUp:
		e.show(e.recall - 1)
	case keyDown:
		e.show(e.recall + 1)
	}
	return "", false
}

// insert puts text at the cursor. Control characters have no place in it, except
// line ends; tabs become spaces.
func (e *editor) insert(text string) {
	var clean []rune
	for _, r := range text {
		switch {
		case r == '\t':
			clean = append(clean, []rune("    ")...)
		case r == '\n' || !unicode.Is(unicode.Cc, r):
			clean = append(clean, r)
		}
	}
	clean = clean[:min(len(clean), max(0, lineMost-len(e.text)))]
	e.text = slices.Insert(e.text, e.at, clean...)
	e.at += len(clean)
}

func (e *editor) cut(from, to int) {
	e.text = slices.Delete(e.text, from, to)
	e.at = from
}

func (e *editor) kill(from, to int) {
	if from < to {
		e.killed = slices.Clone(e.text[from:to])
		e.cut(from, to)
	}
}

func (e *editor) wordLeft() int {
	at := e.at
	for at > 0 && !inWord(e.text[at-1]) {
		at--
	}
	for at > 0 && inWord(e.text[at-1]) {
		at--
	}
	return at
}

func (e *editor) wordRight() int {
	at := e.at
	for at < len(e.text) && !inWord(e.text[at]) {
		at++
	}
	for at < len(e.text) && inWord(e.text[at]) {
		at++
	}
	return at
}

func inWord(r rune) bool { return !unicode.IsSpace(r) }

// enter ends the line and begins an empty one.
func (e *editor) enter() string {
	line := string(e.text)
	if line != "" && (len(e.past) == 0 || e.past[len(e.past)-1] != line) {
		e.past = append(e.past, line)
		if len(e.past) > pastMost {
			e.past = slices.Delete(e.past, 0, 1)
		}
	}
	e.clear()
	return line
}

// clear empties the line.
func (e *editor) clear() {
	e.text, e.draft, e.at, e.from, e.recall = nil, nil, 0, 0, len(e.past)
}

// show shows a line entered before, or the draft.
func (e *editor) show(recall int) {
	if recall < 0 || recall > len(e.past) || recall == e.recall {
		return
	}
	if e.recall == len(e.past) {
		e.draft = e.text
	}
	e.recall = recall
	e.text = e.draft
	if recall < len(e.past) {
		e.text = []rune(e.past[recall])
	}
	e.at, e.from = len(e.text), 0
}

// word is the word before the cursor, and whether it is the first of the line.
func (e *editor) word() (word string, first bool) {
	begin := e.at
	for begin > 0 && inWord(e.text[begin-1]) {
		begin--
	}
	return string(e.text[begin:e.at]), begin == 0
}

// complete puts what all choices have in common in place of the word before the
// cursor; of a single choice all, and after. It tells whether that changed anything.
func (e *editor) complete(choices []string, after string) bool {
	if len(choices) == 0 {
		return false
	}
	word, _ := e.word()
	begun := choices[0]
	for _, c := range choices[1:] {
		begun = inCommon(begun, c)
	}
	if len(choices) == 1 {
		begun += after
	}
	if begun == word || len(begun) < len(word) {
		return false
	}
	e.cut(e.at-len([]rune(word)), e.at)
	e.insert(begun)
	return true
}

// inCommon is what a and b begin with.
func inCommon(a, b string) string {
	x, y := []rune(a), []rune(b)
	n := 0
	for n < min(len(x), len(y)) && unicode.ToLower(x[n]) == unicode.ToLower(y[n]) {
		n++
	}
	return string(x[:n])
}

// cell is one character of the line as it is shown.
type cell struct {
	at    int // where it begins in text
	shown string
	width int // in columns
}

func (e *editor) cells() (cells []cell) {
	for at := 0; at < len(e.text); {
		n := next(e.text[at:])
		shown := visibleLine(string(e.text[at : at+n]))
		cells = append(cells, cell{at, shown, columns(shown)})
		at += n
	}
	return cells
}

// view is the part of the line around the cursor that fits into width columns, and
// the column of the cursor in it. A line end is shown as ⏎, a part left out as ‹ or ›.
func (e *editor) view(width int) (row string, cursor int) {
	cells := e.cells()
	first := 0  // the first cell shown
	before := 0 // columns from there to the cursor
	here := 0   // the cell of the cursor
	for ; here < len(cells) && cells[here].at < e.at; here++ {
		if cells[here].at < e.from {
			first = here + 1
		} else {
			before += cells[here].width
		}
	}
	for before > width-3 {
		before -= cells[first].width
		first++
	}
	for first > 0 && before+cells[first-1].width < width/3 { // after deleting, show what stands before
		first--
		before += cells[first].width
	}
	e.from = 0
	if first < len(cells) {
		e.from = cells[first].at
	}
	var b strings.Builder
	used := 0
	if first > 0 {
		b.WriteString("‹")
		used = 1
	}
	cursor = used + before
	for _, c := range cells[first:] {
		if used+c.width > width-1 {
			b.WriteString("›")
			break
		}
		b.WriteString(c.shown)
		used += c.width
	}
	return b.String(), cursor
}
