package wire

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// wellWorded checks that an error says something to a person, on one line, and
// can travel.
func wellWorded(t testing.TB, err *Error) {
	t.Helper()
	switch {
	case err.Text == "" || len(err.Text) > 400:
		t.Errorf("an error of %d bytes: %q", len(err.Text), err.Text)
	case !utf8.ValidString(err.Text) || strings.ContainsFunc(err.Text, unicode.IsControl):
		t.Errorf("an error that cannot be shown: %q", err.Text)
	case strings.Contains(err.Text, "jsontext") || strings.HasSuffix(err.Text, "."):
		t.Errorf("an error in the words of the machine: %q", err.Text)
	}
	if _, e := err.Response("").AppendJSON(nil); e != nil {
		t.Errorf("%q cannot be sent: %v", err.Text, e)
	}
}

var refusals = []struct {
	name, object string
	code         Code
	says         string // must stand in the words
}{
	{"nothing", ``, BadRequest, "ends too early"},
	{"cut off", `{"action":"ping"`, BadRequest, "ends too early"},
	{"no object", `["ping"]`, BadRequest, "an object is wanted"},
	{"no action", `{"id":"1"}`, BadRequest, "no action"},
	{"a comma too many", `{"action":"ping",}`, BadRequest, "at byte 16"},
	{"something after", `{"action":"ping"} {}`, BadRequest, "something follows"},
	{"a key twice", `{"action":"ping","action":"ping"}`, BadRequest, "a key stands twice"},
	{"invalid UTF-8", "{\"action\":\"msg\",\"message\":\"\xff\"}", BadRequest, "UTF-8"},
	{"a lone surrogate", `{"action":"msg","message":"\ud800"}`, BadRequest, "surrogate"},
	{"a NUL in a text", `{"action":"msg","message":"a\u0000"}`, BadRequest, "`message` has a NUL"},
	{"too deep", `{"action":"ping","x":` + strings.Repeat("[", 32) + strings.Repeat("]", 32) + `}`, BadRequest, "deeper than 32"},
	{"a number for a text", `{"action":"msg","message":5}`, BadRequest, "`message` must be a string"},
	{"a text for a number", `{"action":"read","seq":"5"}`, BadRequest, "`seq` must be a whole number"},
	{"half a number", `{"action":"read","seq":1.5}`, BadRequest, "`seq` must be a whole number"},
	{"a negative number", `{"action":"read","seq":-1}`, BadRequest, "`seq` must be a whole number"},
	{"an exponent", `{"action":"read","seq":1e3}`, BadRequest, "`seq` must be a whole number"},
	{"a number too large", `{"action":"read","seq":9007199254740992}`, BadRequest, "2^53-1"},
	{"user is a number", `{"action":"presence","user":1}`, BadRequest, "`user` must be an object"},
	{"since is a list", `{"action":"sync","since":["#tea"]}`, BadRequest, "`since` must be an object"},
	{"two addresses", `{"action":"join","to":"#a","room":"#b"}`, BadRequest, "contradicts"},
	{"an action too long", `{"action":"abcdefghijklmnop"}`, TooLarge, "`action` may have 15 characters"},
	{"an id too long", `{"action":"ping","id":"` + strings.Repeat("x", 65) + `"}`, TooLarge, "`id` may have 64 characters"},
	{"an address too long", `{"action":"msg","to":"` + strings.Repeat("x", 27) + `"}`, TooLarge, "`to`"},
	{"a message too long", `{"action":"msg","message":"` + strings.Repeat("x", 16385) + `"}`, TooLarge, "a message may have 16384 bytes"},
	{"an object too long", `{"action":"ping","x":"` + strings.Repeat("x", 65536) + `"}`, TooLarge, "an object may have 65536 bytes"},
}

func TestDecoderSaysWhatIsWrong(t *testing.T) {
	var d Decoder
	var r Request
	for _, c := range refusals {
		err := d.Request([]byte(c.object), JIM2, &r)
		if err == nil {
			t.Errorf("%s: was accepted", c.name)
			continue
		}
		wellWorded(t, err)
		if err.Code != c.code || !strings.Contains(err.Text, c.says) {
			t.Errorf("%s: got %v, want %d with %q", c.name, err, c.code, c.says)
		}
		if err.Close {
			t.Errorf("%s: ends the connection", c.name)
		}
	}
}

func TestDecoderIsAsGoodAsNewAfterAnError(t *testing.T) {
	const full = `{"action":"presence","jim":2,"id":"1","to":"bob","room":"bob","user_id":"bob","message":"m","topic":"t","seq":1,"after":2,` +
		`"before":3,"limit":4,"since":{"#tea":5},"user":{"account_name":"ann","password":"p","token":"k","status":"s"},"status":"u","device":"d",` +
		`"invite":"i","password":"w","old":"o","revoke":"r","do":"x","log":"l","alone":true,"live":true}`
	const bare = `{"action":"ping"}`
	for _, c := range refusals {
		var d Decoder
		var r Request
		if err := d.Request([]byte(full), JIM2, &r); err != nil {
			t.Fatal(err)
		}
		_ = d.Request([]byte(c.object), JIM2, &r)
		if err := d.Request([]byte(bare), JIM2, &r); err != nil {
			t.Errorf("after %s: %v", c.name, err)
		}
		if got := canonical(t, membersOf(&r)); got != bare || r.Mark != "" {
			t.Errorf("after %s: something was left over: %s", c.name, got)
		}
	}
}

func TestDecodedRequestKeepsNothingOfTheObject(t *testing.T) {
	var d Decoder
	var r Request
	object := []byte(`{"action":"dance","id":"k1","to":"#tea","message":"hot","since":{"bob":1},"user":{"account_name":"ann"}}`)
	if err := d.Request(object, JIM2, &r); err != nil {
		t.Fatal(err)
	}
	before := canonical(t, membersOf(&r))
	for i := range object {
		object[i] = '!'
	}
	if after := canonical(t, membersOf(&r)); after != before {
		t.Errorf("the request changed with the bytes it came from: %s", after)
	}
}

// Names, an id and a text are what a message must take memory for; actions that
// are known take none.
func TestDecodingAMessageTakesThreeAllocations(t *testing.T) {
	var d Decoder
	var r Request
	object := []byte(typicalMessage)
	if n := testing.AllocsPerRun(200, func() { _ = d.Request(object, JIM2, &r) }); n > 3 {
		t.Errorf("decoding a message takes %v allocations", n)
	}
	object = []byte(`{"action":"get_contacts"}`)
	if n := testing.AllocsPerRun(200, func() { _ = d.Request(object, JIM2, &r) }); n > 0 {
		t.Errorf("decoding a known action takes %v allocations", n)
	}
}

func TestDepth(t *testing.T) {
	for text, want := range map[string]int{
		``: 0, `1`: 0, `{}`: 1, `[[]]`: 2, `[{},{},[]]`: 2, `{"a":"[[["}`: 1, `{"a":"\"[[["}`: 1, `{"a\\":[[]]}`: 3, `{"\\\"{":1}`: 1,
	} {
		if got := Depth([]byte(text)); got != want {
			t.Errorf("%s: %d, want %d", text, got, want)
		}
	}
}

const typicalMessage = `{"action":"msg","id":"k1","time":1763.5,"to":"#tea","message":"the kettle is on"}`

func BenchmarkDecodeMessage(b *testing.B) {
	var d Decoder
	var r Request
	object := []byte(typicalMessage)
	b.ReportAllocs()
	for b.Loop() {
		if err := d.Request(object, JIM2, &r); err != nil {
			b.Fatal(err)
		}
	}
}
