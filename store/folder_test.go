package store

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestSecondOpenRefused(t *testing.T) {
	dir := t.TempDir()
	first := openTest(t, dir)
	_, err := Open(t.Context(), dir, slog.New(slog.DiscardHandler))
	if !errors.Is(err, ErrInUse) {
		t.Fatalf("want ErrInUse, got %v", err)
	}
	for _, want := range []string{dir, fmt.Sprint("the process ", os.Getpid())} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("want %q in %q", want, err)
		}
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	openTest(t, dir)
}

func TestFolderCannotBeMade(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), filepath.Join(file, "data"), slog.New(slog.DiscardHandler)); err == nil {
		t.Error("a folder inside a file")
	}
}

func TestNotADatabase(t *testing.T) {
	dir := t.TempDir()
	garbage := []byte(strings.Repeat("this is not a database\n", 1000))
	if err := os.WriteFile(filepath.Join(dir, FileName), garbage, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Open(t.Context(), dir, slog.New(slog.DiscardHandler))
	if err == nil || !strings.Contains(err.Error(), filepath.Join(dir, FileName)) {
		t.Errorf("want an error that names the file, got %v", err)
	}
	if got, _ := os.ReadFile(filepath.Join(dir, FileName)); string(got) != string(garbage) {
		t.Error("the file was changed")
	}
	// And the folder is free again.
	os.Remove(filepath.Join(dir, FileName))
	openTest(t, dir)
}

func TestModes(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b ?#%41")
	s := openTest(t, dir)
	if _, err := s.Counts(t.Context()); err != nil { // opens a reader
		t.Fatal(err)
	}
	for name, want := range map[string]os.FileMode{
		"": 0o700 | os.ModeDir, "jim.db": 0o600, "jim.db-wal": 0o600, "jim.db-shm": 0o600, "lock": 0o600,
	} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Error(err)
		} else if info.Mode() != want {
			t.Errorf("%q: want mode %v, got %v", name, want, info.Mode())
		}
	}
}

// TestDatabaseThroughALink has the database on another disk than the folder. What a
// server that was killed has left in the log is seen there, and private.
func TestDatabaseThroughALink(t *testing.T) {
	dir, other := t.TempDir(), t.TempDir()
	openTest(t, dir).Close()
	link, file := filepath.Join(dir, FileName), filepath.Join(other, FileName)
	if err := errors.Join(os.Rename(link, file), os.Symlink(file, link)); err != nil {
		t.Skip(err) // a system without links
	}
	s := openTest(t, dir)
	ann, ops := talkers(t, s)
	sayMore(t, s, ops, 3)
	if info, err := os.Stat(file + "-wal"); err != nil || info.Mode() != 0o600 || ann == 0 {
		t.Errorf("its log: %v, %v", info, err)
	}
	s.writer.c.leaveLog() // as if it were killed
	s.readers.close()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(file + "-shm"); err != nil { // whoever looks makes it anew
		t.Fatal(err)
	}
	e, err := Examine(t.Context(), dir)
	if err != nil || len(e.Found) > 0 || e.Inventory.Entries != 3 {
		t.Errorf("%+v, %v", e, err)
	}
	if info, err := os.Stat(file + "-shm"); err != nil || info.Mode() != 0o600 {
		t.Errorf("the index of the log: %v, %v", info, err)
	}
	if err := os.Rename(file, file+".old"); err != nil {
		t.Fatal(err)
	}
	if s, err := Open(t.Context(), dir, slog.New(slog.DiscardHandler)); err == nil || !strings.Contains(err.Error(), "is that disk mounted?") {
		t.Errorf("where the disk is not there: %v, %v", s, err)
	}
	if _, err := Examine(t.Context(), dir); err == nil {
		t.Error("there is nothing to be examined")
	}
}
