package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"testing"
)

// typist writes a line for each read, and when all were taken does something and falls silent.
type typist struct {
	lines int
	then  func()
	said  int
}

func (p *typist) Read(b []byte) (int, error) {
	p.said++
	if p.said == p.lines+1 {
		p.then()
	}
	if p.said > p.lines {
		return 0, io.EOF
	}
	return copy(b, fmt.Sprintf("line %d.\n", p.said)), nil
}

// TestChatTellsOfEveryLineThatWasNotSent interrupts it while more lines wait than there is room for.
func TestChatTellsOfEveryLineThatWasNotSent(t *testing.T) {
	t.Setenv("HOME", t.TempDir())
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	ctx, cancel := context.WithTimeout(t.Context(), patient)
	defer cancel()
	const lines = queueMost + 2 // one is being sent, one waits for room
	root := newRootCommand()
	root.SetIn(&typist{lines: lines, then: cancel})
	address := refusingServer(t, `"response":429,"error":"slower","retry":true,"retry_after":60`)
	var out, talk bytes.Buffer
	execute(ctx, root, []string{"chat", address, "--name", "ann", "--room", "#tea"}, &out, &talk)
	for i := range lines {
		if !strings.Contains(talk.String(), fmt.Sprintf("jim: not sent (interrupted): line %d.\n", i+1)) {
			t.Errorf("nothing is said of line %d", i+1)
		}
	}
}
