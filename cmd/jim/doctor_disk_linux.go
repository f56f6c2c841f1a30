package main

import "golang.org/x/sys/unix"

// hasModes tells that files have modes that mean something.
const hasModes = true

// spareFiles are those that [places] leaves out.
const spareFiles = keptFiles

// diskOf is how many bytes are free on the disk of a folder, and what kind of disk
// it is where nothing should be kept.
func diskOf(dir string) (free int64, kind string, ok bool) {
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		return 0, "", false
	}
	switch s.Type { // statfs(2)
	case unix.NFS_SUPER_MAGIC:
		kind = "NFS"
	case unix.CIFS_SUPER_MAGIC, unix.SMB_SUPER_MAGIC, unix.SMB2_SUPER_MAGIC:
		kind = "SMB"
	case unix.TMPFS_MAGIC, unix.RAMFS_MAGIC:
		kind = "tmpfs"
	}
	return int64(s.Bavail) * s.Bsize, kind, true
}
