package lab

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// strace is the path of strace, where it is there and may look at processes. `tools/strace install`
// gets it; the log of the test says where nothing was compared, which with JIM_STRACE=must is a failure.
func strace(t *testing.T) (path string, ok bool) {
	say := t.Logf
	if os.Getenv("JIM_STRACE") == "must" {
		say = t.Fatalf
	}
	path, err := exec.LookPath("strace")
	if err != nil {
		say("NOTHING WAS COMPARED: there is no strace here; tools/strace install gets it")
		return "", false
	}
	if out, err := exec.Command(path, "-o", os.DevNull, os.Args[0], "-test.run", "^$").CombinedOutput(); err != nil {
		say("NOTHING WAS COMPARED: strace may not look at processes here: %v\n%s", err, out)
		return "", false
	}
	return path, true
}

// watch is a command of the lab that runs under strace.
type watch struct {
	t     *testing.T
	p     *exec.Cmd
	in    io.WriteCloser
	said  *bufio.Reader // its stderr
	told  []string      // the lines of it that were read
	calls string        // the file of strace
}

func startWatch(t *testing.T, strace, dir, command string) *watch {
	t.Helper()
	w := &watch{t: t, calls: filepath.Join(t.TempDir(), "calls")}
	w.p = exec.Command(strace, "-f", "-xx", "-s", "65536", "-e", "trace=network,close,?poll,?ppoll,?unlink,?unlinkat,fcntl,wait4,?clone,?clone3,?fork,?vfork,execve", "-e", "signal=none", "-o", w.calls, os.Args[0])
	w.p.Env = append(os.Environ(), "LAB_COMMAND="+command)
	w.p.Dir = dir
	w.p.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	var err error
	if w.in, err = w.p.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	errs, err := w.p.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	w.said = bufio.NewReader(errs)
	if err := w.p.Start(); err != nil {
		t.Fatal(err)
	}
	end := func() { _ = syscall.Kill(-w.p.Process.Pid, syscall.SIGKILL) } // the group: what strace watches would outlive it
	guard := time.AfterFunc(30*time.Second, end)
	t.Cleanup(func() {
		guard.Stop()
		end()
	})
	return w
}

// until reads what it says until that matches, and returns what the group in it is.
func (w *watch) until(expression string) string {
	w.t.Helper()
	for want := regexp.MustCompile(expression); ; {
		line, err := w.said.ReadString('\n')
		w.told = append(w.told, strings.TrimSuffix(line, "\n"))
		if m := want.FindStringSubmatch(line); m != nil {
			return m[len(m)-1]
		}
		if err != nil {
			w.t.Fatalf("it did not say %s:\n%s", expression, strings.Join(w.told, "\n"))
		}
	}
}

// end waits for its end and returns what it told and what strace saw, in the same words.
func (w *watch) end() (told, seen []string) {
	w.t.Helper()
	rest, err := io.ReadAll(w.said)
	if err != nil {
		w.t.Fatal(err)
	}
	if err := w.p.Wait(); err != nil {
		w.t.Fatalf("%v\n%s", err, rest)
	}
	w.told = append(w.told, strings.Split(string(rest), "\n")...)
	calls, err := os.ReadFile(w.calls)
	if err != nil {
		w.t.Fatal(err)
	}
	told, seen = toldCalls(w.told), seenCalls(w.t, calls)
	if len(told) == 0 {
		w.t.Fatalf("it told no call:\n%s", strings.Join(w.told, "\n"))
	}
	return told, seen
}

var (
	toldCall = regexp.MustCompile(`^  (?:[^│(]+│ )?((?:socket|setsockopt|bind|listen|getsockname|accept|connect|send|sendto|recv|recvfrom|shutdown|close|poll|unlink|fcntl|fork|wait4|socketpair|getpeername)\(.*\) = .*)$`)
	waited   = regexp.MustCompile(`  \(waited [^)]*\)$`)
	errWords = regexp.MustCompile(`( = -1 E\w+) \(.*\)$`)
	polled   = regexp.MustCompile(`\{(?:fd=)?(\d+), (?:events=)?\w+\}`) // what is waited for is told as what may come
	forked   = regexp.MustCompile(`fork\(\), execve\(.*\)`)
	timeout  = regexp.MustCompile(`(SO_(?:RCV|SND)TIMEO), [^)]*\)`)
)

