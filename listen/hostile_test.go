package listen

import (
	"bufio"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"jim/wire"
)

// TestSmuggledRequestsAreNotRun sends requests of which two readers may think
// differently where they end (RFC 9112, section 11.2). What is hidden in them is
// never run, or the connection would be one that a proxy shares.
func TestSmuggledRequestsAreNotRun(t *testing.T) {
	const hidden = "POST /jim HTTP/1.1\r\nHost: x\r\nContent-Length: 24\r\n\r\n" + `{"action":"ping","id":2}`
	const first = `{"action":"ping","id":"1"}`
	for name, head := range map[string]string{
		"two lengths":              "Content-Length: 26\r\nContent-Length: 5\r\n",
		"two lengths in one":       "Content-Length: 26, 5\r\n",
		"a signed length":          "Content-Length: +26\r\n",
		"a negative length":        "Content-Length: -1\r\n",
		"a hexadecimal length":     "Content-Length: 0x1a\r\n",
		"an unknown coding":        "Transfer-Encoding: xchunked\r\nContent-Length: 26\r\n",
		"two codings":              "Transfer-Encoding: chunked, identity\r\nContent-Length: 26\r\n",
		"the coding twice":         "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
		"a coding with a space":    "Transfer-Encoding : chunked\r\nContent-Length: 26\r\n",
		"a coding by its tab":      "Transfer-Encoding:\x0bchunked\r\nContent-Length: 26\r\n",
		"a coding on a new line":   "X: y\r\n Transfer-Encoding: chunked\r\nTransfer-Encoding: nonsense\r\n",
		"a NUL in a name":          "Content\x00-Length: 5\r\n",
		"a coding after a bare CR": "X: y\rTransfer-Encoding: chunked\r\nContent-Length: 26\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			var asked atomic.Int64
			h := open(t, scripted(t, func(request string) string {
				asked.Add(1)
				return `{"response":200,"id":"1"}`
			}), "tcp://127.0.0.1:0")
			c := h.dial(t, 0)
			say(t, c, "POST /jim HTTP/1.1\r\nHost: x\r\n"+head+"\r\n"+first+hidden)
			in := bufio.NewReader(c)
			r, err := http.ReadResponse(in, nil)
			if err != nil || r.StatusCode != 400 && r.StatusCode != 501 {
				t.Fatalf("got %v, %v; want 400 or 501", r, err)
			}
			if _, err := io.Copy(io.Discard, r.Body); err != nil {
				t.Error(err)
			}
			if _, err := in.ReadByte(); err == nil {
				t.Error("the connection goes on")
			}
			if n := asked.Load(); n != 0 {
				t.Errorf("the hub was asked %d times", n)
			}
		})
	}
}

// TestBothLengthAndChunksEndTheConnection has a request with both: it means its
// chunks (RFC 9112, section 6.3), and what follows it is not read.
func TestBothLengthAndChunksEndTheConnection(t *testing.T) {
	h := open(t, scripted(t, func(string) string { return `{"response":200}` }), "tcp://127.0.0.1:0")
	c := h.dial(t, 0)
	say(t, c, "POST /jim HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n1a\r\n"+`{"action":"ping","id":"1"}`+"\r\n0\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n")
	all, err := io.ReadAll(c)
	if err != nil || strings.Count(string(all), "HTTP/1.1 ") != 1 || !strings.HasPrefix(string(all), "HTTP/1.1 200") {
		t.Errorf("got %q, %v", all, err)
	}
}

// TestHeadersDoNotSayWhoAPeerIs has everything that proxies write there.
func TestHeadersDoNotSayWhoAPeerIs(t *testing.T) {
	h := open(t, Options{}, "tcp://127.0.0.1:0")
	c := h.dial(t, 0)
	say(t, c, handshake+"X-Forwarded-For: 192.0.2.7\r\nX-Real-IP: 192.0.2.7\r\nForwarded: for=192.0.2.7\r\nTrue-Client-IP: 192.0.2.7\r\n\r\n")
	s := h.next(t)
	if p := s.Peer(); p.Host.String() != "127.0.0.1" || p.Address != c.LocalAddr().String() {
		t.Errorf("peer is %+v, want %s", p, c.LocalAddr())
	}
}

