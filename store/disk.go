package store

import (
	"fmt"
	"strconv"
	"sync/atomic"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/util/vfsutil"
	"github.com/ncruces/go-sqlite3/vfs"
)

// disk is the file system SQLite sees. It adds two things to the one below:
//
//   - A write for which there is no room says SQLITE_FULL, as SQLite's own file
//     system does. The one below says SQLITE_IOERR_WRITE, as after a broken cable,
//     and these two must be told apart: after the first the server goes on.
//   - It remembers the last error of a write or a sync in the system's words, of
//     which SQLite passes on a number.
type disk struct {
	under vfs.VFS
	name  string // under which SQLite knows it
	last  atomic.Pointer[error]
}

var mounted atomic.Uint64

// mount gives SQLite a disk over under; unmount takes it away, when no
// connection uses it any more.
func mount(under vfs.VFS) *disk {
	d := &disk{under: under, name: "jim" + strconv.FormatUint(mounted.Add(1), 10)}
	vfs.Register(d.name, d)
	return d
}

func (d *disk) unmount() { vfs.Unregister(d.name) }

// explain adds to an error of SQLite what the system said.
func (d *disk) explain(err error) error {
	said := d.last.Load()
	if said == nil || !full(err) && !broken(err) {
		return err
	}
	return fmt.Errorf("%w (%w)", err, *said)
}

func (d *disk) note(err error) error {
	if err == nil {
		return nil
	}
	d.last.Store(&err)
	if noRoom(err) {
		return vfs.SystemError(err, sqlite3.FULL)
	}
	return err
}

func (d *disk) Open(name string, flags vfs.OpenFlag) (vfs.File, vfs.OpenFlag, error) {
	f, flags, err := vfsutil.WrapOpen(d.under, name, flags)
	if err != nil {
		return nil, flags, err
	}
	return &diskFile{passFile{f}, d}, flags, nil
}

func (d *disk) OpenFilename(name *vfs.Filename, flags vfs.OpenFlag) (vfs.File, vfs.OpenFlag, error) {
	f, flags, err := vfsutil.WrapOpenFilename(d.under, name, flags)
	if err != nil {
		return nil, flags, err
	}
	return &diskFile{passFile{f}, d}, flags, nil
}

func (d *disk) Delete(name string, syncDir bool) error { return d.under.Delete(name, syncDir) }

func (d *disk) Access(name string, flags vfs.AccessFlag) (bool, error) {
	return d.under.Access(name, flags)
}

func (d *disk) FullPathname(name string) (string, error) { return d.under.FullPathname(name) }

// diskFile is a file on a disk.
type diskFile struct {
	passFile
	disk *disk
}

func (f *diskFile) WriteAt(p []byte, off int64) (int, error) {
	n, err := f.passFile.WriteAt(p, off)
	return n, f.disk.note(err)
}

func (f *diskFile) Truncate(size int64) error { return f.disk.note(f.passFile.Truncate(size)) }

// Sync never says that there is no room: whatever a failed sync says, what it
// was to save may be lost.
func (f *diskFile) Sync(flags vfs.SyncFlag) error {
	err := f.passFile.Sync(flags)
	if err != nil {
		f.disk.last.Store(&err)
		return vfs.SystemError(err, sqlite3.IOERR_FSYNC)
	}
	return nil
}

// passFile passes on to the file below what SQLite asks of a file in WAL mode
// beyond reading and writing.
type passFile struct{ vfs.File }

var (
	_ vfs.FileSharedMemory       = passFile{}
	_ vfs.FileLockState          = passFile{}
	_ vfs.FileSizeHint           = passFile{}
	_ vfs.FileHasMoved           = passFile{}
	_ vfs.FilePersistWAL         = passFile{}
	_ vfs.FilePowersafeOverwrite = passFile{}
)

// SharedMemory is the index of the write-ahead log.
func (f passFile) SharedMemory() vfs.SharedMemory { return vfsutil.WrapSharedMemory(f.File) }

// LockState is the lock this connection has.
func (f passFile) LockState() vfs.LockLevel { return vfsutil.WrapLockState(f.File) }

// SizeHint reserves room on the disk.
func (f passFile) SizeHint(size int64) error { return vfsutil.WrapSizeHint(f.File, size) }

// HasMoved tells whether the file has another name now, or none.
func (f passFile) HasMoved() (bool, error) { return vfsutil.WrapHasMoved(f.File) }

// PersistWAL tells whether the write-ahead log stays after the last close.
func (f passFile) PersistWAL() bool { return vfsutil.WrapPersistWAL(f.File) }

// SetPersistWAL sets what PersistWAL tells.
func (f passFile) SetPersistWAL(keep bool) { vfsutil.WrapSetPersistWAL(f.File, keep) }

// PowersafeOverwrite tells that a loss of power while a range is written harms
// nothing outside of it.
func (f passFile) PowersafeOverwrite() bool { return vfsutil.WrapPowersafeOverwrite(f.File) }

// SetPowersafeOverwrite sets what PowersafeOverwrite tells.
func (f passFile) SetPowersafeOverwrite(psow bool) { vfsutil.WrapSetPowersafeOverwrite(f.File, psow) }
