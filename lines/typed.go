package lines

import (
	"unicode"
	"unicode/utf8"

	"jim/wire"
)

// lineMost is how many bytes a line may have: a whole message, and the command and
// name before it.
var lineMost = wire.JIM2.Message + 256

// endlessMost is how many bytes may come without a line ending among them, telnet's
// own included, before the connection is given up.
const endlessMost = 1 << 20

// typed puts together the line that is being typed, of the bytes that come. A line
// ends with LF, CR LF, CR NUL (RFC 854) or CR alone. Backspace and delete take
// back a character, Ctrl-U the line; what other keys send is left out. The zero
// value is ready. It holds no memory between lines.
type typed struct {
	telnet  telnet
	line    []byte
	tooLong bool // more came than lineMost: the rest was thrown away
	ended   bool // the last byte was a CR that ended a line
	crs     bool // lines end with CR: most likely this is telnet
	escape  escape
	since   int // bytes since the last line ending
}

// escape is where in the sequence of a key (ECMA-48, section 5.4) the bytes stand.
type escape uint8

const (
	escNone  escape = iota
	escBegun        // after ESC
	escKey          // after ESC [ : up to a byte from @ to ~
	escOne          // after ESC O : one more
)

// happening is what came of some bytes.
type happening uint8

const (
	goesOn   happening = iota // nothing yet
	lineDone                  // a line is typed; see typed.next
	wantsOut                  // an interrupt, or the end, by telnet
	asksWho                   // telnet's "are you there"
	endless                   // too much without a line ending
)

// take looks at p until something happens, and says how many bytes of it are done
// with.
func (t *typed) take(p []byte) (n int, what happening) {
	for i, b := range p {
		t.since++
		command := t.telnet.state == telCommand
		sign := t.telnet.take(b)
		if command && swallowed(b) != 0 && t.halfLetter() {
			sign, b = signText, swallowed(b) // nobody means a command in the middle of a letter
		}
		switch sign {
		case signStray:
			t.text(0xff) // which is no UTF-8
			fallthrough
		case signText:
			if t.text(b) {
				t.since = 0
				return i + 1 + t.rest(p[i+1:]), lineDone
			}
		case signErase:
			t.erase()
		case signKill:
			t.line = t.line[:0]
		case signQuit:
			return i + 1, wantsOut
		case signThere:
			return i + 1, asksWho
		}
		if t.since > endlessMost {
			return i + 1, endless
		}
	}
	return len(p), goesOn
}

// halfLetter tells whether the line ends inside of a character of several bytes.
func (t *typed) halfLetter() bool {
	for i := len(t.line) - 1; i >= max(0, len(t.line)-utf8.UTFMax+1); i-- {
		if utf8.RuneStart(t.line[i]) {
			return !utf8.FullRune(t.line[i:])
		}
	}
	return false
}

// rest is how many of the bytes behind a line ending still belong to it.
func (t *typed) rest(p []byte) int {
	if t.ended && len(p) > 0 && (p[0] == '\n' || p[0] == 0) {
		t.ended = false
		return 1
	}
	return 0
}

// text takes a byte that was typed, and tells whether it ends a line.
func (t *typed) text(b byte) bool {
	if t.ended {
		if t.ended = false; b == '\n' || b == 0 {
			return false // the second half of a line ending
		}
	}
	if t.escape != escNone && t.key(b) {
		return false
	}
	switch {
	case b == '\n':
		return true
	case b == '\r':
		t.ended, t.crs = true, true
		return true
	case b == '\b' || b == 0x7f:
		t.erase()
	case b == 'U'&0x1f:
		t.line = t.line[:0]
	case b == 'D'&0x1f && len(t.line) == 0:
		t.line = append(t.line, "/quit"...)
		return true
	case b == 0x1b:
		t.escape = escBegun
	case b < 0x20 && b != '\t':
	case len(t.line) == lineMost:
		t.tooLong = true
	default:
		t.line = append(t.line, b)
	}
	return false
}

// key takes a byte after ESC and tells whether it belongs to a key.
func (t *typed) key(b byte) bool {
	state := t.escape
	t.escape = escNone
	switch {
	case b < 0x20 || b == 0x7f:
		return false // not even of a key that was cut short
	case state == escBegun && b == '[':
		t.escape = escKey
	case state == escBegun && b == 'O':
		t.escape = escOne
	case state == escKey && (b < '@' || b > '~'):
		t.escape = escKey
	}
	return true
}

// erase takes back the last character as people see it: with its accents, and
// without leaving half of it.
func (t *typed) erase() {
	for len(t.line) > 0 {
		r, n := utf8.DecodeLastRune(t.line)
		t.line = t.line[:len(t.line)-n]
		if before, _ := utf8.DecodeLastRune(t.line); !extends(r) && before != zeroWidthJoiner {
			return
		}
	}
}

const zeroWidthJoiner = '\u200d'

// extends tells whether r changes the character before it and is none of its own.
func extends(r rune) bool {
	return r == zeroWidthJoiner || r >= 0x1f3fb && r <= 0x1f3ff || unicode.In(r, unicode.Mn, unicode.Me)
}

// byteOrderMark is what some systems put in front of the first line.
const byteOrderMark = "\ufeff"

// next returns the line that is done and begins another. ok is false when it is not UTF-8 or was
// too long; then tooLong tells which.
func (t *typed) next() (line string, ok, tooLong bool) {
	tooLong, ok = t.tooLong, !t.tooLong && utf8.Valid(t.line)
	if ok {
		line = string(t.line)
	}
	t.line, t.tooLong, t.escape = nil, false, escNone
	return line, ok, tooLong
}

// begun tells whether something of a line has been typed.
func (t *typed) begun() bool { return len(t.line) > 0 || t.tooLong }

// rests tells whether nothing has been begun that more bytes may go on with.
func (t *typed) rests() bool {
	return !t.begun() && t.telnet.state == telText && t.escape == escNone
}

// isTelnet tells whether a telnet is at the other end, as far as that can be known:
// most of them say nothing of it before they are asked, but end lines with CR.
func (t *typed) isTelnet() bool { return t.telnet.spoken || t.crs }
