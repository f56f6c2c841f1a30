package listen

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// Requests of HTTP on one connection come no faster than objects on a stream, and slower from who is refused again and
// again, whatever it is that he asks for.
func TestRequestsOfHTTPAreReadSlowly(t *testing.T) {
	post := func(body string) string {
		return fmt.Sprintf("POST /jim HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
	}
	good := scripted(t, func(string) string { return `{"response":200}` })
	refused := scripted(t, func(string) string { return `{"response":401,"error":"say who you are"}` })
	free := good
	free.NoLimits = true
	for name, c := range map[string]struct {
		o       Options
		request string
		many    int
		most    time.Duration // for that many
		more    int
		least   time.Duration // for as many more
	}{
		"what is always granted": {good, post(`{"action":"ping"}`), 250, time.Second, 251, 9 * time.Second},
		"without limits":         {free, post(`{"action":"ping"}`), 250, time.Second, 251, 0},
		"nobody known":           {refused, post(`{"action":"rooms"}`), 40, time.Second, 11, 9 * time.Second},
		"broken":                 {good, post(`{"action"`), 40, time.Second, 11, 9 * time.Second},
		"events of nobody":       {good, "GET /jim/events HTTP/1.1\r\nHost: localhost\r\n\r\n", 40, time.Second, 11, 9 * time.Second},
		"the wrong method":       {good, "PUT /jim HTTP/1.1\r\nHost: localhost\r\n\r\n", 40, time.Second, 11, 9 * time.Second},
		"no WebSocket":           {good, "GET /jim/ws HTTP/1.1\r\nHost: localhost\r\n\r\n", 250, time.Second, 251, 9 * time.Second},
		"what is possible":       {good, "OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n", 250, time.Second, 251, 9 * time.Second},
		"pages":                  {good, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", 250, time.Second, 251, 9 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				conn := openPipes(t, schemeTCP, c.o).dial()
				defer conn.Close()
				in := bufio.NewReader(conn)
				if d := askTimes(t, conn, in, c.request, c.many); d > c.most {
					t.Errorf("the first %d took %v", c.many, d)
				}
				if d := askTimes(t, conn, in, c.request, c.more); d < c.least || d > c.least+3*time.Second {
					t.Errorf("%d more took %v, want about %v", c.more, d, c.least)
				}
			})
		})
	}
}

// Who is read slowly when the server stops has not been heard, and is not told that all went well.
func TestWhoWaitsAtTheEndIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		conn := openPipesUntil(ctx, t, schemeTCP, scripted(t, func(string) string { return `{"response":200}` })).dial()
		defer conn.Close()
		in := bufio.NewReader(conn)
		const request = "POST /jim HTTP/1.1\r\nHost: localhost\r\nContent-Length: 17\r\n\r\n{\"action\":\"ping\"}"
		askTimes(t, conn, in, request, 250)
		if _, err := io.WriteString(conn, request); err != nil {
			t.Fatal(err)
		}
		synctest.Wait() // until it waits
		cancel()
		answer, err := http.ReadResponse(in, nil)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(answer.Body)
		if answer.StatusCode != http.StatusServiceUnavailable || answer.Header.Get("Retry-After") == "" || err != nil {
			t.Errorf("got %d %v %q, %v; want 503", answer.StatusCode, answer.Header, body, err)
		}
	})
}

// askTimes asks n times, one after the other, and tells how long that took.
func askTimes(t *testing.T, conn net.Conn, in *bufio.Reader, request string, n int) time.Duration {
	began := time.Now()
	for range n {
		if _, err := io.Copy(conn, strings.NewReader(request)); err != nil {
			t.Fatal(err)
		}
		answer, err := http.ReadResponse(in, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, answer.Body); err != nil {
			t.Fatal(err)
		}
	}
	return time.Since(began)
}

// Who reads the events of a sync and not its answer is waited for no longer than other answers are.
func TestAnAnswerBehindEventsIsNotWaitedForForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		conn := openPipes(t, schemeTCP, scripted(t, func(string) string {
			return `{"action":"msg","seq":5} {"response":200,"id":"s"}`
		})).dial()
		defer conn.Close()
		in := bufio.NewReaderSize(conn, 16) // which takes no more than is asked for
		if _, err := io.WriteString(conn, "POST /jim HTTP/1.1\r\nHost: localhost\r\nContent-Length: 17\r\n\r\n{\"action\":\"sync\"}"); err != nil {
			t.Fatal(err)
		}
		var err error
		for line, before := "", ""; err == nil && !strings.Contains(before, `"seq":5`); { // up to the end of its chunk
			before = line
			line, err = in.ReadString('\n')
		}
		if err != nil {
			t.Fatal(err)
		}
		<-time.After(2 * replyTimeout)
		if rest, _ := io.ReadAll(in); strings.Contains(string(rest), "response") {
			t.Errorf("after %v came %q", 2*replyTimeout, rest)
		}
	})
}

// A handshake of a WebSocket with a body would be frames to one reader and a body to another.
func TestAHandshakeHasNoBody(t *testing.T) {
	h := open(t, Options{}, "tcp://127.0.0.1:0")
	for name, more := range map[string]string{
		"length": "Content-Length: 2\r\n\r\n{}",
		"chunks": "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			conn := h.dial(t, 0)
			say(t, conn, handshake+more)
			in := bufio.NewReader(conn)
			r, err := http.ReadResponse(in, nil)
			if err != nil || r.StatusCode != http.StatusBadRequest {
				t.Fatalf("got %v, %v; want 400", r, err)
			}
			if _, err := io.Copy(io.Discard, r.Body); err != nil {
				t.Fatal(err)
			}
			if rest, err := io.ReadAll(in); err != nil || len(rest) > 0 {
				t.Errorf("then came %q, %v; want the end", rest, err)
			}
			h.none(t)
		})
	}
}
