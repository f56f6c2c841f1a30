package listen

import (
	"bytes"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/gobwas/ws"

	"jim/chat"
	"jim/wire"
)

// wsPipe is a webSocket that is fed data and then meets the end.
func wsPipe(data []byte) *webSocket {
	return newWebSocket(&fedConn{data: data}, new(chat.Peer), nil)
}

// fedConn is a connection that brings data in steps of growing size.
type fedConn struct {
	net.Conn
	data  []byte
	step  int
	wrote bytes.Buffer
}

func (c *fedConn) Read(p []byte) (int, error) {
	if len(c.data) == 0 {
		return 0, io.EOF
	}
	c.step = c.step%1000 + 1
	n := copy(p, c.data[:min(c.step, len(c.data))])
	c.data = c.data[n:]
	return n, nil
}

func (c *fedConn) Write(p []byte) (int, error)      { return c.wrote.Write(p) }
func (c *fedConn) Close() error                     { return nil }
func (c *fedConn) SetReadDeadline(time.Time) error  { return nil }
func (c *fedConn) SetWriteDeadline(time.Time) error { return nil }

// FuzzWebSocket compares the frame reader with what the same bytes mean to a
// plain one that reads all at once.
func FuzzWebSocket(f *testing.F) {
	f.Add([]byte(clientFrame(0x81, "{}") + clientFrame(0x88, "")))
	f.Add([]byte(clientFrame(0x01, `{"a"`) + clientFrame(0x89, "x") + clientFrame(0x80, `:1}`) + clientFrame(0x81, "{}")))
	f.Add([]byte(clientFrame(0x81, `{"a":"`+strings.Repeat("x", 70000)+`"}`) + clientFrame(0x81, "{}")))
	f.Add([]byte("\x81\xfe\x00\x02mask{}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		want := plainMessages(bytes.Clone(data))
		c := wsPipe(bytes.Clone(data))
		defer c.Close()
		var got []string
		for {
			object, err := c.Read()
			var fault *wire.Error
			if errors.As(err, &fault) && !fault.Close {
				continue
			}
			if err != nil {
				break
			}
			got = append(got, string(object))
		}
		if strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Fatalf("got %q, want %q", got, want)
		}
	})
}

// plainMessages are the objects in the frames of data, up to the first violation,
// by the plainest reading of RFC 6455.
func plainMessages(data []byte) (objects []string) {
	r := bytes.NewReader(data)
	message, open, weight := "", false, int64(0)
	for {
		start := len(data) - r.Len()
		h, err := ws.ReadHeader(r)
		if err != nil || !h.Masked || h.Rsv != 0 || h.Length < 0 || h.OpCode.IsReserved() {
			return objects
		}
		if head := len(data) - r.Len() - start; head != ws.HeaderSize(h) {
			return objects // not the shortest form
		}
		if h.OpCode.IsControl() && (!h.Fin || h.Length > 125) {
			return objects
		}
		data := h.OpCode == ws.OpText || h.OpCode == ws.OpContinuation
		if !h.OpCode.IsControl() && (!data || open != (h.OpCode == ws.OpContinuation)) || data && h.Length > int64(maxWeight)-weight || h.Length > int64(r.Len()) {
			return objects
		}
		payload := make([]byte, h.Length)
		if _, err := io.ReadFull(r, payload); err != nil {
			return objects
		}
		for i := range payload {
			payload[i] ^= h.Mask[i%4]
		}
		if h.OpCode == ws.OpClose {
			return objects
		}
		if !data {
			continue
		}
		message, open, weight = message+string(payload), !h.Fin, weight+h.Length
		if h.Fin {
			if object, fault := single([]byte(message)); fault == nil && weight <= int64(wire.JIM2.Object) {
				objects = append(objects, string(object))
			}
			message, weight = "", 0
		}
	}
}
