//go:build unix

package lab

import (
	"bytes"
	"context"
	"crypto/x509"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// asked runs the command for a URL and returns what is on stdout and on stderr.
func askedFor(t *testing.T, h HTTP, url string) (out, talk string, err error) {
	t.Helper()
	if h.URL, err = ParseURL(url); err != nil {
		t.Fatal(err)
	}
	var o, e bytes.Buffer
	err = Run(context.Background(), Options{In: strings.NewReader(""), Out: &o, Talk: &e, Trace: true}, h.Run)
	return o.String(), e.String(), err
}

func TestHTTPExplains(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("/length", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "%s %s", r.Proto, r.Header.Get("Connection"))
	})
	mux.HandleFunc("/chunks", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, "first")
		w.(http.Flusher).Flush()
		fmt.Fprint(w, "second")
	})
	mux.HandleFunc("/moved", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/length\x1b", http.StatusFound) })
	mux.HandleFunc("/picture", func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("\x89PNG\x00\x1b[2J")) })
	mux.HandleFunc("/letters", func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("привет")) })
	mux.HandleFunc("/short", func(w http.ResponseWriter, _ *http.Request) {
		c, _, err := http.NewResponseController(w).Hijack()
		if err == nil {
			fmt.Fprint(c, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc")
			c.Close()
		}
	})
	s := httptest.NewServer(mux)
	defer s.Close()
	for path, want := range map[string][2]string{
		"/length":  {"HTTP/1.1 200 OK\n", "Content-Length: 14, and so many bytes"},
		"/chunks":  {"5\nfirst\n6\nsecond\n0\n", "The body is in chunks"},
		"/moved":   {"HTTP/1.1 302 Found\n", "A browser would now ask again, at \"/length"},
		"/picture": {`"\x89PNG\x00\x1b[2J"`, "200 OK: it worked"},
		"/letters": {"привет\n", "200 OK: it worked"},
		"/short":   {"abc\n", "but 3 bytes of body came"},
		"/nothing": {"404 page not found\n", "the server thinks that we have made a mistake"},
	} {
		out, talk, err := askedFor(t, HTTP{Body: 100}, s.URL+path)
		if err != nil || !strings.Contains(out, want[0]) || !strings.Contains(talk, want[1]) {
			t.Errorf("%s: %v\n%s\n%s\nwant %q", path, err, out, talk, want)
		}
		if strings.ContainsRune(out+talk, 0x1b) {
			t.Errorf("%s: a control character reaches the terminal", path)
		}
	}
	out, _, _ := askedFor(t, HTTP{Body: 3}, s.URL+"/letters")
	if !strings.HasSuffix(out, "\n\nп\n") {
		t.Errorf("cut in a letter: %q", out)
	}
	if out, talk, err := askedFor(t, HTTP{Body: 9, Old: true}, s.URL+"/length"); err != nil || !strings.Contains(out, "HTTP/1.0 ") || !strings.Contains(talk, `"GET /length HTTP/1.0\r\n\r\n", 24) = 24`) {
		t.Errorf("%v\n%s\n%s", err, out, talk)
	}
}

// TestHTTPOverTLS: the bytes on the socket are encrypted, and a certificate is looked at.
func TestHTTPOverTLS(t *testing.T) {
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "hidden") }))
	s.Config.ErrorLog = log.New(io.Discard, "", 0) // it tells of clients that do not trust it
	s.StartTLS()
	defer s.Close()
	if _, _, err := askedFor(t, HTTP{Body: 100, Roots: x509.NewCertPool()}, s.URL); err == nil || !strings.Contains(err.Error(), "not trusted") {
		t.Errorf("a stranger's certificate: %v", err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	out, talk, err := askedFor(t, HTTP{Body: 100, Roots: roots}, s.URL)
	if err != nil || !strings.Contains(out, "\n\nhidden\n") || !strings.Contains(talk, "Agreed: TLS 1.3") {
		t.Errorf("%v\n%s\n%s", err, out, talk)
	}
	for line := range strings.Lines(talk) {
		if strings.Contains(line, "send(") && strings.Contains(line, "GET /") || strings.Contains(line, "recv(") && strings.Contains(line, "HTTP/1.1 200") {
			t.Errorf("not encrypted: %s", line)
		}
	}
}

func TestParseURL(t *testing.T) {
	for _, bad := range []string{"", "ftp://x", "http://", "http://ann:secret@x/", "http://пример.рф/", "http://a b/", "http://x\r\nEvil: 1/"} {
		if u, err := ParseURL(bad); err == nil {
			t.Errorf("%q is %v", bad, u)
		}
	}
	u, err := ParseURL("localhost:7777/a?b=привет\r\nX: y")
	if err == nil {
		if request := (HTTP{URL: u}).Request(); bytes.Contains(request, []byte("\nX: y")) {
			t.Errorf("%q", request)
		}
	}
}

// FuzzHTTPAnswer: no answer breaks what explains it or moves a terminal.
func FuzzHTTPAnswer(f *testing.F) {
	f.Add([]byte("HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 3\r\n\r\nabc"))
	f.Add([]byte("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"))
	f.Fuzz(func(t *testing.T, all []byte) {
		var out bytes.Buffer
		_ = Run(context.Background(), Options{In: strings.NewReader(""), Out: &out, Talk: &out}, func(l *Lab) error {
			return HTTP{Body: 100}.tell(l, all, false)
		})
		for _, b := range out.Bytes() {
			if b < 0x20 && b != '\n' || b == 0x7f {
				t.Fatalf("a control character comes out: %q", out.String())
			}
		}
	})
}
