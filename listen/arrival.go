package listen

import (
	"net"
	"net/netip"
	"strconv"
	"sync/atomic"
	"time"

	"jim/chat"
)

// arrival is a connection that is no session yet, or one of HTTP.
type arrival struct {
	net.Conn
	door *door
	ls   *Listeners
	peer chat.Peer

	proxied  bool          // the peer's address is what a PROXY header said
	plain    bool          // it may speak without TLS
	patience time.Duration // for its first byte
	ended    atomic.Bool
}

// end closes the connection and gives back its place. It may be called again.
func (a *arrival) end() {
	if a.ended.Swap(true) {
		return
	}
	a.Conn.Close()
	a.ls.letGo(a.Conn)
	a.ls.limits.leave(a.peer.Host)
}

// identify fills in the peer. It is called before the connection has a goroutine,
// whose stack the making of an address could make grow.
func (a *arrival) identify() {
	a.peer.Since = time.Now()
	a.peer.UID = -1
	a.peer.Packets = true
	if a.door.unix != nil {
		a.peer.Transport, a.peer.Local = "unix", true
		a.peer.UID = peerUID(a.Conn)
		a.peer.Address = "uid " + strconv.Itoa(a.peer.UID)
		if a.peer.UID < 0 {
			a.peer.Address = "unix"
		}
		return
	}
	a.peer.Transport, a.peer.Address = "tcp", a.RemoteAddr().String()
	a.peer.Host, _ = hostOf(a.RemoteAddr())
	a.peer.Local = a.local()
}

// believe reads the PROXY header of those who must send one, which says for whom
// the connection is.
func (a *arrival) believe(o *Options) error {
	if !a.peer.Host.IsValid() || !o.trusted(a.peer.Host) {
		return nil
	}
	if err := a.SetReadDeadline(time.Now().Add(headerTimeout)); err != nil {
		return err
	}
	source, err := readProxyHeader(a.Conn)
	if err != nil {
		return err
	}
	if source.IsValid() {
		a.proxied = true
		a.peer.Address, a.peer.Host = source.String(), source.Addr().Unmap()
		a.peer.Local = a.peer.Local && a.peer.Host.IsLoopback()
	}
	return a.SetReadDeadline(time.Time{})
}

// local tells whether both ends of the connection itself are on this machine.
func (a *arrival) local() bool {
	return a.door.unix != nil || isLoopback(a.LocalAddr()) && isLoopback(a.RemoteAddr())
}

// plainAllowed tells whether the peer may speak without TLS. What a PROXY header
// says does not matter: the bytes travel between here and the proxy.
func (a *arrival) plainAllowed(o *Options) bool {
	return a.door.address.scheme != schemeTLS && (o.Insecure || a.local())
}

// unlimited is the host of those who are not counted by host.
var unlimited netip.Addr
