package main

import (
	"bytes"
	"fmt"
	"unicode/utf16"
	"unicode/utf8"

	"jim/printable"
)

// visible is text from somebody else as it may go to a terminal; each line end
// becomes newline.
func visible(text, newline string) string { return printable.Text(text, newline) }

// visibleLine is visible for what stands on one line, such as names and topics.
func visibleLine(text string) string { return printable.Line(text) }

// visibleError is what went wrong, which may be in the words of a server.
func visibleError(err error) string { return visible(err.Error(), "\n") }

// visibleJSON is JSON with the same meaning that may go to a terminal: what
// needs showing stands in it as \u and digits.
func visibleJSON(text []byte) []byte {
	if !bytes.ContainsFunc(text, printable.Unsafe) {
		return text
	}
	var b []byte
	for _, r := range string(text) {
		if !printable.Unsafe(r) {
			b = utf8.AppendRune(b, r)
			continue
		}
		for _, unit := range utf16.AppendRune(nil, r) {
			b = fmt.Appendf(b, "\\u%04x", unit)
		}
	}
	return b
}
