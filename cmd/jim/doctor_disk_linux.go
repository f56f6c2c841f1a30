package main

import "golang.org/x/sys/unix"

// hasModes tells that files have modes that mean something.
const hasModes = true

// spareFiles are those that [places] leaves out.
const spareFiles = keptFiles

// diskOf asks for the disk of a folder.
func diskOf(dir string) (diskSeen, error) {
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		return diskSeen{}, err
	}
	return diskSeen{int64(s.Bavail) * s.Bsize, diskKind(s.Type)}, nil
}

// diskKind names the kinds of disks on which nothing should be kept, by the numbers
// of statfs(2).
func diskKind(number int64) string {
	switch number {
	case unix.NFS_SUPER_MAGIC:
		return "NFS"
	case unix.CIFS_SUPER_MAGIC, unix.SMB_SUPER_MAGIC, unix.SMB2_SUPER_MAGIC:
		return "SMB"
	case unix.TMPFS_MAGIC, unix.RAMFS_MAGIC:
		return "tmpfs"
	}
	return ""
}
