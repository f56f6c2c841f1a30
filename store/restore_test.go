package store

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestRestoreThatWasCutOff has what a loss of power leaves of a restore: no server
// begins anew in such a folder, as if nothing had ever been said.
func TestRestoreThatWasCutOff(t *testing.T) {
	backup, _ := backedUp(t)
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, restorePart), 0o700); err != nil {
		t.Fatal(err)
	}
	if s, err := Open(t.Context(), dir, slog.New(slog.DiscardHandler)); !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), "restore the backup again") {
		t.Errorf("%v, %v", s, err)
	}
	if got := fmt.Sprint(problems(t, dir)); got != fmt.Sprint([]Problem{Unreadable}) {
		t.Errorf("found %s", got)
	}
	lock, err := lockFolder(dir) // as one that goes on
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Examine(t.Context(), dir); !errors.Is(err, ErrInUse) {
		t.Errorf("while a restore goes on: %v", err)
	}
	if _, err := Backup(t.Context(), dir, t.TempDir(), "", io.Discard); !errors.Is(err, ErrInUse) {
		t.Errorf("a backup while a restore goes on: %v", err)
	}
	lock.Close()
	key := filepath.Join(dir, "self-signed.pem")
	if err := os.WriteFile(key, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Restore(t.Context(), bytes.NewReader(backup), dir); !errors.Is(err, ErrNotEmpty) || !strings.Contains(err.Error(), "was cut off: remove what is in it") {
		t.Errorf("where something was in place: %v", err)
	}
	if err := os.Remove(key); err != nil {
		t.Fatal(err)
	}
	if _, err := Restore(t.Context(), bytes.NewReader(backup), dir); err != nil {
		t.Fatal(err)
	}
	if got := problems(t, dir); got != nil {
		t.Errorf("found %q", got)
	}
}

// TestPlaceLeavesNothing lets something stand where the database should go, when the
// other files are in place already.
func TestPlaceLeavesNothing(t *testing.T) {
	backup, _ := backedUp(t)
	dir := t.TempDir()
	part := filepath.Join(dir, restorePart)
	m, err := unpack(t.Context(), bytes.NewReader(backup), part)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, FileName), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := m.place(part, dir); err == nil {
		t.Error("a file in the place of a folder")
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 2 {
		t.Errorf("%v was left, %v", left, err)
	}
}

// TestFolderAtTheTopOfADisk has in it what the file system keeps there for itself,
// and nobody else may read.
func TestFolderAtTheTopOfADisk(t *testing.T) {
	from, to := t.TempDir(), t.TempDir()
	for _, dir := range []string{from, to} {
		own := filepath.Join(dir, diskOwn)
		if err := errors.Join(os.Mkdir(own, 0o700), os.WriteFile(filepath.Join(own, "#12"), nil, 0o600), os.Chmod(own, 0)); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { os.Chmod(own, 0o700) })
	}
	openTest(t, from).Close()
	m, err := Restore(t.Context(), bytes.NewReader(backupOf(t, from)), to)
	if err != nil || len(m.Files) != 1 {
		t.Errorf("%+v, %v", m, err)
	}
}
