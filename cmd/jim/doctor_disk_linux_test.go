package main

import (
	"testing"

	"golang.org/x/sys/unix"
)

// TestDiskKinds has disks named on which nothing should be kept, and no others.
func TestDiskKinds(t *testing.T) {
	for number, want := range map[int64]string{
		unix.NFS_SUPER_MAGIC:   "NFS",
		unix.SMB_SUPER_MAGIC:   "SMB",
		unix.SMB2_SUPER_MAGIC:  "SMB",
		unix.CIFS_SUPER_MAGIC:  "SMB",
		unix.TMPFS_MAGIC:       "tmpfs",
		unix.EXT4_SUPER_MAGIC:  "",
		unix.BTRFS_SUPER_MAGIC: "",
		unix.XFS_SUPER_MAGIC:   "",
	} {
		if got := diskKind(number); got != want {
			t.Errorf("%#x is %q, want %q", number, got, want)
		}
	}
}
