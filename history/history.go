// Package history says whether a chat kept its promises, from what happened to
// its clients: what each of them sent, what it was answered, and what it read.
// It knows nothing of how the chat works, so a history of any server can be
// checked, and one that was written to a file can be checked again.
//
// A history is a list of [Entry] in the order in which they were recorded. A
// client records a Send before it sends, and everything else when it has
// arrived. [Check] returns the [Fault] it can prove, and none that it only
// suspects: a message of unknown outcome may be there once or not at all.
package history

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"slices"
)

// Kind says what an entry of a history records.
type Kind string

// The kinds of entries, and the members that matter in each besides Client, Session and To.
const (
	// Send: the client sends ID, Action, Body, Of. Each try is an entry.
	Send Kind = "send"

	// Ack: the server says that ID was kept, as Seq. Without Seq it says nothing about a number. Action
	// and Body, if they are there, repeat what it acknowledges.
	Ack Kind = "ack"

	// Refuse: the server refuses ID for ever; Action, Body and Of repeat what it refuses. An answer that
	// lets the client try again is not recorded: the outcome is unknown.
	Refuse Kind = "refuse"

	// Since: a pass begins. The session wants to be told everything after Seq, and once. A
	// session that reads without it is told everything after the first number that it hears.
	Since Kind = "since"

	// Fill: the pass goes on backwards. The session wants what is after Seq and was not told in this
	// pass; what it was told before it was Behind may be told again.
	Fill Kind = "fill"

	// Read: the session is told Seq, From, ID, Action, Body, Of; live, or from the log.
	Read Kind = "read"

	// Behind: the session is told that it may miss what is up to Seq.
	Behind Kind = "behind"

	// Complete: the session claims that its pass has everything up to Seq, and
	// everything that was acknowledged before the pass began.
	Complete Kind = "complete"

	// End: the connection of the session ends. What a Fill had not come to is not missing.
	End Kind = "end"

	// State: for the session, the message Seq reads Body now, or is gone
	// (Action is [Delete]).
	State Kind = "state"
)

var kinds = []Kind{Send, Ack, Refuse, Since, Fill, Read, Behind, Complete, End, State}

// Actions that change an earlier entry of a conversation, whose number is Of. All
// other actions mean nothing to the checker, except that only their own words are theirs.
const (
	Edit   = "edit"
	Delete = "delete"
)

// Entry is one thing that happened to a client.
//
// Client is the account: the bearer of ids. Session is one connection of it. A
// page of history that is read beside the events is a session of its own. To
// is the conversation under one name for all; see [Pair].
type Entry struct {
	Kind    Kind   `json:"kind"`
	Client  string `json:"client"`
	Session string `json:"session,omitzero"`
	To      string `json:"to,omitzero"`
	From    string `json:"from,omitzero"`   // Read: whose it is
	ID      string `json:"id,omitzero"`     // "" = a repeat cannot be told
	Seq     int64  `json:"seq,omitzero"`    // number in the conversation
	Action  string `json:"action,omitzero"` // "msg", "edit", "join" …
	Of      int64  `json:"of,omitzero"`     // number of the entry that this one changes
	Body    string `json:"body,omitzero"`
}

// Pair is the name of what two people say to each other, the same for both.
func Pair(a, b string) string { return min(a, b) + "+" + max(a, b) }

// AppendJSON appends e as one line of JSON with its LF.
func (e Entry) AppendJSON(dst []byte) []byte {
	b, err := json.Marshal(e)
	if err != nil {
		panic("history: an entry that is no JSON: " + err.Error()) // it has strings and numbers only
	}
	return append(append(dst, b...), '\n')
}

// String is e as a line of JSON.
func (e Entry) String() string {
	b := e.AppendJSON(nil)
	return string(b[:len(b)-1])
}

// Parse reads entries, one in a line, as [Entry.AppendJSON] writes them. With an
// error it returns the entries before the faulty line: what a recorder that was
// killed has left can still be checked. Equal strings share their memory.
func Parse(r io.Reader) ([]Entry, error) {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	var entries []Entry
	known := interned{}
	for lines.Scan() {
		var e Entry
		err := json.Unmarshal(lines.Bytes(), &e)
		if err == nil && !slices.Contains(kinds, e.Kind) {
			err = fmt.Errorf("there is no kind %.20q of entries", e.Kind)
		}
		if err != nil {
			return entries, fmt.Errorf("read a history: line %d: %w", len(entries)+1, err)
		}
		e.Kind = Kind(known.one(string(e.Kind)))
		for _, s := range []*string{&e.Client, &e.Session, &e.To, &e.From, &e.ID, &e.Action, &e.Body} {
			*s = known.one(*s)
		}
		entries = append(entries, e)
	}
	if err := lines.Err(); err != nil {
		return entries, fmt.Errorf("read a history: line %d: %w", len(entries)+1, err)
	}
	return entries, nil
}

// interned keeps one of equal strings.
type interned map[string]string

func (all interned) one(s string) string {
	if kept, ok := all[s]; ok {
		return kept
	}
	all[s] = s
	return s
}
