package dialect_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"jim/chat"
	"jim/client"
	"jim/dialect"
	"jim/listen"
	"jim/store"
	"jim/wire"
)

// server is a real one: store, chat, dialects and a port.
type server struct {
	address string
	hub     *chat.Hub
}

func newServer(t *testing.T, o dialect.Options) *server {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	kept, err := store.Open(context.Background(), t.TempDir(), log)
	if err != nil {
		t.Fatal(err)
	}
	o.Lobby = "#lobby"
	hub := chat.New(kept, chat.Options{Log: log, NoLimits: true, Interpret: dialect.New(o).Of})
	if err := hub.MakeRoom(t.Context(), o.Lobby); err != nil {
		t.Fatal(err)
	}
	doors, err := listen.Open(context.Background(), []string{"tcp://127.0.0.1:0"}, listen.Options{Serve: hub.Serve, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		doors.Stop()
		if err := hub.Shutdown(ctx, time.Second); err != nil {
			t.Errorf("shutdown: %v", err)
		}
		doors.Close()
		if err := kept.Close(); err != nil {
			t.Error(err)
		}
	})
	return &server{strings.TrimPrefix(doors.Addresses()[0], "tcp://"), hub}
}

// running is a program in a process of its own.
type running struct {
	habit
	cmd    *exec.Cmd
	stdin  io.WriteCloser
	stderr strings.Builder
	ready  chan struct{}
	said   chan struct{}
	ended  chan struct{}
	err    error // of the process; good after ended

	mu   sync.Mutex
	all  []heard
	news chan struct{} // has room for one
}

func (s *server) start(t *testing.T, h habit) *running {
	t.Helper()
	h.Address = s.address
	text, err := json.Marshal(h)
	if err != nil {
		t.Fatal(err)
	}
	r := &running{habit: h, ready: make(chan struct{}), said: make(chan struct{}, 100), ended: make(chan struct{}), news: make(chan struct{}, 1)}
	r.cmd = exec.Command(os.Args[0])
	r.cmd.Env = append(os.Environ(), programVariable+"="+string(text), "GOMAXPROCS=1")
	r.cmd.Stderr = &r.stderr
	if r.stdin, err = r.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	stdout, err := r.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := r.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go r.read(stdout)
	t.Cleanup(func() {
		r.cmd.Process.Kill()
		<-r.ended
	})
	return r
}

func (r *running) read(stdout io.Reader) {
	lines := bufio.NewScanner(stdout)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var h heard
		if json.Unmarshal(lines.Bytes(), &h) != nil {
			continue
		}
		switch h.Event {
		case "ready":
			close(r.ready)
		case "said":
			r.said <- struct{}{}
		case "heard":
			r.mu.Lock()
			r.all = append(r.all, h)
			r.mu.Unlock()
			select {
			case r.news <- struct{}{}:
			default:
			}
		}
	}
	r.err = r.cmd.Wait()
	close(r.ended)
}

// await waits until is true; a program that dies before fails the test.
func (r *running) await(t *testing.T, what string, done <-chan struct{}) {
	t.Helper()
	select {
	case <-done:
	case <-r.ended:
		t.Fatalf("%s has ended (%v) while it should %s:\n%s", r.Login, r.err, what, r.stderr.String())
	case <-time.After(30 * time.Second):
		t.Fatalf("%s does not %s; it heard %v", r.Login, what, r.texts())
	}
}

// hears waits until the program was told all of texts, each once. Pieces of a long one
// are put together.
func (r *running) hears(t *testing.T, texts ...string) {
	t.Helper()
	for {
		missing := r.missing(texts)
		if missing == "" {
			break
		}
		select {
		case <-r.news:
		case <-r.ended:
			t.Fatalf("%s has ended (%v):\n%s", r.Login, r.err, r.stderr.String())
		case <-time.After(30 * time.Second):
			t.Fatalf("%s was not told %q; it heard %q", r.Login, missing, r.texts())
		}
	}
	all := strings.Join(r.texts(), "")
	for _, text := range texts {
		if n := strings.Count(all, text); n != 1 {
			t.Errorf("%s was told %q %d times", r.Login, text, n)
		}
	}
}

func (r *running) texts() (all []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, h := range r.all {
		if !r.Mentor && wire.IsRoom(h.To) {
			h.Text = h.To + ": " + h.Text
		}
		all = append(all, h.Text)
	}
	return all
}

