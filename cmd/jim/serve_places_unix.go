//go:build unix

package main

import (
	"os"
	"syscall"
)

// keptFiles is how many open files are left to the database, the log and what
// else is not a connection.
const keptFiles = 64

// noCores has no image of the memory of this process left behind when it ends by a signal: what people
// say is in it.
func noCores() {
	var cores syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_CORE, &cores) == nil {
		cores.Cur = 0
		_ = syscall.Setrlimit(syscall.RLIMIT_CORE, &cores) // less is always allowed
	}
}

// places is how many connections the limit of open files allows, 0 = no limit.
// The Go runtime has raised the soft limit to the hard one before main began.
func places() int {
	var files syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &files); err != nil || files.Cur > 1<<30 {
		return 0
	}
	return max(int(files.Cur)-keptFiles, 1)
}

// giveToOwnerOf gives a file to whoever has the folder dir: root may make it for the server's user.
func giveToOwnerOf(dir string, f *os.File) error {
	info, err := os.Stat(dir)
	if err != nil {
		return err
	}
	if owner, ok := info.Sys().(*syscall.Stat_t); ok && os.Getuid() == 0 {
		return f.Chown(int(owner.Uid), int(owner.Gid))
	}
	return nil
}
