package listen

import (
	"fmt"
	"io"
	"math"
	"net"
	"time"

	"jim/lastword"
	"jim/wire"
)

const (
	// maxRefusing is how many connections are told at once why they are refused;
	// further ones are closed without a word. Each is an open file for which
	// there was no place any more, so they are few.
	maxRefusing = 24
	// refusePatience bounds the wait for the first bytes of such a one, and for
	// the answer to be taken.
	refusePatience = time.Second
	// maxIgnored bounds what is read from it and thrown away.
	maxIgnored = 256 << 10
)

// turnAway refuses a connection for which there is no place, in its own language.
// It was not counted, or its count is the caller's affair. It gives back the place
// in refusing that the caller took.
func (ls *Listeners) turnAway(a *arrival, err *wire.Error) {
	defer lastword.Guard()
	defer ls.letGo(a.Conn)
	defer func() { <-ls.refusing }()
	defer a.Conn.Close()
	kind, _, e := sniff(a.Conn, min(refusePatience, ls.o.Patience), refusePatience)
	if e == nil && kind != kindTLS {
		sayNo(a.Conn, kind, err)
	}
}

// refuse answers a connection that was counted and ends it.
func (ls *Listeners) refuse(a *arrival, k kind, err *wire.Error) {
	defer a.end()
	ls.log.Debug("a connection was refused", "peer", a.peer.Address, "code", int(err.Code), "error", err.Text)
	select {
	case ls.refusing <- struct{}{}:
		defer func() { <-ls.refusing }()
		sayNo(a.Conn, k, err)
	default:
	}
}

// sayNo writes one answer and sees that it arrives: a connection that is closed
// with bytes unread is reset, and the answer thrown away with it.
func sayNo(c net.Conn, k kind, err *wire.Error) {
	if c.SetDeadline(time.Now().Add(refusePatience)) != nil {
		return
	}
	answer := errorObject(err, "")
	if k == kindHTTP {
		answer = refusalHTTP(err, answer)
	}
	if _, e := c.Write(answer); e != nil {
		return
	}
	if half, ok := c.(interface{ CloseWrite() error }); ok && half.CloseWrite() == nil {
		// What is still coming is of no interest, nor is how it ends.
		_, _ = io.CopyN(io.Discard, c, maxIgnored)
	}
}

// errorObject is err as an object with its LF.
func errorObject(err *wire.Error, id string) []byte {
	r := err.Response(id)
	r.Time = wire.At(time.Now())
	data, e := r.AppendJSON(nil)
	if e != nil { // only an id that is no UTF-8 can do that
		return errorObject(err, "")
	}
	return append(data, '\n')
}

// refusalHTTP is a whole HTTP response around an object.
func refusalHTTP(err *wire.Error, object []byte) []byte {
	status := httpStatus(err.Code)
	head := fmt.Sprintf("HTTP/1.1 %d %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\nCache-Control: no-store\r\nConnection: close\r\n",
		status, statusText(status), len(object))
	if status == int(wire.UpgradeRequired) {
		head = head[:len(head)-len("close\r\n")] + "Upgrade, close\r\nUpgrade: TLS/1.2\r\n" // RFC 9110, section 15.5.22; RFC 2817
	}
	if err.RetryAfter > 0 {
		head += fmt.Sprintf("Retry-After: %d\r\n", int(math.Ceil(err.RetryAfter.Seconds())))
	}
	return append([]byte(head+"\r\n"), object...)
}
