package listen

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/gobwas/ws"

	"jim/wire"
)

const handshake = "GET /jim/ws HTTP/1.1\r\nHost: localhost\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n" +
	"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"

// clientFrame is a frame as a client sends it; first has FIN, reserved bits and opcode.
func clientFrame(first byte, payload string) string {
	mask := [4]byte{0x12, 0x34, 0x56, 0x78}
	var head []byte
	switch n := len(payload); {
	case n < 126:
		head = []byte{first, 0x80 | byte(n)}
	case n <= 0xffff:
		head = binary.BigEndian.AppendUint16([]byte{first, 0x80 | 126}, uint16(n))
	default:
		head = binary.BigEndian.AppendUint64([]byte{first, 0x80 | 127}, uint64(n))
	}
	data := []byte(payload)
	for i := range data {
		data[i] ^= mask[i%4]
	}
	return string(head) + string(mask[:]) + string(data)
}

// raw opens a WebSocket byte by byte; more is sent along with the request.
func raw(t *testing.T, h *hub, more string) (net.Conn, *bufio.Reader) {
	t.Helper()
	c := h.dial(t, 0)
	say(t, c, handshake+"\r\n"+more)
	in := bufio.NewReader(c)
	r, err := http.ReadResponse(in, nil)
	if err != nil || r.StatusCode != http.StatusSwitchingProtocols {
		t.Fatalf("handshake: %v, %v", r, err)
	}
	return c, in
}

// hearFrame reads a frame of the server.
func hearFrame(t *testing.T, in *bufio.Reader) (ws.OpCode, string) {
	t.Helper()
	h, err := ws.ReadHeader(in)
	if err != nil {
		t.Fatal(err)
	}
	if !h.Fin || h.Masked || h.Rsv != 0 || h.Length > int64(2*wire.JIM2.Answer) {
		t.Fatalf("frame is %+v", h)
	}
	payload := make([]byte, h.Length)
	if _, err := io.ReadFull(in, payload); err != nil {
		t.Fatal(err)
	}
	return h.OpCode, string(payload)
}

func TestWebSocketViolations(t *testing.T) {
	h := open(t, Options{}, "tcp://127.0.0.1:0")
	long := func(first byte, length uint64) string {
		return string(binary.BigEndian.AppendUint64([]byte{first, 0xff}, length)) + "mask"
	}
	for name, c := range map[string]struct {
		send   string
		status ws.StatusCode
	}{
		"unmasked":                {"\x81\x02{}", ws.StatusProtocolError},
		"reserved bit":            {clientFrame(0xc1, "{}"), ws.StatusProtocolError},
		"reserved opcode":         {clientFrame(0x83, "{}"), ws.StatusProtocolError},
		"reserved control":        {clientFrame(0x8b, ""), ws.StatusProtocolError},
		"fragmented ping":         {clientFrame(0x09, ""), ws.StatusProtocolError},
		"long ping":               {clientFrame(0x89, strings.Repeat("x", 126)), ws.StatusProtocolError},
		"nothing to continue":     {clientFrame(0x80, "{}"), ws.StatusProtocolError},
		"text in a message":       {clientFrame(0x01, "{") + clientFrame(0x81, "}"), ws.StatusProtocolError},
		"length not minimal, 16":  {"\x81\xfe\x00\x02mask{}", ws.StatusProtocolError},
		"length not minimal, 125": {"\x81\xfe\x00\x7dmask", ws.StatusProtocolError},
		"length not minimal, 64":  {long(0x81, 0xffff), ws.StatusProtocolError},
		"length negative":         {long(0x81, 1<<63), ws.StatusProtocolError},
		"binary":                  {clientFrame(0x82, "{}"), ws.StatusUnsupportedData},
		"huge":                    {long(0x81, 1<<62), ws.StatusMessageTooBig},
		"huge by fragments":       {clientFrame(0x01, strings.Repeat("x", 600<<10)) + long(0x00, 600<<10), ws.StatusMessageTooBig},
		"half a close code":       {clientFrame(0x88, "\x03"), ws.StatusProtocolError},
		"forbidden close code":    {clientFrame(0x88, "\x03\xed"), ws.StatusProtocolError},
		"close code out of range": {clientFrame(0x88, "\x07\xd0"), ws.StatusProtocolError},
		"reason that is no UTF-8": {clientFrame(0x88, "\x03\xe8\xff"), ws.StatusInvalidFramePayloadData},
		"close":                   {clientFrame(0x88, ""), ws.StatusNormalClosure},
		"close with a reason":     {clientFrame(0x88, "\x03\xe9bye"), ws.StatusGoingAway},
		"close with an own code":  {clientFrame(0x88, "\x0f\xa0"), 4000},
		"close inside a message":  {clientFrame(0x01, "{") + clientFrame(0x88, ""), ws.StatusNormalClosure},
		"frames, and then close":  {clientFrame(0x8a, "") + clientFrame(0x01, "") + clientFrame(0x89, "") + clientFrame(0x88, ""), ws.StatusNormalClosure},
	} {
		t.Run(name, func(t *testing.T) {
			conn, in := raw(t, h, "")
			s := h.next(t)
			say(t, conn, c.send)
			_, err := s.Read()
			var fault *wire.Error
			if err == nil || errors.As(err, &fault) && !fault.Close {
				t.Errorf("read: %v, want an error that ends the connection", err)
			}
			if inside := strings.HasPrefix(name, "close inside"); inside != errors.Is(err, io.ErrUnexpectedEOF) && strings.HasPrefix(name, "close") {
				t.Errorf("read: %v", err)
			}
			s.Close()
			for {
				op, payload := hearFrame(t, in)
				if op == ws.OpPong {
					continue
				}
				if op != ws.OpClose || binary.BigEndian.Uint16([]byte(payload)) != uint16(c.status) {
					t.Errorf("got %v %q, want a close with %d", op, payload, c.status)
				}
				break
			}
			if _, err := in.ReadByte(); err == nil {
				t.Error("something comes after the close")
			}
		})
	}
}

