package main

import (
	"hash/fnv"
	"strings"
)

// style is how text is coloured: not at all where color is false.
type style struct{ color bool }

// nameColors are colours of the sixteen (ECMA-48, SGR) that can be read on light and on
// dark.
var nameColors = []string{"31", "32", "33", "34", "35", "36", "91", "92", "94", "95", "96"}

// name is somebody's name, always in the same colour.
func (s style) name(name string) string {
	h := fnv.New32a()
	h.Write([]byte(strings.ToLower(name)))
	return s.paint(nameColors[h.Sum32()%uint32(len(nameColors))], visibleLine(name))
}

func (s style) dim(text string) string  { return s.paint("2", text) }
func (s style) bold(text string) string { return s.paint("1", text) }

// paint colours each line by itself.
func (s style) paint(code, text string) string {
	if !s.color || text == "" {
		return text
	}
	return "\x1b[" + code + "m" + strings.ReplaceAll(text, "\n", "\x1b[0m\n\x1b["+code+"m") + "\x1b[0m"
}