// toldCalls are the lines of a trace that strace sees too: without notes, and without how long it took.
func toldCalls(lines []string) (calls []string) {
	for _, line := range lines {
		if m := toldCall.FindStringSubmatch(line); m != nil {
			call := waited.ReplaceAllString(m[1], "")
			call = forked.ReplaceAllString(call, "fork()")
			call = polled.ReplaceAllString(call, "{$1}")
			calls = append(calls, timeout.ReplaceAllString(errWords.ReplaceAllString(call, "$1"), "$1, TIME)"))
		}
	}
	return calls
}

var (
	seenCall = regexp.MustCompile(`^(\d+) +(\w+)\((.*)\) += (.*)$`)
	begun    = regexp.MustCompile(`^(\d+) +(\w+\(.*?),? *<unfinished \.\.\.>$`)
	resumed  = regexp.MustCompile(`^(\d+) +<\.\.\. \w+ resumed>(.*)$`)
	hexText  = regexp.MustCompile(`"((?:\\x[0-9a-f]{2})*)"`)
	inet     = regexp.MustCompile(`\{sa_family=AF_INET, sin_port=htons\((\d+)\), sin_addr=inet_addr\(([^)]*)\)\}`)
	local    = regexp.MustCompile(`\{sa_family=AF_UNIX(?:, sun_path=([^}]*))?\}`)
)

// seenCalls are the lines of strace in the words of the lab. What the Go runtime does with descriptors that are
// no sockets is left out, and getsockopt(SO_PROTOCOL), with which package unix asks what kind of
// address it has got. inherited are descriptors of sockets that a process was born with.
func seenCalls(t *testing.T, out []byte, inherited ...string) (calls []string) {
	open := map[string]bool{} // descriptors of sockets
	for _, fd := range inherited {
		open[fd] = true
	}
	waits := map[string]string{}
	for lines := bufio.NewScanner(bytes.NewReader(out)); lines.Scan(); {
		line := lines.Text()
		if m := begun.FindStringSubmatch(line); m != nil {
			waits[m[1]] = m[2]
			continue
		}
		if m := resumed.FindStringSubmatch(line); m != nil {
			if !strings.HasSuffix(waits[m[1]], "(") && !strings.HasPrefix(m[2], ")") {
				waits[m[1]] += ", "
			}
			line = m[1] + " " + waits[m[1]] + m[2]
		}
		m := seenCall.FindStringSubmatch(line)
		if m == nil || strings.HasPrefix(m[4], "?") || strings.Contains(m[4], "EINTR") {
			continue
		}
		name, result := m[2], errWords.ReplaceAllString(" = "+m[4], "$1")
		fd, _, _ := strings.Cut(m[3], ",")
		switch {
		case strings.HasPrefix(m[3], "AF_NETLINK"): // package net asks for the interfaces
			continue
		case slices.Contains(seenOthers, name):
			if call := seenOther(t, name, m[3], result, open); call != "" {
				calls = append(calls, call)
			}
			continue
		case name == "socket", name == "accept4" && !strings.HasPrefix(m[4], "-1"):
			open[m[4]] = true
		case name == "getsockopt", !open[fd]:
			continue
		case name == "close":
			delete(open, fd)
		}
		args, texts := arguments(t, m[3])
		calls = append(calls, inWordsOfLab(t, name, args, texts, result))
	}
	return calls
}

// arguments splits the arguments of a call: an address becomes one argument, and so does a text, whose
// bytes are in texts.
func arguments(t *testing.T, text string) (args []string, texts map[int][]byte) {
	text = inet.ReplaceAllStringFunc(text, func(a string) string {
		m := inet.FindStringSubmatch(a)
		return string(unhex(t, m[2])) + ":" + m[1]
	})
	text = local.ReplaceAllStringFunc(text, func(a string) string {
		if path := local.FindStringSubmatch(a)[1]; path != "" {
			return string(unhex(t, path))
		}
		return "unix"
	})
	texts = map[int][]byte{}
	for i, arg := range strings.Split(text, ", ") {
		arg = strings.TrimSpace(arg)
		if strings.HasPrefix(arg, `"`) && hexText.MatchString(arg) {
			texts[i] = unhex(t, arg)
		}
		args = append(args, arg)
	}
	return args, texts
}

