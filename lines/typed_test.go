package lines

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// typedLines is what comes of p, cut into pieces of step bytes: the lines, what else
// happened, and the answers of telnet.
func typedLines(t *typed, p []byte, step int) (all []string, owed string) {
	for len(p) > 0 {
		piece := p[:min(step, len(p))]
		p = p[len(piece):]
		for len(piece) > 0 {
			n, what := t.take(piece)
			piece = piece[n:]
			switch what {
			case lineDone:
				line, ok, tooLong := t.next()
				switch {
				case tooLong:
					line = "too long"
				case !ok:
					line = "not UTF-8"
				}
				all = append(all, line)
			case wantsOut:
				all = append(all, "wants out")
			case asksWho:
				all = append(all, "asks who")
			case endless:
				return append(all, "endless"), string(t.telnet.owed)
			}
		}
	}
	return all, string(t.telnet.owed)
}

func TestTyped(t *testing.T) {
	long := strings.Repeat("x", lineMost)
	for in, want := range map[string]string{
		"a\nb\r\nc\r\x00d\re\r\r\n\n":           "a|b|c|d|e||",
		"a\n\x00b\n":                            "a|b",
		"\n\r\n":                                "|",
		"ab\bc\x7f\x7fd\n":                      "d",
		"\b\x7f\n":                              "",
		"жж\b\n":                                "ж",
		"你好\x7f\n":                              "你",
		"e\u0301\b\n":                           "",
		"ok👩\u200d👧\b\n":                        "ok",
		"👍🏽\b\n":                                "",
		"ж\xd0\b\n":                             "ж",
		"ab\x15c\n":                             "c",
		"ab\x04\n\x04":                          "ab|/quit",
		"a\tb\x01\x02\x00\n":                    "a\tb",
		"\x1b[Aa\x1b[1;5Cb\x1bOPc\n":            "abc",
		"\x1b\n\x1b[\nA\x1b[\x1bOPb\n":          "||Ab",
		"\xff\xf1a\xff\xf9b\n":                  "ab",
		"a\xff\xff\n":                           "not UTF-8",
		"a\xffb\nc\xff\nd\n":                    "not UTF-8|not UTF-8|d",
		"a\xc3\nb\xed\xa0\x80\nc\n":             "not UTF-8|not UTF-8|c",
		"ab\xff\xf7c\xff\xf8d\n":                "d",
		"a\xff\xf4b\xff\xf6c\n":                 "wants out|asks who|abc",
		"a\xff\xfa\x01\n\xff\xff\xff\xf0b\n":    "ab",
		long + "\n":                             long,
		long + "x\ny\n":                         "too long|y",
		long + "\b\bx\n":                        long[:lineMost-1],
		strings.Repeat("\xff\xf1", endlessMost): "endless",
		strings.Repeat("x", endlessMost+1):      "endless",
		"\xff\xfa" + strings.Repeat("\n", endlessMost): "endless",
	} {
		for _, step := range []int{1, 2, 3, len(in)} {
			if len(in) > endlessMost {
				step *= 1000
			}
			all, _ := typedLines(new(typed), []byte(in), step)
			if got := strings.Join(all, "|"); got != want {
				t.Errorf("%.40q by %d bytes is %.40q, want %.40q", in, step, got, want)
			}
		}
	}
}

