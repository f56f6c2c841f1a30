package bench

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
)

// socket is the client's side of a WebSocket (RFC 6455) as a stream of lines: each message read
// ends with LF, each line written is one message. Frames are masked with zeros, which the RFC allows and costs nothing.
type socket struct {
	net.Conn
	in   *bufio.Reader
	left int64 // bytes of the frame being read
	last bool  // it ends its message
}

// socketBuffer is small: thousands of these sleep in one process.
const socketBuffer = 512

// upgrade makes a WebSocket of c.
func upgrade(c net.Conn, host, path string) (net.Conn, error) {
	_, err := fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n", path, host)
	if err != nil {
		return nil, err
	}
	s := &socket{Conn: c, in: bufio.NewReaderSize(c, socketBuffer)}
	status, err := s.in.ReadString('\n')
	if err != nil {
		return nil, err
	}
	if !strings.Contains(status, fmt.Sprint(" ", http.StatusSwitchingProtocols, " ")) {
		return nil, fmt.Errorf("no WebSocket there: %s", strings.TrimSpace(status))
	}
	for {
		switch line, err := s.in.ReadString('\n'); {
		case err != nil:
			return nil, err
		case line == "\r\n":
			return s, nil
		}
	}
}

// Read gives what is in the frames, and LF where a message ends. Pings are answered; a
// close is io.EOF.
func (s *socket) Read(p []byte) (int, error) {
	n := 0
	for n < len(p) {
		if s.left == 0 && s.last {
			s.last = false
			p[n] = '\n'
			n++
			continue
		}
		if s.left == 0 {
			if n > 0 && s.in.Buffered() == 0 {
				return n, nil
			}
			if err := s.frame(); err != nil {
				return n, err
			}
			continue
		}
		got, err := s.in.Read(p[n:min(int64(len(p)), int64(n)+s.left)])
		n += got
		s.left -= int64(got)
		if err != nil {
			return n, err
		}
		if s.left > 0 {
			return n, nil
		}
	}
	return n, nil
}

// The kinds of frame (RFC 6455, section 5.2).
const (
	opText  = 1
	opClose = 8
	opPing  = 9
	opPong  = 10
	final   = 0x80
	masked  = 0x80
)

var errFrame = errors.New("a frame that no server sends")

// frame reads the head of the next frame of a message.
func (s *socket) frame() error {
	var head [2]byte
	if _, err := io.ReadFull(s.in, head[:]); err != nil {
		return err
	}
	if head[1]&masked != 0 {
		return errFrame
	}
	size := uint64(head[1])
	if extra := map[uint64]int{126: 2, 127: 8}[size]; extra > 0 {
		var long [8]byte
		if _, err := io.ReadFull(s.in, long[8-extra:]); err != nil {
			return err
		}
		size = binary.BigEndian.Uint64(long[:])
	}
	switch op := head[0] & 15; {
	case size > 1<<30:
		return errFrame
	case op == opClose:
		return io.EOF
	case op == opPing || op == opPong:
		return s.answer(op, int(size))
	}
	s.left, s.last = int64(size), head[0]&final != 0
	return nil
}

// answer takes a ping or a pong.
func (s *socket) answer(op byte, size int) error {
	if size > 125 {
		return errFrame
	}
	var payload [125]byte
	if _, err := io.ReadFull(s.in, payload[:size]); err != nil || op == opPong {
		return err
	}
	_, err := s.Conn.Write(appendFrame(nil, opPong, payload[:size]))
	return err
}

// Write sends each line of p as one message.
func (s *socket) Write(p []byte) (int, error) {
	frames := make([]byte, 0, len(p)+16)
	for line := range bytes.Lines(p) {
		frames = appendFrame(frames, opText, bytes.TrimSuffix(line, []byte("\n")))
	}
	if _, err := s.Conn.Write(frames); err != nil {
		return 0, err
	}
	return len(p), nil
}

func appendFrame(dst []byte, op byte, payload []byte) []byte {
	dst = append(dst, final|op)
	switch n := len(payload); {
	case n < 126:
		dst = append(dst, masked|byte(n))
	case n < 1<<16:
		dst = binary.BigEndian.AppendUint16(append(dst, masked|126), uint16(n))
	default:
		dst = binary.BigEndian.AppendUint64(append(dst, masked|127), uint64(n))
	}
	dst = append(dst, 0, 0, 0, 0)
	return append(dst, payload...)
}