func unhex(t *testing.T, quoted string) []byte {
	b, err := hex.DecodeString(strings.ReplaceAll(strings.Trim(quoted, `"`), `\x`, ""))
	if err != nil {
		t.Fatalf("%s: %v", quoted, err)
	}
	return b
}

// inWordsOfLab is a call as the lab tells it.
func inWordsOfLab(t *testing.T, name string, args []string, texts map[int][]byte, result string) string {
	shown := strings.Join(args, ", ")
	switch name {
	case "setsockopt":
		value := strings.Trim(args[3], "[]")
		if strings.HasSuffix(args[2], "TIMEO_OLD") {
			value = "TIME"
		}
		shown = strings.Join([]string{args[0], strings.Replace(args[1], "SOL_TCP", "IPPROTO_TCP", 1), strings.TrimSuffix(args[2], "_OLD"), value}, ", ")
	case "bind", "connect":
		shown = args[0] + ", " + args[1]
	case "accept4":
		name, shown = "accept", args[0]
		if !strings.HasPrefix(result, " = -1") {
			result += "  " + args[1]
		}
	case "getsockname":
		shown, result = args[0], result+"  "+args[1]
	case "sendto":
		if len(args) > 4 && args[4] != "NULL" {
			return fmt.Sprintf("sendto(%s, %s, %s, %s)%s", args[0], quoted(texts[1], shownColumns), args[2], args[4], result)
		}
		name = "send"
		shown = fmt.Sprintf("%s, %s, %s", args[0], quoted(texts[1], shownColumns), args[2])
	case "recvfrom":
		name = "recv"
		shown = fmt.Sprintf("%s, buf, %s", args[0], args[2])
		n, err := strconv.Atoi(strings.TrimPrefix(result, " = "))
		switch {
		case args[3] == "MSG_TRUNC":
			name, shown = "recvfrom", shown+", MSG_TRUNC"
			if err == nil && n > 0 {
				result += "  " + quoted(texts[1], shownColumns) + "  " + args[4]
			}
		case strings.HasPrefix(args[3], "MSG_"):
			flags := strings.Split(args[3], "|")
			slices.SortFunc(flags, func(a, b string) int { return strings.Compare(order(a), order(b)) })
			shown += ", " + strings.Join(flags, "|")
		case err == nil && n > 0:
			result += "  " + quoted(texts[1][:n], shownColumns)
		}
	}
	return name + "(" + shown + ")" + result
}

// order is by which the lab writes flags: MSG_PEEK first.
func order(flag string) string {
	if flag == "MSG_PEEK" {
		return ""
	}
	return flag
}

// What a demonstration tells is, call for call and in this order, what strace sees.
func TestTraceIsWhatStraceSees(t *testing.T) {
	path, ok := strace(t)
	if !ok {
		return
	}
	for _, command := range []string{"framing", "bind", "timeout", "bind 192.0.2.1:5005", "bind 127.0.0.1:0"} {
		t.Run(command, func(t *testing.T) {
			t.Parallel()
			told, seen := startWatch(t, path, t.TempDir(), command).end()
			same(t, told, seen)
		})
	}
}

// same fails where two lists of calls differ.
func same(t *testing.T, told, seen []string) {
	t.Helper()
	for i := range max(len(told), len(seen)) {
		a, b := "nothing", "nothing"
		if i < len(told) {
			a = told[i]
		}
		if i < len(seen) {
			b = seen[i]
		}
		if a != b {
			t.Fatalf("call %d:\ntold %s\nseen %s\n\nall that was told:\n%s\n\nall that was seen:\n%s", i+1, a, b, strings.Join(told, "\n"), strings.Join(seen, "\n"))
		}
	}
	t.Logf("%d calls are the same", len(told))
}

var ofSocket = regexp.MustCompile(`^(\w+)\((\d+),? ?`)

// bySocket orders calls by their socket and by what thread makes them: one receives, one sends, and any
// may shut down.
func bySocket(calls []string) []string {
	kind := func(call string) string {
		m := ofSocket.FindStringSubmatch(call)
		if m == nil {
			return ""
		}
		switch m[1] {
		case "send", "sendto", "recv", "recvfrom", "shutdown", "close":
			return m[2] + m[1]
		}
		return m[2]
	}
	sorted := slices.Clone(calls)
	slices.SortStableFunc(sorted, func(a, b string) int { return strings.Compare(kind(a), kind(b)) })
	return sorted
}
