package torture

import (
	"sync"

	"jim/history"
)

// tape is where all voices of a chapter write down what happens to them, in one order.
type tape struct {
	mu      sync.Mutex
	entries []history.Entry
}

// write appends entries. A Send is written before it is sent.
func (t *tape) write(entries ...history.Entry) {
	t.mu.Lock()
	t.entries = append(t.entries, entries...)
	t.mu.Unlock()
}

// take takes all entries off the tape.
func (t *tape) take() []history.Entry {
	t.mu.Lock()
	defer t.mu.Unlock()
	entries := t.entries
	t.entries = nil
	return entries
}
