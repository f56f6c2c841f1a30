package listen

import (
	"bufio"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"jim/chat"
	"jim/wire"
)

// subscribe asks for events and returns the server's side and the client's.
func subscribe(t *testing.T, h *hub, query string, headers ...string) (chat.Conn, *bufio.Reader, io.Closer) {
	t.Helper()
	c := h.dial(t, 0)
	say(t, c, "GET /jim/events"+query+" HTTP/1.1\r\nHost: localhost\r\n"+strings.Join(append(headers, basic("ann:")), "\r\n")+"\r\n\r\n")
	return h.next(t), bufio.NewReader(c), c
}

func TestEventsAsServerSentEvents(t *testing.T) {
	h := open(t, Options{}, "tcp://127.0.0.1:0")
	s, in, _ := subscribe(t, h, "?since="+url.QueryEscape(`{"#ops":918,"bob":7}`), "Last-Event-ID: #ops 920 0a0b")
	gets(t, s, `{"action":"presence","id":"http-authorization","jim":2,"user":{"account_name":"ann"},"since":{"#ops":920,"bob":7},"log":"0a0b"}`)
	if p := s.Peer(); p.Brief || p.Transport != "http" {
		t.Errorf("peer is %+v", p)
	}
	puts(t, s, `{"response":200,"log":"0a0c","user":{"account_name":"Ann"}}`, `{"action":"msg","to":"#ops","from":"bob","seq":921,"message":"hi"}`)
	puts(t, s, `{"action":"msg","to":"Ann","from":"bob","seq":8}`, `{"action":"behind","to":"#ops","seq":9}`, `{"action":"typing","to":"#ops"}`)
	s.Close()
	r, err := http.ReadResponse(in, nil)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(r.Body)
	want := "event: response\ndata: {\"response\":200,\"log\":\"0a0c\",\"user\":{\"account_name\":\"Ann\"}}\n\n" +
		"id: #ops 921 0a0c\ndata: {\"action\":\"msg\",\"to\":\"#ops\",\"from\":\"bob\",\"seq\":921,\"message\":\"hi\"}\n\n" +
		"id: bob 8 0a0c\ndata: {\"action\":\"msg\",\"to\":\"Ann\",\"from\":\"bob\",\"seq\":8}\n\n" +
		"data: {\"action\":\"behind\",\"to\":\"#ops\",\"seq\":9}\n\ndata: {\"action\":\"typing\",\"to\":\"#ops\"}\n\n"
	if err != nil || string(body) != want {
		t.Errorf("got %q, %v; want %q", body, err, want)
	}
	if r.StatusCode != 200 || r.Header.Get("Content-Type") != "text/event-stream" || r.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("got %d %v", r.StatusCode, r.Header)
	}
}

// A read mark says how far another device has read, which this one may be far behind of: coming back it must not say that it has
// everything up to there.
func TestAReadMarkIsNoIDToComeBackWith(t *testing.T) {
	h := open(t, Options{}, "tcp://127.0.0.1:0")
	s, in, _ := subscribe(t, h, "")
	puts(t, s, `{"response":200,"log":"0a0c","user":{"account_name":"ann"}}`, `{"action":"msg","to":"#ops","from":"bob","seq":4}`)
	puts(t, s, `{"action":"read","to":"#ops","from":"ann","seq":918}`)
	s.Close()
	r, err := http.ReadResponse(in, nil)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(r.Body)
	if want := "\n\ndata: {\"action\":\"read\",\"to\":\"#ops\",\"from\":\"ann\",\"seq\":918}\n\n"; err != nil || !strings.HasSuffix(string(body), want) {
		t.Errorf("got %q, %v; want %q at its end", body, err, want)
	}
}

