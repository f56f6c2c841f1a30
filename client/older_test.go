package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"jim/tcptest"
	"jim/wire"
)

// courseServer is a server of the course for one client, with one's habits: it takes what
// one recv brings for objects, and dies of what it was not written for. That the client leaves it time to
// read each is judged where it writes (see [paced]).
type courseServer struct {
	needs   []string // members of presence that it reads without looking
	exactly bool     // refuses members of presence that it does not know
	ok      string   // its answer to presence
	said    string   // its answer to a message; "" = none
	mentor  bool
	tells   []string // what it says after the first message
	probes  string   // what it says before presence

	mu     sync.Mutex
	fault  error
	heard  []map[string]any
	logins int
}

func (s *courseServer) die(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fault == nil {
		s.fault = fmt.Errorf(format, args...)
	}
}

// serve serves one connection.
func (s *courseServer) serve(c net.Conn) {
	if s.probes != "" {
		fmt.Fprint(c, s.probes)
	}
	for first, b := true, make([]byte, 1024); ; first = false {
		n, err := c.Read(b)
		if err != nil {
			if first {
				s.die("a connection that says nothing")
			}
			return
		}
		objects := json.NewDecoder(bytes.NewReader(b[:n]))
		for objects.More() {
			var object map[string]any
			if err := objects.Decode(&object); err != nil {
				s.die("JSONDecodeError: %q", b[:n])
				return
			}
			if !s.answers(c, object) {
				return
			}
		}
	}
}

func (s *courseServer) answers(c net.Conn, object map[string]any) bool {
	text := func(name string) string { t, _ := object[name].(string); return t }
	if _, ok := object["time"].(float64); !ok && text("action") != "quit" {
		s.die("KeyError: time in %v", object)
		return false
	}
	switch action := text("action"); action {
	case "presence":
		return s.presence(c, object)
	case "msg", "message":
		from, to, words := "from", "to", "message"
		if s.mentor {
			from, to, words = "sender", "destination", "mess_text"
		}
		if s.mentor != (action == "message") || text(from) == "" || text(to) == "" || text(words) == "" {
			s.die("KeyError in %v", object)
			return false
		}
		s.mu.Lock()
		s.heard = append(s.heard, object)
		first := len(s.heard) == 1
		s.mu.Unlock()
		if s.said != "" {
			fmt.Fprint(c, s.said)
		}
		if first {
			for _, told := range s.tells {
				<-time.Tick(20 * time.Millisecond)
				fmt.Fprint(c, told)
			}
		}
	case "join", "leave":
		fmt.Fprint(c, s.ok)
	case "quit", "exit":
		return false
	default:
		s.die("an action it does not know: %v", object)
		return false
	}
	return true
}

func (s *courseServer) presence(c net.Conn, object map[string]any) bool {
	user, _ := object["user"].(map[string]any)
	for _, name := range s.needs {
		if _, ok := object[name]; ok {
			continue
		}
		if _, ok := user[name]; !ok {
			s.die("KeyError: %s in %v", name, object)
			return false
		}
	}
	s.mu.Lock()
	s.logins++
	s.mu.Unlock()
	if s.exactly && (len(object) != 3 || len(user) != 1) {
		fmt.Fprint(c, `{"response":400,"error":"Bad Request"}`)
		return false
	}
	fmt.Fprint(c, s.ok)
	return true
}

// TestServersOfTheCourse lets the client talk with servers as students wrote them.
func TestServersOfTheCourse(t *testing.T) {
	spec := func(from, text string) string {
		return fmt.Sprintf(`{"action":"msg","time":1763.5,"to":"ann","from":%q,"message":%q}`, from, text)
	}
	for name, s := range map[string]*courseServer{
		"specification":        {ok: `{"response":200,"time":1,"alert":"OK"}`, said: `{"response":200,"time":1,"alert":"OK"}`, tells: []string{spec("bob", "hello")}},
		"codes as texts":       {ok: `{"response":"200","alert":"OK"}`, said: `{"response":"200","alert":"OK"}`, tells: []string{spec("bob", "hello")}},
		"no time":              {ok: `{"response":200,"alert":"hi"}`, said: `{"response":202}`, tells: []string{`{"action":"msg","to":"ann","from":"bob","message":"hello"}`}},
		"no answers":           {ok: `{"response":200,"time":"12:00:00"}`, tells: []string{spec("bob", "hello")}},
		"the full form":        {needs: []string{"time", "type", "status", "account_name"}, ok: `{"response":200,"alert":"OK"}`, said: `{"response":200}`, tells: []string{spec("bob", "hello")}},
		"a Cyrillic probe":     {probes: "{\"action\":\"pr\u043ebe\",\"time\":1}\n", ok: `{"response":200,"alert":"OK"}`, said: `{"response":200}`, tells: []string{spec("bob", "hello")}},
		"the mentors'":         {mentor: true, ok: `{"response":200}`, tells: []string{`{"action":"message","sender":"bob","destination":"ann","time":1,"mess_text":"hello"}`}},
		"mentors', exactly":    {mentor: true, exactly: true, ok: `{"response":200}`, tells: []string{`{"action":"message","from":"bob","to":"ann","time":1,"message_text":"hello"}`}},
		"a probe in mid-word":  {ok: `{"response":200,"alert":"OK"}`, said: `{"response":200}`, tells: []string{`{"action":"probe","time":1}`, spec("bob", "hello")}},
		"lists changed":        {mentor: true, ok: `{"response":200}`, tells: []string{`{"response":205}`, `{"action":"message","from":"bob","to":"ann","time":1,"mess_text":"hello"}`}},
		"its own message back": {mentor: true, ok: `{"response":200}`, tells: []string{`{"action":"message","sender":"ann","destination":"bob","time":1,"mess_text":"hi"}`, `{"action":"message","from":"bob","to":"ann","time":1,"mess_text":"hello"}`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, end := s.dial(t, Options{Name: "ann"})
			if _, err := c.Do(t.Context(), wire.Request{Action: wire.ActJoin, To: "#lobby"}); err != nil {
				t.Errorf("join: %v", err)
			}
			if _, err := c.Do(t.Context(), wire.Request{Action: wire.ActHistory, To: "bob"}); err != nil {
				t.Errorf("history: %v", err)
			}
			var refused *Error
			if _, err := c.Do(t.Context(), wire.Request{Action: wire.ActTopic, To: "#lobby"}); !errors.As(err, &refused) || refused.Code != wire.NotImplemented {
				t.Errorf("topic: %v", err)
			}
			var sending sync.WaitGroup // some wait in vain for an answer
			for range 3 {
				sending.Go(func() {
					if _, err := c.Send(t.Context(), "bob", "hi"); err != nil {
						t.Error(err)
					}
				})
			}
			sending.Wait()
			mine, others := 0, ""
			for others == "" || mine < 3 {
				select {
				case e := <-c.Events():
					if e.Action == wire.ActMsg && e.From == "ann" && e.To == "bob" && e.Message == "hi" {
						mine++
					} else if e.Action == wire.ActMsg {
						others += e.From + ": " + e.Message
					}
				case <-time.After(10 * time.Second):
					t.Fatalf("heard %d of its own and %q", mine, others)
				}
			}
			if mine != 3 || others != "bob: hello" {
				t.Errorf("heard %d of its own and %q", mine, others)
			}
			if _, err := c.Do(t.Context(), wire.Request{Action: wire.ActQuit}); err != nil {
				t.Errorf("quit: %v", err)
			}
			end()
			s.mu.Lock()
			defer s.mu.Unlock()
			if s.fault != nil || len(s.heard) != 3 {
				t.Errorf("the server died of %v, after %d messages", s.fault, len(s.heard))
			}
		})
	}
}

