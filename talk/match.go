package talk

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
)

// anyValue are the members that match whatever value they have.
var anyValue = []string{"time", "since", "seen", "token", "server"}

// words are the values that "$word" stands for.
type words map[string]any

// match compares what was expected with what came, and returns what is different,
// or "". Words that are bound on the way are put into bound.
func match(want, got any, known, bound words) string {
	if text, ok := want.(string); ok {
		if text == "*" {
			return ""
		}
		if isWord(text) {
			return bind(text, got, known, bound)
		}
	}
	switch want := want.(type) {
	case map[string]any:
		return matchObject(want, got, known, bound)
	case []any:
		list, ok := got.([]any)
		if !ok || len(list) != len(want) {
			return fmt.Sprintf("a list of %d is wanted", len(want))
		}
		for i := range want {
			if s := match(want[i], list[i], known, bound); s != "" {
				return fmt.Sprintf("item %d: %s", i, s)
			}
		}
		return ""
	}
	if want != got {
		return fmt.Sprintf("%s is wanted", encode(want))
	}
	return ""
}

func matchObject(want map[string]any, got any, known, bound words) string {
	object, ok := got.(map[string]any)
	if !ok {
		return "an object is wanted"
	}
	for _, name := range slices.Sorted(maps.Keys(want)) {
		value, ok := object[name]
		if !ok {
			return fmt.Sprintf("`%s` is missing", name)
		}
		text, _ := want[name].(string)
		if slices.Contains(anyValue, name) && !isWord(text) {
			continue
		}
		if s := match(want[name], value, known, bound); s != "" {
			return fmt.Sprintf("`%s`: %s", name, s)
		}
	}
	return ""
}

func isWord(text string) bool { return len(text) > 1 && text[0] == '$' && !strings.Contains(text, " ") }

func bind(word string, got any, known, bound words) string {
	for _, w := range []words{known, bound} {
		if value, ok := w[word]; ok {
			if encode(value) != encode(got) {
				return fmt.Sprintf("%s is %s", word, encode(value))
			}
			return ""
		}
	}
	bound[word] = got
	return ""
}

// fill puts the values of words into what is sent.
func (w words) fill(text []byte) []byte {
	for word, value := range w {
		text = bytes.ReplaceAll(text, []byte(`"`+word+`"`), encoded(value))
	}
	return text
}

func encode(v any) string { return string(encoded(v)) }

func encoded(v any) []byte {
	b, err := json.Marshal(v, json.Deterministic(true))
	if err != nil {
		panic("talk: a value that came from JSON is none: " + err.Error())
	}
	return b
}
