//go:build unix

package lab

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"jim/wire"
)

// reader recognizes what a program sends in one direction, and cuts it into what can be shown.
type reader struct {
	midway bool // its beginning was not seen
	step   func(r *reader, tell func(phrase, []byte)) bool
	held   []byte // what came and was not told
	skip   int    // bytes that still belong to what was told
	cutter wire.Cutter
	odd    []byte // the beginning of what cutter passed over and has not found fault with yet
}

const (
	longestObject = 1 << 18               // bytes; an answer with much history is long
	mostHeld      = longestObject + 1<<16 // bytes that a reader keeps of something that does not end
)

// shownBytes is as much of something as [quoted] can show in shownColumns.
const shownBytes = 4 * shownColumns

// read takes the next bytes.
func (r *reader) read(b []byte, tell func(phrase, []byte)) {
	if skipped := min(r.skip, len(b)); skipped > 0 {
		r.skip, b = r.skip-skipped, b[skipped:]
	}
	r.held = append(r.held, b...)
	if r.step == nil {
		r.step = recognize
	}
	for len(r.held) > 0 && r.step(r, tell) {
	}
	if len(r.held) > mostHeld {
		tell(bytesSeen(sayPassedBytes, len(r.held), r.held), nil)
		*r = reader{midway: true}
	}
	if len(r.held) == 0 {
		r.held = nil
	}
}

// drop takes n bytes from the front, also such as are still to come.
func (r *reader) drop(n int) {
	r.skip = max(n-len(r.held), 0)
	r.held = r.held[min(n, len(r.held)):]
}

// recognize looks at the first bytes. Midway in something it looks for a line that can be recognized.
func recognize(r *reader, tell func(phrase, []byte)) bool {
	r.held = bytes.TrimLeft(r.held, " \t\r\n")
	switch b := r.held; {
	case len(b) == 0:
		return false
	case b[0] == '{':
		r.step = readJIM
		r.cutter = wire.Cutter{MaxBytes: longestObject, MaxDepth: uint8(wire.JIM2.Depth)}
	case len(b) < 3:
		return false
	case b[0] >= 0x14 && b[0] <= 0x17 && b[1] == 3:
		r.step = readTLS
	case slices.ContainsFunc(httpBegins, func(word string) bool { return bytes.HasPrefix(b, []byte(word)[:min(len(word), len(b))]) }):
		r.step = readHTTP
	case r.midway:
		line, rest, _ := bytes.Cut(b, []byte("\n"))
		if plain(line) { // else it may be encrypted, or the rest of a picture
			tell(bytesSeen(sayPassedBytes, len(b)-len(rest), b[:len(b)-len(rest)]), nil)
		}
		r.held = rest
		return true
	default:
		r.step = readOther
	}
	r.midway = false
	return true
}

var httpBegins = []string{"GET /", "POST /", "PUT /", "HEAD /", "DELETE /", "OPTIONS ", "HTTP/1."}

// readJIM cuts objects, as the server does.
func readJIM(r *reader, tell func(phrase, []byte)) bool {
	object, done, err := r.cutter.Cut(r.held)
	if object != nil {
		tell(sayPassedJIM, object)
	}
	if object == nil { // shown is its beginning
		r.odd = append(r.odd, r.held[:min(done, shownBytes-len(r.odd))]...)
	}
	if err != nil {
		tell(bytesSeen(sayPassedNoJIM, -1, bytes.TrimSpace(r.odd)), nil)
	}
	if object != nil || err != nil {
		r.odd = nil
	}
	if err != nil && err.Close {
		r.step = readOther
	}
	r.held = r.held[done:]
	return object != nil || err != nil
}

// readTLS tells records (RFC 8446, section 5.1); what is in them nobody but the two can read.
func readTLS(r *reader, tell func(phrase, []byte)) bool {
	if len(r.held) < 5 {
		return false
	}
	kind, length := r.held[0], int(binary.BigEndian.Uint16(r.held[3:]))
	if kind < 0x14 || kind > 0x17 || r.held[1] != 3 {
		r.step = readOther
		return true
	}
	what := sayPassedTLS
	if kind == 0x17 {
		what = sayPassedSecret
	}
	tell(saidOf(what, length), nil)
	r.drop(5 + length)
	return true
}

