package talk

import (
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
)

func value(t *testing.T, text string) (v any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestMatch(t *testing.T) {
	for _, c := range []struct{ want, got, why string }{
		{`{}`, `{"a":1}`, ""},
		{`{"a":1}`, `{"a":1,"b":2}`, ""},
		{`{"a":1}`, `{"a":2}`, "`a`: 1 is wanted"},
		{`{"a":1}`, `{"b":1}`, "`a` is missing"},
		{`{"a":"1"}`, `{"a":1}`, `"1" is wanted`},
		{`{"a":null}`, `{"a":null}`, ""},
		{`{"a":false}`, `{}`, "is missing"},
		{`{"a":{"b":"x"}}`, `{"a":{"b":"x","c":1}}`, ""},
		{`{"a":{"b":"x"}}`, `{"a":{"b":"y"}}`, "`a`: `b`"},
		{`{"a":{}}`, `{"a":[]}`, "an object is wanted"},
		{`{"a":[1,2]}`, `{"a":[1,2]}`, ""},
		{`{"a":[1,2]}`, `{"a":[1,2,3]}`, "a list of 2"},
		{`{"a":[1,2]}`, `{"a":[2,1]}`, "item 0"},
		{`{"a":[]}`, `{"a":{}}`, "a list of 0"},
		{`{"a":[{"b":1}]}`, `{"a":[{"b":1,"c":2}]}`, ""},
		{`{"a":"*"}`, `{"a":[1]}`, ""},
		{`{"a":"*"}`, `{}`, "is missing"},
		{`{"time":1,"token":"x","server":"y"}`, `{"time":2,"token":"z","server":"w"}`, ""},
		{`{"time":1}`, `{}`, "`time` is missing"},
		{`{"a":"$x","b":"$x"}`, `{"a":{"k":1},"b":{"k":1}}`, ""},
		{`{"a":"$x","b":"$x"}`, `{"a":1,"b":2}`, "$x is 1"},
		{`{"a":"$old"}`, `{"a":"known"}`, ""},
		{`{"a":"$old"}`, `{"a":"other"}`, "$old is"},
		{`{"a":"$ 5"}`, `{"a":"$ 6"}`, "is wanted"},
	} {
		why := match(value(t, c.want), value(t, c.got), words{"$old": "known"}, words{})
		if (why == "") != (c.why == "") || !strings.Contains(why, c.why) {
			t.Errorf("%s against %s: %q, want %q", c.got, c.want, why, c.why)
		}
	}
}

func TestWordsAreBoundByATokenAndFilledIn(t *testing.T) {
	bound := words{}
	if why := match(value(t, `{"token":"$t","n":"$n"}`), value(t, `{"token":"a\"b","n":7}`), words{}, bound); why != "" {
		t.Fatal(why)
	}
	if got := string(bound.fill([]byte(`{"token":"$t","seq":"$n","text":"$tea"}`))); got != `{"token":"a\"b","seq":7,"text":"$tea"}` {
		t.Errorf("filled in: %s", got)
	}
}
