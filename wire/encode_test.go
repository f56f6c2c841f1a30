package wire

import (
	"bytes"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
)

// pieces of texts that encoders get wrong.
var pieces = []string{
	"", "a", "the kettle is on", `"`, `\`, "/", "\n", "\r", "\t", "\b", "\f", "\x01", "\x1b[31m", "\x7f", "\u0085", "<b>&'", "привет", "你好", "😀",
	"\u2028", "\u2029", "\ufeff", "\uffff", "\U0010ffff", "e\u0301", "}{", "#", "\\u0041", "�", strings.Repeat("x", 300),
}

func randomText(r *rand.Rand) string {
	var b strings.Builder
	for range r.IntN(5) {
		if r.IntN(3) == 0 {
			b.WriteRune(rune(1 + r.IntN(0xd7ff)))
		}
		b.WriteString(pieces[r.IntN(len(pieces))])
	}
	return b.String()
}

// sometimes is x in about half of all calls, and nothing otherwise.
func sometimes[T any](r *rand.Rand, x T) T {
	var none T
	if r.IntN(2) == 0 {
		return none
	}
	return x
}

func randomTime(r *rand.Rand) Time {
	switch r.IntN(5) {
	case 0:
		return Time(r.Int64N(5_000_000)) - 1_000_000
	case 1:
		return Time(r.Int64N(1<<50)) * 1000
	}
	return Time(1_700_000_000_000_000 + r.Int64N(1e15))
}

func randomEvent(r *rand.Rand) *Event {
	e := &Event{
		Action: Actions[r.IntN(len(Actions))].Name, To: sometimes(r, randomText(r)), From: sometimes(r, randomText(r)),
		Seq: sometimes(r, r.Uint64N(MaxSeq+1)), ID: sometimes(r, randomText(r)), Time: sometimes(r, randomTime(r)), Message: sometimes(r, randomText(r)),
		Alert: sometimes(r, randomText(r)), Revoke: sometimes(r, randomText(r)),
		Ack: sometimes(r, r.Uint64N(MaxSeq+1)),
	}
	e.RetryAfter = sometimes(r, float64(r.Int64N(1e9))/[]float64{1, 1e3, 1e6, 1e16}[r.IntN(4)])
	if e.Action == ActBehind {
		e.Seq = max(e.Seq, 1) // 0 is written, as a vector has it
	}
	if r.IntN(3) == 0 {
		topic := randomText(r)
		e.Topic = &topic
	}
	if r.IntN(3) == 0 {
		e.User = &Person{Name: randomText(r), Status: sometimes(r, randomText(r)), Guest: sometimes(r, true), Owner: sometimes(r, true), Since: sometimes(r, randomTime(r))}
	}
	return e
}

func TestEventIsEncodedAsTheJSONModuleWould(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		e := randomEvent(r)
		want, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		const before = "before"
		if got := e.AppendJSON([]byte(before)); string(got) != before+string(want) {
			t.Fatalf("got  %s\nwant %s", got, want)
		}
		back, err := DecodeFromServer(want)
		if err != nil || back.Event == nil {
			t.Fatalf("%s: %v", want, err)
		}
		back.Event.Time, e.Time = 0, 0
		if e.User != nil {
			back.Event.User.Since, e.User.Since = 0, 0
		}
		if canonical(t, back.Event) != canonical(t, e) {
			t.Fatalf("came back as %s: %s", canonical(t, back.Event), want)
		}
	}
}

func TestAnswerToWhatWasKeptIsTheSameEitherWay(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 5_000 {
		id, to, seq, at := randomText(r), "#"+randomText(r), 1+r.Uint64N(MaxSeq), Time(1+r.Int64N(1<<52))
		want, err := (&Response{Code: Created, ID: id, Time: at, To: to, Seq: seq}).AppendJSON(nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := AppendKept(nil, id, at, to, seq); !bytes.Equal(got, want) {
			t.Fatalf("got  %s\nwant %s", got, want)
		}
	}
}

func TestBusyEncodersTakeNoMemory(t *testing.T) {
	e := &Event{Action: ActMsg, To: "#tea", From: "ann", Seq: 918, ID: "k1", Time: 1763500000, Message: "привет"}
	buffer := make([]byte, 0, 1024)
	if n := testing.AllocsPerRun(200, func() { buffer = e.AppendJSON(buffer[:0]) }); n > 0 {
		t.Errorf("an event takes %v allocations", n)
	}
	if n := testing.AllocsPerRun(200, func() { buffer = AppendKept(buffer[:0], "k1", 1763500000, "#tea", 918) }); n > 0 {
		t.Errorf("an answer takes %v allocations", n)
	}
}

func TestTimeTravelsAsSecondsWithMilliseconds(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 20_000 {
		at := Time(r.Int64N(4_000_000_000_000) * 1000) // until 2096
		b, err := json.Marshal(at)
		if err != nil {
			t.Fatal(err)
		}
		var back Time
		if err := json.Unmarshal(b, &back); err != nil || back != at {
			t.Fatalf("%d went as %s and came back as %d (%v)", at, b, back, err)
		}
	}
	clock := time.Date(2026, 11, 21, 12, 30, 1, 234_567_890, time.UTC)
	if got := At(clock).Time(); !got.Equal(clock.Truncate(time.Microsecond)) {
		t.Errorf("got %v", got)
	}
	for _, strange := range []string{`"12:30"`, `null`, `[1]`, `{}`, `-1`, `0`, `1e400`, `1e12`, `true`} {
		was := Time(7)
		if err := json.Unmarshal([]byte(strange), &was); err != nil || was != 0 {
			t.Errorf("%s: %d (%v), want no time", strange, was, err)
		}
	}
}

func TestBatchSharesOneEncoding(t *testing.T) {
	var b Batch
	events := []*Event{{Action: ActMsg, To: "#tea", Seq: 1, Message: "a\nb"}, {Action: ActBehind, To: "#tea", Seq: 9}}
	for _, e := range events {
		b.AppendEvent(e)
	}
	b.AppendKept("k", 1763500000, "#tea", 2)
	if err := b.AppendResponse(&Response{Code: OK, ID: "5"}); err != nil {
		t.Fatal(err)
	}
	b.Append(func(dst []byte) []byte { return append(dst, `{"response":200}`...) })
	want := []string{
		`{"action":"msg","to":"#tea","seq":1,"message":"a\nb"}`, `{"action":"behind","to":"#tea","seq":9}`,
		`{"response":201,"id":"k","time":1763.5,"to":"#tea","seq":2}`, `{"response":200,"id":"5"}`, `{"response":200}`,
	}
	if b.Len() != len(want) {
		t.Fatalf("%d objects, want %d", b.Len(), len(want))
	}
	var whole string
	for i, w := range want {
		whole += w + "\n"
		if got := string(b.Object(i)); got != w+"\n" {
			t.Errorf("object %d is %q", i, got)
		}
	}
	if string(b.Bytes()) != whole {
		t.Errorf("the stream is %q", b.Bytes())
	}
	calls := 0
	frame := func(b *Batch) []byte { calls++; return append([]byte("framed "), b.Bytes()...) }
	first, second := b.Framed(frame), b.Framed(frame)
	if calls != 1 || &first[0] != &second[0] || string(first) != "framed "+whole {
		t.Errorf("framed %d times: %q", calls, first)
	}
}

// closer counts how often it was closed.
type closer int

func (c *closer) Close() error { *c++; return nil }

func TestWhatIsMadeOfABatchEndsWithItsLastReader(t *testing.T) {
	var b Batch
	var made closer
	calls := 0
	build := func(*Batch) io.Closer { calls++; return &made }
	b.Share(3)
	for range 3 {
		if got := b.Made(build); got != &made || made != 0 {
			t.Fatalf("made %v, closed %d times, with %d readers", got, made, b.Readers())
		}
		b.Done()
	}
	if calls != 1 || made != 1 || b.Readers() != 0 {
		t.Errorf("made %d times, closed %d times, %d readers", calls, made, b.Readers())
	}
	b.Done() // somebody who was not counted
	if b.Made(build) != nil || made != 1 {
		t.Errorf("after the last: made %d times, closed %d times", calls, made)
	}
	var not Batch // where nothing can be made, it is tried once
	for range 2 {
		if not.Made(func(*Batch) io.Closer { calls++; return nil }) != nil {
			t.Error("made of nothing")
		}
	}
	if calls != 2 {
		t.Errorf("tried %d times", calls-1)
	}
}

func TestBatchRefusesWhatIsNoJSONAndStaysWhole(t *testing.T) {
	var b Batch
	b.AppendKept("k", 1, "#tea", 2)
	before := string(b.Bytes())
	if err := b.AppendResponse(&Response{Code: OK, Alert: "\xff"}); err == nil {
		t.Error("invalid UTF-8 was encoded")
	}
	if b.Len() != 1 || string(b.Bytes()) != before {
		t.Errorf("the batch was changed: %q", b.Bytes())
	}
}

func TestErrorsAnswer(t *testing.T) {
	e := Errorf(TooMany, "slower, please").After(1500 * time.Millisecond)
	b, err := e.Response("7").AppendJSON(nil)
	if want := `{"response":429,"id":"7","error":"slower, please","retry":true,"retry_after":1.5}`; err != nil || string(b) != want {
		t.Errorf("got %s (%v), want %s", b, err, want)
	}
	if e.Close || !e.Goodbye().Close || e.Goodbye().RetryAfter != e.RetryAfter {
		t.Error("goodbye is not a copy that closes")
	}
	if e.Error() != "429 slower, please" || NotFound.String() != "404 not found" || Code(299).String() != "299" {
		t.Errorf("%s, %s, %s", e, NotFound, Code(299))
	}
	if !Code(599).Retryable() || Code(499).Retryable() || Code(299).IsError() || !BadRequest.IsError() {
		t.Error("a code of an unknown number is taken for what it is not")
	}
}

func TestAddressOfAConversation(t *testing.T) {
	for _, c := range []struct{ to, from, me, want string }{
		{"#tea", "bob", "ann", "#tea"},
		{"ann", "bob", "ann", "bob"},
		{"bob", "ann", "ann", "bob"},
		{"ann", "ann", "ann", "ann"},
		{"ann", "", "ann", "ann"},
	} {
		if got := (&Event{To: c.to, From: c.from}).Conversation(c.me); got != c.want {
			t.Errorf("%s to %s is %q for %s, want %q", c.from, c.to, got, c.me, c.want)
		}
	}
}

func TestResponsesAreEncodedAsTheJSONModuleWould(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 2000 {
		answer := &Response{
			Code: OK, ID: sometimes(r, randomText(r)), Time: sometimes(r, randomTime(r)), To: sometimes(r, "#tea"),
			Seq: sometimes(r, r.Uint64N(MaxSeq+1)), Log: sometimes(r, randomText(r)), More: sometimes(r, true),
		}
		if n := r.IntN(5); n > 0 {
			answer.Events = []Event{} // which is not the same as none
			for range n - 1 {
				answer.Events = append(answer.Events, *randomEvent(r))
			}
		}
		if answer.Events == nil && r.IntN(2) == 0 {
			answer.More, answer.Alert, answer.Error = false, sometimes(r, randomText(r)), sometimes(r, randomText(r))
			answer.RetryAfter = sometimes(r, float64(r.Int64N(1e9))/[]float64{1, 1e3, 1e6, 1e16}[r.IntN(4)])
			if retry := r.IntN(2) == 0; r.IntN(2) == 0 {
				answer.Retry = &retry
			}
		}
		want, err := json.Marshal(answer)
		if err != nil {
			t.Fatal(err)
		}
		const before = "before"
		got, err := answer.AppendJSON([]byte(before))
		if err != nil || !strings.HasPrefix(string(got), before) {
			t.Fatalf("got %s, %v", got, err)
		}
		if string(got) != before+string(want) {
			t.Fatalf("got  %s\nwant %s", got, want)
		}
	}
}

// A text that is no UTF-8 is an error in every kind of answer.
func TestResponsesThatAreNoJSON(t *testing.T) {
	for _, r := range []*Response{
		{Code: OK, ID: "\xff"},
		{Code: OK, To: "\xff"},
		{Code: OK, Error: "\xff"},
		{Code: OK, Alert: "\xff"},
		{Code: OK, ID: "\xff", Events: []Event{{Action: ActMsg}}},
		{Code: OK, ID: "\xff", More: true},
	} {
		if got, err := r.AppendJSON(nil); err == nil {
			t.Errorf("got %q", got)
		}
	}
}
