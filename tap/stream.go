package tap

import (
	"context"
	"errors"
	"io"
	"net"
	"syscall"
	"time"

	"jim/check"
	"jim/client"
)

// serveStreams takes clients in until the listener is closed.
func (t *Tap) serveStreams(ctx context.Context) error {
	places := make(chan struct{}, mostStreams)
	for {
		places <- struct{}{}
		c, err := t.stream.Accept()
		if isClosed(err) {
			return nil
		}
		if err != nil {
			if ctx.Err() != nil {
				return nil
			}
			var temporary interface{ Timeout() bool }
			if errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE) || errors.As(err, &temporary) && temporary.Timeout() {
				<-places
				rest(ctx)
				continue
			}
			return err
		}
		t.holds(c)
		t.all.Go(func() {
			defer func() { <-places }()
			defer t.releases(c)
			t.carry(ctx, c)
		})
	}
}

// rest waits a little, for files to be given back.
func rest(ctx context.Context) {
	select {
	case <-ctx.Done():
	case <-time.After(100 * time.Millisecond):
	}
}

// carry connects a client with the server, until both directions are over.
func (t *Tap) carry(ctx context.Context, c net.Conn) {
	conn := newConn(t.next(), false)
	dialling, cancel := context.WithTimeout(ctx, dialPatience)
	server, err := client.DialBytes(dialling, t.options.Server)
	cancel()
	if err != nil {
		t.feed.push(glimpse{conn: conn, kind: Failed, at: time.Now(), note: err.Error()})
		return
	}
	t.holds(server)
	defer t.releases(server)
	t.feed.push(glimpse{conn: conn, kind: Opened, at: time.Now(), note: peerOf(c)})
	back := make(chan struct{})
	go func() {
		defer close(back)
		t.pump(conn, check.FromServer, c, server)
	}()
	t.pump(conn, check.FromClient, server, c)
	<-back
	t.feed.push(glimpse{conn: conn, kind: Closed, at: time.Now()})
}

func peerOf(c net.Conn) string {
	if a := c.RemoteAddr(); a != nil && a.String() != "" && a.String() != "@" {
		return a.String()
	}
	return c.LocalAddr().Network()
}

// pump hands on what comes from one side, each segment as soon as it has come, and the end
// of it. An end that is none of good manners, a reset, is handed on as one.
func (t *Tap) pump(conn *conn, side check.Side, to, from net.Conn) {
	buf := make([]byte, 32<<10)
	for {
		n, err := from.Read(buf)
		if n > 0 {
			// First it is noted, then handed on: so a request is always seen before its answer.
			t.feed.push(glimpse{conn: conn, kind: Bytes, side: side, at: time.Now(), data: buf[:n]})
			if _, err := to.Write(buf[:n]); err != nil {
				return // the other direction still has what came before that
			}
		}
		if err == nil {
			continue
		}
		t.feed.push(glimpse{conn: conn, kind: Ended, side: side, at: time.Now()})
		half, ok := to.(interface{ CloseWrite() error })
		if errors.Is(err, io.EOF) && ok {
			_ = half.CloseWrite() // if that fails, its other half is over too
			return
		}
		if tcp, ok := to.(*net.TCPConn); ok && errors.Is(err, syscall.ECONNRESET) {
			_ = tcp.SetLinger(0)
		}
		_ = to.Close()
		return
	}
}
