package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
)

// plain is a face without a terminal: it reads lines and prints lines. What was said
// goes to out, everything else to talk.
type plain struct {
	in      io.Reader
	entered chan string

	mu        sync.Mutex
	out, talk io.Writer
}

// lineBytes bounds a line with its end; a message is smaller. Of one that is longer lineShown are shown.
const (
	lineBytes = 64 << 10
	lineShown = 60
)

func newPlain(in io.Reader, out, talk io.Writer) *plain {
	return &plain{in: in, out: out, talk: talk, entered: make(chan string)}
}

// read hands on lines until their end, then closes the channel of lines. One that is too long is told of and left out.
// It lives until stdin or the program ends.
func (p *plain) read() {
	defer close(p.entered)
	in := bufio.NewReaderSize(p.in, lineBytes)
	for long := ""; ; {
		line, err := in.ReadSlice('\n')
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			if long == "" {
				long = strings.ToValidUTF8(string(line[:lineShown]), "") + " …"
			}
			continue
		case long != "":
			p.note(fmt.Sprintf(sayNotSent.in(speaks()), fmt.Sprintf(sayLongLine.in(speaks()), lineBytes-1), visibleLine(long)))
			long = ""
		case len(line) > 0:
			p.entered <- string(bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r")))
		}
		if err != nil {
			if err != io.EOF {
				p.note("stdin: " + err.Error())
			}
			return
		}
	}
}

func (p *plain) show(line string) { p.print(p.out, line) }
func (p *plain) note(line string) { p.print(p.talk, line) }

func (p *plain) print(w io.Writer, line string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	fmt.Fprintln(w, line) // who no longer reads need not be told
}

func (p *plain) prompt(string)        {}
func (p *plain) lines() <-chan string { return p.entered }
func (p *plain) style() style         { return style{} }
func (p *plain) close()               {}
func (p *plain) secret(string) (string, error) {
	return "", errNoTerminal
}
