package lab

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The one-sided commands and demonstrations: what they tell is what strace sees, call by call.
func TestTraceOfMoreIsWhatStraceSees(t *testing.T) {
	path, ok := strace(t)
	if !ok {
		return
	}
	page := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "привет") }))
	t.Cleanup(page.Close)
	for name, command := range map[string]string{"udp": "udp", "http": "http " + page.URL, "file": "sample"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			told, seen := startWatch(t, path, t.TempDir(), command).end()
			if name == "file" { // it has two threads
				told, seen = bySocket(told), bySocket(seen)
			}
			same(t, told, seen)
		})
	}
}

// The same for commands that wait for somebody.
func TestTraceOfManyIsWhatStraceSees(t *testing.T) {
	path, ok := strace(t)
	if !ok {
		return
	}
	t.Run("room", func(t *testing.T) {
		t.Parallel()
		room := startWatch(t, path, t.TempDir(), "room tcp://127.0.0.1:0")
		at := strings.TrimPrefix(room.until(`Room at (\S+)\.`), "tcp://")
		for _, name := range []string{"老王", "аня"} {
			c, err := net.Dial("tcp", at)
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			if _, err := io.WriteString(c, name+":привет\n"); err != nil {
				t.Fatal(err)
			}
			room.until(`recv\(.*` + name)
			if _, err := io.WriteString(c, "exit\n"); err != nil {
				t.Fatal(err)
			}
			room.until(`says exit`)
		}
		if err := room.in.Close(); err != nil {
			t.Fatal(err)
		}
		told, seen := room.end()
		same(t, bySocket(told), bySocket(seen))
	})
	t.Run("lan", func(t *testing.T) {
		t.Parallel()
		chat := startWatch(t, path, t.TempDir(), "lan ann")
		port, err := strconv.Atoi(chat.until(`at port (\d+),`))
		if err != nil {
			t.Fatal(err)
		}
		bob, err := net.Dial("udp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
		if err != nil {
			t.Fatal(err)
		}
		defer bob.Close()
		if _, err := io.WriteString(bob, "bob:привет"); err != nil {
			t.Fatal(err)
		}
		chat.until(`bob:привет`)
		if _, err := io.WriteString(chat.in, "hi\n"); err != nil {
			t.Fatal(err)
		}
		chat.until(`recvfrom\(.*ann:hi`)
		if err := chat.in.Close(); err != nil {
			t.Fatal(err)
		}
		told, seen := chat.end()
		same(t, bySocket(told), bySocket(seen))
	})
}

// A capture's calls are the same too, as far as the lab writes them as strace does: their names, their socket and
// their results. It asks for packets several times in what it tells as one call;
// what came of one is compared.
func TestTraceOfCaptureIsWhatStraceSees(t *testing.T) {
	path, ok := strace(t)
	if !ok {
		return
	}
	capture := startWatch(t, path, t.TempDir(), "capture 17")
	if strings.Contains(capture.until(`(SOCK_RAW, 0\) = \S+|Ctrl-C)`), "-1") {
		t.Log("nothing was captured: this test may not open raw sockets here")
		return
	}
	capture.until(`Ctrl-C`)
	one, err := net.Dial("udp", "127.0.0.1:17")
	if err != nil {
		t.Fatal(err)
	}
	defer one.Close()
	if _, err := io.WriteString(one, "привет"); err != nil {
		t.Fatal(err)
	}
	packet := capture.until(`recvfrom\(\d+, buf, \d+\) = (\d+)  127\.0\.0\.1:\d+ → 127\.0\.0\.1:17 UDP 12`)
	if err := capture.in.Close(); err != nil {
		t.Fatal(err)
	}
	told, seen := capture.end()
	same(t, namesOf(told), namesOf(seen))
	if !slices.ContainsFunc(seen, func(call string) bool {
		return strings.HasPrefix(call, "recv(") && strings.Contains(call, ") = "+packet+"  ")
	}) {
		t.Errorf("no recvfrom of %s bytes was seen:\n%s", packet, strings.Join(seen, "\n"))
	}
}

var nameAndResult = regexp.MustCompile(`^(\w+\(\w+).*\)( = .*)$`)

func namesOf(calls []string) (names []string) {
	for _, call := range calls {
		if m := nameAndResult.FindStringSubmatch(call); m != nil && !strings.HasPrefix(call, "recv") {
			names = append(names, strings.Replace(m[1]+m[2], "EOPNOTSUPP", "ENOTSUP", 1)) // one number, two names
		}
	}
	return names
}
