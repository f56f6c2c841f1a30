package listen

import (
	"bufio"
	"context"
	"encoding/base64"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"jim/chat"
	"jim/wire"
)

// scripted is a hub that answers each request with what a test says, which sees
// the request; "" = no answer.
func scripted(t *testing.T, answer func(request string) string) Options {
	return Options{Serve: func(_ context.Context, c chat.Conn) {
		defer c.Close()
		if p := c.Peer(); !p.Brief || p.Transport != "http" || p.UID != -1 || p.Packets {
			t.Errorf("peer is %+v", p)
		}
		for {
			request, err := c.Read()
			if errors.Is(err, io.EOF) || errors.Is(err, net.ErrClosed) {
				return
			}
			if err != nil {
				t.Errorf("read: %v", err)
				return
			}
			b := new(wire.Batch)
			for _, object := range strings.Fields(answer(string(request))) {
				b.Append(func(dst []byte) []byte { return append(dst, object...) })
			}
			if err := c.Write([]*wire.Batch{b}); err != nil {
				return
			}
		}
	}}
}

// ask posts a body and returns the answer. Headers are "Name: value".
func ask(t *testing.T, h *hub, body string, headers ...string) (*http.Response, string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.Replace(h.Addresses()[0], "tcp", "http", 1)+"/jim", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for _, header := range headers {
		name, value, _ := strings.Cut(header, ": ")
		r.Header.Add(name, value)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	data, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer, string(data)
}

func basic(pair string) string {
	return "Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte(pair))
}

func TestPostAsksForSomebody(t *testing.T) {
	var requests []string
	h := open(t, scripted(t, func(request string) string {
		requests = append(requests, request)
		if strings.Contains(request, "presence") {
			return `{"action":"presence"} {"response":101,"alert":"x"} {"response":200,"id":"http-authorization"} {"action":"msg","seq":5}`
		}
		return `{"action":"msg","seq":6} {"response":201,"id":"k1","to":"#ops","seq":918} {"response":500}`
	}), "tcp://127.0.0.1:0")
	for header, user := range map[string]string{
		"Authorization: Bearer T0K":  `{"token":"T0K"}`,
		"Authorization: bearer a\"b": `{"token":"a\"b"}`,
		basic("ann:secret:1"):        `{"account_name":"ann","password":"secret:1"}`,
		basic("гость:"):              `{"account_name":"гость"}`,
	} {
		requests = nil
		r, body := ask(t, h, "\n {\"action\":\"msg\",\"id\":\"k1\",\"to\":\"#ops\",\"message\":\"hi\"} \n", header)
		if r.StatusCode != 201 || body != "{\"response\":201,\"id\":\"k1\",\"to\":\"#ops\",\"seq\":918}\n" {
			t.Errorf("%s: got %d %q", header, r.StatusCode, body)
		}
		if r.Header.Get("Content-Type") != "application/json" || r.Header.Get("Cache-Control") != "no-store" || r.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("header is %v", r.Header)
		}
		want := []string{`{"action":"presence","id":"http-authorization","jim":2,"user":` + user + `}`, `{"action":"msg","id":"k1","to":"#ops","message":"hi"}`}
		if strings.Join(requests, "\n") != strings.Join(want, "\n") {
			t.Errorf("%s: the hub was asked %q, want %q", header, requests, want)
		}
	}
}

func TestPostWithoutSomebody(t *testing.T) {
	for _, c := range []struct {
		body, header string
	}{
		{`{"action":"msg","to":"#a","message":"b"}`, "Accept: */*"},
		{`{"action":"presence","jim":2,"user":{"account_name":"a"}}`, basic("ann:secret")},
		{`{"action":"register","user":{"account_name":"a","password":"b"}}`, basic("ann:secret")},
		{`{"action":"authenticate","user":{"account_name":"a"}}`, basic("ann:secret")},
	} {
		asked := 0
		h := open(t, scripted(t, func(request string) string {
			if asked++; request != c.body {
				t.Errorf("the hub was asked %q", request)
			}
			return `{"response":401,"error":"x"}`
		}), "tcp://127.0.0.1:0")
		r, body := ask(t, h, c.body, c.header)
		if asked != 1 || r.StatusCode != 401 || body != "{\"response\":401,\"error\":\"x\"}\n" || !strings.HasPrefix(r.Header.Get("WWW-Authenticate"), "Bearer") {
			t.Errorf("%s: got %d %v %q after %d questions", c.body, r.StatusCode, r.Header, body, asked)
		}
	}
}

func TestPostWithWrongLogin(t *testing.T) {
	h := open(t, scripted(t, func(request string) string {
		if !strings.Contains(request, "presence") {
			t.Errorf("the hub was asked %q", request)
		}
		return `{"response":402,"id":"http-authorization","error":"no","retry":false,"retry_after":1.5}`
	}), "tcp://127.0.0.1:0")
	r, body := ask(t, h, `{"action":"msg","id":"k1","to":"#a","message":"b"}`, basic("ann:wrong"))
	if want := "{\"response\":402,\"id\":\"k1\",\"error\":\"no\",\"retry\":false,\"retry_after\":1.5}\n"; r.StatusCode != 401 || body != want || r.Header.Get("Retry-After") != "2" {
		t.Errorf("got %d %v %q, want %q", r.StatusCode, r.Header, body, want)
	}
}

