package check

import "jim/wire"

// Side is one end of a conversation.
type Side uint8

// The two ends; what both may break is of neither.
const (
	Either Side = iota
	FromClient
	FromServer
)

// String is "client", "server" or "".
func (s Side) String() string { return [...]string{"", "client", "server"}[s] }

// Rule is something that a conversation can break and that can be seen by who only listens.
type Rule struct {
	ID      string  // stays the same for ever: reports and scripts name it
	Of      Side    // who can break it
	Section Section // where it stands
	Says    string  // one sentence: what is demanded
}

// Violation is one rule broken by one object, or by what stands between objects.
type Violation struct {
	*Rule
	By     Side
	Detail string // what was found, in names and values that need no translation; may be ""
}

// Rules are all rules of [Judge], in the order of the specification.
var Rules = []Rule{
	{"json", Either, OnTheWire, "An object is valid JSON."},
	{"not-object", Either, OnTheWire, "What travels is objects: {…}."},
	{"utf8", Either, OnTheWire, "Text is UTF-8."},
	{"surrogate", Either, OnTheWire, "A surrogate never stands alone."},
	{"duplicate-key", Either, OnTheWire, "No key stands twice in an object."},
	{"nesting", Either, OnTheWire, "Nesting is at most 32 deep."},
	{"nul", Either, OnTheWire, "A text has no NUL character."},
	{"kind", Either, OnTheWire, "Each member is of its kind: text, number, true or false, list, object."},
	{"whole", Either, OnTheWire, "A whole number is written without fraction and exponent and lies between 0 and 2^53-1."},
	{"lf", FromServer, OnTheWire, "The server ends each object with LF."},
	{"cut", Either, OnTheWire, "A connection ends between objects, not inside one."},
	{"neither", FromServer, OnTheWire, "What a server sends has a response or an action."},
	{"answer-id", FromServer, OnTheWire, "The id of a request comes back in its answer."},
	{"answer-unasked", FromServer, OnTheWire, "An answer belongs to a request."},
	{"answer-twice", FromServer, OnTheWire, "Every request is answered exactly once."},
	{"answer-order", FromServer, OnTheWire, "Answers come in the order of the requests."},
	{"error-words", FromServer, OnTheWire, "An error says in error what happened."},
	{"error-retry", FromServer, OnTheWire, "An error says in retry whether the same request can succeed later."},
	{"time-missing", FromServer, OnTheWire, "Answers and kept events say in time what the server's clock is."},
	{"time-sense", FromServer, OnTheWire, "Time is a number of seconds since 1970."},
	{"to-contradicts", FromClient, OnTheWire, "When several of to, room and user_id are given they agree."},

	{"seq-twice", FromServer, Conversations, "Nobody is told the same event twice."},
	{"seq-back", FromServer, Conversations, "Events of a conversation come in order of seq."},
	{"seq-gap", FromServer, Conversations, "Numbers are without gaps; what was left out is told as behind."},
	{"ack-two-numbers", FromServer, Conversations, "The same id is the same message, for ever, with the same seq."},
	{"ack-shared-number", FromServer, Conversations, "Two messages never have the same number."},
	{"id-reused", FromClient, Conversations, "The same id is never used for something else."},

	{"first", FromClient, SayingWho, "Before saying who you are, only presence, authenticate, register, ping and quit are answered."},
	{"told-early", FromServer, SayingWho, "Who has not said who he is is told nothing but a probe and a goodbye."},
	{"probe-late", FromServer, SayingWho, "Only a connection that has said nothing is sent a probe."},
	{"name", Either, SayingWho, "Names have up to 25 letters, digits, and -, _, . of one script."},

	{"empty", FromClient, Errors, "A message is not empty."},
	{"page-order", FromServer, WhatWasSaid, "A page of history is in order of seq, and inside what was asked for."},
	{"page-size", FromServer, WhatWasSaid, "A page has no more than its limit."},
	{"after-bye", FromServer, FromTheServer, "bye is the last object before the server closes."},
	{"after-quit", Either, Actions, "Nothing follows the goodbye."},
	{"cookie", FromClient, OverUDP, "Every datagram to the server needs the cookie."},

	{"action-missing", FromClient, Errors, "A request has an action."},
	{"action-unknown", FromClient, Actions, "A client sends the actions of the table."},
	{"member-missing", FromClient, Actions, "A request has the members that its action needs."},
	{"event-unknown", FromServer, Actions, "A server sends the events of the table."},
	{"event-member", FromServer, Actions, "An event has the members of its action."},
	{"answer-member", FromServer, Actions, "An answer has what its request asked for."},
	{"code-kind", FromServer, Codes, "A response is a whole number of three digits."},
	{"code-unknown", FromServer, Codes, "A response is one of the codes of the table."},
	{"code-unfit", FromServer, Actions, "A success has one of the codes of its action."},
	{"retry-table", FromServer, Codes, "retry is as the table of codeRows has it."},
	{"retry-after", FromServer, Codes, "429 and 503 say in retry_after when to come again."},
	{"too-large", Either, Limits, "An object keeps to the limit that was announced."},
	{"too-long", FromClient, Limits, "Names, ids, actions, topics and messages keep to the limits that were announced."},

	{"old-time", FromClient, Course, "A request has a time, which is a number."},
	{"old-time-sent", FromServer, Course, "Time goes out as a number."},
	{"old-first", FromServer, Course, "The first answer to a presence comes before anything else."},
	{"old-probe", FromServer, Course, "Only a silent beginning is probed, and never later."},
	{"old-joined", FromServer, Course, "Objects to such programs are never joined: one object, one segment."},
	{"old-size", Either, Course, "An object has at most 640 characters, one to a program of the second year 1024 bytes."},
	{"old-long", FromClient, Specification, "A message has at most 500 characters, a name 25, an action 15."},
	{"old-code", FromServer, Specification, "A response is a whole number that the course knows."},
	{"old-words", FromServer, Specification, "An error says in error what happened."},
	{"old-event", FromServer, Specification, "Of events such programs get messages, and probe."},
	{"old-event-member", FromServer, Specification, "A message to such a program has its sender, its addressee, its time and its text."},
	{"old-unasked", FromServer, Specification, "An answer belongs to a request."},
	{"old-answered", FromServer, Mentors, "A message that arrived is not answered: the mentors' programs break on it."},
	{"old-action", FromClient, Specification, "A program sends the actions of its dialect."},
	{"old-member", FromClient, Specification, "A request has the members that its action needs."},
	{"old-from", FromClient, Specification, "A message comes from who has logged in."},
	{"old-login", FromClient, Specification, "First say who you are."},
}

// rulesByID are [Rules] by their ids.
var rulesByID = func() map[string]*Rule {
	all := map[string]*Rule{}
	for i := range Rules {
		all[Rules[i].ID] = &Rules[i]
	}
	return all
}()

// RuleOf is the rule with an id.
func RuleOf(id string) (*Rule, bool) {
	r, ok := rulesByID[id]
	return r, ok
}

// codeRows are the numbers of [wire.Codes].
var codeRows = func() map[int]wire.CodeInfo {
	all := map[int]wire.CodeInfo{}
	for _, c := range wire.Codes {
		all[int(c.Code)] = c
	}
	return all
}()
