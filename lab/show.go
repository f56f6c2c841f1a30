//go:build unix

package lab

import "strconv"

// part is one experiment of a demonstration.
type part struct {
	name  string // on the command line, where parts can be chosen
	title phrase
	run   func() error
	end   phrase // what was to be seen; empty where run says it
}

// show shows parts one after another.
func (l *Lab) show(parts []part) error {
	for n, p := range parts {
		if !l.pause() {
			return nil
		}
		l.title(n+1, p.title)
		if err := p.run(); err != nil {
			return err
		}
		if p.end != (phrase{}) && !l.Stopped() {
			l.say(p.end)
		}
	}
	return nil
}

// What demonstrations say between their parts.
var sayNext = phrase{"(Enter: next)", "(Enter — дальше)", "（按 Enter 继续）"}

// title begins a part of a demonstration.
func (l *Lab) title(n int, p phrase) {
	l.begin()
	defer l.end()
	l.talk("")
	for _, line := range folded("== "+strconv.Itoa(n)+". "+p.in(l.Language)+" ==", lineWidth) {
		l.talk(line)
	}
}

// pause waits for Enter between two parts where there is somebody to press it; false = the command is
// to end.
func (l *Lab) pause() bool {
	if !l.Pause {
		return !l.Stopped()
	}
	l.say(sayNext)
	select {
	case _, ok := <-l.Typed():
		l.Pause = l.Pause && ok // at the end of the input nobody will press it
		return !l.Stopped()
	case <-l.Done():
		return false
	}
}
