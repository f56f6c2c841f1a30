package wire

import (
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Response answers one request. Only Code is always there; Time is the server's
// clock when it answered.
type Response struct {
	Code Code   `json:"response"`
	ID   string `json:"id,omitzero"`
	Time Time   `json:"time,omitzero"`
	// Alert carries the words of a success or notice, Error those of a failure.
	Alert      string  `json:"alert,omitzero"`
	Error      string  `json:"error,omitzero"`
	Retry      *bool   `json:"retry,omitzero"`       // only in errors: whether trying again can help
	RetryAfter float64 `json:"retry_after,omitzero"` // seconds
	To         string  `json:"to,omitzero"`
	Seq        uint64  `json:"seq,omitzero"`
	// Log is what the log is called that the numbers are of: another name since a backup was restored. Presence,
	// authenticate, register and sync are answered with it.
	Log string `json:"log,omitzero"`

	// The answers to presence, authenticate and register.
	JIM    int     `json:"jim,omitzero"`
	Server string  `json:"server,omitzero"`
	User   *Person `json:"user,omitzero"`
	Token  string  `json:"token,omitzero"` // only when the request named a device
	Limits *Limits `json:"limits,omitzero"`
	Cookie string  `json:"cookie,omitzero"` // over UDP: what to send the request with
	// Since is how much counts here of what a presence said it has, where that is less, as after a backup was restored.
	Since map[string]uint64 `json:"since,omitzero"`

	// Lists. More says that another page follows; Next is what to send as `after` for it.
	Events   []Event        `json:"events,omitzero"`
	Rooms    []Conversation `json:"rooms,omitzero"`
	Members  []Person       `json:"members,omitzero"`
	Contacts []Person       `json:"contacts,omitzero"`
	Sessions []SessionInfo  `json:"sessions,omitzero"`
	Accounts []Person       `json:"accounts,omitzero"`
	More     bool           `json:"more,omitzero"`
	Next     string         `json:"next,omitzero"`

	Topic *string           `json:"topic,omitzero"`
	Stats map[string]uint64 `json:"stats,omitzero"` // admin stats: counters by name
}

// Person is somebody as others see them.
type Person struct {
	Name   string `json:"account_name"`
	Status string `json:"status,omitzero"` // "here", "away", … or "gone"
	Guest  bool   `json:"guest,omitzero"`  // has a name, and no password
	Owner  bool   `json:"owner,omitzero"`
	Since  Time   `json:"since,omitzero"` // when the account was made

	Disabled bool `json:"disabled,omitzero"` // told to operators only
}

// Size is how many bytes p takes in a list, at most.
func (p *Person) Size() int {
	const other = len(`{"account_name":,"status":,"guest":true,"owner":true,"since":-9007199254740.123,"disabled":true},`)
	return other + quotedSize(p.Name) + quotedSize(p.Status)
}

// quotedSize is how many bytes s has as a string of JSON.
func quotedSize(s string) int {
	n := len(`""`) + len(s)
	for i := range len(s) {
		switch b := s[i]; {
		case b < ' ':
			n += len(`\u0001`) - 1
		case b == '"' || b == '\\':
			n++
		}
	}
	return n
}

// Conversation is a room or a direct conversation as one person sees it.
type Conversation struct {
	Name   string `json:"name"`            // "#ops", or the other person's name
	Seq    uint64 `json:"seq"`             // number of the newest entry; 0 = nothing was said
	Read   uint64 `json:"read,omitzero"`   // you have read up to here
	Member bool   `json:"member,omitzero"` // you get its events
	Topic  string `json:"topic,omitzero"`
}

// Size is how many bytes c takes in a list, at most.
func (c *Conversation) Size() int {
	const other = len(`{"name":,"seq":9007199254740991,"read":9007199254740991,"member":true,"topic":},`)
	return other + quotedSize(c.Name) + quotedSize(c.Topic)
}

// SessionInfo is a device or a live connection of an account.
type SessionInfo struct {
	ID        string `json:"id"` // what to send as `revoke`
	Device    string `json:"device,omitzero"`
	Transport string `json:"transport,omitzero"` // of a live connection: "tcp", "ws", …
	Address   string `json:"address,omitzero"`
	Since     Time   `json:"since,omitzero"`
	Seen      Time   `json:"seen,omitzero"`
	Current   bool   `json:"current,omitzero"` // the connection that asks
}

// Size is how many bytes i takes in a list, at most.
func (i *SessionInfo) Size() int {
	const other = len(`{"id":,"device":,"transport":,"address":,"since":-9007199254740.123,"seen":-9007199254740.123,"current":true},`)
	return other + quotedSize(i.ID) + quotedSize(i.Device) + quotedSize(i.Transport) + quotedSize(i.Address)
}

// AppendJSON appends r as one JSON object. Answers that say only how it went, and pages of events, are encoded without
// reflection.
func (r *Response) AppendJSON(dst []byte) ([]byte, error) {
	if r.plain() {
		return r.appendPlain(dst), nil
	}
	b, err := json.Marshal(r)
	return append(dst, b...), err
}

// plain tells whether r has nothing but what appendPlain appends.
func (r *Response) plain() bool {
	return r.JIM == 0 && r.Server == "" && r.User == nil && r.Token == "" && r.Limits == nil && r.Cookie == "" && r.Since == nil &&
		r.Rooms == nil && r.Members == nil && r.Contacts == nil && r.Sessions == nil && r.Accounts == nil &&
		r.Next == "" && r.Topic == nil && r.Stats == nil &&
		utf8.ValidString(r.ID) && utf8.ValidString(r.Alert) && utf8.ValidString(r.Error) && utf8.ValidString(r.To) && utf8.ValidString(r.Log)
}

// roomPlain is about what an answer has besides its texts.
const roomPlain = len(`{"response":429,"id":"","time":1763500000.123,"error":"","retry":false,"retry_after":2.5,"to":"","seq":1234567}` + "\n")

func (r *Response) appendPlain(dst []byte) []byte {
	dst = slices.Grow(dst, roomPlain+len(r.ID)+len(r.Alert)+len(r.Error)+len(r.To))
	dst = append(dst, `{"response":`...)
	dst = strconv.AppendInt(dst, int64(r.Code), 10)
	if r.ID != "" {
		dst = appendMember(dst, `,"id":`, r.ID)
	}
	if r.Time != 0 {
		dst = append(dst, `,"time":`...)
		dst = r.Time.append(dst)
	}
	if r.Alert != "" {
		dst = appendMember(dst, `,"alert":`, r.Alert)
	}
	if r.Error != "" {
		dst = appendMember(dst, `,"error":`, r.Error)
	}
	if r.Retry != nil {
		dst = append(dst, `,"retry":`...)
		dst = strconv.AppendBool(dst, *r.Retry)
	}
	if r.RetryAfter != 0 {
		dst = append(dst, `,"retry_after":`...)
		dst = append(dst, jsontext.Float(r.RetryAfter).String()...)
	}
	if r.To != "" {
		dst = appendMember(dst, `,"to":`, r.To)
	}
	if r.Seq != 0 {
		dst = append(dst, `,"seq":`...)
		dst = strconv.AppendUint(dst, r.Seq, 10)
	}
	if r.Log != "" {
		dst = appendMember(dst, `,"log":`, r.Log)
	}
	if r.Events != nil {
		dst = appendEvents(dst, r.Events)
	}
	if r.More {
		dst = append(dst, `,"more":true`...)
	}
	return append(dst, '}')
}

func appendEvents(dst []byte, events []Event) []byte {
	dst = append(slices.Grow(dst, roughly(events)), `,"events":[`...)
	for i := range events {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = events[i].AppendJSON(dst)
	}
	return append(dst, ']')
}

// roughly is about how many bytes events have as JSON, and what stands around them.
func roughly(events []Event) (n int) {
	n = 64
	for i := range events {
		e := &events[i]
		n += len(`{"action":"topic","to":"","from":"","seq":1234567,"id":"","time":1763500000.123,"message":""},`) +
			len(e.To) + len(e.From) + len(e.ID) + len(e.Message)
	}
	return n
}

// AppendKept appends the answer to something that was kept: 201 with its
// conversation and number. It is [Response.AppendJSON] for the busiest answer,
// without reflection, and without allocation where dst has room.
func AppendKept(dst []byte, id string, at Time, to string, seq uint64) []byte {
	const room = len(`{"response":201,"id":"","time":1763500000.123,"to":"","seq":1234567}` + "\n")
	dst = slices.Grow(dst, room+len(id)+len(to))
	dst = append(dst, `{"response":201`...)
	if id != "" {
		dst = appendMember(dst, `,"id":`, id)
	}
	dst = append(dst, `,"time":`...)
	dst = at.append(dst)
	dst = appendMember(dst, `,"to":`, to)
	dst = append(dst, `,"seq":`...)
	dst = strconv.AppendUint(dst, seq, 10)
	return append(dst, '}')
}
