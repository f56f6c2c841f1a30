package wire

// Limits are the sizes a session keeps to. Lengths of names and ids are in
// characters (Unicode code points), those of messages and objects in bytes. They are announced to a
// JIM/2 client in the answer to presence.
type Limits struct {
	Action  int `json:"action"`  // characters in the name of an action
	Name    int `json:"name"`    // characters in the name of a person or a room, without its #
	ID      int `json:"id"`      // characters in the id of a request
	Message int `json:"message"` // bytes of text in a message (JIM/1: characters)
	Topic   int `json:"topic"`   // characters in a room's topic
	Object  int `json:"object"`  // bytes of an object a client sends (JIM/1: characters)
	Answer  int `json:"answer"`  // bytes of an object the server sends, at most
	Depth   int `json:"depth"`   // nesting of objects and arrays
	Page    int `json:"page"`    // events or rows in one answer
}

// JIM2 are the limits of a session that said "jim":2.
var JIM2 = Limits{Action: 15, Name: 25, ID: 64, Message: 16 << 10, Topic: 250, Object: 64 << 10, Answer: 128 << 10, Depth: 32, Page: 200}

// JIM1 are the limits of the course's specification, which package dialect
// keeps. It counts an object in characters; a character has at most four bytes
// in UTF-8.
var JIM1 = Limits{Action: 15, Name: 25, ID: 64, Message: 500, Topic: 250, Object: 640, Answer: 640, Depth: 32, Page: 200}

// UDP are the limits of a session over UDP, where an object is one datagram. Datagrams of
// 1200 bytes get through practically everywhere without being cut up: it is the least that
// QUIC demands of a way (RFC 9000, section 14).
var UDP = Limits{Action: 15, Name: 25, ID: 64, Message: 800, Topic: 250, Object: 1200, Answer: 1200, Depth: 32, Page: 50}

// LimitInfo is one row of the specification's table of limits.
type LimitInfo struct {
	Name            string
	JIM1, JIM2, UDP int
	Meaning         string
}

// LimitTable lists every limit with its meaning, in the order of [Limits].
func LimitTable() []LimitInfo {
	row := func(name string, of func(Limits) int, meaning string) LimitInfo {
		return LimitInfo{name, of(JIM1), of(JIM2), of(UDP), meaning}
	}
	return []LimitInfo{
		row("action", func(l Limits) int { return l.Action }, "characters in the name of an action"),
		row("name", func(l Limits) int { return l.Name }, "characters in the name of a person, or of a room without its `#`"),
		row("id", func(l Limits) int { return l.ID }, "characters in the `id` of a request"),
		row("message", func(l Limits) int { return l.Message }, "text of a message: bytes of UTF-8, for JIM/1 characters"),
		row("topic", func(l Limits) int { return l.Topic }, "characters in a room's topic"),
		row("object", func(l Limits) int { return l.Object }, "an object a client sends: bytes, for JIM/1 characters"),
		row("answer", func(l Limits) int { return l.Answer }, "bytes of an object the server sends"),
		row("depth", func(l Limits) int { return l.Depth }, "nesting of objects and arrays, the outermost counted"),
		row("page", func(l Limits) int { return l.Page }, "events or rows in one answer"),
	}
}

// MaxSeq is the largest number JIM uses for seq and for every other integer:
// 2^53-1, which every JSON implementation keeps exactly (RFC 8259, section 6).
const MaxSeq = 1<<53 - 1

// Version is the newest protocol this package speaks.
const Version = 2
