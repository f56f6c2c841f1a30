package check

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"jim/wire"
)

// object is the members of an object, undecoded.
type fields map[string]jsontext.Value

// parse reads an object. rule says what is wrong with one that cannot be read; "" =
// nothing is.
func readFields(text []byte) (o fields, rule, detail string) {
	trimmed := bytes.TrimSpace(text)
	switch {
	case len(trimmed) == 0 || trimmed[0] != '{':
		return nil, "not-object", ""
	case wire.Depth(trimmed) > wire.JIM2.Depth:
		return nil, "nesting", strconv.Itoa(wire.Depth(trimmed)) + " > " + strconv.Itoa(wire.JIM2.Depth)
	}
	err := json.Unmarshal(trimmed, &o)
	var syntactic *jsontext.SyntacticError
	switch {
	case err == nil:
		return o, "", ""
	case !utf8.Valid(trimmed):
		return nil, "utf8", ""
	case errors.Is(err, jsontext.ErrDuplicateName):
		if errors.As(err, &syntactic) {
			detail = string(syntactic.JSONPointer)
		}
		return nil, "duplicate-key", detail
	case json.Unmarshal(trimmed, &o, jsontext.AllowInvalidUTF8(true)) == nil:
		return nil, "surrogate", ""
	}
	if errors.As(err, &syntactic) {
		detail = strings.TrimPrefix(syntactic.Err.Error(), "jsontext: ")
	}
	return nil, "json", detail
}

// has tells whether o has a member, whatever its value.
func (o fields) has(name string) bool { _, ok := o[name]; return ok }

// text is a member that is a text; "" where it is none.
func (o fields) text(name string) string {
	var s string
	if v := o[name]; v.Kind() != '"' || json.Unmarshal(v, &s) != nil {
		return ""
	}
	return s
}

// number is a member that is a whole number.
func (o fields) number(name string) (uint64, bool) { return wholeNumber(o[name]) }

// inner is a member that is an object.
func (o fields) inner(name string) fields {
	var in fields
	if v := o[name]; v.Kind() != '{' || json.Unmarshal(v, &in) != nil {
		return nil
	}
	return in
}

// list is a member that is a list of objects.
func (o fields) list(name string) []fields {
	var all []fields
	if v := o[name]; v.Kind() != '[' || json.Unmarshal(v, &all) != nil {
		return nil
	}
	return all
}

// first is the first of names that o has.
func (o fields) first(names ...string) string {
	for _, name := range names {
		if o.has(name) {
			return name
		}
	}
	return ""
}

func wholeNumber(v jsontext.Value) (uint64, bool) {
	if len(v) == 0 || len(v) > 16 || v.Kind() != '0' {
		return 0, false
	}
	n, err := strconv.ParseUint(string(v), 10, 64)
	return n, err == nil && n <= wire.MaxSeq
}

// seconds is a member that is a number.
func (o fields) seconds(name string) (float64, bool) {
	v := o[name]
	if v.Kind() != '0' {
		return 0, false
	}
	f, err := strconv.ParseFloat(string(v), 64)
	return f, err == nil && !math.IsInf(f, 0)
}

// Kinds of members: what a value begins with, as jsontext.Kind has it; 'n' is a whole
// number, 'u' a text or an object, 'm' a whole number or a text.
var (
	clientKinds = map[string]byte{
		"action": '"', "id": '"', "jim": 'n', "to": '"', "room": '"', "user_id": '"', "message": '"', "seq": 'n',
		"topic": '"', "status": '"', "device": '"', "invite": '"', "password": '"', "old": '"', "revoke": '"', "do": '"',
		"alone": 't', "live": 't', "cookie": '"', "ack": 'n', "before": 'n', "limit": 'n', "after": 'm', "since": '{', "user": 'u',
	}
	serverKinds = map[string]byte{
		"id": '"', "alert": '"', "error": '"', "retry": 't', "retry_after": '0', "to": '"', "from": '"', "seq": 'n',
		"jim": 'n', "server": '"', "user": '{', "token": '"', "limits": '{', "cookie": '"', "events": '[', "rooms": '[', "members": '[',
		"contacts": '[', "sessions": '[', "accounts": '[', "more": 't', "next": '"', "topic": '"', "stats": '{', "action": '"',
		"message": '"', "revoke": '"', "ack": 'n',
	}
	kindNames = map[byte]string{'"': `"…"`, 't': "true|false", '0': "1.5", '{': "{…}", '[': "[…]", 'u': `{…}`, 'm': `1|"…"`}
)

// wrongKind looks for a member that is not of its kind, and tells which rule it breaks.
func wrongKind(o fields, of map[string]byte) (rule, detail string) {
	for _, name := range namesOf(o) {
		want, v := of[name], o[name]
		k := byte(v.Kind())
		if k == 'f' {
			k = 't'
		}
		switch {
		case want == 0 || want == k, want == 'u' && (k == '{' || k == '"'), want == 'm' && k == '"':
			if k == '"' && bytes.Contains(v, []byte(`\u0000`)) && strings.ContainsRune(o.text(name), 0) {
				return "nul", name
			}
		case (want == 'n' || want == 'm') && k == '0':
			if _, ok := wholeNumber(v); !ok {
				return "whole", fmt.Sprintf("%q:%s", name, shortened(string(v)))
			}
		default:
			return "kind", fmt.Sprintf("%q:%s ≠ %s", name, shortened(string(v)), kindNames[want])
		}
	}
	return "", ""
}

func namesOf(o fields) []string {
	names := make([]string, 0, len(o))
	for name := range o {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// shortened is a value that may be long, for a detail.
func shortened(text string) string {
	const most = 40
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	return string([]rune(text)[:most]) + "…"
}
