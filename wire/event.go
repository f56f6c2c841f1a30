package wire

import (
	"strconv"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Event is what the server tells: something that was kept in a conversation
// (then it has a Seq), or a passing thing such as typing or presence.
type Event struct {
	Action  string  `json:"action"`
	To      string  `json:"to,omitzero"`   // "#ops", or the person it was said to
	From    string  `json:"from,omitzero"` // who caused it
	Seq     uint64  `json:"seq,omitzero"`  // its number in the conversation: 1, 2, 3 … without gaps
	ID      string  `json:"id,omitzero"`   // chosen by the sender
	Time    Time    `json:"time,omitzero"`
	Message string  `json:"message,omitzero"`
	Topic   *string `json:"topic,omitzero"`

	User       *Person `json:"user,omitzero"`        // presence
	Alert      string  `json:"alert,omitzero"`       // probe, bye: words for people
	RetryAfter float64 `json:"retry_after,omitzero"` // bye: seconds
	Revoke     string  `json:"revoke,omitzero"`      // sessions: which one was logged out
	Ack        uint64  `json:"ack,omitzero"`         // over UDP: the number to acknowledge
}

// Conversation is the address under which the reader named me knows the
// conversation of e: the room, or the other person. That nobody causes an event, as behind, says that it has the address of its
// reader.
func (e *Event) Conversation(me string) string {
	if !IsRoom(e.To) && e.To == me && e.From != "" {
		return e.From
	}
	return e.To
}

// AppendJSON appends e as one JSON object, without allocation for the events of
// the busy path.
func (e *Event) AppendJSON(dst []byte) []byte {
	dst = appendMember(dst, `{"action":`, e.Action)
	if e.To != "" {
		dst = appendMember(dst, `,"to":`, e.To)
	}
	if e.From != "" {
		dst = appendMember(dst, `,"from":`, e.From)
	}
	if e.Seq != 0 || e.Action == ActBehind { // which may say that there is nothing
		dst = append(dst, `,"seq":`...)
		dst = strconv.AppendUint(dst, e.Seq, 10)
	}
	if e.ID != "" {
		dst = appendMember(dst, `,"id":`, e.ID)
	}
	if e.Time != 0 {
		dst = append(dst, `,"time":`...)
		dst = e.Time.append(dst)
	}
	if e.Message != "" {
		dst = appendMember(dst, `,"message":`, e.Message)
	}
	if e.Topic != nil {
		dst = appendMember(dst, `,"topic":`, *e.Topic)
	}
	if e.passing() {
		dst = e.appendPassing(dst)
	}
	return append(dst, '}')
}

func (e *Event) passing() bool {
	return e.User != nil || e.Alert != "" || e.RetryAfter != 0 || e.Revoke != "" || e.Ack != 0
}

// appendPassing appends the members that no kept event has.
func (e *Event) appendPassing(dst []byte) []byte {
	if e.User != nil {
		dst = append(dst, `,"user":`...)
		b, err := json.Marshal(e.User)
		if err != nil {
			panic("wire: a person that is no JSON: " + err.Error()) // names were checked on the way in
		}
		dst = append(dst, b...)
	}
	if e.Alert != "" {
		dst = appendMember(dst, `,"alert":`, e.Alert)
	}
	if e.RetryAfter != 0 {
		dst = append(dst, `,"retry_after":`...)
		dst = append(dst, jsontext.Float(e.RetryAfter).String()...)
	}
	if e.Revoke != "" {
		dst = appendMember(dst, `,"revoke":`, e.Revoke)
	}
	if e.Ack != 0 {
		dst = append(dst, `,"ack":`...)
		dst = strconv.AppendUint(dst, e.Ack, 10)
	}
	return dst
}

// appendMember appends a member's name, written with its colon, and its value. A
// value that is not UTF-8 cannot come here: the decoder refuses it.
func appendMember(dst []byte, name, value string) []byte {
	dst = append(dst, name...)
	dst, _ = jsontext.AppendQuote(dst, value)
	return dst
}

// FromServer is any object a server sends: exactly one of the two is set.
type FromServer struct {
	Response *Response
	Event    *Event
}

// DecodeFromServer decodes what a server sent. Like [Decoder.Request] it refuses
// duplicate keys, invalid UTF-8 and trailing bytes; unknown members are ignored.
func DecodeFromServer(object []byte) (FromServer, error) {
	var head struct {
		Response *Code  `json:"response"`
		Action   string `json:"action"`
	}
	if err := json.Unmarshal(object, &head); err != nil {
		return FromServer{}, Errorf(BadRequest, "not an object of JIM: %s", plain(err))
	}
	if head.Response != nil {
		r := new(Response)
		if err := json.Unmarshal(object, r); err != nil {
			return FromServer{}, Errorf(BadRequest, "not a response: %s", plain(err))
		}
		return FromServer{Response: r}, nil
	}
	if head.Action == "" {
		return FromServer{}, Errorf(BadRequest, "neither a response nor an action")
	}
	e := new(Event)
	if err := json.Unmarshal(object, e); err != nil {
		return FromServer{}, Errorf(BadRequest, "not an event: %s", plain(err))
	}
	return FromServer{Event: e}, nil
}
