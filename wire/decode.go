package wire

import (
	"bytes"
	"errors"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// Decoder turns objects into requests. It is strict: duplicate keys, invalid
// UTF-8, lone surrogates, trailing bytes, nesting beyond the limit, NUL in a
// text, and a member of the wrong kind are refused with 400, never repaired;
// unknown members are ignored. A Decoder is not safe for concurrent use; keep it
// and its Request and use them again.
type Decoder struct {
	in   bytes.Buffer
	json *jsontext.Decoder
	text []byte // unquoted strings pass through here
	last string // the address decoded last: who talks mostly talks in one place
	max  Limits
}

// Request decodes object into r under limits. What r held before is gone; r
// keeps no reference to object.
func (d *Decoder) Request(object []byte, limits Limits, r *Request) *Error {
	if err := d.Datagram(object, limits, r); err != nil {
		return err
	}
	if r.Action == "" {
		return Errorf(BadRequest, "no action: say {\"action\":\"presence\",…}")
	}
	return nil
}

// Datagram is [Decoder.Request] for an object that need not have an action: over UDP
// one that only acknowledges has none. After an error r holds what was read before it.
func (d *Decoder) Datagram(object []byte, limits Limits, r *Request) *Error {
	r.reset()
	d.max = limits
	if len(object) > limits.Object {
		return Errorf(TooLarge, "an object may have %d bytes", limits.Object)
	}
	if deeper(object, limits.Depth) {
		return Errorf(BadRequest, "nested deeper than %d", limits.Depth)
	}
	d.in = *bytes.NewBuffer(object)
	if d.json == nil {
		d.json = jsontext.NewDecoder(&d.in)
	} else {
		d.json.Reset(&d.in)
	}
	if err := d.object(r); err != nil {
		return err
	}
	if _, err := d.json.ReadToken(); err != io.EOF {
		return Errorf(BadRequest, "something follows the object")
	}
	return nil
}

func (d *Decoder) object(r *Request) *Error {
	t, err := d.json.ReadToken()
	if err != nil {
		return d.bad(err)
	}
	if t.Kind() != '{' {
		return Errorf(BadRequest, "an object is wanted: {…}")
	}
	for d.json.PeekKind() != '}' {
		name, err := d.name()
		if err != nil {
			return err
		}
		if err := d.member(r, name); err != nil {
			return err
		}
	}
	if _, err := d.json.ReadToken(); err != nil {
		return d.bad(err)
	}
	return nil
}

// name reads the name of a member; it is good until the next read.
func (d *Decoder) name() ([]byte, *Error) {
	v, err := d.json.ReadValue()
	if err != nil {
		return nil, d.bad(err)
	}
	if bytes.IndexByte(v, '\\') < 0 {
		return v[1 : len(v)-1], nil
	}
	return d.unquote("a name", v)
}

// member reads the value that follows name.
func (d *Decoder) member(r *Request, name []byte) (err *Error) {
	switch string(name) {
	case "action":
		r.Action, err = d.action()
	case "id":
		r.ID, err = d.string("id", d.max.ID)
	case "jim":
		var n uint64
		n, err = d.number("jim")
		r.JIM = int(min(n, 1000))
	case "to":
		err = d.to(r, "to")
	case "room":
		err = d.to(r, "room")
	case "user_id":
		err = d.to(r, "user_id")
	case "message":
		r.Message, err = d.message()
	case "user":
		err = d.user(&r.User)
	case "seq":
		r.Seq, err = d.number("seq")
	case "before":
		r.Before, err = d.number("before")
	case "limit":
		var n uint64
		n, err = d.number("limit")
		r.Limit = int(min(n, uint64(d.max.Page)))
	case "after":
		err = d.after(r)
	case "since":
		err = d.since(r)
	case "topic":
		r.Topic = new(string)
		*r.Topic, err = d.string("topic", d.max.Topic)
	default:
		return d.rare(r, name)
	}
	return err
}

// rare reads the members of the less busy actions, and skips unknown ones.
func (d *Decoder) rare(r *Request, name []byte) (err *Error) {
	const long = 256 // characters: passwords, tokens, names of devices
	switch string(name) {
	case "status":
		r.Status, err = d.string("status", d.max.Topic)
	case "log":
		r.Log, err = d.string("log", d.max.ID)
	case "device":
		r.Device, err = d.string("device", d.max.ID)
	case "invite":
		r.Invite, err = d.string("invite", long)
	case "password":
		r.Password, err = d.string("password", long)
	case "old":
		r.Old, err = d.string("old", long)
	case "revoke":
		r.Revoke, err = d.string("revoke", long)
	case "do":
		r.Do, err = d.string("do", long)
	case "alone":
		r.Alone, err = d.bool("alone")
	case "live":
		r.Live, err = d.bool("live")
	case "cookie":
		r.Cookie, err = d.string("cookie", d.max.ID)
	case "ack":
		r.HasAck = true
		r.Ack, err = d.number("ack")
	default:
		return d.skip()
	}
	return err
}

// after is a number in history and a name in lists.
func (d *Decoder) after(r *Request) (err *Error) {
	if d.json.PeekKind() == '"' {
		r.Mark, err = d.string("after", d.max.Name+2)
		return err
	}
	r.HasAfter = true
	r.After, err = d.number("after")
	return err
}

// to reads an address, which may stand under several names as long as they say
// the same: otherwise what a request means would depend on the order of members.
func (d *Decoder) to(r *Request, name string) *Error {
	b, err := d.bytes(name)
	if err != nil {
		return err
	}
	if utf8.RuneCount(b) > d.max.Name+1 {
		return Errorf(TooLarge, "`%s` may have %d characters", name, d.max.Name+1)
	}
	if string(b) != d.last {
		d.last = string(b)
	}
	to := d.last
	switch {
	case r.To != "" && to != "" && to != r.To:
		return Errorf(BadRequest, "`%s` contradicts another address in the object", name)
	case to != "":
		r.To = to
	}
	return nil
}

// action reads the name of an action, which takes no memory of its own when it
// is one of [Actions].
func (d *Decoder) action() (string, *Error) {
	b, err := d.bytes("action")
	if err != nil {
		return "", err
	}
	if known, ok := knownActions[string(b)]; ok {
		return known, nil
	}
	if utf8.RuneCount(b) > d.max.Action {
		return "", Errorf(TooLarge, "`action` may have %d characters", d.max.Action)
	}
	return string(b), nil
}

// string reads a text of at most max characters.
func (d *Decoder) string(name string, max int) (string, *Error) {
	b, err := d.bytes(name)
	if err != nil {
		return "", err
	}
	if len(b) > max && utf8.RuneCount(b) > max {
		return "", Errorf(TooLarge, "`%s` may have %d characters", name, max)
	}
	return string(b), nil
}

// message reads the text of a message, whose limit counts bytes.
func (d *Decoder) message() (string, *Error) {
	b, err := d.bytes("message")
	if err != nil {
		return "", err
	}
	if len(b) > d.max.Message {
		return "", Errorf(TooLarge, "a message may have %d bytes", d.max.Message)
	}
	return string(b), nil
}

// bytes reads a string; what it returns is good until the next call.
func (d *Decoder) bytes(name string) ([]byte, *Error) {
	v, err := d.json.ReadValue()
	if err != nil {
		return nil, d.bad(err)
	}
	if v.Kind() != '"' {
		return nil, Errorf(BadRequest, "`%s` must be a string", name)
	}
	return d.unquote(name, v)
}

// unquote is the text of the JSON string quoted, which belongs to the member
// name; it is good until the next call.
func (d *Decoder) unquote(name string, quoted []byte) ([]byte, *Error) {
	b, err := jsontext.AppendUnquote(d.text[:0], quoted)
	if err != nil {
		return nil, d.bad(err)
	}
	d.text = b[:0]
	if bytes.IndexByte(b, 0) >= 0 {
		return nil, Errorf(BadRequest, "`%s` has a NUL character", name)
	}
	return b, nil
}

// number reads a whole number from 0 to [MaxSeq], written without fraction and
// exponent.
func (d *Decoder) number(name string) (uint64, *Error) {
	v, err := d.json.ReadValue()
	if err != nil {
		return 0, d.bad(err)
	}
	n := uint64(0)
	for _, b := range v {
		if b < '0' || b > '9' || n > MaxSeq/10 {
			return 0, notWhole(name)
		}
		n = 10*n + uint64(b-'0')
	}
	if n > MaxSeq {
		return 0, notWhole(name)
	}
	return n, nil
}

// bool reads true or false.
func (d *Decoder) bool(name string) (bool, *Error) {
	v, err := d.json.ReadValue()
	if err != nil {
		return false, d.bad(err)
	}
	if k := v.Kind(); k != 't' && k != 'f' {
		return false, Errorf(BadRequest, "`%s` must be true or false", name)
	}
	return v.Kind() == 't', nil
}

func notWhole(name string) *Error {
	return Errorf(BadRequest, "`%s` must be a whole number from 0 to 2^53-1", name)
}

func (d *Decoder) skip() *Error {
	if err := d.json.SkipValue(); err != nil {
		return d.bad(err)
	}
	return nil
}

func (d *Decoder) bad(err error) *Error {
	return Errorf(BadRequest, "not valid JSON: %s", plain(err))
}

// plain is what the JSON module found, in words that mean something to a peer.
func plain(err error) string {
	var syntactic *jsontext.SyntacticError
	switch {
	case errors.Is(err, jsontext.ErrDuplicateName):
		return "a key stands twice"
	case errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF):
		return "it ends too early"
	case errors.As(err, &syntactic):
		text := strings.TrimPrefix(syntactic.Err.Error(), "jsontext: ")
		return text + " at byte " + strconv.FormatInt(syntactic.ByteOffset, 10)
	}
	return strings.TrimPrefix(strings.TrimPrefix(err.Error(), "jsontext: "), "json: ")
}
