package dialect_test

import (
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"time"

	"jim/chat"
	"jim/wire"
)

// How long programs must be given between two objects: those that read when something comes, and those
// that look once a second.
const (
	toRead = 75 * time.Millisecond
	toLook = 1200 * time.Millisecond
)

// ledger is what the server has handed to the system for programs, and when: what a busy machine does to
// the reader of it does not show there, so pauses can be judged however busy it is.
type ledger struct {
	mu    sync.Mutex
	conns []*noted
}

// noted is a connection whose writes are noted.
type noted struct {
	chat.Conn
	polls bool // its program looks once a second, from the beginning

	mu     sync.Mutex
	writes []written
}

// written is one write. It was taken by the system between the two times.
type written struct {
	text        string
	began, done time.Time
}

// of makes in look at connections whose writes are noted.
func (l *ledger) of(in func(chat.Conn, []byte) chat.Conn) func(chat.Conn, []byte) chat.Conn {
	return func(c chat.Conn, first []byte) chat.Conn {
		n := &noted{Conn: c, polls: strings.Contains(string(first), `"pubkey"`)}
		program := in(n, first)
		if program != nil {
			l.mu.Lock()
			l.conns = append(l.conns, n)
			l.mu.Unlock()
		}
		return program
	}
}

func (n *noted) Write(batches []*wire.Batch) error {
	var text strings.Builder
	for _, b := range batches {
		text.Write(b.Bytes())
	}
	began := time.Now()
	err := n.Conn.Write(batches)
	n.mu.Lock()
	defer n.mu.Unlock()
	n.writes = append(n.writes, written{text.String(), began, time.Now()})
	return err
}

// check wants that each write was one object, and left its program the time to take the one before. It returns
// how many objects there were.
func (l *ledger) check(t *testing.T) (objects int) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, n := range l.conns {
		n.mu.Lock()
		objects += len(n.writes)
		n.check(t)
		n.mu.Unlock()
	}
	return objects
}

func (n *noted) check(t *testing.T) {
	t.Helper()
	var before written
	for i, w := range n.writes {
		most := 640
		n.polls = n.polls || strings.Contains(w.text, `"data_list"`)
		if n.polls {
			most = 1024
		}
		if !json.Valid([]byte(w.text)) || !strings.HasSuffix(w.text, "\n") || len(w.text) > most {
			t.Errorf("%d bytes were written at once, which are not one object that fits: %q", len(w.text), w.text)
		}
		want := toRead
		if n.polls && (isEvent(w.text) || isEvent(before.text)) {
			want = toLook
		}
		if gap := w.began.Sub(before.done); i > 0 && gap < want {
			t.Errorf("%v after %q came %q, want %v", gap, before.text, w.text, want)
			return // one says enough of a connection
		}
		before = w
	}
}

// isEvent tells of an object that nobody asked for.
func isEvent(object string) bool {
	return !strings.HasPrefix(object, `{"response"`) || strings.HasPrefix(object, `{"response":205`)
}