func TestEventsOfNobody(t *testing.T) {
	h := open(t, Options{}, "tcp://127.0.0.1:0")
	for request, want := range map[string]string{
		"GET /jim/events":                                                       "401",
		"GET /jim/events?since=x":                                               "401",
		"GET /jim/events?since=x\r\n" + basic("ann:"):                           "400",
		"GET /jim/events?since=%7B\r\n" + basic("ann:"):                         "400",
		"GET /jim/events?since=%23ops:7%\r\n" + basic("ann:"):                   "400", // who is told nothing of what he missed must know
		"GET /jim/events?since=%23ops:7;log=0a0b\r\n" + basic("ann:"):           "400",
		"GET /jim/events\r\nLast-Event-ID: #ops x\r\n" + basic("ann:"):          "400",
		"GET /jim/events\r\nSec-Fetch-Site: cross-site\r\n" + basic("ann:"):     "403",
		"GET /jim/events\r\nOrigin: https://evil.example\r\n" + basic("ann:"):   "403",
		"GET /jim/events\r\nAuthorization: Basic " + strings.Repeat("A", 30000): "431",
	} {
		c := h.dial(t, 0)
		line, rest, _ := strings.Cut(request, "\r\n")
		if rest != "" {
			rest += "\r\n"
		}
		say(t, c, line+" HTTP/1.1\r\nHost: localhost\r\n"+rest+"\r\n")
		if got := hear(t, c); !strings.HasPrefix(got, "HTTP/1.1 "+want) {
			t.Errorf("%.60q: got %q, want %s", request, got, want)
		}
		h.none(t)
	}
}

func TestEventsRefusedByTheHub(t *testing.T) {
	h := open(t, Options{}, "tcp://127.0.0.1:0")
	s, in, _ := subscribe(t, h, "")
	puts(t, s, `{"response":402,"error":"no"}`)
	s.Close()
	r, err := http.ReadResponse(in, nil)
	if err != nil {
		t.Fatal(err)
	}
	if body, err := io.ReadAll(r.Body); r.StatusCode != 401 || string(body) != "{\"response\":402,\"error\":\"no\"}\n" {
		t.Errorf("got %d %q, %v", r.StatusCode, body, err)
	}
	s, in, _ = subscribe(t, h, "")
	puts(t, s, `{"response":429,"error":"slower","retry":true,"retry_after":1.5}`)
	s.Close()
	if r, err := http.ReadResponse(in, nil); err != nil || r.StatusCode != 429 || r.Header.Get("Retry-After") != "2" {
		t.Errorf("got %v, %v; want 429 and when to come again", r, err)
	}
	s, in, _ = subscribe(t, h, "")
	s.Close()
	if r, err := http.ReadResponse(in, nil); err != nil || r.StatusCode != 503 {
		t.Errorf("got %v, %v; want 503", r, err)
	}
}

