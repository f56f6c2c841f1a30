//go:build unix

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"

	"jim/dialect"
)

// TestDialectPasswordsAreAllKept though they are changed at the same time.
func TestDialectPasswordsAreAllKept(t *testing.T) {
	file := secretsIn(t.TempDir())
	if _, err := file.put("bob", &dialect.Secret{Name: "bob"}); err != nil {
		t.Fatal(err)
	}
	const people = 20
	var all sync.WaitGroup
	for i := range people {
		all.Go(func() {
			name := fmt.Sprint("p", i)
			if _, err := file.put(name, &dialect.Secret{Name: name}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Go(func() {
		if was, err := file.put("BOB", nil); err != nil || !was {
			t.Errorf("bob was there: %v, %v", was, err)
		}
	})
	all.Wait()
	if kept, err := file.all(); err != nil || len(kept) != people {
		t.Errorf("%d of %d are kept, %v", len(kept), people, err)
	}
	if left, err := os.ReadDir(filepath.Dir(string(file))); err != nil || len(left) != 1 {
		t.Errorf("left: %v, %v", left, err)
	}
}

// TestDialectPasswordsAreForTheServer, whose user has the folder, also where root keeps them.
func TestDialectPasswordsAreForTheServer(t *testing.T) {
	dir := t.TempDir()
	if os.Getuid() == 0 {
		if err := os.Chown(dir, 65534, 65534); err != nil {
			t.Fatal(err)
		}
	}
	file := secretsIn(dir)
	if _, err := file.put("ann", &dialect.Secret{Name: "ann"}); err != nil {
		t.Fatal(err)
	}
	var owners []uint32
	for _, path := range []string{dir, string(file)} {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		owners = append(owners, info.Sys().(*syscall.Stat_t).Uid)
	}
	if owners[0] != owners[1] {
		t.Errorf("the folder belongs to %d, the file to %d", owners[0], owners[1])
	}
}
