package wire

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// cutAll feeds stream in the pieces given and tells what came out: objects as
// they are, errors as "!code".
func cutAll(c *Cutter, pieces ...[]byte) (out []string) {
	var held []byte
	for _, piece := range pieces {
		held = append(held, piece...)
		for {
			object, done, err := c.Cut(held)
			switch {
			case err != nil:
				out = append(out, fmt.Sprintf("!%d", err.Code))
				if err.Close {
					return append(out, "close")
				}
			case object != nil:
				out = append(out, string(object))
			}
			held = held[done:]
			if object == nil && err == nil {
				break
			}
		}
	}
	return out
}

func newCutter() *Cutter { return &Cutter{MaxBytes: 64, MaxDepth: 4} }

var cuts = []struct {
	name, in string
	want     []string
}{
	{"nothing between", `{"a":1}{"b":2}`, []string{`{"a":1}`, `{"b":2}`}},
	{"lines", "{}\n{}\r\n\n {}\t", []string{"{}", "{}", "{}"}},
	{"braces in strings", `{"a":"}{\"}"}{}`, []string{`{"a":"}{\"}"}`, "{}"}},
	{"escaped backslash", `{"a":"\\"}{}`, []string{`{"a":"\\"}`, "{}"}},
	{"spread over lines", "{\n\"a\":\n[1,\n{}]}", []string{"{\n\"a\":\n[1,\n{}]}"}},
	{"unfinished", `{"a":1`, nil},
	{"a person who forgot the end", "{\"a\":1\n{\"b\":2}", []string{"!400", `{"b":2}`}},
	{"a person who forgot a quote", "{\"a\":\"x}\n{\"b\":2}", []string{"!400", `{"b":2}`}},
	{"words", "hello there\n{}", []string{"!400", "{}"}},
	{"an array is not let in", "[{\"a\":1}]\n{}", []string{"!400", "{}"}},
	{"wrong bracket", "{\"a\":[}{}\n{}", []string{"!400", "{}"}},
	{"stray end", "}\n{}", []string{"!400", "{}"}},
	{"too deep", `{"a":[[[[{}]]]]}{}`, []string{"!400", "{}"}},
	{"deep enough", `{"a":[[{}]]}`, []string{`{"a":[[{}]]}`}},
	{"too long", `{"a":"` + strings.Repeat("x", 70) + `"}{}`, []string{"!413", "{}"}},
	{"too long and broken", `{"a":"` + strings.Repeat("x", 70) + "\n{}", []string{"!413", "{}"}},
	{"exactly long enough", `{"a":"` + strings.Repeat("x", 56) + `"}`, []string{`{"a":"` + strings.Repeat("x", 56) + `"}`}},
	{"a byte order mark", "\ufeff{}\n{}", []string{"!400", "{}"}},
}

func TestCutterCutsTheSameWhateverThePackets(t *testing.T) {
	for _, c := range cuts {
		t.Run(c.name, func(t *testing.T) {
			if got := cutAll(newCutter(), []byte(c.in)); !slices.Equal(got, c.want) {
				t.Fatalf("in one piece: got %q, want %q", got, c.want)
			}
			var bytewise [][]byte
			for i := range len(c.in) {
				bytewise = append(bytewise, []byte(c.in[i:i+1]))
			}
			if got := cutAll(newCutter(), bytewise...); !slices.Equal(got, c.want) {
				t.Fatalf("byte by byte: got %q, want %q", got, c.want)
			}
		})
	}
}

func TestCutterGivesUpOnWhatNeverEnds(t *testing.T) {
	for _, begin := range []string{`{"a":"`, "words "} {
		pieces := [][]byte{[]byte(begin)}
		for range 200 {
			pieces = append(pieces, []byte("xxxxxxxxxxxxxxxx"))
		}
		if out := cutAll(newCutter(), pieces...); !slices.Contains(out, "close") {
			t.Errorf("no end to %q: %q", begin, out)
		}
	}
}

func FuzzCutter(f *testing.F) {
	for _, c := range cuts {
		f.Add([]byte(c.in), uint64(1))
	}
	f.Fuzz(func(t *testing.T, stream []byte, seed uint64) {
		if len(stream) > skipFactor*64 {
			return // how much is skipped before giving up may depend on the packets
		}
		whole := cutAll(newCutter(), stream)
		random := rand.New(rand.NewPCG(seed, 0))
		var pieces [][]byte
		for rest := stream; len(rest) > 0; {
			n := 1 + random.IntN(len(rest))
			pieces = append(pieces, rest[:n])
			rest = rest[n:]
		}
		if parts := cutAll(newCutter(), pieces...); !slices.Equal(whole, parts) {
			t.Fatalf("in one piece %q, in %d pieces %q", whole, len(pieces), parts)
		}
		for _, object := range whole {
			if object[0] == '{' && (len(object) > 64 || !bytes.HasSuffix([]byte(object), []byte("}"))) {
				t.Fatalf("gave out %q", object)
			}
		}
	})
}
