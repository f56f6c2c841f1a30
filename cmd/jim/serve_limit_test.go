package main

import (
	"bytes"
	"log/slog"
	"math"
	"runtime/debug"
	"strings"
	"testing"
	"testing/fstest"
)

// files is a file system of names and what is in them.
func files(pairs ...string) fstest.MapFS {
	f := fstest.MapFS{}
	for i := 0; i < len(pairs); i += 2 {
		f[pairs[i]] = &fstest.MapFile{Data: []byte(pairs[i+1])}
	}
	return f
}

func TestCgroupMemory(t *testing.T) {
	const proc = "proc/self/cgroup"
	for _, c := range []struct {
		name string
		root fstest.MapFS
		want int64
		in   string
	}{
		{"no control groups", files(), 0, ""},
		{"nothing in it", files(proc, ""), 0, ""},
		{"what is no line", files(proc, "0:\n:::\n\n", "sys/fs/cgroup/memory.max", "5\n"), 0, ""},
		{"a service", files(proc, "0::/system.slice/jim.service\n", "sys/fs/cgroup/system.slice/jim.service/memory.max", "134217728\n"), 128 << 20, "sys/fs/cgroup/system.slice/jim.service/memory.max"},
		{"no limit", files(proc, "0::/a\n", "sys/fs/cgroup/a/memory.max", "max\n"), 0, ""},
		{"less above", files(proc, "0::/a/b\n", "sys/fs/cgroup/a/b/memory.max", "200\n", "sys/fs/cgroup/a/memory.max", "100\n"), 100, "sys/fs/cgroup/a/memory.max"},
		{"no limit below one", files(proc, "0::/a/b\n", "sys/fs/cgroup/a/b/memory.max", "max\n", "sys/fs/cgroup/a/memory.max", "100\n"), 100, "sys/fs/cgroup/a/memory.max"},
		{"a container", files(proc, "0::/\n", "sys/fs/cgroup/memory.max", "100\n"), 100, "sys/fs/cgroup/memory.max"},
		{"a path of outside", files(proc, "0::/../../docker/x\n", "sys/fs/cgroup/memory.max", "100\n"), 100, "sys/fs/cgroup/memory.max"},
		{"version 1", files(proc, "7:cpu,cpuacct:/a\n4:memory:/docker/x\n0::/\n", "sys/fs/cgroup/memory/docker/x/memory.limit_in_bytes", "100\n", "sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n"), 100, "sys/fs/cgroup/memory/docker/x/memory.limit_in_bytes"},
		{"version 1, no limit", files(proc, "4:memory:/\n", "sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n"), 0, ""},
		{"another controller", files(proc, "4:hugetlb,memory2:/\n", "sys/fs/cgroup/memory/memory.limit_in_bytes", "100\n"), 0, ""},
		{"words", files(proc, "0::/\n", "sys/fs/cgroup/memory.max", "much\n"), 0, ""},
	} {
		if got, in := cgroupMemory(c.root); got != c.want || in != c.in {
			t.Errorf("%s: %d of %q, want %d of %q", c.name, got, in, c.want, c.in)
		}
	}
}

func TestMachineMemory(t *testing.T) {
	for text, want := range map[string]int64{
		"":                                   0,
		"MemTotal:       16384 kB\n":         16 << 20,
		"MemFree: 1 kB\nMemTotal: 2 kB\n":    2048,
		"MemTotal: -1 kB\n":                  0,
		"MemTotal: 9999999999999999999 kB\n": 0,
		"MemTotal: much\n":                   0,
	} {
		if got := machineMemory(files(memInfo, text)); got != want {
			t.Errorf("%q: %d, want %d", text, got, want)
		}
	}
}

func TestKeepToMemory(t *testing.T) {
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(math.MaxInt64))
	const group = 1 << 40
	root := files("proc/self/cgroup", "0::/\n", "sys/fs/cgroup/memory.max", "1099511627776\n")
	said := []string{"proc/meminfo", "MemTotal:         515072 kB\nMemFree:          61234 kB\n"}
	machine := files(said...)
	for _, c := range []struct {
		name, said string
		root       fstest.MapFS
		want       int64
		lines      int
	}{
		{"the operator said something", "off", root, math.MaxInt64, 0},
		{"no group, and not Linux", "", files(), math.MaxInt64, 0},
		{"no group", "", machine, 503 << 20 / 100 * 75, 0},
		{"no group that says anything", "", files(append(said, "proc/self/cgroup", "0::/\n", "sys/fs/cgroup/memory.max", "max\n")...), 503 << 20 / 100 * 75, 0},
		{"a group that may use more than there is", "", files(append(said, "proc/self/cgroup", "0::/\n", "sys/fs/cgroup/memory.max", "1099511627776\n")...), 503 << 20 / 100 * 75, 0},
		{"a group", "", root, group / 100 * 75, 1},
	} {
		t.Setenv("GOMEMLIMIT", c.said)
		debug.SetMemoryLimit(math.MaxInt64)
		var log bytes.Buffer
		keepToMemory(c.root, slog.New(slog.NewTextHandler(&log, nil)))
		if got := debug.SetMemoryLimit(-1); got != c.want || strings.Count(log.String(), "\n") != c.lines {
			t.Errorf("%s: %d bytes, want %d\n%s", c.name, got, c.want, &log)
		}
	}
}
