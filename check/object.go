package check

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// object is what a server said, as it is: members by name, and the bytes.
type object struct {
	members map[string]any
	raw     []byte
	at      time.Time
	read    int // which read of the stream brought its end
}

// parse reads an object as strictly as the protocol is: a name twice or broken UTF-8 is a fault.
func parse(raw []byte) (map[string]any, error) {
	var m map[string]any
	if err := json.Unmarshal(raw, &m); err != nil {
		return nil, fmt.Errorf("%s", strings.TrimPrefix(err.Error(), "json: "))
	}
	return m, nil
}

func (o *object) isAnswer() bool { _, ok := o.members["response"]; return ok }
func (o *object) text(name string) string {
	s, _ := o.members[name].(string)
	return s
}

// number is a member that is a whole number, or -1.
func (o *object) number(name string) int {
	if n, ok := o.members[name].(float64); ok && n == float64(int(n)) {
		return int(n)
	}
	return -1
}

func (o *object) code() int { return o.number("response") }

// inner is a member that is an object; nil when it is none.
func (o *object) inner(name string) *object {
	m, ok := o.members[name].(map[string]any)
	if !ok {
		return nil
	}
	return &object{members: m, raw: o.raw}
}

// list is a member that is a list of objects; ok tells whether it is one.
func (o *object) list(name string) (list []*object, ok bool) {
	items, ok := o.members[name].([]any)
	for _, item := range items {
		m, isObject := item.(map[string]any)
		if !isObject {
			return nil, false
		}
		list = append(list, &object{members: m, raw: o.raw})
	}
	return list, ok
}

// String is what a reader of the report sees.
func (o *object) String() string { return shown(o.raw) }

// has tells whether the object has all members of pairs of names and values.
func (o *object) has(pairs []any) bool {
	for i := 0; i+1 < len(pairs); i += 2 {
		if !same(o.members[pairs[i].(string)], pairs[i+1]) {
			return false
		}
	}
	return true
}

// anything stands for a member that must be there, whatever its value.
const anything = "\x00any"

func same(got, want any) bool {
	switch want := want.(type) {
	case nil:
		return got == nil
	case int:
		n, ok := got.(float64)
		return ok && n == float64(want)
	case string:
		if want == anything {
			return got != nil
		}
	}
	return got == want
}

// build writes an object of pairs of names and values: texts, numbers, booleans, and jsontext.Value or
// bytes for what is JSON already.
func build(pairs ...any) []byte {
	b := []byte{'{'}
	for i := 0; i+1 < len(pairs); i += 2 {
		if i > 0 {
			b = append(b, ',')
		}
		b, _ = jsontext.AppendQuote(b, pairs[i].(string)) // the suite's own words are UTF-8
		b = append(b, ':')
		switch v := pairs[i+1].(type) {
		case string:
			b, _ = jsontext.AppendQuote(b, v)
		case int:
			b = strconv.AppendInt(b, int64(v), 10)
		case bool:
			b = strconv.AppendBool(b, v)
		case float64:
			b = strconv.AppendFloat(b, v, 'f', -1, 64)
		case jsontext.Value:
			b = append(b, v...)
		case []byte:
			b = append(b, v...)
		default:
			panic(fmt.Sprintf("check: no JSON of %T", v))
		}
	}
	return append(b, '}')
}

// wanted is pairs as a reader of the report sees them.
func wanted(pairs []any) string {
	return string(build(plain(pairs)...))
}

// plain makes something that can be written of what only stands for a value.
func plain(pairs []any) []any {
	out := append([]any(nil), pairs...)
	for i := 1; i < len(out); i += 2 {
		switch out[i] {
		case nil:
			out[i] = jsontext.Value("null")
		case anything:
			out[i] = jsontext.Value("…")
		}
	}
	return out
}

// shownBytes is how much of one object a report shows.
const shownBytes = 400

// shown makes bytes fit for a report: what is no text is written as \x…, and what is long is cut.
func shown(p []byte) string {
	p = []byte(strings.TrimRight(string(p), "\n"))
	var b strings.Builder
	for i := 0; i < len(p); {
		if b.Len() >= shownBytes {
			fmt.Fprintf(&b, " … (%d bytes)", len(p))
			break
		}
		r, n := utf8.DecodeRune(p[i:])
		switch {
		case r == utf8.RuneError && n == 1, r < ' ' || r == 0x7f:
			fmt.Fprintf(&b, `\x%02x`, p[i])
		default:
			b.Write(p[i : i+n])
		}
		i += n
	}
	return b.String()
}