func TestPostStatus(t *testing.T) {
	code := ""
	h := open(t, scripted(t, func(string) string { return `{"response":` + code + `}` }), "tcp://127.0.0.1:0")
	for jim, want := range map[string]int{"200": 200, "202": 202, "402": 401, "403": 403, "410": 410, "429": 429, "507": 507, "999": 500, "300": 500} {
		code = jim
		if r, _ := ask(t, h, `{"action":"rooms"}`); r.StatusCode != want {
			t.Errorf("%s is %d, want %d", jim, r.StatusCode, want)
		}
	}
}

func TestPostOfWhatIsNoRequest(t *testing.T) {
	h := open(t, scripted(t, func(request string) string {
		t.Errorf("the hub was asked %q", request)
		return ""
	}), "tcp://127.0.0.1:0")
	deep := strings.Repeat(`{"a":`, wire.JIM2.Depth) + "{}" + strings.Repeat("}", wire.JIM2.Depth)
	for body, want := range map[string]int{
		"": 400, "{": 400, "{}": 400, "[]": 400, "hello": 400, `{"action":"rooms"}{}`: 400, `{"action":"rooms","action":"rooms"}`: 400,
		"{\"action\":\"\xff\"}": 400, deep: 400, `{"action":"msg","message":"` + strings.Repeat("x", 64<<10) + `"}`: 413,
	} {
		if r, answer := ask(t, h, body); r.StatusCode != want || !strings.HasPrefix(answer, `{"response":`) {
			t.Errorf("%.40q: got %d %q, want %d", body, r.StatusCode, answer, want)
		}
	}
	for _, header := range []string{"Authorization: Digest x", "Authorization: Basic !", "Authorization: Bearer ", basic(":x"), basic("a\xff:x"), basic("nobody")} {
		r, answer := ask(t, h, `{"action":"rooms","id":"k2"}`, header)
		if r.StatusCode != 401 || !strings.Contains(answer, `"id":"k2"`) {
			t.Errorf("%q: got %d %q, want 401 and the id", header, r.StatusCode, answer)
		}
	}
	for _, headers := range [][]string{
		{"Origin: https://evil.example"},
		{"Origin: null"},
		{"Sec-Fetch-Site: cross-site"},
		{"Sec-Fetch-Site: same-site"},
		{"Origin: https://evil.example", "Sec-Fetch-Site: same-origin"},
		{"Origin: https://evil.example", "Content-Type: text/plain"},
	} {
		if r, _ := ask(t, h, `{"action":"rooms"}`, headers...); r.StatusCode != 403 {
			t.Errorf("%q: got %d, want 403", headers, r.StatusCode)
		}
	}
}

func TestPostFromOwnAndAllowedPages(t *testing.T) {
	o := scripted(t, func(string) string { return `{"response":200}` })
	o.Origins = []string{"https://chat.example"}
	h := open(t, o, "tcp://127.0.0.1:0")
	own := strings.Replace(h.Addresses()[0], "tcp", "http", 1)
	for _, headers := range [][]string{
		{"Origin: " + own},
		{"Origin: https://chat.example", "Sec-Fetch-Site: cross-site"},
		{"Sec-Fetch-Site: same-origin"},
		{"Sec-Fetch-Site: none"},
		{"Content-Type: application/x-www-form-urlencoded"},
	} {
		if r, body := ask(t, h, `{"action":"rooms"}`, headers...); r.StatusCode != 200 {
			t.Errorf("%q: got %d %q", headers, r.StatusCode, body)
		}
	}
}

func TestPostSyncBringsItsEvents(t *testing.T) {
	h := open(t, scripted(t, func(request string) string {
		if strings.Contains(request, "presence") {
			return `{"action":"presence"} {"response":200}`
		}
		return `{"action":"msg","seq":5} {"action":"msg","seq":6} {"response":200,"id":"s"} {"action":"msg","seq":7}`
	}), "tcp://127.0.0.1:0")
	r, body := ask(t, h, `{"action":"sync","id":"s","since":{"#a":4}}`, basic("ann:"))
	if want := "{\"action\":\"msg\",\"seq\":5}\n{\"action\":\"msg\",\"seq\":6}\n{\"response\":200,\"id\":\"s\"}\n"; r.StatusCode != 200 || body != want || r.Header.Get("Content-Type") != "application/x-ndjson" {
		t.Errorf("got %d %q, want %q", r.StatusCode, body, want)
	}
}

func TestPostWhenTheSessionEndsEarly(t *testing.T) {
	h := open(t, Options{Serve: func(_ context.Context, c chat.Conn) { c.Close() }}, "tcp://127.0.0.1:0")
	if r, body := ask(t, h, `{"action":"rooms","id":"k3"}`); r.StatusCode != 503 || !strings.Contains(body, `"id":"k3"`) || r.Header.Get("Retry-After") == "" {
		t.Errorf("got %d %q", r.StatusCode, body)
	}
}

