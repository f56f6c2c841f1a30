package wire

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// vectors reads one file of testdata/vectors: a JSON object on each line.
func vectors[V any](t testing.TB, file string) []V {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", "vectors", file))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var all []V
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for n := 1; lines.Scan(); n++ {
		var v V
		if err := json.Unmarshal(lines.Bytes(), &v, json.RejectUnknownMembers(true)); err != nil {
			t.Fatalf("%s:%d: %v", file, n, err)
		}
		all = append(all, v)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// parts is bytes as the vectors write them: a text, {"hex":…}, {"repeat":…,"times":…},
// or a list of these.
type parts []byte

func (p *parts) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	switch d.PeekKind() {
	case '"':
		t, err := d.ReadToken()
		if err == nil {
			*p = []byte(t.String())
		}
		return err
	case '[':
		var list []parts
		err := json.UnmarshalDecode(d, &list)
		*p = bytes.Join(asBytes(list), nil)
		return err
	}
	var one struct {
		Hex    string `json:"hex"`
		Repeat string `json:"repeat"`
		Times  int    `json:"times"`
	}
	if err := json.UnmarshalDecode(d, &one); err != nil {
		return err
	}
	raw, err := hex.DecodeString(one.Hex)
	*p = append(raw, strings.Repeat(one.Repeat, one.Times)...)
	return err
}

func asBytes(list []parts) (all [][]byte) {
	for _, p := range list {
		all = append(all, p)
	}
	return all
}

type requestVector struct {
	Name    string          `json:"name"`
	Class   string          `json:"class"`
	Object  parts           `json:"object"`
	Want    any             `json:"want"` // "ok" or a code
	Request *requestMembers `json:"request"`
}

// requestMembers is a request as the vectors write it.
type requestMembers struct {
	Action   string            `json:"action"`
	ID       string            `json:"id,omitzero"`
	JIM      int               `json:"jim,omitzero"`
	To       string            `json:"to,omitzero"`
	Message  string            `json:"message,omitzero"`
	Topic    *string           `json:"topic,omitzero"`
	Seq      uint64            `json:"seq,omitzero"`
	After    any               `json:"after,omitzero"`
	Before   uint64            `json:"before,omitzero"`
	Limit    int               `json:"limit,omitzero"`
	Since    map[string]uint64 `json:"since,omitzero"`
	User     *userMembers      `json:"user,omitzero"`
	Status   string            `json:"status,omitzero"`
	Device   string            `json:"device,omitzero"`
	Invite   string            `json:"invite,omitzero"`
	Password string            `json:"password,omitzero"`
	Old      string            `json:"old,omitzero"`
	Revoke   string            `json:"revoke,omitzero"`
	Do       string            `json:"do,omitzero"`
	Alone    bool              `json:"alone,omitzero"`
	Live     bool              `json:"live,omitzero"`
	Log      string            `json:"log,omitzero"`
}

type userMembers struct {
	Name     string `json:"account_name,omitzero"`
	Password string `json:"password,omitzero"`
	Token    string `json:"token,omitzero"`
	Status   string `json:"status,omitzero"`
}

// membersOf is r as the vectors write it, for comparison and for encoding.
func membersOf(r *Request) *requestMembers {
	m := &requestMembers{
		Action: r.Action, ID: r.ID, JIM: r.JIM, To: r.To, Message: r.Message, Topic: r.Topic, Seq: r.Seq,
		Before: r.Before, Limit: r.Limit, Status: r.Status, Device: r.Device, Invite: r.Invite,
		Password: r.Password, Old: r.Old, Revoke: r.Revoke, Do: r.Do, Alone: r.Alone, Live: r.Live, Log: r.Log,
	}
	if r.User != (User{}) {
		u := userMembers(r.User)
		m.User = &u
	}
	if r.Mark != "" {
		m.After = r.Mark
	} else if r.After != 0 {
		m.After = r.After
	}
	for _, s := range r.Since {
		if m.Since == nil {
			m.Since = map[string]uint64{}
		}
		m.Since[s.To] = s.Seq
	}
	return m
}

// canonical is v as JSON, for comparison.
func canonical(t testing.TB, v any) string {
	t.Helper()
	b, err := json.Marshal(v, json.Deterministic(true))
	if err != nil {
		t.Fatal(err)
	}
	c := jsontext.Value(b)
	if err := c.Canonicalize(); err != nil {
		t.Fatal(err)
	}
	return string(c)
}

func TestVectorsOfRequests(t *testing.T) {
	all := vectors[requestVector](t, "requests.jsonl")
	if len(all) < 400 {
		t.Fatalf("only %d vectors were read", len(all))
	}
	var d Decoder // one for all, as in a connection
	var r Request
	for _, v := range all {
		got := any("ok")
		err := d.Request(v.Object, JIM2, &r)
		if err != nil {
			got = float64(err.Code)
			wellWorded(t, err)
		}
		switch {
		case got != v.Want:
			t.Errorf("%s (%s): got %v (%v), want %v", v.Name, v.Class, got, err, v.Want)
		case v.Request != nil && canonical(t, membersOf(&r)) != canonical(t, v.Request):
			t.Errorf("%s (%s): understood %s, want %s", v.Name, v.Class, canonical(t, membersOf(&r)), canonical(t, v.Request))
		}
	}
}

func TestVectorsOfServers(t *testing.T) {
	for _, v := range vectors[struct {
		Name   string `json:"name"`
		Object parts  `json:"object"`
		Want   string `json:"want"`
	}](t, "server.jsonl") {
		got := "error"
		switch o, err := DecodeFromServer(v.Object); {
		case err != nil:
			if o != (FromServer{}) {
				t.Errorf("%s: an error and %v", v.Name, o)
			}
		case o.Response != nil && o.Event == nil:
			got = "response"
		case o.Event != nil && o.Response == nil:
			got = "event"
		}
		if got != v.Want {
			t.Errorf("%s: got %s, want %s", v.Name, got, v.Want)
		}
	}
}

type streamVector struct {
	Name     string           `json:"name"`
	MaxBytes int32            `json:"max_bytes"`
	MaxDepth uint8            `json:"max_depth"`
	Chunks   []parts          `json:"chunks"`
	Want     []jsontext.Value `json:"want"` // objects, codes of errors, "close"
	Partial  bool             `json:"partial"`
}

// wanted is what cutAll says when the vector is fulfilled.
func (v streamVector) wanted(t *testing.T) (want []string) {
	for _, w := range v.Want {
		if w.Kind() == '0' {
			want = append(want, "!"+string(w))
			continue
		}
		var object parts
		if err := json.Unmarshal(w, &object); err != nil {
			t.Fatalf("%s: %v", v.Name, err)
		}
		want = append(want, string(object))
	}
	return want
}

func TestVectorsOfStreams(t *testing.T) {
	for _, v := range vectors[streamVector](t, "streams.jsonl") {
		cutter := &Cutter{MaxBytes: v.MaxBytes, MaxDepth: v.MaxDepth}
		if got, want := cutAll(cutter, asBytes(v.Chunks)...), v.wanted(t); !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", v.Name, got, want)
		}
		if cutter.Partial() != v.Partial {
			t.Errorf("%s: Partial is %v", v.Name, cutter.Partial())
		}
	}
}

