package check_test

import (
	"errors"
	"io"
	"net"
	"sync"
	"testing"

	"github.com/go-json-experiment/json"

	"jim/check"
	"jim/wire"
)

// fault is one thing that a server does wrong. It is done by a proxy in front of our own server.
type fault struct {
	name  string
	level check.Level
	ids   []string // the checks that are meant for it
	also  []string // of the checks beside, those that fail too
	says  string   // stands in what they expected or in what came

	up    func(l *link, p []byte) []byte                          // what a client sent, chunk by chunk; nil = as it is
	down  func(l *link, m map[string]any, raw []byte) (out []any) // an object of the server; nil = as it is
	tail  string                                                  // ends an object; "" = LF
	meets func(l *link)                                           // a connection begins
	mute  bool                                                    // something does not come
}

// object is what travels, member by member.
type object = map[string]any

// link is one connection through the proxy.
type link struct {
	client, server net.Conn

	mu      sync.Mutex
	actions map[string]string // of requests, by id
	bodies  map[string]object
	notes   map[string]any // the fault's own
	cut     wire.Cutter
	rest    []byte
}

// note remembers something on the connection, and returns what was remembered.
func (l *link) note(name string, v any) any {
	l.mu.Lock()
	defer l.mu.Unlock()
	old := l.notes[name]
	l.notes[name] = v
	return old
}

// action is what a response answers.
func (l *link) action(m object) string {
	id, _ := m["id"].(string)
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.actions[id]
}

// body is the request that a response answers.
func (l *link) body(m object) object {
	id, _ := m["id"].(string)
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.bodies[id]
}

// overhear notes the requests that a client sends.
func (l *link) overhear(p []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.rest = append(l.rest, p...)
	for {
		o, done, fault := l.cut.Cut(l.rest)
		var m object
		if o != nil && json.Unmarshal(o, &m) == nil {
			id, _ := m["id"].(string)
			l.actions[id], _ = m["action"].(string)
			l.bodies[id] = m
		}
		l.rest = l.rest[done:]
		if o == nil && fault == nil {
			return
		}
	}
}

// tell writes to the client, beside what the server says.
func (l *link) tell(m object) {
	b, _ := json.Marshal(m)
	_, _ = l.client.Write(append(b, '\n'))
}

// wrongServer listens in front of a server and does one thing wrong.
func wrongServer(t *testing.T, f *fault, to string) (address string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	var mu sync.Mutex
	var open []net.Conn
	t.Cleanup(func() {
		_ = listener.Close()
		mu.Lock()
		for _, c := range open {
			_ = c.Close()
		}
		mu.Unlock()
		all.Wait()
	})
	all.Go(func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			server, err := net.Dial("tcp", to)
			if err != nil {
				_ = client.Close()
				continue
			}
			mu.Lock()
			open = append(open, client, server)
			mu.Unlock()
			l := &link{
				client: client, server: server, actions: map[string]string{}, bodies: map[string]object{}, notes: map[string]any{},
				cut: wire.Cutter{MaxBytes: 1 << 20, MaxDepth: 64},
			}
			all.Go(func() { l.carryUp(f) })
			all.Go(func() { l.carryDown(f) })
		}
	})
	return "tcp://" + listener.Addr().String()
}

func (l *link) carryUp(f *fault) {
	defer l.server.(*net.TCPConn).CloseWrite()
	if f.meets != nil {
		f.meets(l)
	}
	buf := make([]byte, 64<<10)
	for {
		n, err := l.client.Read(buf)
		p := buf[:n]
		if n > 0 {
			l.overhear(p)
			if f.up != nil {
				p = f.up(l, p)
			}
			if _, err := l.server.Write(p); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

func (l *link) carryDown(f *fault) {
	defer l.client.Close()
	tail := f.tail
	if tail == "" {
		tail = "\n"
	}
	cut := wire.Cutter{MaxBytes: 1 << 20, MaxDepth: 64}
	var rest []byte
	buf := make([]byte, 64<<10)
	for {
		n, err := l.server.Read(buf)
		rest = append(rest, buf[:n]...)
		for {
			o, done, fault := cut.Cut(rest)
			if o != nil {
				if !l.pass(f, o, tail) {
					return
				}
			}
			rest = rest[done:]
			if o == nil && fault == nil {
				break
			}
		}
		if err != nil {
			if !errors.Is(err, io.EOF) {
				return
			}
			return
		}
	}
}

// cutHere ends the connection, where a fault returns it.
type cutHere struct{}

func (l *link) pass(f *fault, raw []byte, tail string) bool {
	out := []any{raw}
	if f.down != nil {
		var m object
		if json.Unmarshal(raw, &m) == nil {
			out = f.down(l, m, raw)
		}
	}
	for _, o := range out {
		var b []byte
		switch o := o.(type) {
		case cutHere:
			return false
		case []byte:
			b = append([]byte(nil), o...)
		default:
			b, _ = json.Marshal(o)
		}
		if _, err := l.client.Write(append(b, tail...)); err != nil {
			return false
		}
	}
	return true
}

// edit changes every object.
func edit(change func(l *link, m object)) func(*link, map[string]any, []byte) []any {
	return func(l *link, m map[string]any, _ []byte) []any {
		change(l, m)
		return []any{m}
	}
}

// answers changes the answers to an action; "" = to all.
func answers(action string, change func(m object)) func(*link, map[string]any, []byte) []any {
	return func(l *link, m map[string]any, raw []byte) []any {
		if m["response"] == nil || action != "" && l.action(m) != action {
			return []any{raw}
		}
		change(m)
		return []any{m}
	}
}

// events changes the events of an action; false = it does not come.
func events(action string, change func(l *link, m object) bool) func(*link, map[string]any, []byte) []any {
	return func(l *link, m map[string]any, raw []byte) []any {
		if m["response"] != nil || m["action"] != action {
			return []any{raw}
		}
		if !change(l, m) {
			return nil
		}
		return []any{m}
	}
}

// coded changes a code into another.
func coded(action string, from, to int) func(*link, map[string]any, []byte) []any {
	return answers(action, func(m object) {
		if m["response"] == float64(from) {
			m["response"] = to
		}
	})
}

// without takes a member out of the answers to an action.
func without(action, member string) func(*link, map[string]any, []byte) []any {
	return answers(action, func(m object) { delete(m, member) })
}
