package client

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"jim/wire"
)

// A server of the course is this test's own executable, started again with this variable set to a
// habit as JSON.
const serverVariable = "JIM_COURSE_SERVER"

func TestMain(m *testing.M) {
	if text, ok := os.LookupEnv(serverVariable); ok {
		if err := runServer(text); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// serverHabit is how one server of the course was written.
type serverHabit struct {
	Recv   int    // bytes of one recv, which is one object
	Mentor bool   // presence without type and status, message and exit
	Full   bool   // reads type and status of presence without looking
	Code   string // of presence, as JSON: 200 or "200"
	Time   bool   // answers have it
	Alert  bool   // and alert
	Answer bool   // messages are answered
}

// runServer serves one connection as such a server does, then ends: well if the peer said goodbye. It prints
// its address, and what it was told.
func runServer(text string) error {
	var h serverHabit
	if err := json.Unmarshal([]byte(text), &h); err != nil {
		return err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println(l.Addr())
	c, err := l.Accept()
	if err != nil {
		return err
	}
	defer c.Close()
	for heard := 0; ; heard++ {
		object, err := h.recv(c)
		switch {
		case err != nil && heard == 0:
			return fmt.Errorf("died of a connection that says nothing: %w", err)
		case err != nil:
			return err
		case object["action"] == "quit" || object["action"] == "exit":
			return nil
		}
		if err := h.take(c, object); err != nil {
			return err
		}
	}
}

// rest is what came together with an object that was taken.
var rest [][]byte

// recv is one recv. Several objects in one may be the fault of a busy machine, on which this process could
// not read in between; the client's pauses are judged where it writes. Less than an object never is.
func (h *serverHabit) recv(c net.Conn) (object map[string]any, err error) {
	if len(rest) == 0 {
		b := make([]byte, h.Recv)
		n, err := c.Read(b)
		if err != nil {
			return nil, err
		}
		objects := json.NewDecoder(bytes.NewReader(b[:n]))
		for len(rest) == 0 || objects.More() {
			var one json.RawMessage
			if err := objects.Decode(&one); err != nil {
				return nil, fmt.Errorf("JSONDecodeError: %q: %w", b[:n], err)
			}
			rest = append(rest, one)
		}
	}
	next := rest[0]
	rest = rest[1:]
	return object, json.Unmarshal(next, &object)
}

func (h *serverHabit) take(c net.Conn, object map[string]any) (err error) {
	if _, ok := object["time"].(float64); !ok {
		return fmt.Errorf("TypeError: time in %v", object)
	}
	user, _ := object["user"].(map[string]any)
	switch action := object["action"]; {
	case action == "presence" && user["account_name"] == nil:
		return fmt.Errorf("KeyError: account_name in %v", object)
	case action == "presence" && h.Full && (object["type"] == nil || user["status"] == nil):
		return fmt.Errorf("KeyError: type or status in %v", object)
	case action == "presence" && h.Mentor && object["type"] != nil:
		_, err = fmt.Fprint(c, `{"response":400,"error":"Запрос некорректен."}`)
	case action == "presence":
		err = h.answer(c)
	case action == "msg" && !h.Mentor, action == "message" && h.Mentor:
		var text string
		for _, name := range []string{"message", "mess_text"} {
			if s, ok := object[name].(string); ok {
				text = s
			}
		}
		if text == "" {
			return fmt.Errorf("KeyError: the text in %v", object)
		}
		fmt.Println("heard", text)
		if h.Answer {
			err = h.answer(c)
		}
	case action == "join" && !h.Mentor:
		err = h.answer(c)
	default:
		return fmt.Errorf("an action it does not know: %v", object)
	}
	return err
}

func (h *serverHabit) answer(c net.Conn) error {
	answer := `{"response":` + h.Code
	if h.Time {
		answer += `,"time":1763.5`
	}
	if h.Alert {
		answer += `,"alert":"OK"`
	}
	_, err := fmt.Fprint(c, answer+"}")
	return err
}

// paced judges what a client hands to the system, and when: each write must be one object, 75 ms after the one
// before was taken. Presence was answered when the second comes, so the server has read it.
type paced struct {
	net.Conn
	mu     sync.Mutex
	faults []string
	done   time.Time
	writes int
}

func (p *paced) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.writes++; p.writes > 2 && time.Since(p.done) < 75*time.Millisecond {
		p.faults = append(p.faults, fmt.Sprintf("%v after another object: %q", time.Since(p.done), b))
	}
	if !json.Valid(b) {
		p.faults = append(p.faults, fmt.Sprintf("not one object: %q", b))
	}
	n, err := p.Conn.Write(b)
	p.done = time.Now()
	return n, err
}

// judge tells what was wrong, and returns how many objects were written.
func (p *paced) judge(t *testing.T) (writes int) {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, fault := range p.faults {
		t.Error(fault)
	}
	return p.writes
}

// TestServersInTheirOwnProcesses lets the client talk with servers of the course that are programs. Each is
// good for one connection: one that is opened only to look kills it.
func TestServersInTheirOwnProcesses(t *testing.T) {
	for name, h := range map[string]serverHabit{
		"640":            {Recv: 640, Code: `200`, Time: true, Alert: true, Answer: true, Full: true},
		"1024":           {Recv: 1024, Code: `200`, Time: true, Alert: true, Answer: true},
		"4096":           {Recv: 4096, Code: `200`, Alert: true, Answer: true, Full: true},
		"codes as texts": {Recv: 1024, Code: `"200"`, Alert: true, Answer: true, Full: true},
		"bare codes":     {Recv: 640, Code: `"200"`, Time: true, Answer: true},
		"no answers":     {Recv: 1024, Code: `200`, Alert: true},
		"mentors', 640":  {Recv: 640, Mentor: true, Code: `200`},
		"mentors', 1024": {Recv: 1024, Mentor: true, Code: `200`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := startServer(t, h)
			o := Options{Name: "ann"}
			if h.Mentor {
				o.Dialect = Mentor // the server does not live through a second connection
			}
			var wrote *paced
			o.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
				if wrote != nil {
					return nil, errors.New("one connection is all it lives through")
				}
				c, err := new(net.Dialer).DialContext(ctx, network, address)
				if err != nil {
					return nil, err
				}
				wrote = &paced{Conn: c}
				return wrote, nil
			}
			c, err := Dial(t.Context(), "tcp://"+s.address, o)
			if err != nil {
				t.Fatalf("%v: %s", err, s.end())
			}
			defer c.Close()
			texts := []string{"раз", "two", strings.Repeat("щука и 鱼 ", 20) + "!"}
			var sending sync.WaitGroup
			for _, text := range texts { // at once
				sending.Go(func() {
					if _, err := c.Send(t.Context(), "bob", text); err != nil {
						t.Errorf("%s: %v", text, err)
					}
				})
			}
			sending.Wait()
			if _, err := c.Do(t.Context(), wire.Request{Action: wire.ActQuit}); err != nil {
				t.Errorf("quit: %v", err)
			}
			if fault := s.end(); fault != "" {
				t.Errorf("the server died: %s", fault)
			}
			for _, text := range texts {
				if n := strings.Count(s.heard.String(), "heard "+text+"\n"); n != 1 {
					t.Errorf("%q was heard %d times", text, n)
				}
			}
			if n := wrote.judge(t); n != 5 {
				t.Errorf("%d objects were written, want presence, three messages and the goodbye", n)
			}
		})
	}
}

// courseProcess is a running server.
type courseProcess struct {
	address string
	heard   strings.Builder
	end     func() string // waits for its end, and tells what it died of
}

func startServer(t *testing.T, h serverHabit) *courseProcess {
	t.Helper()
	text, err := json.Marshal(h)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	c := exec.CommandContext(ctx, os.Args[0])
	c.Env = append(os.Environ(), serverVariable+"="+string(text), "GOMAXPROCS=1")
	var died strings.Builder
	c.Stderr = &died
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	s := new(courseProcess)
	lines := bufio.NewReader(out)
	s.end = sync.OnceValue(func() string {
		defer cancel()
		_, err := io.Copy(&s.heard, lines)
		if err := errors.Join(err, c.Wait()); err != nil {
			return err.Error() + ": " + died.String()
		}
		return ""
	})
	t.Cleanup(func() {
		cancel()
		s.end()
	})
	address, err := lines.ReadString('\n')
	if err != nil {
		t.Fatalf("%v: %s", err, s.end())
	}
	s.address = strings.TrimSpace(address)
	return s
}
