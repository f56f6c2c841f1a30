package main

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"jim/tap"
)

// How much of one object is shown where --raw is not given.
const (
	tapRows = 12  // of the terminal
	tapText = 240 // columns of one text
)

// scrap is a part of an object as it is shown.
type scrap struct{ text, colour string }

// Colours of an object (ECMA-48, SGR); they can be read on light and on dark.
const (
	keyColour    = "34"
	textColour   = "32"
	numberColour = "36"
	wordColour   = "35" // true, false, null
)

// secretMembers are members whose texts are not shown.
var secretMembers = map[string]bool{"password": true, "old": true, "token": true}

// hidden stands for a secret.
const hiddenText = `"•••"`

// object is an object as it goes to the terminal: in colours, folded beside the gutter.
func (p *tapPrinter) object(i *tap.Item) string {
	if p.raw {
		if len(i.Broken) == 0 || utf8.Valid(i.Text) {
			return string(visibleJSON(bytes.TrimSpace(i.Text)))
		}
		return visibleLine(string(i.Text))
	}
	scraps, ok := p.scraps(i.Text)
	if !ok { // it is broken: as much of it as is text
		return p.fit(cutColumns(visibleLine(p.unsecret(bytes.TrimSpace(i.Text))), tapRows*p.room()))
	}
	return p.lay(scraps, i.Size)
}

// scraps cuts an object into parts with a colour each; ok is false where it is not valid.
func (p *tapPrinter) scraps(text []byte) (all []scrap, ok bool) {
	v := jsontext.Value(bytes.Clone(bytes.TrimSpace(text)))
	if err := v.Compact(jsontext.AllowDuplicateNames(true)); err != nil {
		return nil, false
	}
	secret := false
	for at := 0; at < len(v); {
		end, colour := at+1, ""
		switch c := v[at]; {
		case c == '"':
			end = at + textEnd(v[at:])
			name := end < len(v) && v[end] == ':'
			shown := quotedText(v[at:end])
			colour = textColour
			switch {
			case name:
				colour = keyColour
				secret = secretMembers[string(v[at+1:end-1])]
			case secret:
				shown = hiddenText
			}
			all = append(all, scrap{shown, colour})
			at = end
			continue
		case bytes.IndexByte([]byte("{}[],:"), c) < 0:
			for end < len(v) && bytes.IndexByte([]byte(",]}"), v[end]) < 0 {
				end++
			}
			colour = numberColour
			if c == 't' || c == 'f' || c == 'n' {
				colour = wordColour
			}
		}
		all = append(all, scrap{string(v[at:end]), colour})
		at = end
	}
	return all, true
}

// textEnd is the length of the text in quotes that v begins with.
func textEnd(v []byte) int {
	for i := 1; i < len(v); i++ {
		switch v[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(v)
}

// quotedText is a text in quotes as it may go to a terminal, cut when it is long.
func quotedText(quoted []byte) string {
	shown := string(visibleJSON(quoted))
	if columns(shown) > tapText {
		return cutColumns(shown, tapText) + fmt.Sprintf(`" (%d)`, len(quoted)-2)
	}
	return shown
}

// lay puts parts into rows beside the gutter: a member begins a new row where it does not fit.
func (p *tapPrinter) lay(scraps []scrap, size int) string {
	room := p.room()
	var b strings.Builder
	used, rows := 0, 1
	for k, s := range scraps {
		text := s.text
		if w := together(scraps[k:]); used > 0 && s.text != "," && s.text != ":" && used+w > room && (w <= room || s.colour == keyColour) {
			b.WriteString("\n" + strings.Repeat(" ", tapGutter))
			used = 0
			rows++
		}
		for used+columns(text) > room {
			head := headColumns(text, max(room-used, 2))
			b.WriteString(p.looks.paint(s.colour, head) + "\n" + strings.Repeat(" ", tapGutter))
			text, used = text[len(head):], 0
			rows++
		}
		if rows > tapRows {
			return b.String() + "… " + fmt.Sprintf(sayTapPart.in(p.lang), size)
		}
		if s.colour == "" {
			b.WriteString(text)
		} else {
			b.WriteString(p.looks.paint(s.colour, text))
		}
		used += columns(text)
	}
	return b.String()
}

// together is how many columns the first of scraps takes with what should stand on its row: a
// value after its key, and what ends it.
func together(scraps []scrap) int {
	w := columns(scraps[0].text)
	for i := 1; i < len(scraps); i++ {
		before, s := scraps[i-1].text, scraps[i].text
		if before != ":" && s != ":" && s != "," && s != "}" && s != "]" {
			break
		}
		w += columns(s)
	}
	return w
}

// secrets are texts of broken objects and lines of HTTP that are not shown.
var (
	secretPairs  = regexp.MustCompile(`("(?:password|old|token)"\s*:\s*)"(?:[^"\\]|\\.)*"?`)
	secretHeader = regexp.MustCompile(`(?i)^(authorization|cookie|set-cookie)(:\s*).*`)
	secretTyped  = regexp.MustCompile(`(?i)^(/(?:login|register)\s+\S+\s+)\S.*`)
)

// unsecret is text without what nobody else shall read.
func (p *tapPrinter) unsecret(text []byte) string {
	if p.raw {
		return string(text)
	}
	text = secretPairs.ReplaceAll(text, []byte(`${1}`+hiddenText))
	text = secretHeader.ReplaceAll(text, []byte(`${1}${2}•••`))
	return string(secretTyped.ReplaceAll(text, []byte(`${1}•••`)))
}

// headColumns is as much of text as fits into so many columns, and at least one character.
func headColumns(text string, most int) string {
	used, end := 0, 0
	for runes := []rune(text); len(runes) > 0; {
		n := next(runes)
		w := columnsOf(runes[:n])
		if used+w > most && end > 0 {
			break
		}
		used += w
		end += len(string(runes[:n]))
		runes = runes[n:]
	}
	return text[:end]
}

// cutColumns is text, cut with a … where it takes more columns.
func cutColumns(text string, most int) string {
	if columns(text) <= most {
		return text
	}
	return headColumns(text, most-1) + "…"
}

// wrapColumns breaks text into rows, at spaces where it can.
func wrapColumns(text string, width int) string {
	var rows []string
	for _, line := range strings.Split(fold(text, width), "\n") {
		for columns(line) > width {
			head := headColumns(line, width)
			rows = append(rows, head)
			line = line[len(head):]
		}
		rows = append(rows, line)
	}
	return strings.Join(rows, "\n")
}
