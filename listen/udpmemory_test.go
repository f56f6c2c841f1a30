package listen

import "testing"

// TestMemoryKeepsWhatMustNotBeDoneTwice: however many requests come meanwhile.
func TestMemoryKeepsWhatMustNotBeDoneTwice(t *testing.T) {
	var m memory
	again := func(print uint64) bool { _, again := m.seen(print); return again }
	m.begin(1, false)
	for print := uint64(2); print < 100; print++ {
		if !m.begin(print, true) {
			t.Fatalf("%d that may be handled twice are not handled", print)
		}
	}
	if !again(1) || again(2) || !again(99) {
		t.Error("what may be handled twice is remembered rather than what must not be")
	}
	for print := uint64(101); print < 100+memorySize; print++ {
		if !m.begin(print, false) {
			t.Fatalf("there is no room for %d", print)
		}
	}
	if m.begin(200, false) || m.begin(201, true) || again(200) || !again(1) {
		t.Error("more is handled than can be remembered")
	}
	m.end(103, []byte("done"))
	if !m.begin(202, false) || again(103) || !again(1) || !again(202) {
		t.Error("the room of what was answered is not used")
	}
	m.forget(104)
	if !m.begin(203, true) || !again(202) {
		t.Error("the room of what was forgotten is not used")
	}
	if !m.begin(0, false) {
		t.Error("what has no id cannot be remembered, and is handled")
	}
}

// TestWhatNeedsNoMemoryTakesNone: requests that may be done again do not push out those that must not.
func TestWhatNeedsNoMemoryTakesNone(t *testing.T) {
	var m memory
	m.begin(1, false)
	m.end(1, []byte("created"))
	for print := uint64(2); print < 10*memorySize; print++ {
		m.begin(print, true)
		m.forget(print)
	}
	if answer, again := m.seen(1); !again || string(answer) != "created" {
		t.Errorf("the answer is %q, %v", answer, again)
	}
	for print := uint64(1000); print < 1000+memorySize; print++ {
		m.begin(print, false)
		m.end(print, make([]byte, 1<<20)) // too long to be kept
	}
	if _, again := m.seen(1); again {
		t.Error("the oldest is remembered")
	}
	if answer, again := m.seen(1000); !again || answer != nil {
		t.Error("one of the newest is not remembered")
	}
	if !m.begin(2000, false) {
		t.Error("what was answered at length takes its place for ever")
	}
}