// dial connects to s; each connection is served, until end.
func (s *courseServer) dial(t *testing.T, o Options) (c *Client, end func()) {
	t.Helper()
	address, served := tcptest.Serve(t, s.serve)
	var wrote []*paced
	o.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		c, err := new(net.Dialer).DialContext(ctx, network, address)
		if err != nil {
			return nil, err
		}
		p := &paced{Conn: c}
		wrote = append(wrote, p)
		return p, nil
	}
	c, err := Dial(t.Context(), "tcp://"+address, o)
	if err != nil {
		t.Fatal(err)
	}
	end = func() {
		for _, p := range wrote {
			p.judge(t)
		}
		c.Close()
		served()
	}
	t.Cleanup(end)
	return c, end
}

// Errors of such servers are errors of the request they answer, or words of the server.
func TestErrorsOfServersOfTheCourse(t *testing.T) {
	s := &courseServer{ok: `{"response":200,"alert":"OK"}`, said: `{"response":"404","error":"no bob here"}`}
	c, _ := s.dial(t, Options{Name: "ann"})
	var refused *Error
	if _, err := c.Send(t.Context(), "bob", "hi"); !errors.As(err, &refused) || refused.Code != wire.NotFound || refused.Text != "no bob here" {
		t.Errorf("sent to nobody: %v", err)
	}
	mentor := &courseServer{mentor: true, ok: `{"response":200}`, said: `{"response":400,"error":"Запрос некорректен."}`}
	c, _ = mentor.dial(t, Options{Name: "ann", Dialect: Mentor})
	if _, err := c.Send(t.Context(), "bob", "hi"); err != nil {
		t.Fatal(err)
	}
	for e := range c.Events() {
		if e.From == "server" {
			if e.Message != "Запрос некорректен." {
				t.Errorf("told %q", e.Message)
			}
			break
		}
	}
	full := &courseServer{needs: []string{"time", "type", "status"}, ok: `{"response":200,"alert":"OK"}`, said: `{"response":202}`}
	c, _ = full.dial(t, Options{Name: "ann", Dialect: JIM1})
	if _, err := c.Send(t.Context(), "bob", "hi"); err != nil || full.fault != nil {
		t.Errorf("said beforehand to be of the specification: %v, %v", err, full.fault)
	}
	if mentor.logins != 1 {
		t.Errorf("%d logins", mentor.logins)
	}
}

// An older server's refusal is final, and asked for a second time only where the first
// presence may have been too new for it.
func TestOlderServersRefuse(t *testing.T) {
	for answer, want := range map[string]struct {
		err    string
		logins int
	}{
		`{"response":409,"error":"connected"}`: {"connected (409)", 1},
		`{"response":"402"}`:                   {"402 wrong login", 1},
		`{"response":400,"error":"Имя пользователя занято."}`: {"Имя пользователя занято. (400)", 2},
	} {
		s := &courseServer{ok: answer}
		address, served := tcptest.Serve(t, s.serve)
		_, err := Dial(t.Context(), "tcp://"+address, Options{Name: "ann"})
		if err == nil || !strings.Contains(err.Error(), want.err) {
			t.Errorf("%s: %v, want %s", answer, err, want.err)
		}
		served()
		s.mu.Lock()
		if s.logins != want.logins || s.fault != nil {
			t.Errorf("%s: %d logins, %v", answer, s.logins, s.fault)
		}
		s.mu.Unlock()
	}
}
