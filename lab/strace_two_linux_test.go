package lab

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// types writes into a command.
func (w *watch) types(text string) {
	w.t.Helper()
	if _, err := io.WriteString(w.in, text); err != nil {
		w.t.Fatal(err)
	}
}

// ends closes the input of a command, which is its Ctrl-C or Ctrl-D, and compares.
func (w *watch) ends() {
	w.t.Helper()
	if err := w.in.Close(); err != nil {
		w.t.Fatal(err)
	}
	w.compared()
}

func (w *watch) compared() {
	w.t.Helper()
	told, seen := w.end()
	same(w.t, bySocket(told), bySocket(seen))
}

// What a server and a client tell, which have several threads, is what strace sees: for each socket by itself.
func TestTraceOfConversationIsWhatStraceSees(t *testing.T) {
	path, ok := strace(t)
	if !ok {
		return
	}
	for _, command := range []string{
		"echo tcp://127.0.0.1:0", "echo unix://s", "echo ws://127.0.0.1:0", "greet tcp://127.0.0.1:0", "greet unix://s",
		"room unix://s", "room-one tcp://127.0.0.1:0", "room-one unix://s",
	} {
		t.Run(strings.ReplaceAll(command, "/", "_"), func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			server := startWatch(t, path, dir, command)
			at := server.until(`(?:server|Room) at (\S+?)[;.]? `)
			client := startWatch(t, path, dir, "dial "+at)
			client.until(`Connected to`)
			client.types(strings.Repeat("привет ", 10) + "\n")
			client.ends()
			server.until(`has closed`)
			server.ends()
		})
	}
}

// The same over datagrams: the lab's own client and server, and by hand.
func TestTraceOfDatagramsIsWhatStraceSees(t *testing.T) {
	path, ok := strace(t)
	if !ok {
		return
	}
	for server, client := range map[string]string{"echo": "dial", "catch": "throw"} {
		t.Run(server, func(t *testing.T) {
			t.Parallel()
			s := startWatch(t, path, t.TempDir(), server+" udp://127.0.0.1:0")
			at := s.until(`at (udp://[0-9.:]+);`)
			c := startWatch(t, path, t.TempDir(), client+" "+at)
			c.until(`socket\(`)
			c.types("привет, это длинная строка\n")
			if client == "dial" {
				c.until(`recv\(.* = \d+  "`)
			}
			s.until(`recvfrom\(.* = \d+  "`)
			c.ends()
			s.ends()
		})
	}
}

// The same for two people, of whom both type; with turns, who connects begins.
func TestTraceOfTalkIsWhatStraceSees(t *testing.T) {
	path, ok := strace(t)
	if !ok {
		return
	}
	for _, command := range []string{"talk tcp://127.0.0.1:0", "talk unix://s", "turns tcp://127.0.0.1:0"} {
		t.Run(strings.ReplaceAll(command, "/", "_"), func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			name, _, _ := strings.Cut(command, " ")
			one := startWatch(t, path, dir, command+" wait")
			two := startWatch(t, path, dir, name+" "+one.until(`Waiting at (\S+)\. `))
			if name == "turns" {
				two.until(`Your turn`)
				two.types("привет\n")
				one.until(`recv.* = 13  "привет`)
				one.types("и тебе\n")
				two.until(`recv.* = 12  "и тебе`)
				two.until(`Your turn`)
				two.ends()
				one.compared()
				return
			}
			for _, w := range []*watch{one, two} {
				w.until(`Type; what the other side says`)
				w.types("привет\n")
			}
			for _, w := range []*watch{one, two} {
				w.until(`recv.* = 13  "привет`)
			}
			one.ends()
			two.compared()
		})
	}
}

// The same for a file in two terminals.
func TestTraceOfFileIsWhatStraceSees(t *testing.T) {
	path, ok := strace(t)
	if !ok {
		return
	}
	for _, at := range []string{"tcp://127.0.0.1:0", "unix://s"} {
		t.Run(at[:4], func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if err := os.Mkdir(filepath.Join(dir, "kept"), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, "letter"), []byte(strings.Repeat("привет\n", 1000)), 0o600); err != nil {
				t.Fatal(err)
			}
			receiver := startWatch(t, path, dir, "receive "+at)
			sender := startWatch(t, path, dir, "send "+receiver.until(`((?:tcp|unix)://[^;,. ]\S*?)[;,.]?(?: |$)`))
			sender.compared()
			receiver.until(`close\(\d+\) = 0`)
			receiver.ends()
		})
	}
}