func TestOldTLSIsRefused(t *testing.T) {
	h := open(t, Options{SelfSignedDir: t.TempDir()}, "tls://127.0.0.1:0")
	for _, version := range []uint16{tls.VersionTLS10, tls.VersionTLS11} {
		o := trusting()
		o.MinVersion, o.MaxVersion = tls.VersionTLS10, version
		if err := tls.Client(h.dial(t, 0), o).Handshake(); err == nil || !strings.Contains(err.Error(), "protocol version") {
			t.Errorf("%s: %v, want a refusal of the version", tls.VersionName(version), err)
		}
	}
	h.none(t)
}

// TestNothingBeforeTheHelloIsRun has plain text in front of TLS, as one who sits
// between would put it there: there is no way from one to the other.
func TestNothingBeforeTheHelloIsRun(t *testing.T) {
	h := open(t, Options{SelfSignedDir: t.TempDir()}, "tls://127.0.0.1:0")
	c := h.dial(t, 0)
	say(t, c, `{"action":"presence"}`+"\n")
	if err := tls.Client(c, trusting()).Handshake(); err == nil {
		t.Error("TLS begins after plain text")
	}
	h.none(t)
}

// TestNothingIsCompressed: what is small on the way cannot be large here.
func TestNothingIsCompressed(t *testing.T) {
	h := open(t, Options{}, "tcp://127.0.0.1:0")
	c := h.dial(t, 0)
	say(t, c, handshake+"Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n\r\n")
	r, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil || r.StatusCode != 101 || r.Header.Get("Sec-WebSocket-Extensions") != "" {
		t.Errorf("got %v, %v; want no extension", r, err)
	}
	// A body that says it is compressed is read as what it is: no JSON.
	h = open(t, scripted(t, func(string) string { return `{"response":200}` }), "tcp://127.0.0.1:0")
	if r, body := ask(t, h, "\x1f\x8b\x08\x00\x00\x00\x00\x00", "Content-Encoding: gzip"); r.StatusCode != 400 {
		t.Errorf("got %d %q, want 400", r.StatusCode, body)
	}
}

// TestPromisesOfBytesTakeNoMemory announces the largest frames and bodies, and
// sends little of them.
func TestPromisesOfBytesTakeNoMemory(t *testing.T) {
	const n, limit = 200, 8 << 10 // bytes for each, both ends and net/http's buffers included
	for name, text := range map[string]string{
		"frame":  handshake + "\r\n\x81\xfe\xff\xff" + "mask" + strings.Repeat("a", 100),
		"object": `{"message":"` + strings.Repeat("a", 1000),
	} {
		h := open(t, Options{}, "tcp://127.0.0.1:0")
		before := used()
		conns := make([]net.Conn, n)
		for i := range conns {
			conns[i] = h.dial(t, 0)
			say(t, conns[i], text)
			s := h.next(t)
			go func() { _ = untilError(s) }() // ends with the connection
		}
		each := 0
		if !soon(func() bool { each = (used() - before) / n; return each <= limit*raceFactor }) {
			t.Errorf("the beginning of a %s takes %d bytes, want at most %d of %d that were announced", name, each, limit, wire.JIM2.Object)
		}
		for _, c := range conns {
			c.Close()
		}
		h.Close()
	}
}

// TestNoMemoryNoPlace has a server that says it is full, and then is not.
func TestNoMemoryNoPlace(t *testing.T) {
	var full atomic.Bool
	h := open(t, Options{Full: full.Load}, "tcp://127.0.0.1:0")
	full.Store(true)
	c := h.dial(t, 0)
	say(t, c, "{}")
	if all, err := io.ReadAll(c); err != nil || !strings.HasPrefix(string(all), `{"response":503,`) || !strings.Contains(string(all), `"retry_after":5`) {
		t.Errorf("got %q, %v", all, err)
	}
	full.Store(false)
	say(t, h.dial(t, 0), "{}")
	gets(t, h.next(t), "{}")
}
