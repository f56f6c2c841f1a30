package bench

import (
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

// memoryWatch looks every now and then at the memory of a process, and at what the system holds for all
// connections of the machine: what it has to send for the process, which no process is charged with.
type memoryWatch struct {
	before, most       float64 // of the process, in bytes
	tcpBefore, tcpMost float64 // of the system, in bytes; 0 = it does not tell
	done               chan struct{}
	all                sync.WaitGroup
}

func watchMemory(pid int) *memoryWatch {
	m := &memoryWatch{done: make(chan struct{})}
	m.before, _ = resident(pid)
	m.tcpBefore, _ = tcpMemory()
	m.most, m.tcpMost = m.before, m.tcpBefore
	m.all.Go(func() {
		tick := time.NewTicker(50 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-m.done:
				return
			case <-tick.C:
			}
			if now, ok := resident(pid); ok {
				m.most = max(m.most, now)
			}
			if now, ok := tcpMemory(); ok {
				m.tcpMost = max(m.tcpMost, now)
			}
		}
	})
	return m
}

// stop ends it.
func (m *memoryWatch) stop() {
	close(m.done)
	m.all.Wait()
}

func (m *memoryWatch) figures() (f Figures) {
	const mib = 1 << 20
	f.add("rss_before_mib", "server memory before the attack", "MiB", m.before/mib)
	f.add("rss_peak_mib", "at most during the attack", "MiB", m.most/mib)
	if m.tcpMost > 0 {
		f.add("system_tcp_before_mib", "memory of the system for TCP before the attack", "MiB", m.tcpBefore/mib)
		f.add("system_tcp_peak_mib", "at most during the attack", "MiB", m.tcpMost/mib)
	}
	return f
}

// tcpMemory is what the system holds for all TCP connections, in bytes.
func tcpMemory() (bytes float64, ok bool) {
	b, err := os.ReadFile("/proc/net/sockstat")
	if err != nil {
		return 0, false
	}
	return tcpMemoryOf(string(b))
}

// tcpMemoryOf reads what /proc/net/sockstat says, in pages: "TCP: inuse 6 orphan 0 tw 3 alloc 6 mem 82".
func tcpMemoryOf(sockstat string) (bytes float64, ok bool) {
	_, line, _ := strings.Cut("\n"+sockstat, "\nTCP:")
	line, _, _ = strings.Cut(line, "\n")
	f := strings.Fields(line)
	for i := 0; i+1 < len(f); i += 2 {
		if f[i] == "mem" {
			pages, err := strconv.ParseFloat(f[i+1], 64)
			return pages * float64(os.Getpagesize()), err == nil
		}
	}
	return 0, false
}
