package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// FuzzConfigFile reads any text as a configuration: it is taken, or refused with
// the code of a wrong configuration and a sentence that names the file.
func FuzzConfigFile(f *testing.F) {
	for _, s := range []string{
		"", "listen = [\"tcp://127.0.0.1:1\", 'unix:///run/a']\ndata = \"~/chat\"\n", "log = \"json\"\nlog = \"text\"\n", "[server]\nlog = 1\n",
		"insecure = true\nguests = 'nowhere'\nproxy = []", "data = 1979-05-27", "data = \"\"\"\na\\\n b\"\"\"", "listen.a = 1", "listen = [[\"x\"], 1]", "\xff", "data = \"\\ud800\"", "data = \"\x00\"",
	} {
		f.Add(s)
	}
	path := filepath.Join(f.TempDir(), "jim.toml")
	f.Fuzz(func(t *testing.T, text string) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		all, err := readConfig(path)
		if err != nil {
			if exitCode(err) != exitConfig || !strings.HasPrefix(err.Error(), path) {
				t.Fatalf("%q: %d, %v", text, exitCode(err), err)
			}
			return
		}
		c := new(config)
		for i := range settings {
			s := &settings[i]
			v, said := all[s.name]
			if !said || s.put(c, v.values) != nil {
				continue
			}
			if got := valueIn(c, s); got != strings.Join(v.values, " ") {
				t.Fatalf("%q: %s is %q, and said to be %q", text, s.name, got, v.values)
			}
			for _, value := range v.values {
				if !utf8.ValidString(value) {
					t.Fatalf("%q: %s is not UTF-8", text, s.name)
				}
			}
		}
	})
}

// FuzzVisible looks for text of somebody else that a terminal would obey.
func FuzzVisible(f *testing.F) {
	for _, s := range []string{"hi", "\x1b[2J", "a\r\nb\tc", "\u202eb\u2066", "\u009b31m", "👩\u200d💻", "\xff\xfe", "a\u0085b\u2028c", "\ue000"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		shown := visibleLine(text)
		for _, r := range shown {
			if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029' {
				t.Fatalf("%q is shown as %q", text, shown)
			}
		}
		if again := visibleLine(shown); again != shown {
			t.Fatalf("%q is shown as %q, which is shown as %q", text, shown, again)
		}
	})
}
