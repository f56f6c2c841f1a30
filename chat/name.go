package chat

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/secure/precis"

	"jim/wire"
)

// addressKey is an address as it is compared: case, width and composition of
// characters make no difference (RFC 8265, UsernameCaseMapped). Names have up to
// 25 letters, digits and -_. of one script, after the # of a room.
func addressKey(address string) (string, *wire.Error) {
	if wire.IsRoom(address) {
		key, err := nameKey(address[1:])
		return "#" + key, err
	}
	return nameKey(address)
}

// nameKey is a name as it is compared.
func nameKey(name string) (string, *wire.Error) {
	if isPlainName(name) {
		return name, nil
	}
	key, err := precis.UsernameCaseMapped.String(name)
	if err != nil || !isName(key) {
		return "", badName(name)
	}
	return key, nil
}

func badName(name string) *wire.Error {
	const rule = "a name has up to 25 letters, digits and -_. of one script"
	if name == "" {
		return wire.Errorf(wire.BadRequest, "a name is missing: %s", rule)
	}
	return wire.Errorf(wire.BadRequest, "%q is no name here: %s", name, rule)
}

// isPlainName tells whether a name is its own key: the busy case.
func isPlainName(name string) bool {
	if name == "" || len(name) > wire.JIM2.Name || !isAlnum(name[0]) {
		return false
	}
	for i := range len(name) {
		if c := name[i]; !isAlnum(c) && c != '-' && c != '_' && c != '.' {
			return false
		}
	}
	return true
}

func isAlnum(c byte) bool { return 'a' <= c && c <= 'z' || '0' <= c && c <= '9' }

// isName checks the characters of a mapped name.
func isName(key string) bool {
	if key == "" || utf8.RuneCountInString(key) > wire.JIM2.Name {
		return false
	}
	scripts := map[string]bool{}
	for i, r := range key {
		switch {
		case unicode.IsLetter(r):
			scripts[scriptOf(r)] = true
		case unicode.IsDigit(r):
		case i > 0 && (r == '-' || r == '_' || r == '.' || unicode.Is(unicode.M, r)):
		default:
			return false
		}
	}
	return len(scripts) <= 1 || isMixed(scripts)
}

// scriptOf is the script of a letter, "" where several share it.
func scriptOf(r rune) string {
	for name, table := range unicode.Scripts {
		if unicode.Is(table, r) {
			if name == "Common" || name == "Inherited" {
				return ""
			}
			return name
		}
	}
	return "?"
}

// isMixed allows the mixtures in which Chinese, Japanese and Korean names are
// written, with Latin letters too (UTS 39, Highly Restrictive).
func isMixed(scripts map[string]bool) bool {
	for _, family := range [][]string{
		{"", "Latin", "Han", "Bopomofo"},
		{"", "Latin", "Han", "Hiragana", "Katakana"},
		{"", "Latin", "Han", "Hangul"},
		{"", "Cyrillic"},
		{"", "Greek"},
	} {
		n := 0
		for _, s := range family {
			if scripts[s] {
				n++
			}
		}
		if n == len(scripts) {
			return true
		}
	}
	return false
}
