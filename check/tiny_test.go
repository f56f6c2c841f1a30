package check_test

import (
	"bufio"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"jim/check"
	"jim/client"
	"jim/tcptest"
)

// TestServersThatAreNone wants a report that makes sense, soon, of what is no server of JIM at all.
func TestServersThatAreNone(t *testing.T) {
	t.Parallel()
	var all sync.WaitGroup
	for _, s := range []struct {
		name, says string
		serve      func(net.Conn)
	}{
		{"says nothing", "nothing in", func(c net.Conn) { _, _ = io.Copy(io.Discard, c) }},
		{"closes at once", "closed the connection", func(net.Conn) {}},
		{"echoes", "before that came", func(c net.Conn) { _, _ = io.Copy(c, c) }},
		{"answers HTTP", "HTTP/1.1 400", func(c net.Conn) {
			_, _ = bufio.NewReader(c).ReadString('\n')
			_, _ = io.WriteString(c, "HTTP/1.1 400 Bad Request\r\n\r\n")
		}},
		{"answers with words", "what is no object", func(c net.Conn) {
			_, _ = io.WriteString(c, "220 welcome\r\n")
			_, _ = io.Copy(io.Discard, c)
		}},
		{"answers with 200 in words", `"200"`, func(c net.Conn) {
			_, _ = bufio.NewReader(c).ReadString('\n')
			_, _ = io.WriteString(c, `{"response":"200"}`+"\n")
		}},
		{"sends without end", "an answer to", func(c net.Conn) {
			flood := []byte(strings.Repeat(`{"action":"msg","message":"`+strings.Repeat("x", 4096)+`"}`+"\n", 16))
			for {
				if _, err := c.Write(flood); err != nil {
					return
				}
			}
		}},
	} {
		address, _ := tcptest.Serve(t, s.serve)
		for _, level := range check.Levels {
			all.Go(func() {
				r := run(t, check.Options{Address: address, Level: level, Patience: 2 * time.Second})
				sums := r.Sums()
				if sums.Failed != 1 || sums.Passed != 0 || sums.Skipped != sums.Total-1 || r.Grade() != "F" || r.Passed() {
					t.Errorf("%s: %s: %+v, grade %s", s.name, level, sums, r.Grade())
				}
				for _, x := range r.Results {
					if text := x.Expected + " " + x.Came; x.State == check.Failed && !strings.Contains(text, s.says) {
						t.Errorf("%s: %s: %s: expected %s, came %s", s.name, level, x.ID, x.Expected, x.Came)
					}
				}
			})
		}
	}
	all.Wait()
}

// TestAServerThatDiesIsNoticed has a server die in the middle: the run ends soon and says so.
func TestAServerThatDiesIsNoticed(t *testing.T) {
	t.Parallel()
	real := strings.TrimPrefix(forgetful(t, "tcp://127.0.0.1:0", false).Addresses()[0], "tcp://")
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	defer all.Wait()
	const lives = 40 // connections
	all.Go(func() {
		for range lives {
			c, err := l.Accept()
			if err != nil {
				return
			}
			s, err := net.Dial("tcp", real)
			if err != nil {
				_ = c.Close()
				return
			}
			all.Go(func() { _, _ = io.Copy(s, c); _ = s.Close() })
			all.Go(func() { _, _ = io.Copy(c, s); _ = c.Close() })
		}
		_ = l.Close()
	})
	r := run(t, check.Options{Address: l.Addr().String(), Level: check.JIM2, Patience: 10 * time.Second})
	if s := r.Sums(); !strings.Contains(r.Stopped, "takes no connections any more") || s.Passed == 0 || s.Skipped < s.Total/2 || r.Passed() || r.Grade() == "A" {
		t.Errorf("%+v, grade %s, stopped %q", s, r.Grade(), r.Stopped)
	}
}

func TestNobodyAnswers(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	_ = l.Close()
	var unreachable *client.UnreachableError
	if _, err := check.Server(t.Context(), check.Options{Address: address, Level: check.JIM2}); !errors.As(err, &unreachable) {
		t.Errorf("the error is %v", err)
	}
	for _, o := range []check.Options{{Address: address, Level: "jim3"}, {Address: address, Level: check.JIM2, Only: []string{"nonsense"}}} {
		if _, err := check.Server(t.Context(), o); err == nil || errors.As(err, &unreachable) {
			t.Errorf("%+v: the error is %v", o, err)
		}
	}
}
