//go:build unix

package lab

import (
	"errors"
	"io"
)

// frames talks over a WebSocket: each line typed is a frame of text.
func (d Dial) frames(l *Lab, s *Sock) error {
	w, err := l.dialWebSocket(s, d.To)
	if err != nil {
		return err
	}
	l.say(sayDialed, d.To)
	var (
		heard   = make(chan error, 1)
		answers = make(chan frame) // that hearing a frame makes us send: one thread sends
		done    = make(chan struct{})
	)
	l.Go(func() { heard <- d.hearFrames(l, w, answers, done) })
	typed := l.Typed()
	for failed := error(nil); ; {
		var f frame
		select {
		case err := <-heard:
			switch {
			case failed != nil:
				return failed
			case !errors.Is(err, io.EOF):
				return err
			case !l.Stopped():
				l.say(sayClosed, d.To)
			}
			return nil
		case f = <-answers:
			if f.op == opClose && typed == nil {
				continue
			}
		case line, ok := <-typed:
			f = frame{op: opText, last: true, payload: []byte(line)}
			if !ok {
				typed = nil
				f = frame{op: opClose, last: true, payload: []byte{0x03, 0xe8}} // 1000: normal (section 7.4.1)
			}
		}
		if err := w.write(f); err != nil && failed == nil {
			failed, typed = err, nil
			close(done)
			s.wake("enough")
		}
	}
}

// hearFrames prints what comes, and answers what must be answered (sections 5.5.1 and 5.5.2).
func (d Dial) hearFrames(l *Lab, w *webSocket, answers chan<- frame, done <-chan struct{}) error {
	var text letters
	for {
		f, err := w.read()
		if err != nil {
			return err
		}
		switch f.op {
		case opPing:
			select {
			case answers <- frame{op: opPong, last: true, payload: f.payload}:
			case <-done:
			}
		case opPong:
		case opClose: // answered with the same, unless this is the answer to ours
			select {
			case answers <- f:
			case <-done:
			}
			return io.EOF
		default:
			l.print(text.add(f.payload))
			if f.last {
				l.print(text.end() + "\n")
			}
		}
	}
}
