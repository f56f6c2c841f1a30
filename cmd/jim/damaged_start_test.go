//go:build unix

package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"jim/store"
)

// TestAServerThatMeetsDamageWhileItStarts says so with 65, whichever page it is: one after the other is damaged. Where
// what it needs to start is whole, it comes as far as to its greeting, which nobody can be told here.
func TestAServerThatMeetsDamageWhileItStarts(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	jim, data := filepath.Join(dir, "jim"), filepath.Join(dir, "data") // the name by which TestMain knows it
	file := filepath.Join(data, store.FileName)
	deaf, err := os.Open(os.DevNull)
	if err := errors.Join(err, os.Symlink(self, jim)); err != nil {
		t.Fatal(err)
	}
	defer deaf.Close()
	start := func() (code int, said string) {
		var stderr bytes.Buffer
		c := exec.CommandContext(t.Context(), jim, "serve", "--listen", "unix://"+filepath.Join(dir, "s"), "--data", data, "--log-level", "error")
		c.Env, c.Stdout, c.Stderr = []string{"HOME=" + dir}, deaf, &stderr
		if err := c.Run(); c.ProcessState == nil {
			t.Fatal(err)
		}
		return c.ProcessState.ExitCode(), stderr.String()
	}
	const greets = "writing to stdout"
	if code, said := start(); code != exitFailed || !strings.Contains(said, greets) {
		t.Fatalf("the first start ended with %d: %s", code, said)
	}
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	const page = 4096
	met := 0
	for at := 0; at < len(whole); at += page {
		bad := bytes.Clone(whole)
		bad[at+page/2] ^= 1
		for _, beside := range []string{"-wal", "-shm"} { // of the start before
			if err := os.Remove(file + beside); err != nil && !errors.Is(err, os.ErrNotExist) {
				t.Fatal(err)
			}
		}
		if err := os.WriteFile(file, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		code, said := start()
		switch {
		case code == exitDamaged && strings.Contains(said, "(jim doctor tells more)"):
			met++
		case code != exitFailed || !strings.Contains(said, greets):
			t.Errorf("page %d: it ended with %d: %s", at/page+1, code, said)
		}
	}
	if met < 3 {
		t.Errorf("%d damaged pages were met", met)
	}
}
