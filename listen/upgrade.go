package listen

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gobwas/ws"

	"jim/lastword"
	"jim/wire"
)

// subprotocol is accepted when a client offers it; it need not.
const subprotocol = "jim"

// wantsWebSocket tells whether a request asks for a WebSocket.
func wantsWebSocket(r *http.Request) bool {
	return strings.EqualFold(r.Header.Get("Upgrade"), "websocket")
}

// webSocket turns a request into a WebSocket and serves that in a fresh
// goroutine, so that what the request took is given back. It returns what the request
// counts for in the pace of the connection.
func (h *web) webSocket(w http.ResponseWriter, r *http.Request) wire.Code {
	if !wantsWebSocket(r) {
		w.Header().Set("Upgrade", "websocket")
		w.Header().Set("Connection", "Upgrade")
		return replyError(w, wire.Errorf(wire.UpgradeRequired, "this is the address of a WebSocket"), "")
	}
	if r.ContentLength != 0 || len(r.TransferEncoding) > 0 {
		// What is a body to one reader would be frames to another.
		w.Header().Set("Connection", "close")
		return replyError(w, wire.Errorf(wire.BadRequest, "a handshake has no body"), "")
	}
	conn := webConnOf(r)
	upgrader := ws.HTTPUpgrader{
		Timeout:  headerTimeout,
		Protocol: func(name string) bool { return name == subprotocol },
		Header:   http.Header{"X-Content-Type-Options": {"nosniff"}},
	}
	_, rw, _, err := upgrader.Upgrade(r, w)
	if err != nil {
		h.ls.log.Debug("a WebSocket handshake failed", "peer", conn.a.peer.Address, "error", err)
		if rw != nil { // the connection is ours, and was answered
			conn.Close()
		}
		return wire.BadRequest
	}
	// What came behind the request is in net/http's buffer, which is not kept.
	early, err := rw.Reader.Peek(rw.Reader.Buffered())
	if err != nil || len(early) > smallBuffer || conn.SetDeadline(time.Time{}) != nil {
		conn.Close()
		return wire.BadRequest
	}
	h.ls.letGo(conn.a.Conn)
	// Any bytes before were the request's.
	c := newWebSocket(withoutPrefix(conn.Conn), &conn.a.peer, slices.Clone(early))
	c.peer.Transport = "ws"
	if r.TLS != nil {
		c.peer.Transport = "wss"
	}
	go h.serveWebSocket(c)
	return wire.OK
}

// serveWebSocket is the goroutine of a WebSocket, shallow like that of a stream.
// It takes the place of the connection of HTTP, in all counts, and keeps nothing
// else of that.
func (h *web) serveWebSocket(c *webSocket) {
	defer lastword.Guard()
	defer h.ls.wg.Done()
	host := c.peer.Host
	h.ls.o.Serve(h.ls.ctx, c)
	c.Close()
	h.ls.limits.leave(host)
}