// readHTTP shows the first line of a request or an answer, and an object that stands in its body.
func readHTTP(r *reader, tell func(phrase, []byte)) bool {
	head, body, whole := bytes.Cut(r.held, []byte("\r\n\r\n"))
	if !whole {
		return false // read gives up when it gets too long
	}
	first, _, _ := bytes.Cut(head, []byte("\r\n"))
	tell(sayPassedHTTP, first)
	r.held, r.step = body, recognize
	if strings.EqualFold(httpHeader(head, "Upgrade"), "websocket") {
		r.step = readWebSocket
		return true
	}
	length, err := strconv.ParseUint(httpHeader(head, "Content-Length"), 10, 31)
	switch {
	case err != nil && httpStatus(head) >= 200 && httpStatus(head) != 204 && httpStatus(head) != 304:
		r.step = readOther // a body without a length
	case err == nil && length > 0:
		r.step = func(r *reader, tell func(phrase, []byte)) bool { return readBody(r, int(length), tell) }
	}
	return true
}

// readBody shows a body if it is an object.
func readBody(r *reader, length int, tell func(phrase, []byte)) bool {
	object := r.held[0] == '{' && length <= wire.JIM2.Object
	if len(r.held) < length && (object || len(r.held) < shownBytes) {
		return false
	}
	if !object {
		tell(bytesSeen(sayPassedBytes, length, r.held[:min(length, len(r.held))]), nil)
	} else {
		tell(sayPassedJIM, r.held[:length])
	}
	r.drop(length)
	r.step = recognize
	return true
}

// readWebSocket shows text messages (RFC 6455, section 5.2). The mask of a client is no secret: it
// stands in front.
func readWebSocket(r *reader, tell func(phrase, []byte)) bool {
	b := r.held
	if len(b) < 2 {
		return false
	}
	length, head := int(b[1]&0x7f), 2
	switch length {
	case 126:
		head = 4
	case 127:
		head = 10
	}
	masked := b[1]&0x80 != 0
	if masked {
		head += 4
	}
	if len(b) < head {
		return false
	}
	switch length {
	case 126:
		length = int(binary.BigEndian.Uint16(b[2:]))
	case 127:
		long := binary.BigEndian.Uint64(b[2:])
		if long > mostHeld {
			r.step = readOther
			return true
		}
		length = int(long)
	}
	if b[0]&0x40 != 0 || b[0]&15 > 1 || length > wire.JIM2.Object { // compressed, or no text
		tell(saidOf(sayPassedFrame, int(b[0]&15), length), nil)
		r.drop(head + length)
		return true
	}
	if len(b) < head+length {
		return false
	}
	text := b[head : head+length]
	if masked {
		for i := range text {
			text[i] ^= b[head-4+i%4]
		}
	}
	tell(sayPassedText, text)
	r.drop(head + length)
	return true
}

// readOther shows what is not recognized: whoever looks can read it.
func readOther(r *reader, tell func(phrase, []byte)) bool {
	tell(bytesSeen(sayPassedBytes, len(r.held), r.held), nil)
	r.held = nil
	return false
}

// bytesSeen is a phrase about bytes that are not encrypted, with the first of them in quotes. n is how many
// they are, where the phrase says so; -1 = it does not.
func bytesSeen(what phrase, n int, b []byte) phrase {
	if n >= 0 {
		what = saidOf(what, n)
	}
	shown := " " + quoted(b, shownColumns)
	return phrase{what.en + shown, what.ru + shown, what.zh + shown}
}

// plain tells whether bytes are text, and so not encrypted. What was cut within a letter is none.
func plain(b []byte) bool {
	return utf8.Valid(b) && !bytes.ContainsFunc(b, func(r rune) bool { return r < ' ' && !strings.ContainsRune("\t\r\n", r) })
}
