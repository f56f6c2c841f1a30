//go:build unix

package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"jim": main, "faulty-jim": faultyJim, "stopped-clock": stoppedClock})
}

// TestScripts plays testdata/script with the real program. Besides the commands
// of testscript there are:
//
//	exits CODE COMMAND…     runs it and wants exactly that exit code
//	serve NAME [FLAG…]      starts jim serve and waits until it is ready. Its stdout is the
//	                        file NAME.out, its stderr NAME.err, its first address $NAME. Where
//	                        $PROGRAM is set it is that one, and where $FILE_BLOCKS is set, no file of the server grows beyond as many
//	end NAME CODE [KILL]    ends it with SIGTERM, or SIGKILL, and wants that exit code (-1 = killed);
//	end NAME CODE TWICE     with a second SIGTERM as soon as it has understood the first;
//	end NAME CODE GONE      waits for it, who got a signal already
//	talk ADDRESS FILE       plays a conversation: "> object" is sent, "< regexp" must match
//	                        the next object that comes, "<|" wants the end, "! NAME" sends
//	                        SIGTERM to that server
//	stuff ADDRESS FILE      sends what the file says again and again and reads nothing, until
//	                        the server takes no more, or is gone; it stays connected
//	tap NAME [FLAG…] ADDRESS  starts jim tap; where it listens is $NAME, its stderr NAME.err
//	endtap NAME CODE        ends it with SIGINT and wants that exit code; what it has shown is
//	                        the file NAME.out
//	course NAME             starts a server of the course, whose address is $NAME
//	heard NAME TEXT         waits until it has heard that: "NAME: TEXT" of a message, or presence
//	find FILE REGEXP NAME   sets $NAME to what the group in the expression matches
//
// and those of lab_script_test.go for programs that run beside the script, and of lab_netns_linux_test.go for
// networks. The condition [raw] holds where raw sockets may be opened, [netns] where networks may be made.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "script"),
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Deadline:            time.Now().Add(4 * time.Minute), // a program that should have ended may run for ever
		Setup: func(e *testscript.Env) error {
			home := filepath.Join(e.WorkDir, "home")
			e.Setenv("HOME", home)
			e.Setenv("LC_ALL", "C.UTF-8")
			e.Setenv("TZ", "UTC")
			e.Setenv("GORACE", "atexit_sleep_ms=50") // or each program sleeps for a second at its end under the race detector
			keepHistories(e)
			e.Values[servers{}] = map[string]*served{}
			e.Values[taps{}] = map[string]*tapProcess{}
			e.Values[courseServers{}] = map[string]*courseServer{}
			e.Values[besides{}] = map[string]*beside{}
			return os.Mkdir(home, 0o700)
		},
		Condition: func(name string) (bool, error) {
			switch name {
			case "raw":
				return mayCapture(), nil
			case "netns":
				return mayMakeNetworks(), nil
			}
			return false, fmt.Errorf("no such condition: %s", name)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":  exits,
			"serve":  startServer,
			"end":    endServer,
			"tap":    startTap,
			"endtap": endTap,
			"course": startCourse,
			"heard":  heardAt,
			"talk":   talk,
			"stuff":  stuff,
			"find":   find,
			"start":  startBeside,
			"says":   saysBeside,
			"type":   typeBeside,
			"finish": finishBeside,

			"networks": makeNetworks,
		},
	})
}

func exits(ts *testscript.TestScript, neg bool, args []string) {
	want, err := strconv.Atoi(args[0])
	if neg || err != nil || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND…")
	}
	code := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Fatalf("%v", err)
		}
		code = exit.ExitCode()
	}
	if code != want {
		ts.Fatalf("exit code %d, want %d", code, want)
	}
}

// servers is where a script keeps its servers.
type servers struct{}

type served struct {
	process  *exec.Cmd
	address  string
	ready    chan struct{} // closed when the log says so
	stopping chan struct{} // closed when the log says so
	read     chan struct{} // closed at the end of stderr
}

func startServer(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: serve NAME [FLAG…]")
	}
	name := args[0]
	c := exec.Command("sh", append([]string{"-c", `ulimit -f "${FILE_BLOCKS:-unlimited}" && exec "${PROGRAM:-jim}" serve "$@"`, "sh"}, args[1:]...)...)
	c.Dir = ts.MkAbs(".")
	for _, v := range []string{"HOME", "PATH", "LC_ALL", "TZ", "JIM_LANG", "JIM_LISTEN", "JIM_DATA", "JIM_CONFIG", "JOURNAL_STREAM", "FILE_BLOCKS", "PROGRAM"} {
		c.Env = append(c.Env, v+"="+ts.Getenv(v))
	}
	out, err := os.Create(ts.MkAbs(name + ".out"))
	ts.Check(err)
	defer out.Close()
	c.Stdout = out
	stderr, err := c.StderrPipe()
	ts.Check(err)
	log, err := os.Create(ts.MkAbs(name + ".err"))
	ts.Check(err)
	ts.Check(c.Start())
	s := &served{process: c, ready: make(chan struct{}), stopping: make(chan struct{}), read: make(chan struct{})}
	go s.follow(io.TeeReader(stderr, log), log)
	ts.Defer(func() {
		_ = c.Process.Kill() // it may have ended already
		<-s.read
		_ = c.Wait()
	})
	ts.Value(servers{}).(map[string]*served)[name] = s
	s.await(ts, s.ready)
	ts.Setenv(name, s.address)
}

