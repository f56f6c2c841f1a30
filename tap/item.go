package tap

import (
	"time"

	"jim/check"
)

// Kind says what an [Item] is.
type Kind uint8

// The kinds of items.
const (
	Opened  Kind = iota + 1 // a client has connected, and the server has been reached
	Failed                  // the server could not be reached
	Ended                   // one side sends nothing more
	Closed                  // the connection is over
	Object                  // one object of JIM
	Part                    // part of an object that is too large to be shown as one
	Stray                   // what stands where an object should be
	Line                    // a line of text: what a person types or reads, or HTTP
	Bytes                   // bytes that are no text
	Control                 // a WebSocket frame that carries nothing: ping, pong, close
	Lost                    // bytes that passed and could not be shown: the one who shows was too slow
)

// String is the word for k in the output for programs.
func (k Kind) String() string {
	return [...]string{"", "opened", "failed", "ended", "closed", "object", "part", "stray", "line", "bytes", "control", "lost"}[k]
}

// Item is something to show.
type Item struct {
	Conn int // number of the connection: 1, 2 …
	Kind Kind
	Side check.Side // who sent it
	At   time.Time
	Gap  time.Duration // since the item of the connection before it
	Trip time.Duration // of an answer: since its request; 0 = it is none
	Text []byte        // as it came, without what ends it; of what is large the beginning
	Size int           // bytes of all of it
	Note string        // Opened: who has connected; Failed: why; Control: which
	// Level is what the connection speaks, as far as is known.
	Level  check.Level
	Broken []check.Violation
	// Last tells of an Ended that the other side has ended before.
	Last bool
	// Datagram, Message tell that it came in one of its own: of UDP, of WebSocket.
	Datagram, Message bool
}

// Summary is what a tap has seen.
type Summary struct {
	Connections int
	Objects     [3]int   // by [check.Side]
	Bytes       [3]int64 // that were handed on, by [check.Side]
	Lost        int64    // bytes that were handed on and not shown
	Broken      map[string]int
	// Slowest is the slowest answer, SlowestTo the action it answers; 0 = there was none.
	Slowest     time.Duration
	SlowestConn int
	SlowestText []byte // the answer
}
