package store

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// lockFile locks f for this process; taken tells that another one has. What is
// locked is one byte far behind the end, so that others can read the file.
func lockFile(f *os.File) (taken bool, err error) {
	const flags = windows.LOCKFILE_EXCLUSIVE_LOCK | windows.LOCKFILE_FAIL_IMMEDIATELY
	err = windows.LockFileEx(windows.Handle(f.Fd()), flags, 0, 1, 0, &windows.Overlapped{OffsetHigh: 1})
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return true, nil
	}
	return false, err
}

// syncFolder does nothing: Windows keeps the names in its own journal.
func syncFolder(string) error { return nil }

// noRoom tells whether the operating system says that a disk, or somebody's
// share of it, is full.
func noRoom(err error) bool {
	return errors.Is(err, windows.ERROR_DISK_FULL) || errors.Is(err, windows.ERROR_HANDLE_DISK_FULL) ||
		errors.Is(err, windows.ERROR_DISK_QUOTA_EXCEEDED)
}

// giveTo does nothing: a file has the rights of its folder.
func giveTo(string, string) {}
