package wire

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
)

// jsonVector is bytes, and what JSON, and this protocol, make of them.
type jsonVector struct {
	Name    string `json:"name"`
	Class   string `json:"class"`
	Verdict string `json:"verdict"` // y, n, i: RFC 8259 accepts it, refuses it, leaves it to the implementation
	Object  parts  `json:"object"`
	Want    any    `json:"want"`   // "ok" or a code, where the bytes are one message
	Stream  []any  `json:"stream"` // what a connection makes of them; see onStream
}

// following is what a connection says behind the bytes of a vector, so that it can
// be seen where it finds its way again.
const following = "\n{\"action\":\"ping\",\"id\":\"next\"}\n{\"action\":\"ping\",\"id\":\"then\"}\n"

// onStream sends the bytes, and then two requests, over a connection in random
// packets: "ok" is a request that came out, "next" and "then" are the two, a
// number is the code of an error.
func onStream(random *rand.Rand, object []byte) (got []any) {
	stream := append(slices.Clone(object), following...)
	var packets [][]byte
	for rest := stream; len(rest) > 0; {
		n := min(len(rest), 1+random.IntN(len(stream)))
		packets = append(packets, rest[:n])
		rest = rest[n:]
	}
	var d Decoder
	var r Request
	for _, out := range cutAll(&Cutter{MaxBytes: int32(JIM2.Object), MaxDepth: uint8(JIM2.Depth)}, packets...) {
		var code float64
		if n, _ := fmt.Sscanf(out, "!%g", &code); n == 1 {
			got = append(got, code)
			continue
		}
		switch err := d.Request([]byte(out), JIM2, &r); {
		case err != nil:
			got = append(got, float64(err.Code))
		case r.ID == "next" || r.ID == "then":
			got = append(got, r.ID)
		default:
			got = append(got, "ok")
		}
	}
	return got
}

func TestVectorsOfJSON(t *testing.T) {
	random := rand.New(rand.NewPCG(9, 10))
	var d Decoder
	var r Request
	for _, v := range vectors[jsonVector](t, "json.jsonl") {
		got := any("ok")
		if err := d.Request(v.Object, JIM2, &r); err != nil {
			got = float64(err.Code)
			wellWorded(t, err)
		}
		if got != v.Want {
			t.Errorf("%s (%s): got %v, want %v", v.Name, v.Class, got, v.Want)
		}
		if v.Verdict == "y" && v.Want != "ok" || v.Verdict == "n" && v.Want == "ok" {
			t.Errorf("%s (%s): JSON says %s, and %v is wanted", v.Name, v.Class, v.Verdict, v.Want)
		}
		for range 3 {
			if got := onStream(random, v.Object); !slices.Equal(got, v.Stream) {
				t.Errorf("%s (%s): a connection makes of it %v, want %v", v.Name, v.Class, got, v.Stream)
				break
			}
		}
	}
}

// TestVectorsOfJSONAreJudgedRight asks a parser that is not the decoder which bytes
// are JSON at all: what it cannot read must not be called JSON.
func TestVectorsOfJSONAreJudgedRight(t *testing.T) {
	for _, v := range vectors[jsonVector](t, "json.jsonl") {
		var members map[string]any
		strict := json.Unmarshal(v.Object, &members) == nil
		if v.Verdict == "y" && !strict || v.Verdict == "n" && strict && members["action"] != nil {
			t.Errorf("%s (%s): judged %s, and another parser says %v", v.Name, v.Class, v.Verdict, strict)
		}
	}
}

