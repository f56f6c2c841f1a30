package dialect

import (
	"bytes"
	"log/slog"
	"sync"

	"jim/chat"
	"jim/wire"
)

// Options say what an [Interpreter] needs to know of the server.
type Options struct {
	// Lobby is the room that "everybody" is: programs of the mentors' dialect hear
	// it, and their messages to all go there. "" = there is none.
	Lobby string

	// Secret finds what an administrator has set for logins with a handshake of
	// the course's second year; [ErrNoSecret] where that is nothing. nil = such
	// logins are not offered.
	Secret func(name string) (Secret, error)

	Log *slog.Logger // nil = nothing is logged
}

// Interpreter speaks for programs that do not know JIM/2. Its methods may be called
// from any goroutine.
type Interpreter struct {
	o   Options
	log *slog.Logger

	mu   sync.Mutex
	keys map[string]publicKey // by login, of programs that are connected
}

// publicKey is a key that a program has shown, and the connection it came on.
type publicKey struct {
	pem string
	of  *conn
}

// New makes an interpreter.
func New(o Options) *Interpreter {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Interpreter{o: o, log: o.Log, keys: map[string]publicKey{}}
}

// Of is [chat.Options].Interpret: it returns a Conn that speaks JIM/2 for the
// program behind c, whose first object it reads again, or nil when that object is
// JIM/2 already, or nothing that a program of the course would say.
func (in *Interpreter) Of(c chat.Conn, first []byte) chat.Conn {
	if isPlainly2(first) {
		return nil
	}
	s, err := parse(first)
	if err != nil || s.jim >= wire.Version || s.action == "" && !s.answered || s.action == wire.ActAdmin {
		return nil
	}
	return newConn(in, c, first)
}

// isPlainly2 tells of the usual first object of JIM/2 that it is that, without
// parsing it for the sake of the course: thousands may come back at the same time.
// In front of `"jim":2` no second object or array begins, so it stands in the
// outermost; and where the quote in front of it ended a text, this is no JSON, and
// nothing that a program of the course would say either.
func isPlainly2(first []byte) bool {
	const mark = `"jim":2`
	i := bytes.Index(first, []byte(mark))
	if i < 0 || bytes.Count(first[:i], []byte("{")) != 1 || bytes.IndexByte(first[:i], '[') >= 0 {
		return false
	}
	rest := first[i+len(mark):]
	return len(rest) > 0 && (rest[0] == ',' || rest[0] == '}')
}

// maxKey is how long a public key may be: one of RSA with 8192 bits has 1.4 KB.
const maxKey = 4 << 10

// keep notes the key of who is called name; forget does not keep it any longer.
func (in *Interpreter) keep(name, pem string, of *conn) {
	in.mu.Lock()
	defer in.mu.Unlock()
	if len(pem) <= maxKey {
		in.keys[fold(name)] = publicKey{pem, of}
	}
}

func (in *Interpreter) forget(name string, of *conn) {
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.keys[fold(name)].of == of {
		delete(in.keys, fold(name))
	}
}

func (in *Interpreter) keyOf(login string) string {
	in.mu.Lock()
	defer in.mu.Unlock()
	return in.keys[fold(login)].pem
}
