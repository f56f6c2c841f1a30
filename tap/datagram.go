package tap

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"sync"
	"syscall"
	"time"

	"jim/check"
	"jim/client"
)

// Bounds of clients over UDP.
const (
	mostPeers   = 256
	idlePeer    = 5 * time.Minute // without a datagram: sessions end after two
	largestSeen = 64 << 10        // bytes of a datagram
)

// peer is one client, whose datagrams go to the server from a socket of its own.
type peer struct {
	conn   *conn
	server net.Conn
	last   time.Time
}

// serveDatagrams hands datagrams on until the socket is closed.
func (t *Tap) serveDatagrams(ctx context.Context) error {
	peers := map[netip.AddrPort]*peer{}
	buf := make([]byte, largestSeen)
	for {
		n, from, err := t.packets.ReadFromUDPAddrPort(buf)
		if isClosed(err) {
			return nil
		}
		if err != nil {
			continue // what came from a port that is not there any more
		}
		p := peers[from]
		if p == nil {
			t.forget(peers)
			if len(peers) >= mostPeers {
				continue // as if it were lost on its way
			}
			if p = t.meet(ctx, from); p == nil {
				continue
			}
			peers[from] = p
		}
		p.last = time.Now()
		t.feed.push(glimpse{conn: p.conn, kind: Bytes, side: check.FromClient, at: p.last, data: buf[:n]})
		if _, err := p.server.Write(buf[:n]); isClosed(err) {
			delete(peers, from)
		}
	}
}

// forget closes the sockets of those who have sent nothing for long.
func (t *Tap) forget(peers map[netip.AddrPort]*peer) {
	for from, p := range peers {
		if time.Since(p.last) > idlePeer {
			t.releases(p.server)
			delete(peers, from)
		}
	}
}

// meet opens a socket for a new client; nil = there cannot be one.
func (t *Tap) meet(ctx context.Context, from netip.AddrPort) *peer {
	p := &peer{conn: newConn(t.next(), true)}
	var err error
	if p.server, err = client.DialBytes(ctx, t.options.Server); err != nil {
		t.feed.push(glimpse{conn: p.conn, kind: Failed, at: time.Now(), note: err.Error()})
		return nil
	}
	t.holds(p.server)
	t.feed.push(glimpse{conn: p.conn, kind: Opened, at: time.Now(), note: from.String()})
	t.all.Go(func() {
		defer t.releases(p.server)
		buf := make([]byte, largestSeen)
		var told sync.Once
		for {
			n, err := p.server.Read(buf)
			if err == nil {
				t.feed.push(glimpse{conn: p.conn, kind: Bytes, side: check.FromServer, at: time.Now(), data: buf[:n]})
				_, _ = t.packets.WriteToUDPAddrPort(buf[:n], from) // lost, as datagrams may be
				continue
			}
			if !errors.Is(err, syscall.ECONNREFUSED) {
				t.feed.push(glimpse{conn: p.conn, kind: Closed, at: time.Now()})
				return
			}
			told.Do(func() { t.feed.push(glimpse{conn: p.conn, kind: Failed, at: time.Now(), note: err.Error()}) })
		}
	})
	return p
}
