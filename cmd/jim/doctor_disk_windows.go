package main

import (
	"path/filepath"

	"golang.org/x/sys/windows"
)

// hasModes tells that files have modes that mean something.
const hasModes = false

// spareFiles are those that [places] leaves out.
const spareFiles = 0

// diskOf asks for the disk of a folder.
func diskOf(dir string) (diskSeen, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return diskSeen{}, err
	}
	name, err := windows.UTF16PtrFromString(dir)
	if err != nil {
		return diskSeen{}, err
	}
	var free, all, allFree uint64
	if err := windows.GetDiskFreeSpaceEx(name, &free, &all, &allFree); err != nil {
		return diskSeen{}, err
	}
	seen := diskSeen{free: int64(free)}
	root, err := windows.UTF16PtrFromString(filepath.VolumeName(dir) + `\`)
	if err != nil {
		return diskSeen{}, err
	}
	switch windows.GetDriveType(root) {
	case windows.DRIVE_REMOTE:
		seen.kind = "SMB"
	case windows.DRIVE_RAMDISK:
		seen.kind = "RAM"
	}
	return seen, nil
}