// TestTelnetRefuses: every wish is answered, and nothing that would be answered in turn.
func TestTelnetRefuses(t *testing.T) {
	for in, want := range map[string]string{
		"\xff\xfd\x03":                         "\xff\xfc\x03",             // DO SGA: WONT
		"\xff\xfb\x1f":                         "\xff\xfe\x1f",             // WILL NAWS: DONT
		"\xff\xfd\x06\xff\xfd\x06":             "\xff\xfc\x06\xff\xfc\x06", // timing marks are waited for each time (RFC 860)
		"\xff\xfe\x01\xff\xfc\x03":             "",                         // DONT, WONT
		"\xff\xfa\x18\x00x\xff\xf0":            "",
		"\xff\xfa\xff\xfd\x01\xff\xf0":         "", // a wish inside a subnegotiation is none
		"\xff\xfd\x01":                         "\xff\xfc\x01",
		"\xff\xfb\x00\xff\xfd\x00":             "\xff\xfd\x00\xff\xfb\x00", // BINARY is welcome, in both directions
		"\xff\xfb\x00\xff\xfb\x00":             "\xff\xfd\x00",             // and agreed once
		strings.Repeat("\xff\xfd\x03", 100000): strings.Repeat("\xff\xfc\x03", owedMost/3),
	} {
		for _, step := range []int{1, 2, len(in)} {
			if _, owed := typedLines(new(typed), []byte(in), step); owed != want {
				t.Errorf("%.40q by %d bytes is answered %.40q (%d), want %.40q", in, step, owed, len(owed), want)
			}
		}
	}
	offered := &typed{telnet: telnet{echoing: true}}
	if _, owed := typedLines(offered, []byte("\xff\xfd\x01"), 1); owed != "" {
		t.Errorf("the consent to ECHO is answered %q", owed)
	}
}

// TestLettersThatTelnetTakesForKeys: what a telnet of seven bits makes of у, я, М, К and ф, and of 好 and 上, is
// understood, and a command by itself is still a command.
func TestLettersThatTelnetTakesForKeys(t *testing.T) {
	for in, want := range map[string]string{
		"ч\xd1\xff\xf4\xff\xfd\x06дно\r\n": "чудно",
		"\xd1\xff\xf5\xff\xfd\x06\r\n":     "я",
		"\xd0\xff\xee\xd0\xff\xed\r\n":     "МК",
		"\xd1\xff\xec\r\n":                 "ф",
		"\xe4\xb8\xff\xed你\r\n":            "\u4e1a你",
		"у\xff\xf5\xff\xeda\r\n":           "уa",
		"я\xff\xf4":                        "wants out",
		"\xe4\xb8\x8b\xff\xee":             "wants out",
	} {
		for _, step := range []int{1, 2, len(in)} {
			got, _ := typedLines(new(typed), []byte(in), step)
			if len(got) == 0 || got[0] != want {
				t.Errorf("%q by %d bytes is %q, want %q", in, step, got, want)
			}
		}
	}
}

// FuzzTyped cuts what is typed in two ways, and looks at what comes of it.
func FuzzTyped(f *testing.F) {
	for _, s := range []string{
		"/nick bob\r\n/join #ops\r\x00hello\n", "\xff\xfd\x03\xff\xfa\x18\x00xterm\xff\xf0hi\b\x7f\x15\r\n",
		"\x1b[A\x1bOPпривет\xff\xf4\xff\xf6你好\x7f\n\x04", "a\xffb\n\xed\xa0\x80\n", "\xd1\xff\xf4\xff\xfd\x06\xff\xfb\x00\n",
	} {
		f.Add([]byte(s), uint8(3))
	}
	f.Fuzz(func(t *testing.T, p []byte, step uint8) {
		whole, owed := typedLines(new(typed), p, len(p)+1)
		var parts typed
		all, owedInParts := typedLines(&parts, p, int(step)+1)
		if strings.Join(whole, "\n") != strings.Join(all, "\n") || owed != owedInParts {
			t.Fatalf("%q is %q, and by %d bytes %q", p, whole, step+1, all)
		}
		for _, line := range whole {
			if !utf8.ValidString(line) || strings.ContainsFunc(line, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }) {
				t.Fatalf("%q became the line %q", p, line)
			}
		}
		if len(parts.line) > lineMost || len(owed) > owedMost {
			t.Fatalf("%d bytes of a line are held, and %d of telnet", len(parts.line), len(owed))
		}
		for i := 0; i < len(owed); i += 3 {
			agrees := owed[i+2] == optBinary && (owed[i+1] == telDO || owed[i+1] == telWILL)
			if owed[i] != telIAC || owed[i+1] != telWONT && owed[i+1] != telDONT && !agrees {
				t.Fatalf("telnet is answered %q", owed)
			}
		}
	})
}