func (r *running) missing(texts []string) string {
	all := strings.Join(r.texts(), "")
	for _, text := range texts {
		if !strings.Contains(all, text) {
			return text
		}
	}
	return ""
}

func (r *running) say(t *testing.T, to, text string) {
	t.Helper()
	if _, err := fmt.Fprintf(r.stdin, "%s %s\n", to, text); err != nil {
		<-r.ended
		t.Fatalf("%s has ended (%v): %s", r.Login, r.err, r.stderr.String())
	}
}

// ends closes stdin, at which the program says goodbye.
func (r *running) ends(t *testing.T) {
	t.Helper()
	r.stdin.Close()
	select {
	case <-r.ended:
	case <-time.After(30 * time.Second):
		t.Fatalf("%s does not end", r.Login)
	}
	if r.err != nil {
		t.Errorf("%s ended with %v: %s", r.Login, r.err, r.stderr.String())
	}
}

// crowd are programs as the course has them: of the specification, of the mentors, and
// early ones, with all the names, forms and habits that were found.
func crowd() []habit {
	spec := habit{Recv: 1024, User: "object", Time: "float", Status: true, Answer: "required", From: "from", To: "to", Text: "message"}
	mentor := habit{Recv: 1024, Mentor: true, User: "object", Time: "float", Answer: "fatal", From: "from", To: "to", Text: "mess_text"}
	var all []habit
	add := func(name string, h habit, change func(*habit)) {
		h.Login = name
		change(&h)
		all = append(all, h)
	}
	add("spec-640", spec, func(h *habit) { h.Recv = 640 })
	add("spec-1024", spec, func(*habit) {})
	add("spec-4096", spec, func(h *habit) { h.Recv = 4096; h.Newline = true })
	add("spec-harmless", spec, func(h *habit) { h.Answer = "harmless" })
	add("spec-twice", spec, func(h *habit) { h.Twice = true })
	add("spec-waits", spec, func(h *habit) { h.Waits = true })
	add("spec-encoding", spec, func(h *habit) { h.Status, h.Encoding = false, true; h.Time = "int" })
	add("spec-bare", spec, func(h *habit) { h.Status, h.Answer = false, "fatal" })
	add("spec-escapes", spec, func(h *habit) { h.Escapes = true; h.Time = "digits" })
	add("spec-contacts", spec, func(h *habit) { h.Contacts = "a" })
	add("spec-logins", spec, func(h *habit) { h.Contacts = "b"; h.Time = "int" })
	add("spec-text", spec, func(h *habit) { h.Text = "text"; h.Time = "ctime" })
	add("test1", mentor, func(*habit) {})
	add("Гость", mentor, func(h *habit) { h.Mine = true })
	add("mentor-640", mentor, func(h *habit) { h.Recv = 640; h.Escapes = true })
	add("mentor-4096", mentor, func(h *habit) { h.Recv = 4096; h.Time = "nano" })
	add("mentor-sender", mentor, func(h *habit) { h.From, h.To = "sender", "destination" })
	add("mentor-text", mentor, func(h *habit) { h.Text = "message_text"; h.Mine = true })
	add("mentor-recipient", mentor, func(h *habit) { h.From, h.To = "sender", "recipient"; h.Time = "clock" })
	add("mentor-user", mentor, func(h *habit) { h.From, h.To, h.Text = "from_user", "to_user", "message" })
	add("mentor-space", mentor, func(h *habit) { h.Text = "message text"; h.Time = "none" })
	add("mentor-nested", mentor, func(h *habit) { h.From = "user"; h.Text = "text" })
	add("mentor-twice", mentor, func(h *habit) { h.Twice = true; h.Newline = true })
	add("mentor-waits", mentor, func(h *habit) { h.Waits = true })
	add("mentor-account", mentor, func(h *habit) { h.User = "account" })
	add("mentor-client", mentor, func(h *habit) { h.User = "client_name"; h.Answer = "harmless" })
	add("mentor-username", mentor, func(h *habit) { h.User = "username" })
	add("mentor-string", mentor, func(h *habit) { h.User = "string" })
	add("mentor-top", mentor, func(h *habit) { h.User = "top" })
	add("mentor-topuser", mentor, func(h *habit) { h.User = "topuser"; h.Recv = 2048 })
	return all
}

