package lastword

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// caught calls f and returns what it panicked with.
func caught(f func()) (fault any) {
	defer func() { fault = recover() }()
	f()
	return nil
}

func faulty(fault any, but ...error) func() {
	return func() {
		defer Guard(but...)
		if fault != nil {
			panic(fault)
		}
	}
}

func TestGuard(t *testing.T) {
	fine := errors.New("fine")
	if got := caught(faulty("alone")); got != "alone" {
		t.Errorf("nobody has a last word, and the panic became %v", got)
	}
	var said []string
	Give(func(fault any, stack []byte) {
		if !strings.Contains(string(stack), "faulty") {
			t.Errorf("the stack does not show who panicked:\n%s", stack)
		}
		said = append(said, fmt.Sprint(fault))
	})
	defer say.Store(nil)
	for _, c := range []struct {
		name  string
		fault any
		says  bool
	}{
		{"nothing", nil, false},
		{"what is fine", fine, false},
		{"what is fine, wrapped", fmt.Errorf("so: %w", fine), false},
		{"another error", errors.New("bad"), true},
		{"words", "bad", true},
	} {
		said = nil
		got := caught(faulty(c.fault, fine))
		if (got == nil) != (c.fault == nil) || (len(said) == 1) != c.says {
			t.Errorf("%s: it said %q, and went on with %v", c.name, said, got)
		}
		if c.says {
			once.Unlock() // the process would have ended
		}
	}
}
