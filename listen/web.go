package listen

import (
	"context"
	"crypto/tls"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"jim/chat"
	"jim/lastword"
	"jim/wire"
)

// web is everything that speaks HTTP: net/http's server, fed by those who found
// out that a connection speaks it.
type web struct {
	ls     *Listeners
	server *http.Server
	found  chan *webConn
	done   chan struct{}
	once   sync.Once
}

const (
	// pageTimeout bounds a request for a page, and the answer to it.
	pageTimeout = 60 * time.Second
	idleTimeout = 2 * time.Minute
	// maxHeader is what net/http adds 4 KiB to.
	maxHeader = 16 << 10
)

func newWeb(ls *Listeners) *web {
	h := &web{ls: ls, found: make(chan *webConn), done: make(chan struct{})}
	h.server = &http.Server{
		Handler:           h,
		ReadHeaderTimeout: headerTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeader,
		// OPTIONS * would be answered without h.wait.
		DisableGeneralOptionsHandler: true,
		ErrorLog:                     slog.NewLogLogger(ls.log.Handler(), slog.LevelDebug),
		BaseContext:                  func(net.Listener) context.Context { return ls.ctx },
		ConnContext: func(ctx context.Context, c net.Conn) context.Context {
			return context.WithValue(ctx, webConnKey{}, c)
		},
	}
	return h
}

// run serves until close.
func (h *web) run() {
	// It always ends with an error, which says that it was closed.
	_ = h.server.Serve(h)
}

// close ends all connections.
func (h *web) close() {
	h.once.Do(func() { close(h.done) })
	_ = h.server.Close() // there is no listener that could fail to close
}

// Accept, Close and Addr make h the listener of its own server.
func (h *web) Accept() (net.Conn, error) {
	select {
	case c := <-h.found:
		return c, nil
	case <-h.done:
		return nil, net.ErrClosed
	}
}

func (h *web) Close() error {
	h.once.Do(func() { close(h.done) })
	return nil
}

func (h *web) Addr() net.Addr {
	if len(h.ls.doors) == 0 {
		return new(net.TCPAddr) // there are only addresses of UDP
	}
	return h.ls.doors[0].Addr()
}

// webConn is a connection in the hands of net/http.
type webConn struct {
	net.Conn // with what was read of it
	a        *arrival
	once     sync.Once
	pace     chat.Pace // of its requests, which come one after the other
}

type webConnKey struct{}

// take hands a connection, of which prefix has been read, to net/http. It counts
// as one of the goroutines of [Listeners] until it is closed.
func (h *web) take(a *arrival, c net.Conn, prefix []byte) {
	a.peer.Packets = false
	// Over a UNIX socket HTTP often comes from a proxy, for people from
	// elsewhere: the user at the other end is not who asks.
	a.peer.UID = -1
	// A connection of HTTP may be old when a request comes. Its session is not.
	a.peer.Since = time.Time{}
	w := &webConn{Conn: withPrefix(c, prefix), a: a}
	h.ls.wg.Add(1)
	select {
	case h.found <- w:
	case <-h.done:
		w.Close()
	}
}

// Close is called by net/http at the end of a connection that it still owns, and
// by whoever it was handed to.
func (w *webConn) Close() error {
	var err error
	w.once.Do(func() {
		err = w.Conn.Close()
		w.a.end()
		w.a.ls.wg.Done()
	})
	return err
}

// webConnOf is the connection of a request.
func webConnOf(r *http.Request) *webConn {
	return r.Context().Value(webConnKey{}).(*webConn)
}

// ServeHTTP answers a request.
func (h *web) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	defer lastword.Guard(http.ErrAbortHandler) // net/http would catch it and go on
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if len(r.TransferEncoding) > 0 {
		// There may have been a length, too, which net/http has taken away: then
		// the connection must not go on (RFC 9112, section 6.3).
		w.Header().Set("Connection", "close")
	}
	if t, ok := withoutPrefix(webConnOf(r).Conn).(*tls.Conn); ok {
		state := t.ConnectionState()
		r.TLS = &state // net/http sees only what is wrapped around it
	}
	conn := webConnOf(r)
	if !h.wait(r, conn) {
		replyError(w, errStopping, "") // or net/http would say that all went well
		return
	}
	var answer func(http.ResponseWriter, *http.Request) wire.Code
	switch path := r.URL.Path; {
	case path == "/jim/ws" || path == "/" && wantsWebSocket(r):
		answer = h.webSocket
	case path == "/jim":
		answer = h.post
	case path == "/jim/events":
		answer = h.events
	default:
		h.page(w, r)
		conn.pace.Count(wire.OK)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	if http.NewResponseController(w).SetWriteDeadline(time.Time{}) != nil { // the request before set one
		return // the connection is gone
	}
	if err := h.ls.o.crossSite(r); err != nil {
		conn.pace.Count(replyError(w, err, ""))
		return
	}
	conn.pace.Count(answer(w, r))
}

// wait keeps the requests of a connection to the pace of those on streams. It tells whether the request is still wanted.
func (h *web) wait(r *http.Request, conn *webConn) bool {
	if h.ls.o.NoLimits {
		return true
	}
	d := conn.pace.Wait(time.Now())
	if d <= 0 {
		return true
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-r.Context().Done():
		return false
	}
}

// page answers what is not the interface's.
func (h *web) page(w http.ResponseWriter, r *http.Request) {
	control := http.NewResponseController(w)
	deadline := time.Now().Add(pageTimeout)
	if control.SetReadDeadline(deadline) != nil || control.SetWriteDeadline(deadline) != nil {
		return // the connection is gone
	}
	if h.ls.o.Page == nil {
		replyError(w, wire.Errorf(wire.NotFound, "there is no page here; POST an object to /jim, or open a WebSocket at /jim/ws"), "")
		return
	}
	h.ls.o.Page.ServeHTTP(w, r)
}