// TestProgramsOfTheCourseTalk lets thirty programs, each in a process of its own, talk
// with each other and with a JIM/2 client, all at once. None may break, and every
// message must arrive once.
func TestProgramsOfTheCourseTalk(t *testing.T) {
	t.Parallel()
	s := newServer(t, dialect.Options{})
	var all []*running
	for _, h := range crowd() {
		all = append(all, s.start(t, h))
	}
	if len(all) < 25 {
		t.Fatalf("only %d programs", len(all))
	}
	jim := s.dial(t, "new")
	if _, err := jim.Do(t.Context(), wire.Request{Action: wire.ActJoin, To: "#lobby"}); err != nil {
		t.Fatal(err)
	}
	for _, r := range all {
		r.await(t, "log in", r.ready)
		if !r.Mentor {
			r.say(t, "join", "#lobby")
			r.await(t, "join", r.said)
		}
	}
	// What a program calls the members of a message is known when it has said something.
	for _, r := range all {
		r.say(t, "new", "good morning from "+r.Login+".")
	}
	for i, r := range all {
		r.await(t, "say good morning", r.said)
		r.say(t, all[(i+1)%len(all)].Login, "hello from "+r.Login+".")
	}
	want := make([][]string, len(all))
	for i, r := range all {
		r.say(t, "#lobby", "привет всем от "+r.Login+".")
		for j := range all {
			if j != i {
				want[j] = append(want[j], "#lobby: привет всем от "+r.Login+".")
			}
		}
		want[(i+1)%len(all)] = append(want[(i+1)%len(all)], "hello from "+r.Login+".")
	}
	long := strings.Repeat("щука и 鱼 ", 60) + "!"
	for i, r := range all {
		if _, err := jim.Send(t.Context(), r.Login, long); err != nil {
			t.Errorf("to %s: %v", r.Login, err)
		}
		want[i] = append(want[i], long)
	}
	for i, r := range all {
		r.hears(t, want[i]...)
	}
	jim.heardFrom(t, all)
	for _, r := range all {
		r.ends(t)
	}
}

// listener is a JIM/2 client.
type listener struct{ *client.Client }

func (s *server) dial(t *testing.T, name string) listener {
	t.Helper()
	c, err := client.Dial(t.Context(), "tcp://"+s.address, client.Options{Name: name})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return listener{c}
}

// heardFrom waits until everybody has said something in the lobby.
func (l listener) heardFrom(t *testing.T, all []*running) {
	t.Helper()
	missing := map[string]bool{}
	for _, r := range all {
		missing[r.Login] = true
	}
	for len(missing) > 0 {
		select {
		case e := <-l.Events():
			if e.Action == wire.ActMsg && e.To == "#lobby" {
				if !missing[e.From] {
					t.Errorf("%s was heard again: %q", e.From, e.Message)
				}
				delete(missing, e.From)
			}
		case <-time.After(20 * time.Second):
			t.Fatalf("nothing was heard from %v", missing)
		}
	}
}

// TestProgramsThatLookOnceASecond lets programs of the second course talk, which find two
// objects in one recv when two came within a second.
func TestProgramsThatLookOnceASecond(t *testing.T) {
	t.Parallel()
	s := newServer(t, dialect.Options{})
	h := habit{Recv: 1024, Mentor: true, User: "object", Time: "float", Answer: "fatal", From: "from", To: "to", Text: "mess_text", Polls: true, Key: true, Contacts: "c"}
	a, b := h, h
	a.Login, b.Login, b.Recv = "ann", "bob", 4096
	ann, bob := s.start(t, a), s.start(t, b)
	ann.await(t, "log in", ann.ready)
	bob.await(t, "log in", bob.ready)
	jim := s.dial(t, "new")
	for i := range 3 {
		for _, to := range []string{"ann", "bob"} {
			if _, err := jim.Send(t.Context(), to, fmt.Sprintf("(%d)", i)); err != nil {
				t.Fatal(err)
			}
		}
	}
	ann.say(t, "bob", "over to you")
	ann.hears(t, "(0)", "(1)", "(2)")
	bob.hears(t, "(0)", "(1)", "(2)", "over to you")
	ann.ends(t)
	bob.ends(t)
}
