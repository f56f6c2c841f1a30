//go:build unix

package main

import (
	"bufio"
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"jim/check"
	"jim/tap"
)

// taps is where a script keeps its taps.
type taps struct{}

// tapProcess is `jim tap`, running.
type tapProcess struct {
	process *exec.Cmd
	out     lockedBuffer
	ready   chan string // its address, when it says so
	read    chan struct{}
}

// lockedBuffer is a buffer that several goroutines use.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

var tapAddress = regexp.MustCompile(`(tcp|unix|udp)://[^\s,，]+`)

// startTap is the command `tap NAME [FLAG…] ADDRESS` of scripts: it starts jim tap and waits until it
// listens; its address is $NAME.
func startTap(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: tap NAME [FLAG…] ADDRESS")
	}
	p := &tapProcess{ready: make(chan string, 1), read: make(chan struct{})}
	p.process = exec.Command("jim", append([]string{"tap"}, args[1:]...)...)
	p.process.Dir = ts.MkAbs(".")
	for _, v := range []string{"HOME", "PATH", "LC_ALL", "TZ", "JIM_LANG", "NO_COLOR"} {
		p.process.Env = append(p.process.Env, v+"="+ts.Getenv(v))
	}
	p.process.Stdout = &p.out
	stderr, err := p.process.StderrPipe()
	ts.Check(err)
	log, err := os.Create(ts.MkAbs(args[0] + ".err"))
	ts.Check(err)
	ts.Check(p.process.Start())
	go func() {
		defer close(p.read)
		defer log.Close()
		address := ""
		for lines := bufio.NewScanner(io.TeeReader(stderr, log)); lines.Scan(); {
			if address == "" {
				address = tapAddress.FindString(lines.Text())
			}
			if strings.Contains(lines.Text(), "jim chat") { // it is the last that it says
				p.ready <- address
			}
		}
	}()
	ts.Defer(func() {
		_ = p.process.Process.Kill() // it may have ended already
		<-p.read
		_ = p.process.Wait()
	})
	ts.Value(taps{}).(map[string]*tapProcess)[args[0]] = p
	select {
	case address := <-p.ready:
		ts.Setenv(args[0], address)
	case <-p.read:
		ts.Fatalf("the tap has ended: %s", ts.ReadFile(args[0]+".err"))
	case <-time.After(patient):
		ts.Fatalf("the tap does not listen")
	}
}

// endTap is the command `endtap NAME CODE` of scripts: it presses Ctrl-C and wants that exit code. What the tap
// has shown is the file NAME.out.
func endTap(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: endtap NAME CODE")
	}
	want, err := strconv.Atoi(args[1])
	ts.Check(err)
	p := ts.Value(taps{}).(map[string]*tapProcess)[args[0]]
	ts.Check(p.process.Process.Signal(syscall.SIGINT))
	select {
	case <-p.read:
	case <-time.After(patient):
		ts.Fatalf("the tap goes on")
	}
	_ = p.process.Wait() // its code is looked at next
	ts.Check(os.WriteFile(ts.MkAbs(args[0]+".out"), []byte(p.out.String()), 0o600))
	if code := p.process.ProcessState.ExitCode(); code != want {
		ts.Fatalf("the tap ended with %d, want %d:\n%s", code, want, p.out.String())
	}
}

func TestRulesAreSaidInEveryLanguage(t *testing.T) {
	for i := range check.Rules {
		r := &check.Rules[i]
		p := rulePhrases[r.ID]
		if p.ru == "" || p.zh == "" || !strings.HasSuffix(p.ru, ".") || !strings.HasSuffix(p.zh, "。") {
			t.Errorf("%s is not said in Russian and Chinese", r.ID)
		}
		if ruleIn(r, english) != r.Says || ruleIn(r, russian) != p.ru {
			t.Errorf("%s is said in another language", r.ID)
		}
	}
	if len(rulePhrases) != len(check.Rules) {
		t.Errorf("%d rules are translated, there are %d", len(rulePhrases), len(check.Rules))
	}
}

// TestTapDocs wants the table of docs/tap.md to be that of the program. With -update it writes it.
func TestTapDocs(t *testing.T) {
	path := filepath.Join("..", "..", "docs", "tap.md")
	old, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	b.WriteString("| rule | of | what is demanded | section |\n|---|---|---|---|\n")
	for _, r := range check.Rules {
		of := r.Of.String()
		if r.Of == check.Either {
			of = "both"
		}
		link := strings.TrimPrefix(string(r.Section), "docs/")
		b.WriteString("| `" + r.ID + "` | " + of + " | " + r.Says + " | [" + r.Section.Title() + "](" + link + ") |\n")
	}
	text := replaceTable(t, old, "rules", b.String())
	if bytes.Equal(text, old) {
		return
	}
	if !*update {
		t.Fatal("docs/tap.md does not agree with the program; write its table with: go test ./cmd/jim -run Docs -update")
	}
	if err := os.WriteFile(path, text, 0o644); err != nil {
		t.Fatal(err)
	}
}

