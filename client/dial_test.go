package client

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"jim/wire"
)

// greet is a real server of one connection: it lets anybody in, answers msg with 201 and
// says it back as an event.
func greet(t *testing.T, l net.Listener) {
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go answerAll(newStream(conn))
		}
	}()
}

func answerAll(s transport) {
	defer s.close()
	for {
		object, err := s.read()
		if err != nil {
			return
		}
		q := new(wire.Request)
		if new(wire.Decoder).Request(object, wire.JIM2, q) != nil {
			return
		}
		answer := fmt.Appendf(nil, `{"response":200,"id":%q,"jim":2,"user":{"account_name":"ann"}}`+"\n", q.ID)
		if q.Action == wire.ActMsg {
			answer = fmt.Appendf(nil, `{"response":201,"id":%q,"seq":1}`+"\n", q.ID)
		}
		objects := [][]byte{answer}
		if q.Action == wire.ActMsg {
			e := wire.Event{Action: wire.ActMsg, To: q.To, From: "ann", Seq: 1, ID: q.ID, Message: q.Message}
			objects = append(objects, append(e.AppendJSON(nil), '\n'))
		}
		if s.write(objects) != nil {
			return
		}
	}
}

func certificate(t *testing.T) (tls.Certificate, string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), DNSNames: []string{"elsewhere.example"}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(der)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, hex.EncodeToString(sum[:])
}

// listeners starts a server of each kind and returns its address.
func listeners(t *testing.T) map[string]string {
	t.Helper()
	cert, pin := certificate(t)
	config := &tls.Config{Certificates: []tls.Certificate{cert}}
	tcp := must(net.Listen("tcp", "127.0.0.1:0"))
	unix := must(net.Listen("unix", filepath.Join(t.TempDir(), "jim.sock")))
	secure := must(tls.Listen("tcp", "127.0.0.1:0", config))
	for _, l := range []net.Listener{tcp, unix, secure} {
		greet(t, l)
	}
	web := http.NewServeMux()
	web.HandleFunc("/jim/ws", func(w http.ResponseWriter, r *http.Request) {
		if conn, err := websocket.Accept(w, r, nil); err == nil {
			answerAll(newSocket(conn))
		}
	})
	plainWeb, secureWeb := httptest.NewServer(web), httptest.NewUnstartedServer(web)
	secureWeb.TLS = config
	secureWeb.StartTLS()
	t.Cleanup(plainWeb.Close)
	t.Cleanup(secureWeb.Close)
	return map[string]string{
		"tcp":  tcp.Addr().String(),
		"unix": unix.Addr().String(),
		"tls":  "tls://" + secure.Addr().String() + "#fingerprint=" + pin,
		"ws":   "ws://" + plainWeb.Listener.Addr().String(),
		"wss":  "wss://" + secureWeb.Listener.Addr().String() + "#fingerprint=" + pin,
	}
}

func must(l net.Listener, err error) net.Listener {
	if err != nil {
		panic(err)
	}
	return l
}

func TestEveryTransport(t *testing.T) {
	for kind, address := range listeners(t) {
		t.Run(kind, func(t *testing.T) {
			c, err := Dial(t.Context(), address, Options{Name: "ann"})
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			text := strings.Repeat("привет, 你好 ", 400)
			if _, err := c.Send(t.Context(), "#tea", text); err != nil {
				t.Fatal(err)
			}
			if e := <-c.Events(); e.Message != text {
				t.Errorf("heard %.40q…", e.Message)
			}
		})
	}
}

func TestUnreachable(t *testing.T) {
	free := must(net.Listen("tcp", "127.0.0.1:0"))
	free.Close()
	deafOne := must(net.Listen("tcp", "127.0.0.1:0"))
	defer deafOne.Close()
	web := httptest.NewServer(http.NotFoundHandler())
	defer web.Close()
	at := listeners(t)
	for _, row := range []struct{ address, want string }{
		{free.Addr().String(), "nobody answers at tcp://127.0.0.1:"},
		{filepath.Join(t.TempDir(), "none.sock"), "is the server running? try: jim serve"},
		{deafOne.Addr().String(), "did not answer in time"},
		{"tls://" + web.Listener.Addr().String(), "does not speak TLS"},
		{strings.Split(at["tls"], "#")[0], "is not trusted here"},
		{strings.Split(at["tls"], "#")[0] + "#fingerprint=" + strings.Repeat("00", 32), "does not have the fingerprint"},
		{web.Listener.Addr().String(), "does not speak JIM"},
		{"ws://" + web.Listener.Addr().String(), "404 Not Found and no WebSocket"},
	} {
		limit := 20 * time.Second
		if row.address == deafOne.Addr().String() {
			limit = 300 * time.Millisecond // which is all there is to wait for
		}
		ctx, cancel := context.WithTimeout(t.Context(), limit)
		c, err := Dial(ctx, row.address, Options{Name: "ann"})
		cancel()
		if err == nil {
			c.Close()
			t.Errorf("%s: connected", row.address)
			continue
		}
		var unreachable *UnreachableError
		if !errors.As(err, &unreachable) || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: %v, want …%s…", row.address, err, row.want)
		}
	}
}

// TestRefusedLogins: Dial does not try again what is final, nor hangs on a server that
// is none.
func TestRefusedLogins(t *testing.T) {
	for _, row := range []struct{ answer, want string }{
		{`{"response":401,"error":"this name has a password"}`, "this name has a password (401)"},
		{`{"response":402}`, "402 wrong login"},
		{`{"response":409,"error":"connected"}`, "connected (409)"},
		{`{"action":"bye","alert":"full","retry_after":2}`, "full (503)"},
		{`{"action":"probe"}{"response":400}`, "400 bad request"},
		{"[1]\n", "does not speak JIM"},
		{``, "no connection to"},
	} {
		here, there := net.Pipe()
		go func() {
			newStream(there).read()
			io.WriteString(there, row.answer)
			there.Close()
		}()
		_, err := Dial(t.Context(), "tcp://h:1", Options{
			Name: "ann",
			Dial: func(context.Context, string, string) (net.Conn, error) { return here, nil },
		})
		if err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: %v, want %s", row.answer, err, row.want)
		}
	}
}
