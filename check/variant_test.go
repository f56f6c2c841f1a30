package check_test

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
)

// variant is another form of an object.
type variant struct {
	name string
	raw  []byte
}

func edited(p place, v variant) *mutant {
	return &mutant{name: v.name, conn: p.conn, at: p.at, edit: func(raw []byte) [][]byte { return [][]byte{v.again(raw)} }}
}

// again makes the same change to what has come this time: times, names and ids are other ones.
func (v variant) again(raw []byte) []byte {
	for _, w := range slices.Concat(codes(raw), values(raw)) {
		if w.name == v.name {
			return w.raw
		}
	}
	return raw
}

// codes are an answer with other codes.
func codes(raw []byte) (list []variant) {
	var m object
	if json.Unmarshal(raw, &m) != nil {
		return nil
	}
	code, ok := m["response"].(float64)
	if !ok {
		return nil
	}
	other := []int{200, 499}
	if code < 400 {
		other = []int{400, 299}
	}
	for _, n := range other {
		m["response"] = n
		b, _ := json.Marshal(m)
		list = append(list, variant{fmt.Sprintf("response %d", n), b})
	}
	return list
}

// values are an object with one member left out, or with another value, at any depth.
func values(raw []byte) (list []variant) {
	var root any
	if json.Unmarshal(raw, &root) != nil {
		return nil
	}
	change(root, "", func(name string) {
		b, _ := json.Marshal(root)
		list = append(list, variant{name, b})
	})
	for _, escape := range []string{`\u0061`, `\u0000`} {
		if at := strings.Index(string(raw), `a`); at >= 0 {
			list = append(list, variant{"with " + escape, []byte(string(raw[:at]) + escape + string(raw[at+1:]))})
		}
	}
	return append(list, variant{"escaped", escaped(raw)}, variant{"cut", raw[:len(raw)/2]})
}

// extras are members that an object may have too many.
var extras = []struct {
	name  string
	value any
}{{"member", true}, {"seq", 1}, {"retry_after", 5}, {"guest", true}, {"id", "none"}, {"more", true}, {"time", 1}, {"token", "x"}}

// change changes one thing after the other in a value, tells each, and puts it back.
func change(v any, path string, write func(string)) {
	switch v := v.(type) {
	case object:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			old, here := v[name], path+"."+name
			delete(v, name)
			write(here + " is left out")
			for i, other := range others(old) {
				v[name] = other
				write(fmt.Sprintf("%s is another one %d", here, i))
			}
			v[name] = old
			change(old, here, write)
		}
		for _, extra := range extras {
			if _, there := v[extra.name]; !there {
				v[extra.name] = extra.value
				write(cmp.Or(path, "it") + " has " + extra.name + " too")
				delete(v, extra.name)
			}
		}
	case []any:
		const most = 3
		for i := range v[:min(len(v), most)] {
			change(v[i], fmt.Sprint(path, "[", i, "]"), write)
		}
	}
}

// others are values that are not this one.
func others(v any) []any {
	switch v := v.(type) {
	case float64:
		return []any{v + 1, v - 1, v + 1e9, fmt.Sprint(v), 0, v + 0.5}
	case string:
		return []any{v + "x", "", 7, v[:len(v)/2]}
	case bool:
		return []any{!v, "no"}
	case []any:
		if len(v) == 0 {
			return []any{[]any{object{"seq": 1, "action": "msg", "name": "x", "room": "#x", "account_name": "x"}}, []any{"x"}, "none"}
		}
		turned := slices.Clone(v)
		slices.Reverse(turned)
		return []any{v[1:], v[:len(v)-1], append(slices.Clone(v), v[0]), turned, []any{}, fmt.Sprint(v)}
	case object:
		return []any{object{}, "none"}
	}
	return []any{1}
}
