//go:build unix

package lab

import (
	"fmt"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"jim/printable"
)

// CallError is a system call that failed.
type CallError struct {
	Call  string     // its name, as in the manual: "bind"
	Text  string     // the call as it is told: "bind(3, 127.0.0.1:5005)"
	Errno unix.Errno // why
}

func (e *CallError) Error() string { return e.Text + ": " + errnoWords(e.Errno) }

func (e *CallError) Unwrap() error { return e.Errno }

// name is that of the errno: "EADDRINUSE".
func (e *CallError) name() string { return unix.ErrnoName(e.Errno) }

func errnoWords(e unix.Errno) string { return unix.ErrnoName(e) + " (" + e.Error() + ")" }

// moment is how long a call may take before it is told as waiting.
const moment = 50 * time.Millisecond

// asked is one system call.
type asked struct {
	name string // "recv"
	text string // "recv(4, buf, 20)"
	note string // what it means when it succeeds: a row of meanings; "" = the row of its name
	who  phrase // which side of a demonstration asks; empty where there is one side
	// do makes the call. shown is its result; note, where it is not empty, replaces the one above.
	do func() (shown, note string, err error)
}

// call makes a system call and tells it. A call that a signal cut short (EINTR) is made again, as
// the kernel itself does it where it can. The error is a [*CallError]. shutdown and close, which end calls
// of others and do not wait, are made with telling held: the order of the trace is that of the causes.
func (l *Lab) call(c asked) error {
	var ( // guarded by telling
		back, waits bool
		began       = time.Now()
	)
	if l.Trace {
		timer := time.AfterFunc(moment, func() {
			l.begin()
			defer l.end()
			if !back {
				waits = true
				l.line(c.who, c.text+" … "+sayWaits.in(l.Language))
			}
		})
		defer timer.Stop()
	}
	if c.name == "send" || c.name == "sendto" {
		l.sends.Add(1)
		defer l.sends.Add(-1) // after it is told
	}
	ends := c.name == "shutdown" || c.name == "close"
	if ends { // what it wakes in another thread, or in us at the other end, stands below it
		l.begin()
	}
	shown, note, err := c.until()
	took := time.Since(began)
	if c.name == "recv" || c.name == "recvfrom" {
		l.afterSends()
	}

	if !ends {
		l.begin()
	}
	defer l.end()
	back = true
	if note == "" {
		note = c.note
	}
	if note == "" {
		note = c.name
	}
	var failed error
	if err != nil {
		errno, _ := err.(unix.Errno)
		e := &CallError{c.name, c.text, errno}
		shown, failed = "-1 "+errnoWords(errno), e
		note = e.name()
	}
	if l.Trace {
		waited := ""
		if waits {
			waited = sayWaited.in(l.Language, l.Language.seconds(took))
		}
		l.result(c, shown, waited)
		l.noteOnce(c.name, note)
	}
	return failed
}

// until makes the call again while signals cut it short.
func (c asked) until() (shown, note string, err error) {
	for {
		if shown, note, err = c.do(); err != unix.EINTR {
			return shown, note, err
		}
	}
}

// result writes the line of a call that is back: how long it waited stands behind it where there is
// room. telling is held.
func (l *Lab) result(c asked, shown, waited string) {
	text := c.text + " = " + shown
	room := lineWidth - 2
	if c.who != (phrase{}) {
		room -= sideWidth + 2
	}
	switch behind := "  (" + waited + ")"; {
	case waited == "":
		l.line(c.who, text)
	case columns(text+behind) <= room:
		l.line(c.who, text+behind)
	default:
		l.line(c.who, text)
		l.note(waited)
	}
}

// lineWidth is the columns of the terminal that everything is made for.
const lineWidth = 80

// afterSends lets another thread tell what it has sent before this one tells the answer to it. It
// waits a moment at most: a send may block until somebody receives.
func (l *Lab) afterSends() {
	for range moment / time.Millisecond {
		if !l.Trace || l.sends.Load() == 0 {
			return
		}
		time.Sleep(time.Millisecond)
	}
}

// noteOnce tells what the call just told means, unless it was told before. telling is held.
func (l *Lab) noteOnce(call, note string) {
	why, ok := l.meaning(call, note)
	if !ok || l.noted[why.en] {
		return
	}
	l.noted[why.en] = true
	l.note(why.in(l.Language))
}

// meaning is what is told below a call: a row for the call and what came of it, or for what came alone.
func (l *Lab) meaning(call, note string) (phrase, bool) {
	for _, key := range []string{call + " " + note, note} {
		for _, rows := range meaningTables {
			if p, ok := rows[key]; ok {
				return p, true
			}
		}
	}
	return phrase{}, false
}

// line writes a line of the trace. telling is held.
func (l *Lab) line(who phrase, text string) {
	side := ""
	if who != (phrase{}) {
		side = padded(who.in(l.Language), sideWidth) + "│ "
	}
	l.talk("  " + side + text)
}

// sideWidth is the columns for the name of a side in a demonstration with two of them.
const sideWidth = 12

// note writes a line below a call. telling is held.
func (l *Lab) note(text string) {
	for i, line := range folded(text, lineWidth-noteIndent-2) {
		mark := "· "
		if i > 0 {
			mark = "  "
		}
		l.talk(strings.Repeat(" ", noteIndent) + mark + line)
	}
}

const noteIndent = 6

// talk writes a line to the person. telling is held.
func (l *Lab) talk(text string) {
	if l.broken { // what came over a socket did not end its line
		text, l.broken = "\n"+text, false
	}
	l.pending.WriteString(text + "\n")
}

// begin and end stand around everything that is written. What is said between them comes out in one
// write, so that other processes on the same terminal cannot say something within it.
func (l *Lab) begin() { l.telling.Lock() }

func (l *Lab) end() {
	l.flush()
	l.telling.Unlock()
}

// flush writes what was said. telling is held.
func (l *Lab) flush() {
	if l.pending.Len() > 0 {
		_, _ = l.Talk.Write(l.pending.Bytes()) // who no longer reads need not be told
		l.pending.Reset()
	}
}

// remark adds to the trace what is special about the call just told.
func (l *Lab) remark(p phrase, a ...any) {
	if !l.Trace {
		return
	}
	l.begin()
	defer l.end()
	l.note(p.in(l.Language, a...))
}

// say says something to the person, folded to 80 columns.
func (l *Lab) say(p phrase, a ...any) {
	l.begin()
	defer l.end()
	for _, line := range strings.Split(p.in(l.Language, a...), "\n") {
		for _, part := range folded(line, lineWidth) {
			l.talk(part)
		}
	}
}

// print writes what came over a socket, fit for a terminal. It need not end its line.
func (l *Lab) print(text string) {
	if text == "" {
		return
	}
	l.begin()
	defer l.end()
	fmt.Fprint(l.Out, printable.Text(text, "\n"))
	l.broken = !strings.HasSuffix(text, "\n")
}

// report writes a line about what came over a socket, where that is what the command is for. What
// strangers sent must be in it as [quoted] gives it.
func (l *Lab) report(p phrase, a ...any) {
	l.begin()
	defer l.end()
	if l.broken {
		l.pending.WriteByte('\n')
		l.broken = false
	}
	l.flush()
	fmt.Fprintln(l.Out, p.in(l.Language, a...))
}