// TestPostEndsWithItsClient has a hub that never answers. A client who says no more may still be listening, so he is waited
// for a while.
func TestPostEndsWithItsClient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ended := make(chan error, 1)
		asked := make(chan struct{})
		conn := openPipes(t, schemeTCP, Options{Serve: func(_ context.Context, c chat.Conn) {
			defer c.Close()
			if _, err := c.Read(); err != nil {
				t.Error(err)
			}
			close(asked)
			_, err := c.Read()
			ended <- err
		}}).dial()
		if _, err := io.WriteString(conn, "POST /jim HTTP/1.1\r\nHost: localhost\r\nContent-Length: 18\r\n\r\n{\"action\":\"rooms\"}"); err != nil {
			t.Fatal(err)
		}
		<-asked
		conn.Close()
		select {
		case err := <-ended:
			if err == nil {
				t.Error("read gave an object")
			}
		case <-time.After(time.Minute):
			t.Error("the session goes on without its client")
		}
	})
}

// Who ends his side of the connection behind his request, as nc -N does, gets the answer.
func TestPostOfWhoSaysNoMoreIsAnswered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		goOn := make(chan struct{})
		p := openPipes(t, schemeTCP, scripted(t, func(string) string {
			<-goOn
			return `{"response":201,"seq":7}`
		}))
		said, in := net.Pipe()
		heard, out := net.Pipe()
		p.conns <- &ends{Conn: &halves{out, in}, local: loopback, remote: loopback}
		if _, err := io.WriteString(said, "POST /jim HTTP/1.1\r\nHost: localhost\r\nContent-Length: 18\r\n\r\n{\"action\":\"rooms\"}"); err != nil {
			t.Fatal(err)
		}
		synctest.Wait() // until it is asked: a pipe whose other end is closed takes no deadline
		said.Close()
		synctest.Wait() // until that is known
		close(goOn)
		r, err := http.ReadResponse(bufio.NewReader(heard), nil)
		if err != nil {
			t.Fatal(err)
		}
		if body, err := io.ReadAll(r.Body); r.StatusCode != 201 || err != nil {
			t.Errorf("got %d %q, %v", r.StatusCode, body, err)
		}
	})
}

// halves is a connection whose directions end each by itself.
type halves struct {
	net.Conn
	in net.Conn
}

func (h *halves) Read(p []byte) (int, error) { return h.in.Read(p) }

func (h *halves) SetReadDeadline(t time.Time) error { return h.in.SetReadDeadline(t) }

func (h *halves) Close() error { return errors.Join(h.in.Close(), h.Conn.Close()) }

// TestPostSyncCloseWakesWrite has a client that does not read.
func TestPostSyncCloseWakesWrite(t *testing.T) {
	wrote := make(chan error, 1)
	conns := make(chan chat.Conn, 1)
	h := open(t, Options{Serve: func(_ context.Context, c chat.Conn) {
		defer c.Close()
		if _, err := c.Read(); err != nil {
			t.Error(err)
		}
		conns <- c
		b := new(wire.Batch)
		b.Append(func(dst []byte) []byte {
			return append(dst, `{"action":"msg","message":"`+strings.Repeat("x", 1<<20)+`"}`...)
		})
		for {
			if err := c.Write([]*wire.Batch{b}); err != nil {
				wrote <- err
				return
			}
		}
	}}, "tcp://127.0.0.1:0")
	c := h.dial(t, 0)
	say(t, c, "POST /jim HTTP/1.1\r\nHost: localhost\r\nContent-Length: 17\r\n\r\n{\"action\":\"sync\"}")
	if got := hear(t, c); got != "HTTP/1.1 200 OK\r\n" {
		t.Errorf("got %q", got)
	}
	(<-conns).Close()
	select {
	case <-wrote:
	case <-time.After(10 * time.Second):
		t.Error("write goes on after close")
	}
}

func TestPagesAndMethods(t *testing.T) {
	o := scripted(t, func(string) string { return "" })
	o.Page = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "page "+r.URL.Path)
	})
	h := open(t, o, "tcp://127.0.0.1:0")
	bare := open(t, scripted(t, func(string) string { return "" }), "tcp://127.0.0.1:0")
	for _, c := range []struct {
		h            *hub
		method, path string
		status       int
		body         string
	}{
		{h, "GET", "/", 200, "page /"},
		{h, "GET", "/a/b.js", 200, "page /a/b.js"},
		{h, "GET", "/jim/x", 200, "page /jim/x"},
		{h, "GET", "/jim", 405, `"error":"use POST here"`},
		{h, "POST", "/jim/events", 405, `"error":"use GET here"`},
		{bare, "GET", "/", 404, "/jim/ws"},
	} {
		r, err := http.NewRequestWithContext(t.Context(), c.method, strings.Replace(c.h.Addresses()[0], "tcp", "http", 1)+c.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		if err != nil || answer.StatusCode != c.status || !strings.Contains(string(body), c.body) || answer.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s %s: got %d %v %q, %v", c.method, c.path, answer.StatusCode, answer.Header, body, err)
		}
	}
}
