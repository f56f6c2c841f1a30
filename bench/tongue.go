package bench

import (
	"bytes"
	"fmt"
	"strconv"
)

// tongue is how one protocol does the work. All carry a text unchanged, so that one receiver serves them.
type tongue struct {
	enter func(c *conn, room string) (joined uint64, err error)

	// say appends a message. ack "" asks for no answer where the protocol leaves that open.
	say  func(dst []byte, room string, id, text []byte, ack string) []byte
	echo bool // a writer hears itself

	// odd stands in every line between two messages that must be looked at; onOdd is given all that
	// came between them. refused stands in answers that the receiver of one who writes must not take for good.
	// What is looked for in every message, odd and rare, begins with a byte that messages seldom have: then the search
	// takes a few nanoseconds.
	odd     []byte
	onOdd   func(r *receiver, between []byte)
	refused []byte
	rare    []byte // stands wherever refused does

	// The durable work. prepare makes a place for messages that are kept; kept stands in each answer that
	// says a message is, and ackTo is where c wants its answers.
	prepare func(c *conn, tag string) error
	ackTo   func(c *conn, tag string) (string, error)
	kept    []byte
}

// jimTongue is JIM/2.
var jimTongue = tongue{
	enter: func(c *conn, room string) (uint64, error) {
		r, err := c.ask("1", presenceRequest(c.name, ""))
		if err != nil {
			return 0, err
		}
		c.server.named(r.Server)
		if room == "" {
			return 0, nil
		}
		r, err = c.ask("2", `{"action":"join","id":"2","to":"#`+room+`"}`)
		if err != nil {
			return 0, err
		}
		return r.Seq, nil
	},
	say: func(dst []byte, room string, id, text []byte, _ string) []byte {
		dst = append(append(dst, `{"action":"msg","id":"`...), id...)
		dst = append(append(dst, `","to":"#`...), room...)
		dst = append(append(dst, `","message":"`...), text...)
		return append(dst, '"', '}', '\n')
	},
	echo:    true,
	odd:     []byte(`behind"`),
	onOdd:   behind,
	refused: []byte(`"error":`),
	rare:    []byte(`y":`), // of "retry":
	kept:    []byte(`"response":201`),
}

// presenceRequest logs in as a guest; more is put into the object behind what must be there.
func presenceRequest(name, more string) string {
	return fmt.Sprintf(`{"action":"presence","jim":2,"id":"1","user":{"account_name":"%s"}%s}`, name, more)
}

// behind counts what a reader was not told. Events of a room come in order, so when it is told that it
// misses events up to a number, all it has of those before has come.
func behind(r *receiver, between []byte) {
	for line := range bytes.Lines(between) {
		if !bytes.Contains(line, []byte(`"action":"behind"`)) {
			continue
		}
		last, ok := numberIn(line, `"seq":`)
		base := r.room.base.Load()
		if !ok || base == 0 || last <= base {
			continue // members who came in, before the first message
		}
		r.room.behind.Add(1)
		if missed := int64(last-base) - r.seen - r.lost; missed > 0 {
			r.lost += missed
			r.room.lost.Add(missed)
		}
	}
}

// numberIn is the whole number that stands behind key in line.
func numberIn(line []byte, key string) (n uint64, ok bool) {
	i := bytes.Index(line, []byte(key))
	if i < 0 {
		return 0, false
	}
	digits := line[i+len(key):]
	end := 0
	for end < len(digits) && digits[end] >= '0' && digits[end] <= '9' {
		end++
	}
	n, err := strconv.ParseUint(string(digits[:end]), 10, 64)
	return n, err == nil
}
