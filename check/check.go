package check

import (
	"strings"
	"time"
)

// Level is the protocol that a program is held to.
type Level string

// The levels: JIM/2 of docs/protocol.md, and the two dialects of the course, of docs/dialects.md.
const (
	JIM2   Level = "jim2"
	JIM1   Level = "jim1"   // the course's specification
	Mentor Level = "mentor" // the dialect of its mentors
)

// Levels are all levels, the most demanding first.
var Levels = []Level{JIM2, JIM1, Mentor}

// Check says which rule is proved, and where it stands. IDs are stable: a rule keeps its id for ever, and
// no other rule gets it.
type Check struct {
	ID      string  // words with dots between, the group first: "msg.ack.seq"
	Levels  []Level // for which it is made
	Section Section // where the rule stands
	Says    string  // words of that section from which the rule follows
	Rule    string  // the rule in one sentence, without a full stop
}

// in tells whether the check is made at a level.
func (c *Check) in(l Level) bool {
	for _, level := range c.Levels {
		if level == l {
			return true
		}
	}
	return false
}

// group is the first word of the id.
func (c *Check) group() string {
	group, _, _ := strings.Cut(c.ID, ".")
	return group
}

// State is how a check went.
type State string

// The states. A check that could not be made proves nothing, and counts for nothing.
const (
	Passed  State = "passed"
	Failed  State = "failed"
	Skipped State = "skipped"
)

// Result is how one check went.
type Result struct {
	Check
	State State
	// Expected and Came say what was wrong, of a check that failed. Why says why one was skipped.
	Expected, Came, Why string
	Talk                []Line // the conversation as it travelled
	Took                time.Duration
}

// Elsewhere tells whether a check was skipped because it is one for another transport.
func (r *Result) Elsewhere() bool {
	return r.State == Skipped && strings.HasPrefix(r.Why, notOver)
}

// notOver begins why a check cannot be made over a transport.
const notOver = "not over "

// Unfinished tells whether a check was skipped because its run ended before its time.
func (r *Result) Unfinished() bool {
	return r.State == Skipped && strings.HasPrefix(r.Why, RunEnded)
}

// RunEnded begins why a check was not made, or not to its end, when the run was over before its time.
const RunEnded = "the run had ended: "

// Line is something that travelled, or happened on a connection.
type Line struct {
	Who  string        // who of the suite's people: "ann", "bob" …
	Way  Way           // in which direction
	Text string        // the bytes; cut when long, control characters and what is not UTF-8 written as \x…
	At   time.Duration // since the check began
}

// Way is the direction in which a [Line] went.
type Way string

// The ways of a line.
const (
	Sent     Way = "sent"     // to the program that is checked
	Received Way = "received" // from it
	Note     Way = "note"     // neither: connected, closed …
)
