package lab

import (
	"fmt"
	"io"
	"net"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// seenOthers are the calls of strace that are not made on one socket, or written otherwise than by the lab.
var seenOthers = []string{"poll", "ppoll", "unlink", "unlinkat", "fcntl", "wait4", "clone", "clone3", "fork", "vfork", "execve", "socketpair", "getpeername"}

var (
	onePoll = regexp.MustCompile(`^\[(\{(\d+)\})\], 1, (?:(\d+)|\{tv_sec=(\d+), tv_nsec=(\d+)\})`)
	twoEnds = regexp.MustCompile(`\[(\d+), (\d+)\]`)
)

// seenOther is one of them as the lab tells it; empty where the Go runtime made it for itself.
func seenOther(t *testing.T, name, args, result string, open map[string]bool) string {
	fd, _, _ := strings.Cut(args, ",")
	switch name {
	case "poll", "ppoll":
		m := onePoll.FindStringSubmatch(polled.ReplaceAllString(args, "{$1}"))
		if m == nil || !open[m[2]] {
			return ""
		}
		after := m[3]
		if after == "" {
			seconds, _ := strconv.Atoi(m[4]) // digits
			nano, _ := strconv.Atoi(m[5])
			after = strconv.Itoa(seconds*1000 + nano/1e6)
		}
		result, _, _ = strings.Cut(result, " (")
		return fmt.Sprintf("poll([%s], 1, %s)%s", m[1], after, result)
	case "unlink", "unlinkat":
		return "unlink(" + strconv.Quote(string(unhex(t, hexText.FindString(args)))) + ")" + result
	case "fcntl":
		if open[fd] && strings.Contains(args, "F_SETFD") {
			return "fcntl(" + args + ")" + result
		}
	case "wait4":
		return "wait4(" + fd + ")" + result
	case "clone", "clone3", "fork", "vfork":
		if !strings.Contains(args, "CLONE_THREAD") {
			result, _, _ = strings.Cut(result, " (")
			return "fork()" + result
		}
	case "socketpair":
		ends := twoEnds.FindStringSubmatch(args)
		open[ends[1]], open[ends[2]] = true, true
		return "socketpair(AF_UNIX, SOCK_STREAM, 0)" + result + "  " + ends[0]
	case "getpeername":
		parts, _ := arguments(t, args)
		return "getpeername(" + fd + ")" + result + "  " + parts[1]
	}
	return ""
}

var (
	ofThread = regexp.MustCompile(`^(\d+) +(.*)$`)
	toldBy   = regexp.MustCompile(`^  pid (\d+) +│ `)
)

// ofProcesses sorts the lines of strace by process, whose threads have numbers of their own, and leaves out what
// a process did before it became this program.
func ofProcesses(out string) map[string][]string {
	parent := map[string]string{} // of a thread: the one that made it; of a process: itself
	waits, execed := map[string]string{}, map[string]int{}
	var order [][2]string
	for line := range strings.Lines(out) {
		line = strings.TrimSuffix(line, "\n")
		m := ofThread.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		if begun.MatchString(line) && strings.Contains(line, "clone") {
			waits[m[1]] = line
		}
		if strings.Contains(m[2], "clone") && !begun.MatchString(line) {
			child := m[2][strings.LastIndex(m[2], "= ")+2:]
			if parent[child] = child; strings.Contains(waits[m[1]]+line, "CLONE_THREAD") {
				parent[child] = m[1]
			}
			delete(waits, m[1])
		}
		if strings.HasPrefix(m[2], "execve(") || strings.HasPrefix(m[2], "<... execve resumed") {
			execed[m[1]] = len(order)
		}
		order = append(order, [2]string{m[1], line})
	}
	kept := map[string][]string{}
	for n, entry := range order {
		process := entry[0]
		if n < execed[process] {
			continue
		}
		for parent[process] != "" && parent[process] != process {
			process = parent[process]
		}
		kept[process] = append(kept[process], entry[1])
	}
	return kept
}

// What each process of a room tells is what strace sees it do: the parent, and the child of each client, also
// where they carry to each other.
func TestTraceOfProcessesIsWhatStraceSees(t *testing.T) {
	path, ok := strace(t)
	if !ok {
		return
	}
	for name, inherited := range map[string][]string{"room-processes": {"3"}, "room-pass-on": {"3", "4"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			room := startWatch(t, path, t.TempDir(), name+" tcp://127.0.0.1:0")
			at := strings.TrimPrefix(room.until(`Room at (\S+)\.`), "tcp://")
			for range 2 {
				c, err := net.Dial("tcp", at)
				if err != nil {
					t.Fatal(err)
				}
				defer c.Close()
				if _, err := io.WriteString(c, "привет\n"); err != nil {
					t.Fatal(err)
				}
				if _, err := c.Read(make([]byte, 100)); err != nil {
					t.Fatal(err)
				}
				if _, err := io.WriteString(c, "exit\n"); err != nil {
					t.Fatal(err)
				}
				room.until(`wait4\(\d+\) = \d+`)
				room.until(`has ended`)
			}
			if err := room.in.Close(); err != nil {
				t.Fatal(err)
			}
			room.end()
			compareProcesses(t, room, inherited)
		})
	}
}

func compareProcesses(t *testing.T, room *watch, inherited []string) {
	calls, err := os.ReadFile(room.calls)
	if err != nil {
		t.Fatal(err)
	}
	told, first := map[string][]string{}, ""
	for _, line := range room.told {
		if m := toldBy.FindStringSubmatch(line); m != nil && first == "" {
			first = m[1]
		}
	}
	for _, line := range room.told {
		by := first
		if m := toldBy.FindStringSubmatch(line); m != nil {
			by = m[1]
		}
		told[by] = append(told[by], line)
	}
	seen := ofProcesses(string(calls))
	if len(told) != 3 || len(seen) != 3 {
		t.Fatalf("%d processes told, %d were seen; want 3\n%s", len(told), len(seen), calls)
	}
	for process, lines := range told {
		born := inherited
		if process == first {
			born = nil
		}
		same(t, bySocket(toldCalls(lines)), bySocket(seenCalls(t, []byte(strings.Join(seen[process], "\n")), born...)))
	}
}
