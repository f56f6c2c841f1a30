package dialect_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
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
	ledger  ledger
}

func newServer(t *testing.T, o dialect.Options) *server {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	kept, err := store.Open(context.Background(), t.TempDir(), log)
	if err != nil {
		t.Fatal(err)
	}
	o.Lobby = "#lobby"
	s := new(server)
	hub := chat.New(kept, chat.Options{Log: log, Interpret: s.ledger.of(dialect.New(o).Of)})
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
	s.address, s.hub = strings.TrimPrefix(doors.Addresses()[0], "tcp://"), hub
	return s
}

// register makes a name somebody's, with a password.
func (s *server) register(t *testing.T, name, password string) {
	t.Helper()
	c, err := net.Dial("tcp", s.address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	fmt.Fprintf(c, `{"action":"register","jim":2,"user":{"account_name":%q,"password":%q}}{"action":"quit"}`, name, password)
	if answer, err := io.ReadAll(c); err != nil || !strings.Contains(string(answer), `"response":201`) {
		t.Fatalf("registering %s: %s (%v)", name, answer, err)
	}
}

// judge ends the programs, and wants that the server gave them the time to read.
func (s *server) judge(t *testing.T, all []*running) {
	t.Helper()
	late := 0
	for _, r := range all {
		r.ends(t)
		late += r.late
	}
	objects := s.ledger.check(t)
	if objects < 3*len(all) {
		t.Errorf("only %d objects went to %d programs", objects, len(all))
	}
	t.Logf("%d objects for %d programs; %d times one was held up and found several together", objects, len(all), late)
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

	late int // how often it found several objects together; good after ended

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
		case "late":
			r.late++
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

// The password of an account, and the one that an administrator has set for handshakes.
const accountPassword, dialectPassword = "correct horse", "battery staple"

// newCourse is a server that knows the names and passwords of programs that prove theirs.
func newCourse(t *testing.T, all []habit) *server {
	t.Helper()
	secrets := map[string]dialect.Secret{}
	for _, h := range all {
		if h.Proves == "token" || h.Proves == "bin" {
			secret, err := dialect.NewSecret(h.Login, dialectPassword, "salt")
			if err != nil {
				t.Fatal(err)
			}
			secrets[h.Login] = secret
		}
	}
	s := newServer(t, dialect.Options{Secret: func(name string) (dialect.Secret, error) {
		if secret, ok := secrets[name]; ok {
			return secret, nil
		}
		return dialect.Secret{}, dialect.ErrNoSecret
	}})
	for _, h := range all {
		if h.Proves != "" {
			s.register(t, h.Login, accountPassword)
		}
	}
	return s
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
	add("spec-authenticates", spec, func(h *habit) { h.Status = false; h.Proves, h.Password = "plain", accountPassword })
	add("spec-token", spec, func(h *habit) { h.Proves, h.Password = "token", dialectPassword })
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
	add("mentor-password", mentor, func(h *habit) { h.Proves, h.Password = "presence", accountPassword })
	add("mentor-bin", mentor, func(h *habit) { h.Proves, h.Password = "bin", dialectPassword })
	add("mentor-topuser", mentor, func(h *habit) { h.User = "topuser"; h.Recv = 2048 })
	return all
}

// TestProgramsOfTheCourseTalk lets more than thirty programs, each in a process of its own, talk
// with each other and with a JIM/2 client for some seconds, all at once. None may break, and every
// message must arrive once.
func TestProgramsOfTheCourseTalk(t *testing.T) {
	t.Parallel()
	s := newCourse(t, crowd())
	var all []*running
	for _, h := range crowd() {
		all = append(all, s.start(t, h))
	}
	if len(all) < 30 {
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
	for _, r := range all {
		r.await(t, "say good morning", r.said)
	}
	want := talk(t, all)
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
	s.judge(t, all)
}

// How long programs talk: in each round everybody says something to somebody, and some to all. That is as much as
// a program can be told, with half of the time to spare.
const (
	rounds     = 12
	roundEvery = 300 * time.Millisecond
)

// talk lets all talk at once, and returns what each must hear.
func talk(t *testing.T, all []*running) (want [][]string) {
	t.Helper()
	want = make([][]string, len(all))
	next := time.NewTicker(roundEvery)
	defer next.Stop()
	for round := range rounds {
		for i, r := range all {
			to := (i + 1 + round) % len(all)
			text := fmt.Sprintf("hello %d from %s.", round, r.Login)
			r.say(t, all[to].Login, text)
			want[to] = append(want[to], text)
			if i%rounds == round { // each once
				r.say(t, "#lobby", "привет всем от "+r.Login+".")
				for j := range all {
					if j != i {
						want[j] = append(want[j], "#lobby: привет всем от "+r.Login+".")
					}
				}
			}
		}
		for i, r := range all {
			r.await(t, "say something", r.said)
			if i%rounds == round {
				r.await(t, "say something to all", r.said)
			}
		}
		<-next.C
	}
	return want
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
	h := habit{Recv: 1024, Mentor: true, User: "object", Time: "float", Answer: "fatal", From: "from", To: "to", Text: "mess_text", Polls: true, Key: true, Contacts: "c"}
	var habits []habit
	for i, name := range []string{"ann", "bob", "cy", "dora", "eve", "finn"} {
		h.Login, h.Recv = name, []int{1024, 4096, 2048}[i%3]
		if i >= 3 { // as the mentors' own program does: with all that is in section C
			h.Proves, h.Password = "bin", dialectPassword
		}
		habits = append(habits, h)
	}
	s := newCourse(t, habits)
	var all []*running
	for _, h := range habits {
		all = append(all, s.start(t, h))
	}
	for _, r := range all {
		r.await(t, "log in", r.ready)
	}
	jim := s.dial(t, "new")
	for i := range 3 {
		for _, r := range all {
			if _, err := jim.Send(t.Context(), r.Login, fmt.Sprintf("(%d)", i)); err != nil {
				t.Fatal(err)
			}
		}
	}
	for i, r := range all {
		next := all[(i+1)%len(all)].Login
		r.say(t, "key", next)
		r.await(t, "get a key", r.said)
		r.say(t, next, "over to "+next)
		r.await(t, "say something", r.said)
	}
	for _, r := range all {
		r.hears(t, "(0)", "(1)", "(2)", "over to "+r.Login)
	}
	s.judge(t, all)
}
