package main

import (
	"io"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// grid is as much of a terminal as a screen uses: rows of cells and a cursor. It
// never scrolls.
type grid struct {
	t     *testing.T
	width int

	mu       sync.Mutex
	rows     [][]string // each cell a character; "" right of a wide one
	row, col int
	rest     string
}

func (g *grid) Write(p []byte) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	text := []rune(g.rest + string(p))
	g.rest = ""
	for len(text) > 0 {
		switch text[0] {
		case '\x1b':
			text = g.escape(text)
		case '\r':
			g.col, text = 0, text[1:]
		case '\n':
			g.row, text = g.row+1, text[1:]
		default:
			n := next(text)
			g.put(string(text[:n]), columnsOf(text[:n]))
			text = text[n:]
		}
	}
	return len(p), nil
}

func (g *grid) put(character string, width int) {
	if g.col+width > g.width {
		g.row, g.col = g.row+1, 0
	}
	for len(g.rows) <= g.row {
		g.rows = append(g.rows, nil)
	}
	for len(g.rows[g.row]) < g.col+width {
		g.rows[g.row] = append(g.rows[g.row], " ")
	}
	g.rows[g.row][g.col] = character
	if width == 2 {
		g.rows[g.row][g.col+1] = ""
	}
	g.col += width
}

func (g *grid) escape(text []rune) []rune {
	end := 2
	for text[end] < 0x40 {
		end++
	}
	n, _ := strconv.Atoi(string(text[2:end]))
	switch text[end] {
	case 'A':
		g.row -= max(n, 1)
	case 'C':
		g.col += max(n, 1)
	case 'J':
		if g.row < len(g.rows) {
			g.rows = g.rows[:g.row+1]
			g.rows[g.row] = g.rows[g.row][:min(g.col, len(g.rows[g.row]))]
		}
	case 'h', 'l', 'm':
	default:
		g.t.Errorf("escape %q", string(text[:end+1]))
	}
	return text[end+1:]
}

// String is what is seen, with | at the cursor.
func (g *grid) String() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	var b strings.Builder
	for y, row := range g.rows {
		for x, character := range row {
			if y == g.row && x == g.col {
				b.WriteByte('|')
			}
			b.WriteString(character)
		}
		if y == g.row && g.col >= len(row) {
			b.WriteString("|")
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// seat is somebody at a screen.
type seat struct {
	t    *testing.T
	s    *screen
	g    *grid
	keys *io.PipeWriter
}

func sit(t *testing.T, width int) *seat {
	t.Helper()
	in, keys := io.Pipe()
	g := &grid{t: t, width: width}
	s := newScreen(&terminal{in: in, out: g, width: func() int { return g.width }, restore: func() error { return nil }},
		style{}, func(word string, first bool) []string { return []string{"/topic", "/tail"} })
	done := make(chan struct{})
	go func() { s.read(); close(done) }()
	t.Cleanup(func() { keys.Close(); <-done })
	s.prompt("#tea")
	return &seat{t, s, g, keys}
}

// typeIn types keys and waits until the screen has taken them all.
func (p *seat) typeIn(keys string) {
	p.t.Helper()
	for _, part := range []string{keys, ""} { // a pipe takes the second write after the first was worked off
		if _, err := io.WriteString(p.keys, part); err != nil {
			p.t.Fatal(err)
		}
	}
}

func (p *seat) want(seen string) {
	p.t.Helper()
	if got := p.g.String(); got != seen {
		p.t.Errorf("the screen shows\n%swant\n%s", got, seen)
	}
}

func TestIncomingTextDoesNotTearTheLine(t *testing.T) {
	p := sit(t, 30)
	p.typeIn("привет 你好\x1b[D")
	p.want("#tea> привет 你|好\n")
	p.s.show("12:00 ann: first\nsecond")
	p.s.show("12:01 bob: a line that is longer than the screen")
	p.want("12:00 ann: first\nsecond\n12:01 bob: a line that is long\ner than the screen\n#tea> привет 你|好\n")
	p.typeIn("!")
	p.s.prompt("bob")
	p.want("12:00 ann: first\nsecond\n12:01 bob: a line that is long\ner than the screen\nbob> привет 你!|好\n")
	p.typeIn("\r")
	if line := <-p.s.lines(); line != "привет 你!好" {
		t.Errorf("entered %q", line)
	}
}

func TestLongLinesStayOnOneRow(t *testing.T) {
	p := sit(t, 24)
	p.typeIn(strings.Repeat("你好", 12))
	p.want("#tea> ‹好你好你好你好|\n")
	p.typeIn("\x01")
	p.want("#tea> |你好你好你好你好›\n")
	p.typeIn("\x1b[200~one\ntwo\x1b[201~")
	p.want("#tea> one⏎two|你好你好你›\n")
}

func TestNotesAreFoldedAtSpaces(t *testing.T) {
	p := sit(t, 20)
	p.s.note("connection lost; what you type is sent later")
	p.want("connection lost; \nwhat you type is \nsent later\n#tea> |\n")
}

func TestSecretsAreNotShown(t *testing.T) {
	p := sit(t, 40)
	p.typeIn("half a line")
	got := make(chan string, 1)
	ask := func() {
		go func() {
			text, err := p.s.secret("Password")
			if err != nil {
				text = err.Error()
			}
			got <- text
		}()
		for !strings.Contains(p.g.String(), "Password: ") {
			p.typeIn("")
		}
	}
	ask()
	p.typeIn("пароль\x7f1")
	p.want("Password: |\n")
	p.typeIn("\r")
	if text := <-got; text != "парол1" {
		t.Errorf("secret %q", text)
	}
	p.want("#tea> half a line|\n")
	ask()
	p.typeIn("x\x03")
	if text := <-got; text != errNoSecret.Error() {
		t.Errorf("after Ctrl-C the secret is %q", text)
	}
	p.typeIn("\x19\x1b[A")
	p.want("#tea> half a line|\n")
	ask()
	p.s.close()
	if text := <-got; text != errNoSecret.Error() {
		t.Errorf("after the end the secret is %q", text)
	}
}

func TestTabOnAScreen(t *testing.T) {
	p := sit(t, 40)
	p.typeIn("/\t")
	p.want("#tea> /t|\n")
	p.typeIn("\t")
	p.want("/topic  /tail\n#tea> /t|\n")
}

func TestLeaving(t *testing.T) {
	p := sit(t, 40)
	p.typeIn("text\x03")
	p.want("#tea> |\n")
	p.typeIn("ab\x01\x04")
	p.want("#tea> |b\n")
	p.typeIn("\x0b")
	io.WriteString(p.keys, "\x04")
	if line, ok := <-p.s.lines(); ok {
		t.Errorf("after Ctrl-D came %q", line)
	}
	p.s.close()
	p.want("|\n")
	p.s.show("nobody sees this")
	p.want("|\n")
}

// TestNarrower: a row that the terminal has folded is removed with both halves.
func TestNarrower(t *testing.T) {
	p := sit(t, 40)
	p.typeIn("one two three four five six")
	p.g.mu.Lock() // what a terminal does when it becomes narrower
	row := p.g.rows[0]
	p.g.width, p.g.rows = 20, [][]string{row[:20], row[20:]}
	p.g.row, p.g.col = 1, len(row)-20
	p.g.mu.Unlock()
	p.s.show("news")
	p.want("news\n#tea> ‹ur five six|\n")
}