// await waits for something in the server's log.
func (s *served) await(ts *testscript.TestScript, event chan struct{}) {
	select {
	case <-event:
		return
	case <-s.read:
		select {
		case <-event: // it was its last line
		default:
			ts.Fatalf("the server has ended")
		}
	case <-time.After(patient):
		ts.Fatalf("the server does not say it")
	}
}

var (
	saysListening = regexp.MustCompile(`msg"?[=:]"?listening"?[, ].*address"?[=:]"?([^ "]+)`)
	saysReady     = regexp.MustCompile(`msg"?[=:]"?ready\b`)
	saysStopping  = regexp.MustCompile(`msg"?[=:]"?stopping\b`)
)

// follow reads the log to its end.
func (s *served) follow(r io.Reader, log io.Closer) {
	defer close(s.read)
	defer log.Close()
	for lines := bufio.NewScanner(r); lines.Scan(); {
		line := lines.Text()
		if m := saysListening.FindStringSubmatch(line); m != nil && s.address == "" {
			s.address = m[1]
		}
		if saysReady.MatchString(line) {
			close(s.ready)
		}
		if saysStopping.MatchString(line) {
			close(s.stopping)
		}
	}
}

func endServer(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: end NAME CODE [KILL|TWICE]")
	}
	want, err := strconv.Atoi(args[1])
	ts.Check(err)
	s := ts.Value(servers{}).(map[string]*served)[args[0]]
	switch strings.Join(args[2:], " ") {
	case "GONE":
	case "KILL":
		ts.Check(s.process.Process.Signal(syscall.SIGKILL))
	case "TWICE":
		ts.Check(s.process.Process.Signal(syscall.SIGTERM))
		s.await(ts, s.stopping)
		ts.Check(s.process.Process.Signal(syscall.SIGTERM))
	default:
		ts.Check(s.process.Process.Signal(syscall.SIGTERM))
	}
	select {
	case <-s.read:
	case <-time.After(patient):
		ts.Fatalf("the server goes on")
	}
	_ = s.process.Wait() // its code is looked at next
	if code := s.process.ProcessState.ExitCode(); code != want {
		ts.Fatalf("the server ended with %d, want %d", code, want)
	}
}

// dial connects to an address as the server writes it; the path of a socket may
// begin in the script's folder.
func dial(ts *testscript.TestScript, uri string) net.Conn {
	network, address, _ := strings.Cut(uri, "://")
	if network == "unix" {
		address = ts.MkAbs(address)
	}
	conn, err := net.Dial(network, address)
	ts.Check(err)
	ts.Check(conn.SetDeadline(time.Now().Add(patient)))
	return conn
}

func stuff(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: stuff ADDRESS FILE")
	}
	conn := dial(ts, args[0])
	ts.Defer(func() { conn.Close() })
	for text, took := []byte(ts.ReadFile(args[1])), 0; ; {
		const stuck, tooMuch = time.Second, 256 << 20
		ts.Check(conn.SetWriteDeadline(time.Now().Add(stuck)))
		n, err := conn.Write(text)
		if errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ECONNRESET) {
			return
		}
		ts.Check(err)
		if took += n; took > tooMuch {
			ts.Fatalf("the server takes everything")
		}
	}
}

func talk(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: talk ADDRESS FILE")
	}
	conn := dial(ts, args[0])
	defer conn.Close()
	in := bufio.NewReader(conn)
	for _, line := range strings.Split(ts.ReadFile(args[1]), "\n") {
		switch {
		case strings.HasPrefix(line, "> "):
			_, err := io.WriteString(conn, os.Expand(line[2:], ts.Getenv)+"\n")
			ts.Check(err)
		case strings.HasPrefix(line, "! "):
			s := ts.Value(servers{}).(map[string]*served)[line[2:]]
			ts.Check(s.process.Process.Signal(syscall.SIGTERM))
		case line == "<|":
			if got, err := in.ReadString('\n'); err != io.EOF {
				ts.Fatalf("the end was wanted, and %q came (%v)", got, err)
			}
		case strings.HasPrefix(line, "< "):
			got, err := in.ReadString('\n')
			if err != nil || !regexp.MustCompile(os.Expand(line[2:], ts.Getenv)).MatchString(got) {
				ts.Fatalf("wanted %s\ngot    %s (%v)", line[2:], got, err)
			}
			ts.Logf("< %s", got)
		case line != "":
			ts.Fatalf("not understood: %s", line)
		}
	}
}

func find(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: find FILE REGEXP NAME")
	}
	m := regexp.MustCompile(args[1]).FindStringSubmatch(ts.ReadFile(args[0]))
	if len(m) < 2 {
		ts.Fatalf("%s is not in %s:\n%s", args[1], args[0], ts.ReadFile(args[0]))
	}
	ts.Setenv(args[2], m[1])
}
