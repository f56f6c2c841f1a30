package main

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"testing"
)

// TestALineThatIsTooLongIsToldOf and costs none of those after it.
func TestALineThatIsTooLongIsToldOf(t *testing.T) {
	most := strings.Repeat("m", lineBytes-1)
	var talk bytes.Buffer
	p := newPlain(strings.NewReader("first\r\n"+strings.Repeat("long ", lineBytes)+"\n"+most+"\nlast"), io.Discard, &talk)
	go p.read()
	var got []string
	for line := range p.lines() {
		got = append(got, line)
	}
	if !slices.Equal(got, []string{"first", most, "last"}) {
		t.Errorf("%d lines: %.80q", len(got), got)
	}
	if said := talk.String(); strings.Count(said, "\n") != 1 || !strings.Contains(said, "not sent (a line may have 65535 bytes): long long") || len(said) > 200 {
		t.Errorf("told %.300q", said)
	}
}
