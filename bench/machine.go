package bench

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// Machine is what a figure was measured on. What the system does not tell is "".
type Machine struct {
	CPU    string `json:"cpu"`              // model
	Cores  int    `json:"cores"`            // that the program may use
	Memory string `json:"memory,omitempty"` // "24 GiB"
	Kernel string `json:"kernel"`           // "Linux 6.18.44"
	Disk   string `json:"disk,omitempty"`   // file system of the server's data, when it was started for the run
	Go     string `json:"go"`               // of the load
	JIM    string `json:"jim"`              // version of the load
	Date   string `json:"date"`             // RFC 3339, UTC
}

// ThisMachine looks around. version is that of the program; dir is where the server keeps its
// data, "" where that is unknown.
func ThisMachine(version, dir string) Machine {
	m := Machine{
		CPU: runtime.GOARCH, Cores: runtime.NumCPU(), Kernel: runtime.GOOS,
		Go: runtime.Version(), JIM: version, Date: time.Now().UTC().Format(time.RFC3339),
	}
	if text, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		if model := valueOf(string(text), "model name"); model != "" {
			m.CPU = model
		}
	}
	if text, err := os.ReadFile("/proc/sys/kernel/osrelease"); err == nil {
		m.Kernel = "Linux " + strings.TrimSpace(string(text))
	}
	if text, err := os.ReadFile("/proc/meminfo"); err == nil {
		var kib float64
		if _, err := fmt.Sscanf(valueOf(string(text), "MemTotal"), "%f kB", &kib); err == nil {
			m.Memory = fmt.Sprintf("%.0f GiB", kib/(1<<20))
		}
	}
	if text, err := os.ReadFile("/proc/self/mounts"); err == nil && dir != "" {
		m.Disk = fileSystem(string(text), dir)
	}
	return m
}

// String is one line for people.
func (m Machine) String() string {
	parts := []string{m.CPU, fmt.Sprintf("%d cores", m.Cores)}
	for _, p := range []string{m.Memory, m.Kernel, m.Disk, m.Go, "jim " + m.JIM, m.Date} {
		if p != "" {
			parts = append(parts, p)
		}
	}
	return strings.Join(parts, " · ")
}

// InMemory tells whether the disk is none: what is synced to it costs nothing there, and durable
// figures are worth nothing.
func (m Machine) InMemory() bool { return m.Disk == "tmpfs" || m.Disk == "ramfs" }

// valueOf is what stands behind the colon of the first line of text that begins with name.
func valueOf(text, name string) string {
	for line := range strings.Lines(text) {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// fileSystem is the kind of file system that dir is on, by the lines of /proc/self/mounts: that with the longest
// path above dir, the last of equals. "" = not found.
func fileSystem(mounts, dir string) (kind string) {
	if full, err := filepath.EvalSymlinks(dir); err == nil {
		dir = full
	}
	longest := -1
	for line := range strings.Lines(mounts) {
		f := strings.Fields(line)
		if len(f) < 3 {
			continue
		}
		at := strings.TrimSuffix(f[1], "/")
		if (dir == at || strings.HasPrefix(dir, at+"/")) && len(at) >= longest {
			longest, kind = len(at), f[2]
		}
	}
	return kind
}
