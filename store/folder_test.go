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
