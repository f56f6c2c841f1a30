// Package under holds file systems that lie under SQLite: a file that passes on
// everything, to be changed in part, and a [Disk] that loses power, fills up and
// fails.
package under

import (
	"github.com/ncruces/go-sqlite3/util/vfsutil"
	"github.com/ncruces/go-sqlite3/vfs"
)

// File passes on to the file below all that SQLite asks of a file in WAL mode, also
// what goes beyond reading and writing.
type File struct{ vfs.File }

var (
	_ vfs.FileSharedMemory       = File{}
	_ vfs.FileLockState          = File{}
	_ vfs.FileSizeHint           = File{}
	_ vfs.FileHasMoved           = File{}
	_ vfs.FilePersistWAL         = File{}
	_ vfs.FilePowersafeOverwrite = File{}
)

// SharedMemory is the index of the write-ahead log.
func (f File) SharedMemory() vfs.SharedMemory { return vfsutil.WrapSharedMemory(f.File) }

// LockState is the lock this connection has.
func (f File) LockState() vfs.LockLevel { return vfsutil.WrapLockState(f.File) }

// SizeHint reserves room on the disk.
func (f File) SizeHint(size int64) error { return vfsutil.WrapSizeHint(f.File, size) }

// HasMoved tells whether the file has another name now, or none.
func (f File) HasMoved() (bool, error) { return vfsutil.WrapHasMoved(f.File) }

// PersistWAL tells whether the write-ahead log stays after the last close.
func (f File) PersistWAL() bool { return vfsutil.WrapPersistWAL(f.File) }

// SetPersistWAL sets what PersistWAL tells.
func (f File) SetPersistWAL(keep bool) { vfsutil.WrapSetPersistWAL(f.File, keep) }

// PowersafeOverwrite tells that a loss of power while a range is written harms
// nothing outside of it.
func (f File) PowersafeOverwrite() bool { return vfsutil.WrapPowersafeOverwrite(f.File) }

// SetPowersafeOverwrite sets what PowersafeOverwrite tells.
func (f File) SetPowersafeOverwrite(psow bool) { vfsutil.WrapSetPowersafeOverwrite(f.File, psow) }
