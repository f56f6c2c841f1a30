package listen

import (
	"bufio"
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"jim/chat"
	"jim/listen/conntest"
)

func TestStreams(t *testing.T) {
	plain := open(t, Options{}, "tcp://127.0.0.1:0", "unix://"+filepath.Join(t.TempDir(), "s"))
	secure := open(t, Options{SelfSignedDir: t.TempDir()}, "tls://127.0.0.1:0", "tcp://127.0.0.1:0")
	streams := []struct {
		name string
		h    *hub
		door int
		tls  *tls.Config
		as   string
	}{
		{"tcp", plain, 0, nil, "tcp"},
		{"unix", plain, 1, nil, "unix"},
		{"tls by name", secure, 0, trusting("jim/2"), "tls"},
		{"tls by first bytes", secure, 1, trusting(), "tls"},
	}
	for _, s := range streams {
		t.Run(s.name, func(t *testing.T) {
			conntest.Run(t, conntest.Transport{Name: s.as, Stream: true, Eager: true, Open: func(t *testing.T) (chat.Conn, *conntest.Client) {
				c := s.h.dial(t, s.door)
				if s.tls != nil {
					c = tls.Client(c, s.tls)
				}
				say(t, c, " ") // which tells at once what it is
				return s.h.next(t), streamClient(c)
			}})
		})
	}
}

func streamClient(c net.Conn) *conntest.Client {
	// Without a buffer of its own: some tests look at single reads.
	receive := bufio.NewReaderSize(c, 16)
	return &conntest.Client{
		Send:    func(data string) error { _, err := io.WriteString(c, data); return err },
		Receive: func() (string, error) { s, err := receive.ReadString('\n'); return strings.TrimSuffix(s, "\n"), err },
		Some:    func() error { _, err := c.Read(make([]byte, 100)); return err },
		Read:    c.Read,
		Cut:     c.Close,
	}
}

func TestWebSockets(t *testing.T) {
	h := open(t, Options{SelfSignedDir: t.TempDir()}, "tcp://127.0.0.1:0")
	address := strings.TrimPrefix(h.Addresses()[0], "tcp://")
	for _, scheme := range []string{"ws", "wss"} {
		t.Run(scheme, func(t *testing.T) {
			conntest.Run(t, conntest.Transport{Name: scheme, Eager: true, Open: func(t *testing.T) (chat.Conn, *conntest.Client) {
				ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
				t.Cleanup(cancel)
				transport := &http.Transport{TLSClientConfig: trusting()}
				c, _, err := websocket.Dial(ctx, scheme+"://"+address+"/jim/ws", &websocket.DialOptions{
					HTTPClient: &http.Client{Transport: transport}, Subprotocols: []string{"jim"},
				})
				if err != nil {
					t.Fatal(err)
				}
				if c.Subprotocol() != "jim" {
					t.Errorf("subprotocol is %q", c.Subprotocol())
				}
				c.SetReadLimit(-1)
				t.Cleanup(func() { c.CloseNow() })
				return h.next(t), &conntest.Client{
					Send: func(data string) error { return c.Write(ctx, websocket.MessageText, []byte(data)) },
					Receive: func() (string, error) {
						kind, data, err := c.Read(ctx)
						if err == nil && kind != websocket.MessageText {
							t.Error("a message is binary")
						}
						return string(data), err
					},
					Some: func() error { _, _, err := c.Reader(ctx); return err },
					Cut:  c.CloseNow,
				}
			}})
		})
	}
}

func TestEventStreams(t *testing.T) {
	h := open(t, Options{SelfSignedDir: t.TempDir()}, "tcp://127.0.0.1:0")
	address := strings.TrimPrefix(h.Addresses()[0], "tcp://")
	for _, scheme := range []string{"http", "https"} {
		t.Run(scheme, func(t *testing.T) {
			conntest.Run(t, conntest.Transport{Name: scheme, ListenOnly: true, Open: func(t *testing.T) (chat.Conn, *conntest.Client) {
				c := connect(t, "tcp", address)
				if scheme == "https" {
					c = tls.Client(c, trusting("http/1.1"))
				}
				say(t, c, "GET /jim/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer t\r\n\r\n")
				s := h.next(t)
				gets(t, s, `{"action":"presence","id":"http-authorization","jim":2,"user":{"token":"t"}}`)
				in := bufio.NewReader(c)
				var answer *http.Response
				begin := func() (err error) {
					if answer == nil {
						answer, err = http.ReadResponse(in, nil)
					}
					return err
				}
				var lines *bufio.Reader
				return s, &conntest.Client{
					Receive: func() (string, error) {
						if err := begin(); err != nil {
							return "", err
						}
						if lines == nil {
							lines = bufio.NewReader(answer.Body)
						}
						return nextData(lines)
					},
					Some: begin,
				}
			}})
		})
	}
}

// nextData is the data of the next event of a stream.
func nextData(r *bufio.Reader) (string, error) {
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return "", err
		}
		if data, ok := strings.CutPrefix(line, "data: "); ok {
			return strings.TrimSuffix(data, "\n"), nil
		}
	}
}
