//go:build unix

package lab

import (
	"bytes"
	"crypto/rand"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"io"
	"strings"

	"jim/printable"
)

// webSocket is a WebSocket made by hand (RFC 6455), every byte of which is shown: the request that
// upgrades a connection, the answer, and the frames.
type webSocket struct {
	l      *Lab
	s      *Sock
	client bool   // its frames are masked (section 5.3)
	in     []byte // received, not read yet
}

// frame is a frame of RFC 6455, section 5.2, unmasked.
type frame struct {
	op      byte // opText …
	last    bool // FIN
	payload []byte
}

// The opcodes of section 5.2.
const (
	opText  = 1
	opClose = 8
	opPing  = 9
	opPong  = 10
)

// The sizes that a peer may send.
const (
	maxHead  = 8 << 10
	maxFrame = 64 << 10
)

// dialWebSocket asks the server on the other side of s to go over to WebSocket.
func (l *Lab) dialWebSocket(s *Sock, a Address) (*webSocket, error) {
	var nonce [16]byte
	_, _ = rand.Read(nonce[:]) // never fails (crypto/rand)
	key := base64.StdEncoding.EncodeToString(nonce[:])
	head := "GET " + a.Path + " HTTP/1.1\r\nHost: " + hostOf(a) + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: " + key + "\r\nSec-WebSocket-Version: 13\r\n\r\n"
	w := &webSocket{l: l, s: s, client: true}
	l.showHead(">", head)
	if err := s.SendAll([]byte(head)); err != nil {
		return nil, err
	}
	answer, err := w.readHead()
	if err != nil {
		return nil, err
	}
	l.showHead("<", answer)
	if !strings.HasPrefix(answer, "HTTP/1.1 101 ") || header(answer, "Sec-WebSocket-Accept") != acceptOf(key) {
		return nil, l.fault(sayNotUpgraded, printable.Line(firstLine(answer)))
	}
	l.say(sayUpgraded, key, acceptOf(key))
	return w, nil
}

func hostOf(a Address) string {
	return strings.TrimSuffix(strings.TrimPrefix(a.String(), "ws://"), a.Path)
}

// takeWebSocket answers a client that asks to go over to WebSocket.
func (l *Lab) takeWebSocket(s *Sock) (*webSocket, error) {
	w := &webSocket{l: l, s: s}
	request, err := w.readHead()
	if err != nil {
		return nil, err
	}
	l.showHead("<", request)
	key := header(request, "Sec-WebSocket-Key")
	answer := "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " + acceptOf(key) + "\r\n\r\n"
	var refused error
	if !strings.EqualFold(header(request, "Upgrade"), "websocket") || key == "" {
		refused = l.fault(sayNoUpgrade)
		answer = "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
	}
	l.showHead(">", answer)
	if err := s.SendAll([]byte(answer)); err != nil {
		return nil, err
	}
	return w, refused
}

// acceptOf proves that the server has understood the key (section 4.2.2).
func acceptOf(key string) string {
	sum := sha1.Sum([]byte(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// header is the value of a header of a request or an answer.
func header(head, name string) string {
	for _, line := range strings.Split(head, "\r\n") {
		if n, value, ok := strings.Cut(line, ":"); ok && strings.EqualFold(n, name) {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

func firstLine(head string) string {
	line, _, _ := strings.Cut(head, "\r\n")
	return line
}

// more receives once.
func (w *webSocket) more() error {
	buf := make([]byte, 4096)
	n, err := w.s.Recv(buf)
	if err == nil && n == 0 {
		err = io.EOF
	}
	w.in = append(w.in, buf[:n]...)
	return err
}

// readHead reads to the empty line.
func (w *webSocket) readHead() (string, error) {
	for {
		if i := bytes.Index(w.in, []byte("\r\n\r\n")); i >= 0 {
			head := string(w.in[:i+4])
			w.in = w.in[i+4:]
			return head, nil
		}
		if len(w.in) > maxHead {
			return "", w.l.fault(sayHeadLong, maxHead)
		}
		if err := w.more(); err != nil {
			return "", err
		}
	}
}

// read reads a frame and shows it. [io.EOF] is the end of the connection.
func (w *webSocket) read() (frame, error) {
	for {
		f, taken, err := cutFrame(w.in)
		if err != nil {
			return frame{}, w.l.fault(sayFrameLong, maxFrame)
		}
		if taken > 0 {
			w.l.showFrame("<", w.in[:taken], f)
			w.in = w.in[taken:]
			return f, nil
		}
		if err := w.more(); err != nil {
			return frame{}, err
		}
	}
}

// errLong is a frame that is larger than the lab takes.
var errLong = errors.New("a frame that is too long")

// cutFrame takes the first frame off b; taken 0 = it is not whole yet.
func cutFrame(b []byte) (f frame, taken int, err error) {
	head, length, masked := frameHead(b)
	if length > maxFrame {
		return f, 0, errLong
	}
	if head == 0 || uint64(len(b)) < uint64(head)+length {
		return f, 0, nil
	}
	taken = head + int(length)
	f = frame{op: b[0] & 0xf, last: b[0]&0x80 != 0, payload: bytes.Clone(b[head:taken])}
	if masked {
		mask(f.payload, b[head-4:head])
	}
	return f, taken, nil
}

// frameHead reads what stands before the payload; head 0 = it is not whole yet.
func frameHead(b []byte) (head int, length uint64, masked bool) {
	if len(b) < 2 {
		return 0, 0, false
	}
	head, length, masked = 2, uint64(b[1]&0x7f), b[1]&0x80 != 0
	switch length {
	case 126:
		head = 4
	case 127:
		head = 10
	}
	if len(b) < head {
		return 0, 0, false
	}
	switch head {
	case 4:
		length = uint64(binary.BigEndian.Uint16(b[2:]))
	case 10:
		length = binary.BigEndian.Uint64(b[2:])
	}
	if masked {
		head += 4
	}
	if len(b) < head {
		return 0, length, masked
	}
	return head, length, masked
}

// mask masks or unmasks (section 5.3).
func mask(b, key []byte) {
	for i := range b {
		b[i] ^= key[i%4]
	}
}

// write sends a frame and shows it.
func (w *webSocket) write(f frame) error {
	b := []byte{f.op, 0}
	if f.last {
		b[0] |= 0x80
	}
	switch n := len(f.payload); {
	case n < 126:
		b[1] = byte(n)
	case n < 1<<16:
		b[1] = 126
		b = binary.BigEndian.AppendUint16(b, uint16(n))
	default:
		b[1] = 127
		b = binary.BigEndian.AppendUint64(b, uint64(n))
	}
	if w.client {
		b[1] |= 0x80
		var key [4]byte
		_, _ = rand.Read(key[:]) // never fails (crypto/rand)
		b = append(b, key[:]...)
		masked := bytes.Clone(f.payload)
		mask(masked, key[:])
		b = append(b, masked...)
	} else {
		b = append(b, f.payload...)
	}
	w.l.showFrame(">", b, f)
	return w.s.SendAll(b)
}
