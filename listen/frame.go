package listen

import (
	"encoding/binary"
	"unicode/utf8"

	"github.com/gobwas/ws"

	"jim/wire"
)

// frame is the header of a WebSocket frame (RFC 6455, section 5.2).
type frame struct {
	op     ws.OpCode
	fin    bool
	length int64 // of the payload
	mask   [4]byte
	header int // bytes of the header itself
}

// violation is how a peer broke RFC 6455: what to tell it when closing.
type violation struct {
	status ws.StatusCode
	reason string
}

func (v *violation) Error() string { return "WebSocket: " + v.reason }

func broken(reason string) *violation { return &violation{ws.StatusProtocolError, reason} }

// parseFrame reads the header at the beginning of p, as a client may send it.
// Its header is 0 when p ends too early.
func parseFrame(p []byte) (f frame, err *violation) {
	if len(p) < 2 {
		return frame{}, nil
	}
	f.fin, f.op = p[0]&0x80 != 0, ws.OpCode(p[0]&0x0f)
	f.length = int64(p[1] & 0x7f)
	switch {
	case p[0]&0x70 != 0:
		return frame{}, broken("a reserved bit is set")
	case p[1]&0x80 == 0:
		return frame{}, broken("a client must mask its frames")
	case f.op.IsReserved():
		return frame{}, broken("unknown kind of frame")
	case f.op.IsControl() && !f.fin:
		return frame{}, broken("a control frame in fragments")
	case f.op.IsControl() && f.length > ws.MaxControlFramePayloadSize:
		return frame{}, broken("a control frame has at most 125 bytes")
	}
	n := 2
	switch f.length {
	case 126:
		if n += 2; len(p) < n {
			return frame{}, nil
		}
		if f.length = int64(binary.BigEndian.Uint16(p[2:])); f.length < 126 {
			return frame{}, broken("a length is not written in its shortest form")
		}
	case 127:
		if n += 8; len(p) < n {
			return frame{}, nil
		}
		f.length = int64(binary.BigEndian.Uint64(p[2:]))
		if f.length < 0 || f.length <= 0xffff {
			return frame{}, broken("a length is not written in its shortest form")
		}
	}
	if len(p) < n+4 {
		return frame{}, nil
	}
	copy(f.mask[:], p[n:])
	f.header = n + 4
	return f, nil
}

// appendFrame appends payload as a whole message of a server.
func appendFrame(dst []byte, op ws.OpCode, payload []byte) []byte {
	dst = append(dst, 0x80|byte(op))
	switch n := len(payload); {
	case n < 126:
		dst = append(dst, byte(n))
	case n <= 0xffff:
		dst = binary.BigEndian.AppendUint16(append(dst, 126), uint16(n))
	default:
		dst = binary.BigEndian.AppendUint64(append(dst, 127), uint64(n))
	}
	return append(dst, payload...)
}

// framed is a batch as WebSocket carries it: each object a message, without LF.
func framed(b *wire.Batch) []byte {
	return b.Framed(func(b *wire.Batch) []byte {
		const header = 4 // of most objects, less the LF
		dst := make([]byte, 0, len(b.Bytes())+b.Len()*header)
		for i := range b.Len() {
			object := b.Object(i)
			dst = appendFrame(dst, ws.OpText, object[:len(object)-1])
		}
		return dst
	})
}

// parseClose reads the payload of a close frame, and returns what to answer.
func parseClose(payload []byte) (ws.StatusCode, *violation) {
	if len(payload) == 0 {
		return ws.StatusNormalClosure, nil
	}
	if len(payload) == 1 {
		return 0, broken("a close frame with half a code")
	}
	code := ws.StatusCode(binary.BigEndian.Uint16(payload))
	if !validClose(code) {
		return 0, broken("a close code that may not be sent")
	}
	if !utf8.Valid(payload[2:]) {
		return 0, &violation{ws.StatusInvalidFramePayloadData, "the reason for closing is not UTF-8"}
	}
	return code, nil
}

// validClose tells whether an endpoint may send code (RFC 6455, section 7.4, and
// the registry of IANA).
func validClose(code ws.StatusCode) bool {
	switch {
	case code >= 3000 && code <= 4999:
		return true
	case code < 1000 || code > 1014:
		return false
	}
	return code != 1004 && code != 1005 && code != 1006
}

// closeFrame is a close frame of a server.
func closeFrame(code ws.StatusCode, reason string) []byte {
	payload := binary.BigEndian.AppendUint16(make([]byte, 0, ws.MaxControlFramePayloadSize), uint16(code))
	payload = append(payload, reason[:min(len(reason), cap(payload)-len(payload))]...)
	return appendFrame(nil, ws.OpClose, payload)
}
