package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"jim/store/under"
)

// TestMovedAway takes from a store that is open what it writes to, as an operator does
// who takes the wrong folder. Nothing more is acknowledged then.
func TestMovedAway(t *testing.T) {
	rename := func(end string) func(dir string) error {
		return func(dir string) error {
			name := filepath.Join(dir, FileName+end)
			return os.Rename(name, name+".old")
		}
	}
	for name, take := range map[string]func(dir string) error{
		"the folder":      func(dir string) error { return os.Rename(dir, dir+".old") },
		"all of it":       os.RemoveAll,
		"the database":    rename(""),
		"its log":         rename("-wal"),
		"the log's index": rename("-shm"),
		"another in the way": func(dir string) error {
			return errors.Join(rename("")(dir), createPrivate(filepath.Join(dir, FileName)))
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "data")
			r := newRig(t, dir, under.NewDisk(1))
			r.mustKeep("k1", "one")
			if err := take(dir); err != nil {
				t.Skip(err) // a system that keeps what is open
			}
			if e, err := r.keep("k2", "two"); !errors.Is(err, errMoved) {
				t.Errorf("kept %+v, %v", e, err)
			}
			if err := r.Close(); !errors.Is(err, errMoved) {
				t.Errorf("closed: %v", err)
			}
			if name == "the folder" {
				if got := fmt.Sprint(newRig(t, dir+".old", under.NewDisk(1)).texts()); got != "[one two]" {
					t.Errorf("where it was moved to: %s", got)
				}
			}
		})
	}
}
