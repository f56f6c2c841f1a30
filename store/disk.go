package store

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/util/vfsutil"
	"github.com/ncruces/go-sqlite3/vfs"

	"jim/store/under"
)

// disk is the file system SQLite sees. It adds five things to the one below:
//
//   - A write for which there is no room says SQLITE_FULL, as SQLite's own file
//     system does. The one below says SQLITE_IOERR_WRITE, as after a broken cable,
//     and these two must be told apart: after the first the server goes on.
//   - It remembers the last error of a write or a sync in the system's words, of
//     which SQLite passes on a number.
//   - It compares what is read with what was written; see sums.go.
//   - It writes the frames of a commit in one piece; see joined.go.
//   - It gives the pages of a copy their sums; see copy.go.
type disk struct {
	under vfs.VFS
	name  string      // under which SQLite knows it
	joins bool        // writes to the write-ahead log may wait for the sync, which follows
	seals atomic.Bool // what is written to a database gets its sum here; see copy.go
	last  atomic.Pointer[error]
	log   logSums
}

var mounted atomic.Uint64

// mount gives SQLite a disk over under; unmount takes it away, when no
// connection uses it any more.
// joins says that a sync follows each commit.
func mount(under vfs.VFS, joins bool) *disk {
	d := &disk{under: under, joins: joins, name: "jim" + strconv.FormatUint(mounted.Add(1), 10)}
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
	d.remember(err)
	if noRoom(err) {
		return vfs.SystemError(err, sqlite3.FULL)
	}
	return err
}

// remember keeps err to explain what SQLite will say. Its parameter is what makes
// only errors allocate.
func (d *disk) remember(err error) { d.last.Store(&err) }

func (d *disk) Open(name string, flags vfs.OpenFlag) (vfs.File, vfs.OpenFlag, error) {
	f, got, err := vfsutil.WrapOpen(d.under, name, flags)
	if err != nil {
		return nil, got, err
	}
	return &diskFile{File: under.File{File: f}, disk: d, is: flags}, got, nil
}

func (d *disk) OpenFilename(name *vfs.Filename, flags vfs.OpenFlag) (vfs.File, vfs.OpenFlag, error) {
	f, got, err := vfsutil.WrapOpenFilename(d.under, name, flags)
	if err != nil {
		return nil, got, err
	}
	return &diskFile{File: under.File{File: f}, disk: d, is: flags}, got, nil
}

func (d *disk) Delete(name string, syncDir bool) error {
	if strings.HasSuffix(name, "-wal") {
		d.log.forget()
	}
	return d.under.Delete(name, syncDir)
}

func (d *disk) Access(name string, flags vfs.AccessFlag) (bool, error) {
	return d.under.Access(name, flags)
}

func (d *disk) FullPathname(name string) (string, error) { return d.under.FullPathname(name) }

// diskFile is a file on a disk.
type diskFile struct {
	under.File
	disk *disk
	is   vfs.OpenFlag // what kind of file
	held joined
}

// letGo writes what is held.
func (f *diskFile) letGo() error { return f.disk.note(f.held.flush(f.File)) }

func (f *diskFile) Close() error { return errors.Join(f.letGo(), f.File.Close()) }

func (f *diskFile) Size() (int64, error) {
	if err := f.letGo(); err != nil {
		return 0, err
	}
	return f.File.Size()
}

func (f *diskFile) ReadAt(p []byte, off int64) (int, error) {
	if err := f.letGo(); err != nil {
		return 0, err
	}
	n, err := f.File.ReadAt(p, off)
	wrong := error(nil)
	switch {
	case f.is&vfs.OPEN_MAIN_DB != 0:
		wrong = checkRead(p, n, off)
	case f.is&vfs.OPEN_WAL != 0 && err == nil:
		wrong = f.disk.log.check(p, off)
	}
	if wrong != nil {
		f.disk.remember(wrong)
		return 0, wrong
	}
	return n, err
}

func (f *diskFile) WriteAt(p []byte, off int64) (int, error) {
	if f.is&vfs.OPEN_WAL != 0 {
		f.disk.log.wrote(p, off)
		if f.disk.joins {
			n, err := f.held.write(f.File, p, off)
			return n, f.disk.note(err)
		}
	}
	if f.is&vfs.OPEN_MAIN_DB != 0 && f.disk.seals.Load() && len(p) == pageBytes {
		sealPage(p)
	}
	n, err := f.File.WriteAt(p, off)
	return n, f.disk.note(err)
}

func (f *diskFile) Truncate(size int64) error {
	if f.is&vfs.OPEN_WAL != 0 {
		f.disk.log.forget()
	}
	return f.disk.note(errors.Join(f.held.flush(f.File), f.File.Truncate(size)))
}

// Sync never says that there is no room: whatever a failed sync says, what it
// was to save may be lost. What is held back until then may well find no room, and
// is a write that failed.
func (f *diskFile) Sync(flags vfs.SyncFlag) error {
	if err := f.letGo(); err != nil {
		return err
	}
	err := f.File.Sync(flags)
	if err != nil {
		f.disk.last.Store(&err)
		return vfs.SystemError(err, sqlite3.IOERR_FSYNC)
	}
	return nil
}
