package bench

import (
	"os"
	"strconv"
	"strings"
	"time"
)

// tick is the unit in which Linux counts the time that threads ran (proc_pid_stat(5)): it tells programs
// of 100 a second, whatever it counts with.
const tick = time.Second / 100

// cpu is the time for which the threads of process pid ran, in user mode and in the kernel, those
// that have ended included. ok is false where /proc does not say.
func cpu(pid int) (d time.Duration, ok bool) {
	text, ok := procFile(pid, "stat")
	if !ok {
		return 0, false
	}
	return cpuOf(text)
}

// cpuOf reads what /proc/PID/stat says. The command in it may have any characters, so fields
// are counted from its closing parenthesis.
func cpuOf(stat string) (time.Duration, bool) {
	const utime, stime = 11, 12 // after the parenthesis
	fields := strings.Fields(stat[strings.LastIndexByte(stat, ')')+1:])
	if len(fields) <= stime {
		return 0, false
	}
	user, err1 := strconv.ParseInt(fields[utime], 10, 64)
	kernel, err2 := strconv.ParseInt(fields[stime], 10, 64)
	return time.Duration(user+kernel) * tick, err1 == nil && err2 == nil
}

// waitedFor is how long the threads of process pid that are there now have waited for a processor while they had
// something to do: the second number of schedstat (Documentation/scheduler/sched-stats.rst of Linux).
func waitedFor(pid int) (d time.Duration, ok bool) {
	threads, _ := os.ReadDir("/proc/" + strconv.Itoa(pid) + "/task")
	for _, t := range threads {
		text, _ := procFile(pid, "task/"+t.Name()+"/schedstat") // the thread may have ended
		if f := strings.Fields(text); len(f) > 1 {
			ns, err := strconv.ParseInt(f[1], 10, 64)
			d, ok = d+time.Duration(ns), ok || err == nil
		}
	}
	return d, ok
}

// resident is the memory of process pid that is in RAM, in bytes.
func resident(pid int) (bytes float64, ok bool) {
	text, ok := procFile(pid, "statm")
	if !ok {
		return 0, false
	}
	pages, ok := residentOf(text)
	return pages * float64(os.Getpagesize()), ok
}

// residentOf reads what /proc/PID/statm says, in pages.
func residentOf(statm string) (float64, bool) {
	fields := strings.Fields(statm)
	if len(fields) < 2 {
		return 0, false
	}
	pages, err := strconv.ParseFloat(fields[1], 64)
	return pages, err == nil
}

// procFile reads a file of process pid.
func procFile(pid int, name string) (string, bool) {
	if pid <= 0 {
		return "", false
	}
	b, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/" + name)
	return string(b), err == nil
}

// meter measures what a server spends from its beginning on.
type meter struct {
	pid   int
	start time.Duration
	ok    bool
}

func (s *Server) meter() meter {
	start, ok := cpu(s.PID)
	return meter{s.PID, start, ok}
}

// spent is the time that the server's threads ran since the meter began.
func (m meter) spent() (time.Duration, bool) {
	now, ok := cpu(m.pid)
	return now - m.start, ok && m.ok
}
