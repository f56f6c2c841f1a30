package chat

import (
	"strings"
	"testing"
	"unicode/utf8"

	"jim/wire"
)

func TestNames(t *testing.T) {
	for _, c := range []struct{ name, key string }{
		{"ann", "ann"},
		{"Ann", "ann"},
		{"Аня", "аня"},
		{"АНЯ", "аня"},
		{"张三", "张三"},
		{"u123x7", "u123x7"},
		{"a.b-c_d", "a.b-c_d"},
		{"ａｎｎ", "ann"},
		{"王Ann", "王ann"},
		{"e\u0301va", "\u00e9va"},
		{"42", "42"},
		{"東京タワー", "東京タワー"},
		{strings.Repeat("я", 25), strings.Repeat("я", 25)},
	} {
		if key, err := nameKey(c.name); err != nil || key != c.key {
			t.Errorf("%q: key %q, %v; want %q", c.name, key, err, c.key)
		}
	}
	for _, name := range []string{
		"", " ", "a b", "аdmin", "раypal", "-ann", ".ann", "ann\u200b", "a\x00b", "ann\n", "#ann", "a/b", "<b>", "ann@home",
		"a\u202eb", strings.Repeat("x", 26), strings.Repeat("я", 26), "☃", "😀", "\xff", "αβc",
	} {
		if key, err := nameKey(name); err == nil {
			t.Errorf("%q is let in as %q", name, key)
		} else if err.Code != wire.BadRequest {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func FuzzNames(f *testing.F) {
	for _, s := range []string{"ann", "Аня", "张三", "#tea", "ａ", "\xff", "é"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, name string) {
		key, bad := addressKey(name)
		if bad != nil {
			return
		}
		again, bad := addressKey(key)
		if bad != nil || again != key {
			t.Fatalf("%q has the key %q, which has the key %q, %v", name, key, again, bad)
		}
		if !utf8.ValidString(key) || utf8.RuneCountInString(key) > wire.JIM2.Name+1 {
			t.Fatalf("%q has the key %q", name, key)
		}
	})
}
