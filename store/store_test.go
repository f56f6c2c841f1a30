package store

import (
	"context"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/ncruces/go-sqlite3"

	"jim/chat"
	"jim/store/storetest"
	"jim/wire"
)

func openTest(t testing.TB, dir string) *Store {
	t.Helper()
	s, err := Open(t.Context(), dir, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func TestStore(t *testing.T) {
	storetest.Run(t, func(t *testing.T, dir string) chat.Store { return openTest(t, dir) })
}

// TestOneGroup holds the writer while jobs of all kinds gather, so that they
// certainly share a transaction.
func TestOneGroup(t *testing.T) {
	s := openTest(t, t.TempDir())
	var groups [][]*chat.Entry
	s.Start(func(group []*chat.Entry) { groups = append(groups, group) }, func(err error) { t.Error(err) })
	ann, err := s.AddAccount(t.Context(), chat.Account{Name: "ann", Key: "ann", UID: -1})
	if err != nil {
		t.Fatal(err)
	}
	ops, err := s.AddRoom(t.Context(), "#ops", "#ops")
	if err != nil {
		t.Fatal(err)
	}
	gathered, held := make(chan struct{}), make(chan struct{})
	go s.change(t.Context(), func(*writer) error { close(held); <-gathered; return nil })
	<-held

	fault := make(chan error, 1)
	s.queue.put(job{done: fault, do: func(w *writer) error {
		if _, err := w.c.exec(`UPDATE account SET name = 'spoilt'`); err != nil {
			return err
		}
		_, err := w.c.exec(`INSERT INTO account (name) VALUES (NULL)`)
		return err
	}})
	say := func(id, text string) *chat.Entry {
		e := &chat.Entry{Conversation: ops.ID, Kind: chat.Said, From: ann.ID, ID: id, Text: text}
		s.Keep(e)
		return e
	}
	first, second, third := say("k1", "hi"), say("k1", "hi"), say("k1", "ho")
	left := &chat.Entry{Conversation: ops.ID, Kind: chat.Left, From: ann.ID}
	s.Keep(left)
	last := say("k2", "bye")
	close(gathered)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}

	if <-fault == nil {
		t.Error("the faulty change succeeded")
	}
	if len(groups) != 1 || len(groups[0]) != 5 {
		t.Fatalf("want one group of five, got %v", groups)
	}
	if first.Seq != 1 || first.Repeat || !second.Repeat || second.Seq != 1 || second.Time != first.Time {
		t.Errorf("want a repeat, got %+v and %+v", *first, *second)
	}
	if third.Err != chat.ErrConflict || !left.Repeat || left.Seq != 1 || last.Seq != 2 || last.Time != first.Time {
		t.Errorf("got %+v, %+v and %+v", *third, *left, *last)
	}
	if got, _ := openTest(t, filepath.Dir(s.file)).AccountOf(t.Context(), ann.ID); got != ann {
		t.Errorf("half of a failed change stayed: %+v", got)
	}
}

// TestSeen looks at when a login is noted.
func TestSeen(t *testing.T) {
	s := openTest(t, t.TempDir())
	ann, err := s.AddAccount(t.Context(), chat.Account{Name: "ann", Key: "ann", UID: -1})
	if err != nil {
		t.Fatal(err)
	}
	old := wire.At(time.Now().Add(-seenEvery - time.Minute))
	fresh := wire.At(time.Now().Add(-seenEvery + time.Minute))
	for i, seen := range []wire.Time{old, fresh} {
		hash := [32]byte{byte(i)}
		if _, err := s.AddToken(t.Context(), chat.Token{Account: ann.ID, Hash: hash, Seen: seen}); err != nil {
			t.Fatal(err)
		}
		got, _, err := s.TokenAccount(t.Context(), hash)
		if err != nil || got.Seen != seen {
			t.Errorf("want the login before this one, got %v, %v", got.Seen, err)
		}
	}
	if err := s.SetUID(t.Context(), ann.ID, "", -1); err != nil { // the queue is in order: what came before is done
		t.Fatal(err)
	}
	list, err := s.Tokens(t.Context(), ann.ID)
	if err != nil {
		t.Fatal(err)
	}
	if time.Since(list[0].Seen.Time()) > time.Minute {
		t.Errorf("the login was not noted: %v", list[0].Seen.Time())
	}
	if list[1].Seen != fresh {
		t.Errorf("a login within the hour was noted: %v", list[1].Seen.Time())
	}
}

// TestForgetful has a writer that forgets conversations and senders all the time.
func TestForgetful(t *testing.T) {
	s := openTest(t, t.TempDir())
	k := newCaches()
	for i := range remembered + 10 {
		k.setSeq(chat.ConversationID(i), 1)
		k.setSender(chat.AccountID(i))
	}
	if len(k.seqs) != 10 || len(k.senders) != 10 {
		t.Errorf("want what came last, got %d and %d", len(k.seqs), len(k.senders))
	}
	var kept []*chat.Entry
	s.Start(func(group []*chat.Entry) { kept = append(kept, group...) }, func(err error) { t.Error(err) })
	ann, err := s.AddAccount(t.Context(), chat.Account{Name: "ann", Key: "ann", UID: -1})
	if err != nil {
		t.Fatal(err)
	}
	ops, err := s.AddRoom(t.Context(), "#ops", "#ops")
	if err != nil {
		t.Fatal(err)
	}
	for range 10 {
		s.Keep(&chat.Entry{Conversation: ops.ID, Kind: chat.Said, From: ann.ID, Text: "x"})
		if err := s.change(t.Context(), func(w *writer) error { w.known.forget(); return nil }); err != nil {
			t.Fatal(err)
		}
	}
	n, err := s.Counts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if n.Accounts != 1 || n.Rooms != 1 || n.Messages != 10 || n.Bytes < 4096 {
		t.Errorf("got %+v", n)
	}
	s.Close()
	for i, e := range kept {
		if e.Seq != uint64(i+1) {
			t.Errorf("entry %d has seq %d", i, e.Seq)
		}
	}
}

// TestReadersWait has more readers than connections.
func TestReadersWait(t *testing.T) {
	s := openTest(t, t.TempDir())
	inside, leave := make(chan struct{}), make(chan struct{})
	for range maxReaders {
		go s.look(t.Context(), func(*conn) error { inside <- struct{}{}; <-leave; return nil })
	}
	for range maxReaders {
		<-inside
	}
	ctx, cancel := context.WithCancel(t.Context())
	waits := make(chan error)
	go func() { waits <- s.look(ctx, func(*conn) error { return nil }) }()
	cancel()
	if err := <-waits; err != context.Canceled {
		t.Errorf("want the end of patience, got %v", err)
	}
	closed := make(chan error)
	go func() { closed <- s.Close() }()
	close(leave) // Close waits for those who read
	if err := <-closed; err != nil {
		t.Error(err)
	}
	if _, err := s.Account(t.Context(), "ann"); err != ErrClosed {
		t.Errorf("want ErrClosed, got %v", err)
	}
}

// TestInterrupt stops a query that would run for ever.
func TestInterrupt(t *testing.T) {
	s := openTest(t, t.TempDir())
	ctx, cancel := context.WithCancel(t.Context())
	err := s.look(ctx, func(c *conn) error {
		return c.rows(func(*sqlite3.Stmt) { cancel() },
			`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n WHERE i = 1`)
	})
	if err != context.Canceled {
		t.Errorf("want context.Canceled, got %v", err)
	}
	if _, err := s.Counts(t.Context()); err != nil {
		t.Errorf("the connection is spoilt: %v", err)
	}
}
