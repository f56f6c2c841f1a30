package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"

	"golang.org/x/term"
)

// face is what a chat is talked to through: a screen for people, plain for scripts. All
// methods may be called from any goroutine.
type face interface {
	show(line string)   // something that was said
	note(line string)   // something about the chat itself
	prompt(text string) // who listens to what is typed
	lines() <-chan string
	secret(question string) (string, error) // asks without an echo
	style() style
	close() // after it, the terminal is as it was
}

// errNoSecret is a secret that nobody gave.
var errNoSecret = errors.New("nothing was changed")

// terminal is what a screen needs to know of one.
type terminal struct {
	in      io.Reader
	out     io.Writer
	width   func() int
	restore func() error
}

// openTerminal puts the terminal into raw mode.
func openTerminal(in, out *os.File) (*terminal, error) {
	state, err := term.MakeRaw(int(in.Fd()))
	if err != nil {
		return nil, fmt.Errorf("taking over the terminal: %w", err)
	}
	return &terminal{
		in: in, out: out,
		width: func() int {
			if w, _, err := term.GetSize(int(out.Fd())); err == nil && w > 0 {
				return w
			}
			return 80
		},
		restore: func() error { return term.Restore(int(in.Fd()), state) },
	}, nil
}

// screen is a terminal whose last row is a line being typed. What is shown goes above
// it, so that neither tears the other.
type screen struct {
	t        *terminal
	looks    style
	entered  chan string                                      // lines typed
	complete func(word string, first bool) (choices []string) // may be nil

	// mu guards what follows, and everything that is written.
	mu       sync.Mutex
	line     editor
	keys     keyReader
	label    string
	question string      // of a secret being asked
	hidden   editor      // what is typed in answer
	answer   chan string // nil = no secret is being asked
	closed   bool
	width    int // of the terminal when the row was drawn
	drawn    int // columns of it
	cursor   int
}

// newScreen shows an empty row on t. Its reader, [screen.read], lives until the terminal or
// the program ends: nothing can wake a read of a terminal everywhere.
func newScreen(t *terminal, looks style, complete func(word string, first bool) []string) *screen {
	s := &screen{t: t, looks: looks, complete: complete, entered: make(chan string, 100)}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.write("\x1b[?2004h") // bracketed paste
	s.draw()
	return s
}

// read takes what is typed until the terminal ends, or Ctrl-C or Ctrl-D; then it closes
// the channel of lines.
func (s *screen) read() {
	defer close(s.entered)
	buf := make([]byte, 4096)
	for {
		n, err := s.t.in.Read(buf)
		s.mu.Lock()
		keys := s.keys.read(buf[:n])
		s.mu.Unlock()
		for _, k := range keys {
			line, entered, over := s.press(k)
			if over {
				return
			}
			if entered {
				s.entered <- line
			}
		}
		if err != nil {
			return
		}
	}
}

// press takes a key. over tells that somebody wants to leave.
func (s *screen) press(k key) (line string, entered, over bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return "", false, true
	}
	switch {
	case s.answer != nil:
		s.pressSecret(k)
		return "", false, false
	case k.name == keyInterrupt && len(s.line.text) > 0:
		s.line.clear()
	case k.name == keyInterrupt, k.name == keyEOF && len(s.line.text) == 0:
		return "", false, true
	case k.name == keyEOF:
		s.line.press(key{name: keyDelete})
	case k.name == keyTab:
		s.tab()
	case k.name == keyRedraw:
		s.write("\x1b[H\x1b[2J")
		s.drawn = 0
	default:
		line, entered = s.line.press(k)
	}
	s.draw()
	return line, entered, false
}

// pressSecret takes a key of a secret, of which nothing is shown.
func (s *screen) pressSecret(k key) {
	switch k.name {
	case keyInterrupt, keyEOF:
		s.reply("")
	case keyEnter:
		s.reply(string(s.hidden.text))
	case keyTyped, keyPasted, keyBackspace, keyKillStart:
		s.hidden.press(k)
	}
}

// reply ends the question of a secret.
func (s *screen) reply(text string) {
	s.answer <- text
	s.answer, s.hidden = nil, editor{}
	s.draw()
}

// secret asks a question.
func (s *screen) secret(question string) (string, error) {
	answer := make(chan string, 1)
	s.mu.Lock()
	s.question, s.answer = question, answer
	if s.closed {
		s.answer <- ""
	}
	s.draw()
	s.mu.Unlock()
	if text := <-answer; text != "" {
		return text, nil
	}
	return "", errNoSecret
}

func (s *screen) tab() {
	if s.complete == nil {
		return
	}
	word, first := s.line.word()
	choices := s.complete(word, first)
	after := " "
	if first && !strings.HasPrefix(word, "/") {
		after = ": "
	}
	if !s.line.complete(choices, after) && len(choices) > 1 {
		s.above(s.looks.dim(strings.Join(choices, "  ")))
	}
}

func (s *screen) show(line string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.above(line)
}

func (s *screen) note(line string) { s.show(s.looks.dim(fold(line, s.t.width()))) }

func (s *screen) prompt(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.label = visibleLine(text)
	s.draw()
}

func (s *screen) lines() <-chan string { return s.entered }
func (s *screen) style() style         { return s.looks }

// close gives the terminal back.
func (s *screen) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return
	}
	if s.answer != nil {
		s.reply("")
	}
	s.erase()
	s.write("\x1b[?2004l")
	s.closed = true
	_ = s.t.restore() // there is nobody left to tell
}

// above writes text above the row.
func (s *screen) above(text string) {
	if s.closed {
		return
	}
	s.erase()
	s.write(strings.ReplaceAll(text, "\n", "\r\n") + "\r\n")
	s.draw()
}

// erase removes the row, which may have been folded when the terminal became
// narrower.
func (s *screen) erase() {
	up := ""
	if w := s.t.width(); w < s.width && s.drawn > w {
		up = fmt.Sprintf("\x1b[%dA", min(s.cursor, s.drawn-1)/w)
		if s.cursor < w {
			up = ""
		}
	}
	s.write(up + "\r\x1b[J")
	s.drawn, s.cursor = 0, 0
}

// draw shows the row: the label and the line, or the question of a secret.
func (s *screen) draw() {
	if s.closed {
		return
	}
	s.erase()
	s.width = s.t.width()
	label := s.label + "> "
	if s.answer != nil {
		label = s.question + ": "
	}
	room := s.width - columns(label)
	if room < 12 { // too narrow for both
		label, room = "> ", max(s.width-2, 4)
	}
	row, cursor := "", 0
	if s.answer == nil {
		row, cursor = s.line.view(room)
	}
	s.drawn, s.cursor = columns(label)+columns(row), columns(label)+cursor
	s.write(s.looks.dim(label) + row + "\r")
	if s.cursor > 0 {
		s.write(fmt.Sprintf("\x1b[%dC", s.cursor))
	}
}

// write writes to the terminal. If that fails there is no terminal any more, which
// the reader will notice.
func (s *screen) write(text string) { _, _ = io.WriteString(s.t.out, text) }
