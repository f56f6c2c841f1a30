//go:build darwin || freebsd

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
	return diskSeen{int64(s.Bavail) * int64(s.Bsize), diskKind(unix.ByteSliceToString(s.Fstypename[:]))}, nil
}

// diskKind names the kinds of disks on which nothing should be kept, by the names of
// statfs(2).
func diskKind(name string) string {
	switch name {
	case "nfs":
		return "NFS"
	case "smbfs":
		return "SMB"
	case "tmpfs":
		return name
	}
	return ""
}