// jsonPolicy is the rule of each class. docs/json.md is made from it.
var jsonPolicy = []struct{ class, rule, source string }{
	{"structure", "One object. Names are strings, each with one colon and one value, a comma between members and none at the end; no comments.", "RFC 8259, sections 2, 4 and 5"},
	{"no object", "Anything that is JSON but no object, or no JSON, is refused: there would be nothing to answer it by.", "JIM; RFC 8259, section 2, lets any value stand alone"},
	{"behind the object", "White space only, where the bytes are one message (WebSocket, HTTP). On a stream the next object may follow at once; anything else is a fault of its own.", "RFC 8259, section 2"},
	{"cut short", "Refused. On a stream an object that ends too early is noticed at the next { that cannot stand where it does: where a value may follow, that is one object later.", "JIM"},
	{"white space", "Space, tab, line feed and carriage return. No other character that looks empty.", "RFC 8259, section 2"},
	{"byte order mark", "Refused, in front too: what follows it on a connection would have one, and what was before it none.", "RFC 8259, section 8.1, forbids to send one and lets receivers choose"},
	{"literal", "`true`, `false` and `null`, in small letters.", "RFC 8259, section 3"},
	{"number", "The grammar: no plus, no leading zero, a digit on both sides of the point, no infinity.", "RFC 8259, section 6"},
	{"number range", "Accepted where nobody looks at the number, however large it is: it is never converted.", "RFC 8259, section 6, lets receivers choose"},
	{"whole number", "A number that means something (`seq`, `limit` …) is written without sign, fraction and exponent and is at most 2^53-1, so that every language reads the same.", "RFC 7493, section 2.2"},
	{"string", "Between double quotes, any characters but quote, backslash and controls as they are, also those that are none (U+FFFF).", "RFC 8259, section 7"},
	{"control", "U+0000 to U+001F must be escaped. On a stream a line feed inside a string ends the object: somebody forgot the quote.", "RFC 8259, section 7"},
	{"escape", "The nine of the grammar; four hexadecimal digits in any case.", "RFC 8259, section 7"},
	{"surrogate", "Half a pair is refused, in names and values, known or not: it is no character and cannot be said in UTF-8.", "RFC 7493, section 2.1; RFC 8259, section 8.2, leaves it open"},
	{"encoding", "UTF-8 in its shortest form, everywhere in the object. What is not is refused and never replaced: two texts would become one.", "RFC 8259, section 8.1; RFC 3629, section 3"},
	{"duplicate", "A name twice in one object is refused at every depth, compared after unescaping, with case and without normalisation: parsers disagree on which one counts.", "RFC 7493, section 2.3; RFC 8259, section 4, leaves it open"},
	{"NUL", "Refused in names of members of a request and in texts that mean something; not looked at elsewhere.", "JIM; RFC 8259, section 7, allows it"},
	{"depth", "32 objects and arrays in each other, the outermost counted. Brackets in texts do not count.", "RFC 8259, section 9, lets receivers choose"},
	{"size", "Larger is 413, even where the bytes would be refused for another reason; the connection goes on behind it.", "RFC 8259, section 9, lets receivers choose"},
}

const jsonPage = "../docs/json.md"

// TestDocsJSON wants the table of docs/json.md to have each class, with as many
// vectors as there are. With -update it writes it.
func TestDocsJSON(t *testing.T) {
	all := vectors[jsonVector](t, "json.jsonl")
	type count struct{ y, n, i, taken int }
	counts := map[string]*count{}
	names := map[string]bool{}
	for _, v := range all {
		c := counts[v.Class]
		if c == nil {
			c = new(count)
			counts[v.Class] = c
		}
		switch v.Verdict {
		case "y":
			c.y++
		case "n":
			c.n++
		case "i":
			c.i++
			if v.Want == "ok" {
				c.taken++
			}
		default:
			t.Errorf("%s: the verdict %q", v.Name, v.Verdict)
		}
		if names[v.Name] {
			t.Errorf("%s stands twice", v.Name)
		}
		names[v.Name] = true
	}
	var b strings.Builder
	var sum count
	b.WriteString("| class | what JIM does | where it stands | accepted | refused | left open: taken, refused |\n|---|---|---|---|---|---|\n")
	for _, p := range jsonPolicy {
		c := counts[p.class]
		if c == nil {
			t.Errorf("no vector of the class %s", p.class)
			continue
		}
		delete(counts, p.class)
		fmt.Fprintf(&b, "| %s | %s | %s | %d | %d | %d, %d |\n", p.class, p.rule, p.source, c.y, c.n, c.taken, c.i-c.taken)
		sum = count{sum.y + c.y, sum.n + c.n, sum.i + c.i, sum.taken + c.taken}
	}
	for class := range counts {
		t.Errorf("the class %s has no rule", class)
	}
	fmt.Fprintf(&b, "| **all %d** | | | %d | %d | %d, %d |\n", len(all), sum.y, sum.n, sum.taken, sum.i-sum.taken)
	if len(all) < 318 || sum.y < 95 || sum.n < 188 || sum.i < 35 {
		t.Errorf("%d vectors, %+v: fewer than the suite that everybody knows", len(all), sum)
	}
	old, err := os.ReadFile(jsonPage)
	if err != nil {
		t.Fatal(err)
	}
	page := replaceBetween(t, string(old), "json", b.String())
	if page == string(old) {
		return
	}
	if !*update {
		t.Fatalf("the table of %s differs from the program's: go test ./wire -run Docs -update", jsonPage)
	}
	if err := os.WriteFile(jsonPage, []byte(page), 0o644); err != nil {
		t.Fatal(err)
	}
}