// shownAs is what a printer without colours makes of an item.
func shownAs(p tapPrinter, i tap.Item) string {
	var b strings.Builder
	p.out, p.width = &b, func() int { return 80 }
	p.show(i)
	return b.String()
}

// TestTapShowsNothingThatATerminalObeys shows hostile things of every kind, in colours and without.
func TestTapShowsNothingThatATerminalObeys(t *testing.T) {
	for _, text := range []string{
		"{\"action\":\"msg\",\"message\":\"\u202egpj.exe \u009b31m\"}",
		"{\"action\":\"msg\",\"\u202e\":1}",
		"{\"action\":\"\x1b[2J\"",
		"\x1b]0;owned\a\x1b[2J",
		"a\xff\xfe\u2066b\r\nc",
		`{"a":"` + strings.Repeat("\u202e", 3000) + `"}`,
	} {
		for kind := tap.Opened; kind <= tap.Lost; kind++ {
			for _, p := range []tapPrinter{{}, {raw: true}} {
				shown := shownAs(p, tap.Item{Kind: kind, Side: check.FromServer, Conn: 1, Text: []byte(text), Size: len(text), Note: text})
				for _, r := range shown {
					if r < ' ' && r != '\n' || r >= 0x7f && r < 0xa0 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
						t.Fatalf("%q is shown as %q", text, shown)
					}
				}
			}
		}
	}
}

// TestTapKeepsToTheTerminal looks at widths, folding and secrets.
func TestTapKeepsToTheTerminal(t *testing.T) {
	long := `{"action":"presence","user":{"account_name":"ann","password":"correct horse"},"x":"` + strings.Repeat("你好 ", 2000) + `","list":[` + strings.Repeat(`{"seq":1},`, 500) + `1]}`
	shown := shownAs(tapPrinter{looks: style{color: true}}, tap.Item{Kind: tap.Object, Side: check.FromClient, Conn: 1234, Text: []byte(long), Size: len(long)})
	plainText := regexp.MustCompile(`\x1b\[[0-9;]*m`).ReplaceAllString(shown, "")
	rows := strings.Split(strings.TrimRight(plainText, "\n"), "\n")
	for _, row := range rows {
		if columns(row) > 80 {
			t.Errorf("a row has %d columns: %s", columns(row), row)
		}
	}
	if len(rows) > tapRows+1 || strings.Contains(shown, "horse") || !strings.Contains(plainText, `"password":"•••"`) || !strings.Contains(shown, "\x1b[34m") {
		t.Errorf("%d rows are shown:\n%s", len(rows), plainText)
	}
	for _, secret := range []string{"Authorization: Basic aG9yc2U=horse", "/login ann horse", `{"action":"presence","password" : "horse`} {
		if s := shownAs(tapPrinter{}, tap.Item{Kind: tap.Line, Side: check.FromClient, Text: []byte(secret)}); strings.Contains(s, "horse") {
			t.Errorf("shown is %s", s)
		}
	}
	if s := shownAs(tapPrinter{raw: true}, tap.Item{Kind: tap.Object, Text: []byte(long)}); !strings.Contains(s, "correct horse") || strings.Count(s, "\n") != 1 {
		t.Errorf("raw is %.200s", s)
	}
}

// TestTapWarns: who lets others in as himself, or as if they were here, is told so.
func TestTapWarns(t *testing.T) {
	for _, w := range []struct{ server, address, warning string }{
		{"tcp://127.0.0.1:7777", "tcp://127.0.0.1:7000", ""},
		{"tcp://127.0.0.1:7777", "tcp://[::1]:7000", ""},
		{"unix:///run/jim.sock", "unix:///tmp/tap.sock", ""},
		{"unix:///run/jim.sock", "tcp://127.0.0.1:7000", sayTapYou.ru},
		{"udp://127.0.0.1:7777", "udp://0.0.0.0:7000", sayTapOpen.ru},
		{"tls://chat.example:7777", "tcp://192.0.2.1:7000", sayTapOpen.ru},
		{"wss://chat.example:443/jim/ws", "tcp://127.0.0.1:7000", sayTapPlain.ru},
	} {
		var b strings.Builder
		(&tapPrinter{lang: russian}).begin(&b, w.server, w.address)
		if got := b.String(); !strings.Contains(got, w.warning) || strings.Contains(got, "Внимание") != strings.Contains(w.warning, "Внимание") {
			t.Errorf("%s at %s says %s", w.server, w.address, got)
		}
	}
}
