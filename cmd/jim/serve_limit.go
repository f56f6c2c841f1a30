package main

import (
	"context"
	"io/fs"
	"log/slog"
	"os"
	"path"
	"runtime/debug"
	"strconv"
	"strings"
)

// limitShare is how much of what its control group may use, or of what the machine has, the Go runtime keeps to, in
// percent. The rest is for what the program has besides, its own code, what the database maps, threads, for the system,
// and for what Go goes beyond while it collects: with 115 of 128 MiB it was 135 under TestHostileMemory, with 96 it was 109.
const limitShare = 75

// keepToMemory has the Go runtime keep to the memory of the control group that the server runs in, as systemd,
// Docker and Kubernetes make one, or of the machine if that has less, where GOMEMLIMIT says nothing. Without, the server would be
// killed where it could have said that it is full. It says so in log, of the machine at level debug.
func keepToMemory(root fs.FS, log *slog.Logger) {
	if os.Getenv("GOMEMLIMIT") != "" {
		return
	}
	level := slog.LevelInfo
	most, file := cgroupMemory(root)
	if all := machineMemory(root); all > 0 && (most == 0 || all < most) {
		level, most, file = slog.LevelDebug, all, memInfo
	}
	if most > 0 {
		limit := most / 100 * limitShare
		debug.SetMemoryLimit(limit)
		log.Log(context.Background(), level, "keeping to the memory that there is", "limit", inBytes(limit), "of", inBytes(most), "file", "/"+file)
	}
}

// memInfo is where Linux says how much memory the machine has (proc_meminfo(5)).
const memInfo = "proc/meminfo"

// machineMemory is how much that is, in bytes; 0 where nothing says so.
func machineMemory(root fs.FS) int64 {
	text, err := fs.ReadFile(root, memInfo)
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if number, ok := strings.CutPrefix(line, "MemTotal:"); ok {
			kib, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(number), " kB"), 10, 64)
			if err == nil && kib > 0 && kib < 1<<50 {
				return kib << 10
			}
		}
	}
	return 0
}

// cgroupMemory is the least that this process' control group, or one that it is in, may use of memory, and the file
// that says so; 0 where nothing does. Version 2 of control groups is read, and version 1 (cgroups(7)). root is the
// root of the file system.
func cgroupMemory(root fs.FS) (least int64, in string) {
	text, err := fs.ReadFile(root, "proc/self/cgroup")
	if err != nil {
		return 0, "" // there are none
	}
	for line := range strings.Lines(string(text)) {
		field := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(field) != 3 {
			continue
		}
		top, name := "sys/fs/cgroup", "memory.max"
		switch {
		case field[0] == "0" && field[1] == "":
		case hasController(field[1], "memory"):
			top, name = top+"/memory", "memory.limit_in_bytes"
		default:
			continue
		}
		// In a container the path may be one of outside, of which only the top is there.
		for group := path.Clean("/" + field[2]); ; group = path.Dir(group) {
			file := path.Join(top, group, name)
			if n := cgroupNumber(root, file); n > 0 && (least == 0 || n < least) {
				least, in = n, file
			}
			if group == "/" {
				break
			}
		}
	}
	return least, in
}

func hasController(list, name string) bool {
	for c := range strings.SplitSeq(list, ",") {
		if c == name {
			return true
		}
	}
	return false
}

// cgroupNumber is the number of bytes in a file; 0 where it is not there or says that there is no limit, which is
// "max" in version 2 and nearly 2^63 in version 1.
func cgroupNumber(root fs.FS, file string) int64 {
	text, err := fs.ReadFile(root, file)
	if err != nil {
		return 0
	}
	n, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
	if err != nil || n > 1<<60 {
		return 0
	}
	return n
}
