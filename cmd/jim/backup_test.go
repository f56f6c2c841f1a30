package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"jim/store"
)

// stopsAfter ends a context when something was written.
type stopsAfter struct{ stop func() }

func (w stopsAfter) Write(p []byte) (int, error) { w.stop(); return len(p), nil }

// TestInterrupted stops a backup that was begun to be written, and a restore and a
// proof that wait for the other half. Nothing may be left of them.
func TestInterrupted(t *testing.T) {
	data, to, scratch := t.TempDir(), t.TempDir(), t.TempDir()
	t.Setenv("TMPDIR", scratch)
	s, err := store.Open(t.Context(), data, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	var whole, said bytes.Buffer
	if code := execute(t.Context(), newRootCommand(), []string{"backup", "-", "--data", data}, &whole, &said); code != exitDone {
		t.Fatalf("%d: %s", code, &said)
	}
	halted := func(in bool, args ...string) {
		t.Helper()
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		root, stderr, out := newRootCommand(), new(bytes.Buffer), io.Writer(stopsAfter{stop})
		if in {
			r, w := io.Pipe()
			defer w.Close()
			root.SetIn(r)
			go func() { w.Write(whole.Bytes()[:whole.Len()/2]); stop() }() // ends when the half was read
		}
		if code := execute(ctx, root, args, out, stderr); code != exitInterrupted || !strings.Contains(stderr.String(), sayInterrupted.in(speaks())) {
			t.Errorf("%s: %d, %s", args, code, stderr)
		}
	}
	halted(false, "backup", "-", "--data", data)
	halted(true, "restore", "-", "--data", to)
	halted(true, "backup", "--verify", "-")
	for _, dir := range []string{data, to, scratch} {
		if left, err := filepath.Glob(filepath.Join(dir, "*.part")); err != nil || left != nil {
			t.Errorf("left: %s, %v", left, err)
		}
	}
	if _, err := os.Stat(filepath.Join(to, store.FileName)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a database was restored: %v", err)
	}
}

// TestBackupWithoutRoom says what to do.
func TestBackupWithoutRoom(t *testing.T) {
	err := backupError(fmt.Errorf("store: %w", &fs.PathError{Op: "write", Path: "x.part", Err: syscall.ENOSPC}))
	want := "store: write x.part: no space left on device; make room, or choose a folder on another disk"
	if exitCode(err) != exitFailed || err.Error() != want {
		t.Errorf("%d, %v", exitCode(err), err)
	}
}
