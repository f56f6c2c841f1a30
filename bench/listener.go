package bench

import (
	"encoding/hex"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// listener finds the process that listens on an address of this machine: the one that holds the socket whose
// inode /proc/net names. Another user's process is found by root only. ok is false
// when nobody is found.
func listener(network, host string) (pid int, ok bool) {
	inode := ""
	if network == "unix" {
		text, _ := os.ReadFile("/proc/net/unix")
		inode = inodeOfPath(string(text), host)
	} else if at, err := netip.ParseAddrPort(host); err == nil {
		for _, name := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
			text, _ := os.ReadFile(name)
			if inode = inodeOfPort(string(text), at); inode != "" {
				break
			}
		}
	}
	if inode == "" {
		return 0, false
	}
	return holder("socket:[" + inode + "]")
}

// holder is the process one of whose open files is a link to target.
func holder(target string) (pid int, ok bool) {
	links, _ := filepath.Glob("/proc/[0-9]*/fd/*")
	for _, link := range links {
		if to, err := os.Readlink(link); err == nil && to == target {
			pid, err := strconv.Atoi(strings.Split(link, "/")[2])
			return pid, err == nil
		}
	}
	return 0, false
}

// inodeOfPort finds who listens at an address, or on all with its port, in the text of
// /proc/net/tcp or tcp6; "" = nobody.
func inodeOfPort(table string, at netip.AddrPort) string {
	const local, state, inode, listening = 1, 3, 9, "0A"
	for line := range strings.Lines(table) {
		f := strings.Fields(line)
		if len(f) <= inode || f[state] != listening {
			continue
		}
		addr, port, found := strings.Cut(f[local], ":")
		ip, known := procAddr(addr)
		n, err := strconv.ParseUint(port, 16, 16)
		if !found || !known || err != nil || uint16(n) != at.Port() {
			continue
		}
		if ip.IsUnspecified() || ip.Unmap() == at.Addr().Unmap() {
			return f[inode]
		}
	}
	return ""
}

// procAddr reads an address as /proc/net writes it: in hex, by words of four bytes, each
// backwards on the machines that Go supports best, which are little-endian.
func procAddr(text string) (netip.Addr, bool) {
	b, err := hex.DecodeString(text)
	if err != nil || len(b)%4 != 0 {
		return netip.Addr{}, false
	}
	for i := 0; i < len(b); i += 4 {
		b[i], b[i+1], b[i+2], b[i+3] = b[i+3], b[i+2], b[i+1], b[i]
	}
	return netip.AddrFromSlice(b)
}

// inodeOfPath finds who listens at a path in the text of /proc/net/unix; "" = nobody.
func inodeOfPath(table, path string) string {
	const flags, inode, name, accepting = 3, 6, 7, "00010000" // __SO_ACCEPTCON
	for line := range strings.Lines(table) {
		f := strings.Fields(line)
		if len(f) > name && f[flags] == accepting && strings.Join(f[name:], " ") == path {
			return f[inode]
		}
	}
	return ""
}
