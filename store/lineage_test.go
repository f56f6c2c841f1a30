package store

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/ncruces/go-sqlite3"

	"jim/chat"
	"jim/store/under"
)

// restored is a store to which a backup of the folder from was restored, and its
// folder.
func restored(t *testing.T, backup []byte) (*Store, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "data")
	if _, err := Restore(t.Context(), bytes.NewReader(backup), dir); err != nil {
		t.Fatal(err)
	}
	return openTest(t, dir), dir
}

// backupOf is a backup of the folder dir.
func backupOf(t *testing.T, dir string) []byte {
	t.Helper()
	var b bytes.Buffer
	if _, err := Backup(t.Context(), dir, t.TempDir(), "", &b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// sayMore keeps so many messages of ann's in a conversation.
func sayMore(t *testing.T, s *Store, v chat.ConversationID, n int) {
	t.Helper()
	for range n {
		e := chat.Entry{Conversation: v, Kind: chat.Said, From: 1, Text: "hi"}
		err := s.change(t.Context(), func(w *writer) error { return w.keep(&e) })
		if err != nil {
			t.Fatal(err)
		}
	}
}

// TestEveryRestoreHasAName restores one backup twice, an older one, and backups of
// what was restored, and asks each how much it has in common with the others.
func TestEveryRestoreHasAName(t *testing.T) {
	first := t.TempDir()
	a := openTest(t, first)
	if _, err := a.AddAccount(t.Context(), chat.Account{Name: "ann", Key: "ann", UID: -1}); err != nil {
		t.Fatal(err)
	}
	tea, err := a.AddRoom(t.Context(), "#tea", "#tea")
	if err != nil {
		t.Fatal(err)
	}
	sayMore(t, a, tea.ID, 3)
	old := backupOf(t, first)
	sayMore(t, a, tea.ID, 4)
	late, err := a.AddRoom(t.Context(), "#late", "#late")
	if err != nil {
		t.Fatal(err)
	}
	newer := backupOf(t, first)
	sayMore(t, a, tea.ID, 1)
	sayMore(t, a, late.ID, 1)

	b, second := restored(t, newer)
	sayMore(t, b, tea.ID, 5)
	sayMore(t, b, late.ID, 2)
	twin, _ := restored(t, newer)
	sayMore(t, twin, tea.ID, 1)
	child, _ := restored(t, backupOf(t, second))
	sayMore(t, child, tea.ID, 1)
	older, _ := restored(t, old)
	sayMore(t, older, tea.ID, 30)

	for _, c := range []struct {
		what       string
		of         *Store
		name       string
		tea, later uint64
	}{
		{"what was restored with what was backed up", b, a.name, 7, 0},
		{"the twin with what was backed up", twin, a.name, 7, 0},
		{"one twin with the other", twin, b.name, 7, 0},
		{"and the other way round", b, twin.name, 7, 0},
		{"the grandchild with the first", child, a.name, 7, 0},
		{"the grandchild with what it was restored from", child, b.name, 12, 2},
		{"the grandchild with its aunt", child, twin.name, 7, 0},
		{"what was backed up with what was restored", a, b.name, 0, 0},
		{"an older backup with the first", older, a.name, 3, 0},
		{"an older backup with one of a newer one", older, b.name, 0, 0},
		{"a newer with an older one", b, older.name, 0, 0},
	} {
		inTea, err := c.of.Shared(t.Context(), c.name, tea.ID)
		inLate, err2 := c.of.Shared(t.Context(), c.name, late.ID)
		if err != nil || err2 != nil || inTea != c.tea || inLate != c.later {
			t.Errorf("%s: %d and %d entries are shared, want %d and %d (%v, %v)", c.what, inTea, inLate, c.tea, c.later, err, err2)
		}
	}
	for _, s := range []*Store{a, b, twin, child, older} {
		if len(s.name) != 16 {
			t.Errorf("the log is called %q", s.name)
		}
	}
	if got := problems(t, second); got != nil {
		t.Errorf("found %q", got)
	}
}

// TestRestoreOfAnOlderSchema has a backup from before logs had names: it gets its
// first when it is opened.
func TestRestoreOfAnOlderSchema(t *testing.T) {
	dir := t.TempDir()
	s := openTest(t, dir)
	lived(t, s, func() {})
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	c, err := openConn(t.Context(), filepath.Join(dir, FileName), "os", forWriting)
	if err != nil {
		t.Fatal(err)
	}
	before := fmt.Sprintf(`DROP TABLE shared; DROP TABLE lineage; DELETE FROM migration WHERE version = %d; PRAGMA user_version = %d`,
		lineageSchema, lineageSchema-1)
	if err := c.db.Exec(before); err != nil {
		t.Fatal(err)
	}
	if err := c.close(); err != nil {
		t.Fatal(err)
	}
	r, _ := restored(t, backupOf(t, dir))
	names := 0
	err = r.look(t.Context(), func(c *conn) error {
		return c.rows(func(*sqlite3.Stmt) { names++ }, `SELECT log FROM lineage`)
	})
	if err != nil || names != 1 || r.LogName() == s.LogName() {
		t.Errorf("%d names, the last is %q, %v", names, r.LogName(), err)
	}
}

// TestRenameIsInTheFile gives the logs of a database that was restored another name, while
// each sync fails in turn, and while the disk is full for the database alone. What is
// said to have another name must have it without a write-ahead log.
func TestRenameIsInTheFile(t *testing.T) {
	dir := t.TempDir()
	s := openTest(t, dir)
	err := s.change(t.Context(), func(w *writer) error { // what is noted of them needs more pages than there are
		_, err := w.c.exec(`INSERT INTO conversation (name, key, topic, created) SELECT value, value, '', 0 FROM generate_series(1, 600)`)
		return err
	})
	if err := errors.Join(err, s.Close()); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(filepath.Join(dir, FileName))
	if err != nil {
		t.Fatal(err)
	}
	done := false // without a fault
	for k := 0; !done && k < 100; k++ {
		at, after := t.TempDir(), t.TempDir()
		file := filepath.Join(at, FileName)
		if err := os.WriteFile(file, whole, 0o600); err != nil {
			t.Fatal(err)
		}
		disk := under.NewDisk(1)
		if k == 0 {
			disk.FillFor(".db")
		} else {
			disk.FailSyncIn(k)
		}
		err := rename(t.Context(), disk, file, []byte("a backup"))
		if err != nil {
			continue
		}
		done = !disk.Hurt()
		if err := disk.SurviveLeast(after); err != nil {
			t.Fatal(err)
		}
		for _, end := range []string{"-wal", "-shm"} {
			os.Remove(filepath.Join(after, FileName+end))
		}
		if got := problems(t, after); got != nil || k < 2 {
			t.Errorf("sync %d: found %q", k, got)
			continue
		}
		if name := openTest(t, after).LogName(); name == s.LogName() {
			t.Errorf("sync %d: the log is called what it was", k)
		}
	}
	if !done {
		t.Error("the syncs have no end")
	}
}
