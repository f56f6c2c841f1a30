package listen

import (
	"errors"
	"net"
	"time"

	"jim/lastword"
	"jim/wire"
)

// How long to wait after a failed accept: as long as file descriptors are short,
// it fails at once and again.
const (
	shortestPause = 5 * time.Millisecond
	longestPause  = time.Second
)

// accept takes connections until the door is closed.
func (ls *Listeners) accept(d *door) {
	defer lastword.Guard()
	pause := time.Duration(0)
	for {
		c, err := d.Accept()
		if err == nil {
			pause = 0
			ls.welcome(d, c)
			continue
		}
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if pause == 0 {
			ls.log.Error("accepting connections fails; trying again", "address", d.uri(), "error", err)
		}
		pause = min(max(2*pause, shortestPause), longestPause)
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-ls.stopped:
			timer.Stop()
			return
		}
	}
}

// welcome starts the goroutine of a connection.
func (ls *Listeners) welcome(d *door, c net.Conn) {
	if !ls.hold(c) {
		c.Close()
		return
	}
	a := &arrival{Conn: c, door: d, ls: ls}
	a.identify()
	if err := ls.limits.enter(); err != nil {
		// Whoever is not told why is closed before the next is accepted: for these
		// there is no open file to spare.
		select {
		case ls.refusing <- struct{}{}:
			ls.wg.Go(func() { ls.turnAway(a, err) })
		default:
			c.Close()
			ls.letGo(c)
		}
		return
	}
	boundUnsent(c)
	ls.wg.Add(1)
	go ls.receive(a)
}

// receive finds out what a connection speaks and serves it, if it is JIM.
//
// The memory of an idle connection is mostly the stack of this goroutine, and one
// that has grown hardly ever shrinks to its first 2 KiB again. So what comes before
// the session has its own frames, which are gone when it waits.
func (ls *Listeners) receive(a *arrival) {
	defer lastword.Guard()
	defer ls.wg.Done()
	if s := ls.introduce(a); s != nil {
		ls.o.Serve(ls.ctx, s)
		s.Close()
		ls.limits.leave(s.peer.Host)
	}
}

// introduce returns a stream of JIM, or nil when the connection went elsewhere.
func (ls *Listeners) introduce(a *arrival) *stream {
	if !ls.admit(a) {
		return nil
	}
	k, prefix, err := sniff(a.Conn, a.patience, headerTimeout)
	s := ls.route(a, k, prefix, err)
	if s != nil {
		ls.letGo(a.Conn)
	}
	return s
}

// admit finds out for whom a connection is, and tells whether it may stay.
func (ls *Listeners) admit(a *arrival) bool {
	if err := a.believe(&ls.o); err != nil {
		ls.log.Debug("a connection was closed: its PROXY header is wrong", "peer", a.RemoteAddr(), "error", err)
		a.peer.Host = unlimited
		a.end()
		return false
	}
	if err := ls.limits.enterHost(a.peer.Host); err != nil {
		select {
		case ls.refusing <- struct{}{}:
			ls.turnAway(a, err)
		default:
			a.Close()
			ls.letGo(a.Conn)
		}
		ls.limits.leave(unlimited) // it was not counted against its host
		return false
	}
	a.plain = a.plainAllowed(&ls.o)
	a.patience = ls.o.Patience
	if !a.plain {
		a.patience = handshakeTimeout
	}
	return true
}

// route returns a stream of JIM, or nil when the connection was refused, or went
// to a goroutine of its own.
func (ls *Listeners) route(a *arrival, k kind, prefix []byte, err error) *stream {
	switch {
	case err != nil:
		a.end()
	case k == kindTLS:
		ls.secure(a, prefix)
	case !a.plain:
		ls.refuse(a, k, errPlain)
	case k == kindHTTP:
		a.peer.Transport = "http"
		ls.web.take(a, a.Conn, prefix)
	case k == kindPickle:
		ls.refuse(a, kindJIM, errPickle)
	default:
		return newStream(a.Conn, &a.peer, prefix, ls.o.Lines)
	}
	return nil
}

// The words for those who are refused.
var (
	errPlain = wire.Errorf(wire.UpgradeRequired,
		"this address speaks TLS only; connect with TLS, or with https:// in a browser").Goodbye()
	errPickle = wire.Errorf(wire.BadRequest,
		"this is Python's pickle; JIM is JSON in UTF-8, such as %s", wire.Hello).Goodbye()
)
