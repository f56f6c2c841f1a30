package store

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"jim/chat"
)

// large is the folder of a closed store whose database is larger than what SQLite
// keeps of one in memory, so that a copy of it is not written from its beginning to
// its end.
func large(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	s := openTest(t, dir)
	ann, ops := talkers(t, s)
	err := s.change(t.Context(), func(w *writer) error {
		for i := range 400 {
			e := chat.Entry{Conversation: ops, Kind: chat.Said, From: ann, ID: fmt.Sprint(i), Text: strings.Repeat("long ", 3000)}
			if err := w.keep(&e); err != nil {
				return err
			}
		}
		return nil
	})
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	size, err2 := sizeOf(filepath.Join(dir, FileName))
	if err != nil || err2 != nil || size < 5<<20 {
		t.Fatalf("%d bytes, %v, %v", size, err, err2)
	}
	return dir
}

func TestBackupOfALargeDatabase(t *testing.T) {
	backup := backupOf(t, large(t))
	dir := filepath.Join(t.TempDir(), "data")
	m, err := Restore(t.Context(), bytes.NewReader(backup), dir)
	if err != nil || m.Inventory.Entries != 400 {
		t.Fatalf("%+v, %v", m, err)
	}
	if got := problems(t, dir); got != nil {
		t.Errorf("found %q", got)
	}
}

// TestUpgradeCopiesALargeDatabase wants a copy to which an operator can go back.
func TestUpgradeCopiesALargeDatabase(t *testing.T) {
	dir, old := large(t), t.TempDir()
	steps := more(`CREATE TABLE more (x INTEGER) STRICT`)
	s, err := openSteps(t, dir, steps)
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
	if err := os.Rename(filepath.Join(dir, fmt.Sprintf("jim.db.before-%d", len(steps))), filepath.Join(old, FileName)); err != nil {
		t.Fatal(err)
	}
	for what, dir := range map[string]string{"the copy": old, "what was upgraded": dir} {
		e, err := Examine(t.Context(), dir)
		if err != nil || e.Inventory.Entries != 400 && what == "the copy" {
			t.Errorf("%s: %+v, %v", what, e, err)
		}
		for _, f := range e.Found {
			if f.Problem != NewSchema {
				t.Errorf("%s: %s: %s", what, f.Problem, f.Where)
			}
		}
	}
}

// TestLargeDatabaseGetsSums has one from before there were any, and a backup of it.
func TestLargeDatabaseGetsSums(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, FileName)
	c, err := openConn(t.Context(), file, "os", forWriting)
	if err != nil {
		t.Fatal(err)
	}
	const said = `
		INSERT INTO account (name, key, password, owner, disabled, created) VALUES ('ann', 'ann', '', 0, 0, 1);
		INSERT INTO conversation (name, key, topic, created) VALUES ('#ops', '#ops', '', 1);
		INSERT INTO log (conv, seq, time, kind, sender, text) SELECT 1, value, 1, 1, 1, printf('%.15000c', 'x') FROM generate_series(1, 400)`
	err = migrate(t.Context(), c, nil, file, migrations(), slog.New(slog.DiscardHandler))
	if err := errors.Join(err, c.db.Exec(said), c.close()); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(problems(t, dir)); got != fmt.Sprint([]Problem{NoSums}) {
		t.Fatalf("found %s", got)
	}
	other := filepath.Join(t.TempDir(), "data")
	if _, err := Restore(t.Context(), bytes.NewReader(backupOf(t, dir)), other); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{dir, other} {
		openTest(t, dir).Close()
		if e, err := Examine(t.Context(), dir); err != nil || len(e.Found) > 0 || e.Inventory.Entries != 400 {
			t.Errorf("%+v, %v", e, err)
		}
	}
}