func TestWebSocketFragmentsAndPings(t *testing.T) {
	h := open(t, Options{}, "tcp://127.0.0.1:0")
	object := `{"message":"` + strings.Repeat("привет ", 700) + `"}`
	// The first message comes along with the request for the upgrade.
	c, in := raw(t, h, clientFrame(0x81, `{"early":true}`))
	s := h.next(t)
	gets(t, s, `{"early":true}`)
	for _, size := range []int{1, 7, 125, 126, 4000, 4096} {
		var all strings.Builder
		for i := 0; i < len(object); i += size {
			first := byte(0)
			if i == 0 {
				first = 0x01
			}
			if i+size >= len(object) {
				first |= 0x80
			}
			all.WriteString(clientFrame(first, object[i:min(i+size, len(object))]))
			if i%5 == 0 {
				all.WriteString(clientFrame(0x89, "ping") + clientFrame(0x8a, "pong") + clientFrame(0x00, ""))
				if first&0x80 != 0 {
					all.Reset() // the message would be over before that frame
					break
				}
			}
		}
		if all.Len() == 0 {
			continue
		}
		sent := make(chan error, 1)
		go func() { _, err := io.WriteString(c, all.String()); sent <- err }()
		gets(t, s, object)
		if err := <-sent; err != nil {
			t.Fatal(err)
		}
	}
	say(t, c, clientFrame(0x89, "one")+clientFrame(0x89, "two")+clientFrame(0x81, "{}"))
	gets(t, s, "{}")
	done := make(chan struct{})
	go func() { defer close(done); _, _ = s.Read() }() // what waits is answered when more is wanted
	for payload := ""; payload != "two"; {
		var op ws.OpCode
		if op, payload = hearFrame(t, in); op != ws.OpPong || payload != "ping" && payload != "two" {
			t.Fatalf("got %v %q, want a pong", op, payload)
		}
	}
	s.Close()
	<-done
}

// TestWebSocketFaultsThatAreAnswered go on afterwards.
func TestWebSocketFaultsThatAreAnswered(t *testing.T) {
	h := open(t, Options{}, "tcp://127.0.0.1:0")
	c, _ := raw(t, h, "")
	s := h.next(t)
	big := strings.Repeat("x", 50<<10)
	for name, m := range map[string]struct {
		send string
		code wire.Code
	}{
		"empty":              {clientFrame(0x81, ""), wire.BadRequest},
		"two objects":        {clientFrame(0x81, "{}{}"), wire.BadRequest},
		"half an object":     {clientFrame(0x81, `{"a":`), wire.BadRequest},
		"large, in two":      {clientFrame(0x01, big) + clientFrame(0x80, big), wire.TooLarge},
		"large, empty end":   {clientFrame(0x01, big) + clientFrame(0x00, big) + clientFrame(0x80, ""), wire.TooLarge},
		"large, with a ping": {clientFrame(0x01, big+big) + clientFrame(0x89, "") + clientFrame(0x80, big), wire.TooLarge},
	} {
		sent := make(chan error, 1)
		go func() { _, err := io.WriteString(c, m.send+clientFrame(0x81, " {} \n")); sent <- err }()
		_, err := s.Read()
		var fault *wire.Error
		if !errors.As(err, &fault) || fault.Code != m.code || fault.Close {
			t.Errorf("%s: %v, want %d", name, err, m.code)
		}
		gets(t, s, "{}")
		if err := <-sent; err != nil {
			t.Fatal(err)
		}
	}
	// Text that is no UTF-8 is the decoder's affair, which answers 400.
	say(t, c, clientFrame(0x81, "{\"a\":\"\xff\"}"))
	gets(t, s, "{\"a\":\"\xff\"}")
}

