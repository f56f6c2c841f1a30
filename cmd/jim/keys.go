package main

import (
	"strings"
	"unicode/utf8"
)

// key is what somebody pressed. Only typed and pasted have a text.
type key struct {
	name keyName
	text string
}

type keyName int

const (
	keyTyped keyName = iota
	keyPasted
	keyEnter
	keyNewline // a line end inside the text
	keyBackspace
	keyDelete
	keyLeft
	keyRight
	keyWordLeft
	keyWordRight
	keyHome
	keyEnd
	keyUp
	keyDown
	keyKillWord
	keyKillWordRight
	keyKillStart
	keyKillEnd
	keyYank
	keyTab
	keyRedraw
	keyInterrupt
	keyEOF
)

// keyReader turns what a terminal sends into keys, wherever the reads cut it.
type keyReader struct {
	rest    []byte // begun and not complete
	paste   []byte
	pasting bool
}

const (
	pasteBegin = "\x1b[200~"
	pasteEnd   = "\x1b[201~"
	pasteMost  = 64 << 10 // bytes of one paste that are kept
	escapeMost = 32       // bytes of an escape sequence
)

// read returns the keys that data completes.
func (k *keyReader) read(data []byte) (keys []key) {
	k.rest = append(k.rest, data...)
	for len(k.rest) > 0 {
		if k.pasting {
			done, text := k.readPaste()
			if !done {
				return keys
			}
			keys = append(keys, key{keyPasted, text})
			continue
		}
		name, text, n := parseKey(k.rest)
		if n == 0 {
			return keys
		}
		if string(k.rest[:n]) == pasteBegin {
			k.pasting = true
		} else if name >= 0 {
			keys = append(keys, key{name, text})
		}
		k.rest = append(k.rest[:0], k.rest[n:]...)
	}
	return keys
}

// readPaste moves pasted bytes out of rest, up to the end of the paste.
func (k *keyReader) readPaste() (done bool, text string) {
	i := strings.Index(string(k.rest), pasteEnd)
	end := i
	if i < 0 {
		end = max(0, len(k.rest)-len(pasteEnd)+1) // the end may have begun
	}
	k.paste = append(k.paste, k.rest[:end][:min(end, pasteMost-len(k.paste))]...)
	if i < 0 {
		k.rest = append(k.rest[:0], k.rest[end:]...)
		return false, ""
	}
	k.rest = append(k.rest[:0], k.rest[i+len(pasteEnd):]...)
	text = strings.ToValidUTF8(string(k.paste), "")
	k.paste, k.pasting = nil, false
	return true, strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
}

// noKey is a sequence that means nothing here.
const noKey keyName = -1

// controls are the keys that send one byte.
var controls = map[byte]keyName{
	'\r': keyEnter, '\n': keyEnter, '\t': keyTab, 0x7f: keyBackspace, 0x08: keyBackspace,
	0x01: keyHome, 0x02: keyLeft, 0x03: keyInterrupt, 0x04: keyEOF, 0x05: keyEnd, 0x06: keyRight,
	0x0b: keyKillEnd, 0x0c: keyRedraw, 0x0e: keyDown, 0x10: keyUp, 0x15: keyKillStart, 0x17: keyKillWord, 0x19: keyYank,
}

// parseKey takes the first key off p; n is its length in bytes, 0 when more are
// needed.
func parseKey(p []byte) (name keyName, text string, n int) {
	if p[0] == 0x1b {
		return parseEscape(p)
	}
	if p[0] < 0x20 || p[0] == 0x7f {
		if name, ok := controls[p[0]]; ok {
			return name, "", 1
		}
		return noKey, "", 1
	}
	for n < len(p) && p[n] >= 0x20 && p[n] != 0x7f {
		r, size := utf8.DecodeRune(p[n:])
		if r == utf8.RuneError && size == 1 {
			break
		}
		n += size
	}
	switch {
	case n > 0:
		return keyTyped, string(p[:n]), n
	case utf8.FullRune(p):
		return noKey, "", 1 // not UTF-8
	}
	return noKey, "", 0
}

// alts are the keys pressed together with Alt, which sends ESC before them.
var alts = map[byte]keyName{
	'b': keyWordLeft, 'f': keyWordRight, 'd': keyKillWordRight, 0x7f: keyKillWord, 0x08: keyKillWord, '\r': keyNewline, '\n': keyNewline,
}

// escapes are the keys that send CSI or SS3 and what follows here.
var escapes = map[string]keyName{
	"A": keyUp, "B": keyDown, "C": keyRight, "D": keyLeft, "H": keyHome, "F": keyEnd,
	"1~": keyHome, "7~": keyHome, "4~": keyEnd, "8~": keyEnd, "3~": keyDelete,
	"1;5C": keyWordRight, "1;5D": keyWordLeft, "1;3C": keyWordRight, "1;3D": keyWordLeft, "3;5~": keyKillWordRight,
	"13;2u": keyNewline,
}

func parseEscape(p []byte) (name keyName, text string, n int) {
	if len(p) == 1 {
		return noKey, "", 0
	}
	switch p[1] {
	case '[', 'O':
	case 0x1b:
		return noKey, "", 1
	default:
		if name, ok := alts[p[1]]; ok {
			return name, "", 2
		}
		return noKey, "", 1 // a lone Escape; what follows is typed
	}
	for n := 2; n < len(p); n++ {
		if p[n] < 0x20 || p[n] > 0x7e || n > escapeMost {
			return noKey, "", n // no sequence
		}
		if p[n] >= 0x40 {
			if name, ok := escapes[string(p[2:n+1])]; ok {
				return name, "", n + 1
			}
			return noKey, "", n + 1
		}
	}
	return noKey, "", 0
}