func TestEventsEndWithTheirClient(t *testing.T) {
	h := open(t, Options{}, "tcp://127.0.0.1:0")
	s, _, client := subscribe(t, h, "")
	if _, err := s.Read(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() {
		_, err := s.Read()
		ended <- err
	}()
	client.Close()
	select {
	case err := <-ended:
		if err == nil {
			t.Error("read gave an object")
		}
	case <-time.After(10 * time.Second):
		t.Error("the session goes on without its client")
	}
}

func TestEventsBeat(t *testing.T) {
	h := open(t, Options{}, "tcp://127.0.0.1:0")
	s, in, _ := subscribe(t, h, "")
	stream := s.(*session).Conn.(*eventStream)
	stream.beat() // before the answer, it must not decide the status
	puts(t, s, `{"response":200}`)
	stream.beat()
	s.Close()
	stream.beat()
	r, err := http.ReadResponse(in, nil)
	if err != nil {
		t.Fatal(err)
	}
	if body, err := io.ReadAll(r.Body); string(body) != "event: response\ndata: {\"response\":200}\n\n: \n\n" {
		t.Errorf("got %q, %v", body, err)
	}
}

func TestSince(t *testing.T) {
	for _, c := range []struct {
		values []string
		last   string
		want   []wire.Since
	}{
		{nil, "", nil},
		{[]string{""}, "", nil},
		{[]string{"{}"}, "", nil},
		{[]string{`{"#ops":918,"bob":0}`}, "", []wire.Since{{To: "#ops", Seq: 918}, {To: "bob"}}},
		{[]string{"#ops:918", "bob:7"}, "", []wire.Since{{To: "#ops", Seq: 918}, {To: "bob", Seq: 7}}},
		{[]string{"#a:b:1"}, "", []wire.Since{{To: "#a:b", Seq: 1}}},
		{[]string{"#ops:918"}, "#ops 920", []wire.Since{{To: "#ops", Seq: 920}}},
		{[]string{"#ops:918", `{"#ops":3}`}, "#ops 20", []wire.Since{{To: "#ops", Seq: 918}}},
		{nil, "комната 9007199254740991", []wire.Since{{To: "комната", Seq: wire.MaxSeq}}},
		{nil, "of another server's", nil},
	} {
		got, _, err := parseSince(c.values, c.last, "")
		if c.last == "of another server's" {
			if err == nil {
				t.Errorf("%q is %v", c.last, got)
			}
			continue
		}
		if err != nil || len(got) != len(c.want) {
			t.Errorf("%q, %q: got %v, %v; want %v", c.values, c.last, got, err, c.want)
			continue
		}
		for i := range got {
			if got[i] != c.want[i] {
				t.Errorf("%q, %q: got %v, want %v", c.values, c.last, got, c.want)
			}
		}
	}
	// After a restore the number of an event is of another log than the one given at the beginning, which it replaces.
	for _, log := range []string{"", "0a0b"} {
		if got, _, err := parseSince([]string{"#Ops:918", "bob:7"}, "#ops 20 1f2e", log); err != nil || len(got) != 2 || got[0] != (wire.Since{To: "#ops", Seq: 20}) {
			t.Errorf("log %q: got %v, %v", log, got, err)
		}
	}
	// Where there is no other number, the log is its own, or what was told since the restore would be told again each time.
	if got, log, err := parseSince([]string{"#ops:918"}, "#ops 20 1f2e", "0a0b"); err != nil || len(got) != 1 || got[0].Seq != 20 || log != "1f2e" {
		t.Errorf("got %v of the log %s, %v", got, log, err)
	}
	for _, bad := range []string{
		"x", ":1", "#ops:", "#ops:-1", "#ops:1.5", "#ops:9007199254740992", strings.Repeat("x", 27) + ":1", "\xff:1", "\x00:1",
		"{", "{}{}", `{"a":1},"jim":1`, `{"a":1}}`, `{"a":"1"}`, `{"a":-1}`, `{"a":1,"a":2}`, `{"":1}`, `{"a":{"b":1}}`, `[1]`,
	} {
		if got, _, err := parseSince([]string{bad}, "", ""); err == nil {
			t.Errorf("%q is %v, want an error", bad, got)
		}
	}
	for _, c := range []struct{ last, log, want string }{
		{"#ops 918", "", ""},
		{"#ops 918 1f2e", "", "1f2e"},
		{"#ops 918 1f2e", "0a0b", "1f2e"}, // of nothing else is there a number
		{"#ops 918", "0a0b", "0a0b"},
		{"", "0a0b", "0a0b"},
		{"#ops 918 a b", "", "!"},
		{"#ops 918 é", "", "!"},
		{"", `a"`, "!"},
		{"", strings.Repeat("a", 33), "!"},
	} {
		if _, log, err := parseSince(nil, c.last, c.log); (err != nil) != (c.want == "!") || err == nil && log != c.want {
			t.Errorf("%q, %q: got %q, %v; want %q", c.last, c.log, log, err, c.want)
		}
	}
}

// TestAStreamThatHasNothingSaysSo where it was given an empty since, and is then told of what began meanwhile.
func TestAStreamThatHasNothingSaysSo(t *testing.T) {
	for value, want := range map[string]bool{"{}": true, "": false, `{"#tea":1}`: true} {
		since, log, err := parseSince([]string{value}, "", "")
		if err != nil {
			t.Fatal(err)
		}
		var d wire.Decoder
		var r wire.Request
		if bad := d.Request(hello(&credentials{Token: "t"}, since, log), wire.JIM2, &r); bad != nil || r.HasSince != want {
			t.Errorf("%q: since is said: %v (%v)", value, r.HasSince, bad)
		}
	}
}

func FuzzSince(f *testing.F) {
	f.Add(`{"#ops":918,"bob":7}`, "#ops 920", "")
	f.Add("#ops:918", "", "0a0b")
	f.Add(`{"a":1},"user":{}`, "a b c", `"`)
	f.Fuzz(func(t *testing.T, value, last, name string) {
		since, log, err := parseSince([]string{value, value}, last, name)
		if err != nil {
			return
		}
		var d wire.Decoder
		var r wire.Request
		if err := d.Request(hello(&credentials{Token: "t"}, since, log), wire.JIM2, &r); err != nil {
			t.Fatalf("%q, %q make %v: %v", value, last, since, err)
		}
		if r.Action != wire.ActPresence || r.ID != helloID || r.User.Token != "t" || len(r.Since) != len(since) || r.Log != log {
			t.Fatalf("%q, %q make %+v", value, last, r)
		}
	})
}