// TestCutterAndDecoderAgree sends every vector that the decoder takes as a stream,
// in random packets: the same objects come out.
func TestCutterAndDecoderAgree(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 8))
	var objects []string
	var stream []byte
	for _, v := range vectors[requestVector](t, "requests.jsonl") {
		if v.Want == "ok" {
			objects = append(objects, strings.Trim(string(v.Object), " \t\r\n"))
			stream = append(append(stream, v.Object...), []string{"", "\n", " \r\n\t"}[random.IntN(3)]...)
		}
	}
	for range 20 {
		var packets [][]byte
		for rest := stream; len(rest) > 0; {
			n := min(len(rest), 1+random.IntN(5000))
			packets = append(packets, rest[:n])
			rest = rest[n:]
		}
		cutter := &Cutter{MaxBytes: int32(JIM2.Object), MaxDepth: uint8(JIM2.Depth)}
		if got := cutAll(cutter, packets...); !slices.Equal(got, objects) {
			t.Fatalf("%d objects went in, %d came out", len(objects), len(got))
		}
	}
}

type encodingVector struct {
	Name         string         `json:"name"`
	JSON         string         `json:"json"`
	Microseconds *int64         `json:"microseconds"`
	Text         *string        `json:"text"`
	Event        jsontext.Value `json:"event"`
	Response     jsontext.Value `json:"response"`
}

func TestVectorsOfEncodings(t *testing.T) {
	for _, v := range vectors[encodingVector](t, "encodings.jsonl") {
		got, err := v.encode()
		if err != nil || got != v.JSON {
			t.Errorf("%s: got %s (%v), want %s", v.Name, got, err, v.JSON)
		}
	}
}

func (v encodingVector) encode() (string, error) {
	var clock struct {
		Microseconds int64 `json:"microseconds"`
	}
	switch {
	case v.Microseconds != nil:
		return string(Time(*v.Microseconds).append(nil)), nil
	case v.Text != nil:
		return string(appendMember(nil, "", *v.Text)), nil
	case v.Event != nil:
		var e Event
		err := json.Unmarshal(v.Event, &e)
		if err == nil {
			err = json.Unmarshal(v.Event, &clock)
		}
		e.Time = Time(clock.Microseconds)
		return string(e.AppendJSON(nil)), err
	case v.Response != nil:
		var r Response
		err := json.Unmarshal(v.Response, &r)
		if err == nil {
			err = json.Unmarshal(v.Response, &clock)
		}
		r.Time = Time(clock.Microseconds)
		b, e := r.AppendJSON(nil)
		if err == nil {
			err = e
		}
		return string(b), err
	}
	return "", fmt.Errorf("nothing to encode")
}
