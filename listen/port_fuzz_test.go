package listen

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"jim/chat"
	"jim/wire"
)

// answering is a hub that answers each object, and tells broken of one that it
// should never have been given.
func answering(broken func(string)) func(context.Context, chat.Conn) {
	return func(_ context.Context, c chat.Conn) {
		defer c.Close()
		for {
			object, err := c.Read()
			var fault *wire.Error
			if errors.As(err, &fault) && !fault.Close {
				continue
			}
			if err != nil {
				return
			}
			if len(object) > wire.JIM2.Object || wire.Depth(object) > wire.JIM2.Depth || !bytes.HasPrefix(object, []byte("{")) || !bytes.HasSuffix(object, []byte("}")) {
				broken(string(object))
			}
			b := new(wire.Batch)
			b.Append(func(dst []byte) []byte { return append(dst, `{"response":200}`...) })
			if c.Write([]*wire.Batch{b}) != nil {
				return
			}
		}
	}
}

// FuzzPort sends a port any first bytes, and what may follow them: JIM, HTTP, a
// WebSocket, TLS, words. What reaches the hub has the form of an object, HTTP is
// answered with HTTP, and the connection comes to its end.
func FuzzPort(f *testing.F) {
	request := func(lines ...string) string { return strings.Join(lines, "\r\n") + "\r\n\r\n" }
	object := `{"action":"ping","id":"1"}`
	upgrade := request("GET /jim/ws HTTP/1.1", "Host: localhost", "Connection: Upgrade", "Upgrade: websocket",
		"Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==", "Sec-WebSocket-Protocol: jim")
	for _, s := range []string{
		object, object + object + "\n[1]\n" + object, "hello\n" + object, " \r\n\t" + object, "\xef\xbb\xbf" + object,
		request("POST /jim HTTP/1.1", "Host: localhost", "Content-Length: 26") + object,
		request("POST /jim HTTP/1.1", "Host: localhost", "Transfer-Encoding: chunked", "Authorization: Basic YW5uOg==") + "1a\r\n" + object + "\r\n0\r\n\r\n",
		request("POST /jim HTTP/1.0", "Content-Length: 27", "Expect: 100-continue") + object + "\n" + request("GET / HTTP/1.1"),
		request("GET /jim/events?since=%7B%22%23ops%22:918%7D HTTP/1.1", "Host: localhost", "Last-Event-ID: #ops 920", "Authorization: Bearer x"),
		upgrade, upgrade + clientFrame(0x81, object) + clientFrame(0x88, ""), upgrade + clientFrame(0x01, `{"a"`) + clientFrame(0x80, ":1}"),
		strings.Replace(upgrade, "/jim/ws", "/", 1), strings.Replace(upgrade, "AAAAA", "A", 1), strings.Replace(upgrade, "13", "12", 1),
		request("PRI * HTTP/2.0", "", "SM"), request("GET http://evil.example/jim HTTP/1.1", "Host: evil.example", "Origin: http://evil.example"),
		"\x16\x03\x01\x00\x05\x01\x00\x00\x01\x03", "NICK ann\r\nUSER ann 0 * :ann\r\n", "PROXY TCP4 1.2.3.4 1.2.3.4 1 2\r\n" + object, "\x00", "",
	} {
		f.Add([]byte(s))
	}
	wrong := make(chan string, 100)
	h := open(f, Options{Serve: answering(func(object string) { wrong <- object })}, "tcp://127.0.0.1:0")
	address := strings.TrimPrefix(h.Addresses()[0], "tcp://")
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if err := c.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
			t.Fatal(err)
		}
		_, _ = c.Write(data) // the server may have closed already
		_ = c.(*net.TCPConn).CloseWrite()
		answer, err := io.ReadAll(c)
		var slow net.Error
		if errors.As(err, &slow) && slow.Timeout() {
			t.Fatal("the server keeps a connection that has ended")
		}
		if bytes.HasPrefix(data, []byte("POST /jim HTTP/1.1\r\n")) && len(answer) > 0 && !bytes.HasPrefix(answer, []byte("HTTP/1.1 ")) {
			t.Fatalf("HTTP was answered with %.80q", answer)
		}
		select {
		case object := <-wrong:
			t.Fatalf("the hub was given %.200q", object)
		default:
		}
	})
}

// FuzzIdentity makes a presence of any Authorization header: it says the same, and
// nothing else.
func FuzzIdentity(f *testing.F) {
	for _, s := range []string{"Bearer T0K", "bearer a\"b", "Basic YW5uOnNlY3JldA==", "Basic YW5uOg==", "Basic 0LPQvtGB0YLRjDo=", "Digest x", "Basic !", "Bearer \xff", "Bearer a\x00b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, header string) {
		user, refused := identity(&http.Request{Header: http.Header{"Authorization": {header}}})
		if refused != nil {
			if refused.Code != wire.Unauthorized {
				t.Fatalf("%q: %v", header, refused)
			}
			return
		}
		if user == nil {
			if header != "" {
				t.Fatalf("%q says nothing", header)
			}
			return
		}
		object, err := single(hello(user, nil, ""))
		if err != nil {
			if len(header) < wire.JIM2.Object/8 {
				t.Fatalf("%q: %v", header, err)
			}
			return
		}
		var said struct {
			Action string
			User   map[string]string
		}
		if err := json.Unmarshal(object, &said); err != nil || said.Action != wire.ActPresence {
			t.Fatalf("%q makes %s", header, object)
		}
		if said.User["account_name"] != user.Name || said.User["password"] != user.Password || said.User["token"] != user.Token {
			t.Fatalf("%q is %+v and makes %s", header, user, object)
		}
	})
}

// FuzzOrigin looks for an origin that is taken for the server's own and has
// another host.
func FuzzOrigin(f *testing.F) {
	for _, s := range [][2]string{
		{"https://chat.example", "chat.example"},
		{"http://chat.example:80", "chat.example"},
		{"http://127.0.0.1:7777", "127.0.0.1:7777"},
		{"http://evil.example@127.0.0.1", "127.0.0.1"},
		{"null", "null"},
		{"http://[::1]:7777", "[::1]:7777"},
		{"http://127.0.0.1.evil.example", "127.0.0.1"},
	} {
		f.Add(s[0], s[1], true)
	}
	f.Fuzz(func(t *testing.T, origin, host string, secure bool) {
		if !sameOrigin(origin, host, secure) {
			return
		}
		scheme, rest, ok := strings.Cut(origin, "://")
		if !ok || scheme != strings.ToLower(scheme) && !strings.EqualFold(scheme, "http") && !strings.EqualFold(scheme, "https") {
			t.Fatalf("%q is the origin of %q", origin, host)
		}
		if secure && !strings.EqualFold(scheme, "https") {
			t.Fatalf("%q is the origin of https://%s", origin, host)
		}
		if withoutPort(rest) != withoutPort(host) {
			t.Fatalf("%q is the origin of %q", origin, host)
		}
	})
}

// withoutPort is a host without a usual port.
func withoutPort(host string) string {
	host = strings.TrimSuffix(strings.ToLower(host), ":443")
	return strings.TrimSuffix(strings.TrimSuffix(host, ":80"), ":")
}
