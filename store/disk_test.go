package store

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"

	"github.com/ncruces/go-sqlite3/util/vfsutil"
	"github.com/ncruces/go-sqlite3/vfs"
)

// faultyDisk is the disk of the operating system with faults to switch on.
type faultyDisk struct {
	vfs.VFS
	stable string // a folder; what was synced is copied there, if it is set

	mu       sync.Mutex
	full     bool
	failSync string // a file whose name ends so cannot be synced; "" = all can
	syncs    int    // how many there were
	failAt   int    // the number of the one that fails; 0 = none

	// Files of which a sync has failed: the system takes what was written for
	// clean, shows it to everybody, and never brings it to the disk.
	gone map[string]bool
}

func newFaultyDisk() *faultyDisk {
	return &faultyDisk{VFS: vfs.Find("os"), gone: make(map[string]bool)}
}

func (d *faultyDisk) set(do func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	do()
}

func (d *faultyDisk) OpenFilename(name *vfs.Filename, flags vfs.OpenFlag) (vfs.File, vfs.OpenFlag, error) {
	f, flags, err := vfsutil.WrapOpenFilename(d.VFS, name, flags)
	if err != nil {
		return nil, flags, err
	}
	return &faultyFile{passFile{f}, d, name.String()}, flags, nil
}

// Delete is stable at once: Open syncs the folder before anything is
// acknowledged, and nothing is deleted after that.
func (d *faultyDisk) Delete(name string, syncDir bool) error {
	if d.stable != "" {
		_ = os.Remove(filepath.Join(d.stable, filepath.Base(name)))
	}
	return d.VFS.Delete(name, syncDir)
}

type faultyFile struct {
	passFile
	disk *faultyDisk
	name string
}

func (f *faultyFile) grows(to int64) error {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	if !f.disk.full {
		return nil
	}
	if size, err := f.Size(); err != nil || to <= size {
		return err
	}
	return &fs.PathError{Op: "write", Path: f.name, Err: syscall.ENOSPC} // as os.File says it
}

func (f *faultyFile) WriteAt(p []byte, off int64) (int, error) {
	if err := f.grows(off + int64(len(p))); err != nil {
		return 0, err
	}
	return f.passFile.WriteAt(p, off)
}

func (f *faultyFile) Truncate(size int64) error {
	if size == 0 {
		f.disk.set(func() { delete(f.disk.gone, f.name) })
	}
	return f.passFile.Truncate(size)
}

func (f *faultyFile) SizeHint(size int64) error {
	if err := f.grows(size); err != nil {
		return err
	}
	return f.passFile.SizeHint(size)
}

func (f *faultyFile) Sync(flags vfs.SyncFlag) error {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	f.disk.syncs++
	if f.disk.syncs == f.disk.failAt || f.disk.failSync != "" && strings.HasSuffix(f.name, f.disk.failSync) {
		f.disk.failSync = "" // the next one succeeds, as it does after a real one
		f.disk.gone[f.name] = true
		return syscall.EIO
	}
	if f.disk.stable != "" && !f.disk.gone[f.name] {
		data, err := os.ReadFile(f.name)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(f.disk.stable, filepath.Base(f.name)), data, 0o600); err != nil {
			return err
		}
	}
	return f.passFile.Sync(flags)
}
