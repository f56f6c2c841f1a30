package main

import (
	"bufio"
	"fmt"
	"io"
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

// lineBytes bounds a line; a message is smaller.
const lineBytes = 64 << 10

func newPlain(in io.Reader, out, talk io.Writer) *plain {
	return &plain{in: in, out: out, talk: talk, entered: make(chan string)}
}

// read hands on lines until their end, then closes the channel of lines. It lives until
// stdin or the program ends.
func (p *plain) read() {
	defer close(p.entered)
	lines := bufio.NewScanner(p.in)
	lines.Buffer(nil, lineBytes)
	for lines.Scan() {
		p.entered <- lines.Text()
	}
	if err := lines.Err(); err != nil {
		p.note("stdin: " + err.Error())
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
