package wire

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// FuzzRequest holds the decoder against the JSON module: what the decoder accepts
// is valid JSON for the module too, means the same to it, and comes back the same
// when it is encoded and decoded again.
func FuzzRequest(f *testing.F) {
	for _, v := range vectors[requestVector](f, "requests.jsonl") {
		if len(v.Object) < 1000 {
			f.Add([]byte(v.Object))
		}
	}
	f.Fuzz(func(t *testing.T, object []byte) {
		var d Decoder
		var r, again Request
		err := d.Request(object, JIM2, &r)
		var members map[string]jsontext.Value
		invalid := json.Unmarshal(object, &members)
		if err != nil {
			wellWorded(t, err)
			if invalid == nil && strings.HasPrefix(err.Text, "not valid JSON") {
				t.Fatalf("%v, but the module reads it: %q", err, object)
			}
			return
		}
		if invalid != nil {
			t.Fatalf("accepted what is not JSON (%v): %q", invalid, object)
		}
		if !utf8.Valid(object) || Depth(object) > JIM2.Depth {
			t.Fatalf("accepted invalid UTF-8 or deep nesting: %q", object)
		}
		meansTheSame(t, &r, members)
		encoded := []byte(canonical(t, membersOf(&r)))
		if err := d.Request(encoded, JIM2, &again); err != nil {
			t.Fatalf("%v when decoded again: %s", err, encoded)
		}
		if got := canonical(t, membersOf(&again)); got != string(encoded) {
			t.Fatalf("came back as %s, was %s", got, encoded)
		}
	})
}

// meansTheSame compares r with what the JSON module read.
func meansTheSame(t *testing.T, r *Request, members map[string]jsontext.Value) {
	text := func(name string) (s string) {
		_ = json.Unmarshal(members[name], &s) // stays empty where it is no text
		return s
	}
	for name, got := range map[string]string{"action": r.Action, "message": r.Message, "id": r.ID, "password": r.Password, "do": r.Do} {
		want := text(name)
		if got != want || strings.ContainsRune(got, 0) {
			t.Fatalf("%s is %q, want %q", name, got, want)
		}
	}
	var seq uint64
	if err := json.Unmarshal(members["seq"], &seq); members["seq"] != nil && (err != nil || seq != r.Seq) {
		t.Fatalf("seq is %d, want %s", r.Seq, members["seq"])
	}
	for _, name := range []string{"to", "room", "user_id"} {
		if to := text(name); to != "" && to != r.To {
			t.Fatalf("to is %q, but %s is %q", r.To, name, to)
		}
	}
}

// FuzzFromServer decodes what a server might send: exactly one kind comes out,
// and it stays the same when it is encoded and decoded again.
func FuzzFromServer(f *testing.F) {
	for _, v := range vectors[encodingVector](f, "encodings.jsonl") {
		f.Add([]byte(v.JSON))
	}
	for _, v := range vectors[struct {
		Name   string `json:"name"`
		Object parts  `json:"object"`
		Want   string `json:"want"`
	}](f, "server.jsonl") {
		f.Add([]byte(v.Object))
	}
	f.Fuzz(func(t *testing.T, object []byte) {
		o, err := DecodeFromServer(object)
		if err != nil {
			if o != (FromServer{}) {
				t.Fatalf("an error and an object: %q", object)
			}
			return
		}
		if (o.Response == nil) == (o.Event == nil) {
			t.Fatalf("not exactly one kind: %q", object)
		}
		var encoded []byte
		if o.Event != nil {
			encoded = o.Event.AppendJSON(nil)
		} else if encoded, err = o.Response.AppendJSON(nil); err != nil {
			t.Fatalf("%q cannot be encoded again: %v", object, err)
		}
		again, err := DecodeFromServer(encoded)
		if err != nil {
			t.Fatalf("%q became %q: %v", object, encoded, err)
		}
		if canonical(t, again) != canonical(t, o) {
			t.Fatalf("%q became %q", object, encoded)
		}
	})
}