func TestWebSocketEnds(t *testing.T) {
	h := open(t, Options{}, "tcp://127.0.0.1:0")
	for text, want := range map[string]error{
		"": io.EOF, clientFrame(0x89, ""): io.EOF, "\x81": io.ErrUnexpectedEOF, clientFrame(0x01, "{"): io.ErrUnexpectedEOF,
		clientFrame(0x81, "{}")[:7]:                           io.ErrUnexpectedEOF,
		clientFrame(0x81, strings.Repeat("x", 70<<10))[:9000]: io.ErrUnexpectedEOF,
	} {
		c, _ := raw(t, h, text)
		s := h.next(t)
		if err := c.(*net.TCPConn).CloseWrite(); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Read(); !errors.Is(err, want) {
			t.Errorf("after %.20q: %v, want %v", text, err, want)
		}
	}
}

func TestWebSocketHandshake(t *testing.T) {
	h := open(t, Options{Origins: []string{"https://chat.example"}}, "tcp://127.0.0.1:0")
	for name, c := range map[string]struct {
		request string
		status  int
	}{
		"at /":             {strings.Replace(handshake, "/jim/ws", "/", 1), 101},
		"no origin":        {handshake, 101},
		"own origin":       {handshake + "Origin: http://localhost\r\n", 101},
		"allowed origin":   {handshake + "Origin: https://chat.example\r\n", 101},
		"other origin":     {handshake + "Origin: https://evil.example\r\n", 403},
		"origin at a port": {handshake + "Origin: http://localhost:81\r\n", 403},
		"no origin at all": {handshake + "Origin: null\r\n", 403},
		"two origins":      {handshake + "Origin: http://localhost\r\nOrigin: http://localhost\r\n", 403},
		"rebound name":     {strings.Replace(handshake, "Host: localhost", "Host: evil.example", 1) + "Origin: http://evil.example\r\n", 403},
		"no upgrade":       {"GET /jim/ws HTTP/1.1\r\nHost: localhost\r\n", 426},
		"other version":    {strings.Replace(handshake, "13", "8", 1), 426},
		"bad key":          {strings.Replace(handshake, "dGhl", "", 1), 400},
		"wrong method":     {strings.Replace(handshake, "GET", "POST", 1), 405},
	} {
		t.Run(name, func(t *testing.T) {
			conn := h.dial(t, 0)
			say(t, conn, c.request+"\r\n")
			r, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if err != nil || r.StatusCode != c.status {
				t.Errorf("got %v, %v; want %d", r, err, c.status)
			}
			if c.status == 101 {
				if accept := r.Header.Get("Sec-WebSocket-Accept"); accept != "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" {
					t.Errorf("accept is %q", accept)
				}
				h.next(t).Close()
			}
			h.none(t)
		})
	}
}

// TestWebSocketTellsWhyItCloses uses another's implementation as the judge.
func TestWebSocketTellsWhyItCloses(t *testing.T) {
	h := open(t, Options{}, "tcp://127.0.0.1:0")
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	c, _, err := websocket.Dial(ctx, strings.Replace(h.Addresses()[0], "tcp", "ws", 1)+"/", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer c.CloseNow()
	s := h.next(t)
	if err := c.Write(ctx, websocket.MessageBinary, []byte("{}")); err != nil {
		t.Fatal(err)
	}
	var fault *wire.Error
	if _, err := s.Read(); !errors.As(err, &fault) || !fault.Close {
		t.Errorf("read: %v", err)
	}
	puts(t, s, `{"response":400}`)
	s.Close()
	if _, data, err := c.Read(ctx); err != nil || string(data) != `{"response":400}` {
		t.Errorf("read %q, %v", data, err)
	}
	if _, _, err := c.Read(ctx); websocket.CloseStatus(err) != websocket.StatusUnsupportedData {
		t.Errorf("read: %v, want 1003", err)
	}
}
