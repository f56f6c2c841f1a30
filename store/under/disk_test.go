package under

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/ncruces/go-sqlite3/util/vfsutil"
	"github.com/ncruces/go-sqlite3/vfs"
)

// rig is a disk with one open file, whose bytes are in memory.
type rig struct {
	*testing.T
	*diskFile
	disk *Disk
}

func newRig(t *testing.T, seed uint64) *rig {
	t.Helper()
	name := filepath.Join(t.TempDir(), "log")
	if err := os.WriteFile(name, nil, 0o600); err != nil { // to be removed
		t.Fatal(err)
	}
	d := NewDisk(seed)
	return &rig{t, d.hold(new(vfsutil.SliceFile), name), d}
}

func (r *rig) write(text string, at int64) {
	r.Helper()
	if _, err := r.WriteAt([]byte(text), at); err != nil {
		r.Fatal(err)
	}
}

func (r *rig) mustSync() {
	r.Helper()
	if err := r.Sync(vfs.SYNC_FULL); err != nil {
		r.Fatal(err)
	}
}

// left is what survives; least: without any luck. "-" = there is no file.
func (r *rig) left(least bool) string {
	r.Helper()
	dir := r.TempDir()
	survive := r.disk.Survive
	if least {
		survive = r.disk.SurviveLeast
	}
	if err := survive(dir); err != nil {
		r.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(dir, "log"))
	if errors.Is(err, os.ErrNotExist) {
		return "-"
	}
	if err != nil {
		r.Fatal(err)
	}
	return string(data)
}

func TestOnlyWhatWasSyncedSurvivesForSure(t *testing.T) {
	r := newRig(t, 1)
	r.write("one", 0)
	if got := r.left(true); got != "-" {
		t.Errorf("never synced, and there is %q", got)
	}
	r.mustSync()
	r.write("two", 3)
	if err := r.Truncate(1); err != nil {
		t.Fatal(err)
	}
	if got := r.left(true); got != "one" {
		t.Errorf("got %q", got)
	}
	r.mustSync()
	if got := r.left(true); got != "o" {
		t.Errorf("got %q", got)
	}
}

// Of what was not synced, every sector is there or not, by itself: seen over many seeds, all ways come.
func TestWhatWasNotSyncedIsTorn(t *testing.T) {
	seen := map[string]bool{}
	for seed := range uint64(400) {
		r := newRig(t, seed)
		r.write(strings.Repeat("a", 2*sector), 0)
		r.mustSync()
		r.write(strings.Repeat("b", 2*sector), 0)
		r.write("c", 2*sector)
		left := r.left(false)
		way := left[:1] + left[sector:sector+1]
		if left[:sector] != strings.Repeat(left[:1], sector) {
			t.Fatal("a sector is torn")
		}
		if len(left) > 2*sector {
			way += "c"
		}
		seen[way] = true
	}
	for _, way := range []string{"aa", "ab", "ba", "bb", "aac", "abc", "bac", "bbc"} {
		if !seen[way] {
			t.Errorf("%s never came", way)
		}
	}
}

func TestSameSeedSameSurvivors(t *testing.T) {
	left := func() string {
		r := newRig(t, 42)
		for i := range 50 {
			r.write("x", int64(i*sector))
		}
		return r.left(false)
	}
	first := left()
	if second := left(); first != second {
		t.Error("they differ")
	}
}

func TestPowerGoesInTheMiddle(t *testing.T) {
	r := newRig(t, 1)
	r.disk.CutIn(3)
	r.write("one", 0)
	r.mustSync()
	if _, err := r.WriteAt([]byte("two"), 3); !errors.Is(err, ErrPower) {
		t.Fatalf("want ErrPower, got %v", err)
	}
	if err := r.Sync(vfs.SYNC_FULL); !errors.Is(err, ErrPower) {
		t.Errorf("want ErrPower, got %v", err)
	}
	if err := r.disk.Delete(r.name, true); !errors.Is(err, ErrPower) {
		t.Errorf("want ErrPower, got %v", err)
	}
	if got := r.left(true); got != "one" {
		t.Errorf("got %q", got)
	}
	if !r.disk.Hurt() {
		t.Error("a disk without power says that it is well")
	}
}

// A failed sync loses what it was to save: it can be read, and the next sync, which succeeds, does not save it.
func TestFailedSyncLosesForEver(t *testing.T) {
	r := newRig(t, 1)
	r.write("one", 0)
	r.mustSync()
	r.write("two", 3)
	r.disk.FailSync("log")
	if err := r.Sync(vfs.SYNC_FULL); !errors.Is(err, syscall.EIO) {
		t.Fatalf("want EIO, got %v", err)
	}
	r.mustSync()
	read := make([]byte, 6)
	if _, err := r.ReadAt(read, 0); err != nil || string(read) != "onetwo" {
		t.Errorf("read %q, %v", read, err)
	}
	if got := r.left(true); got != "one" {
		t.Errorf("got %q", got)
	}
}

func TestFullDisk(t *testing.T) {
	r := newRig(t, 1)
	r.write("one", 0)
	r.disk.Fill(true)
	if _, err := r.WriteAt([]byte("two"), 3); !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("want ENOSPC, got %v", err)
	}
	if err := r.SizeHint(100); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("want ENOSPC, got %v", err)
	}
	r.write("eno", 0) // what is there can be changed
	r.disk.Fill(false)
	r.write("two", 3)
	r.mustSync()
	if got := r.left(true); got != "enotwo" {
		t.Errorf("got %q", got)
	}
}

func TestRemovedFileMayComeBack(t *testing.T) {
	came := map[string]bool{}
	for seed := range uint64(50) {
		r := newRig(t, seed)
		r.write("one", 0)
		r.mustSync()
		if err := r.disk.Delete(r.name, false); err != nil {
			t.Fatal(err)
		}
		came[r.left(false)] = true
		r.disk.FolderSynced()
		if got := r.left(false); got != "-" {
			t.Fatalf("after the folder was synced there is %q", got)
		}
	}
	if !came["one"] || !came["-"] {
		t.Errorf("only %v came", came)
	}
}
