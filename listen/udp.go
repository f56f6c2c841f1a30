package listen

import (
	"context"
	"errors"
	"maps"
	"net"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"time"

	"jim/lastword"
	"jim/wire"
)

// udpSocket is one UDP socket, on which datagrams of JIM are served, or QUIC, or both.
// One goroutine reads it, which never waits for anybody: it finds out what a datagram is,
// whether its sender has proved his address, and whose it is.
type udpSocket struct {
	ls      *Listeners
	conn    *net.UDPConn
	host    string // as it was asked for: the same host and port with the other scheme share a socket
	port    uint16
	serves  bool // datagrams of JIM
	quic    *quicDoor
	cookies *cookies
	unknown hostRate

	// the reader's own
	decoder wire.Decoder
	request wire.Request
	swept   time.Time // when the sessions that were over were forgotten, for want of room

	serving sync.WaitGroup // sessions and single requests

	mu       sync.Mutex
	closing  bool
	sessions map[netip.AddrPort]*udpConn // also those that have ended not long ago
	owing    int                         // of those, how many wait for an acknowledgement
	settled  chan struct{}               // takes one: owing has become 0
}

const (
	// udpBuffer is what a datagram is read into, QUIC's too. What fills it was cut off.
	udpBuffer = 1452
	// maxUDPSessions bounds the sessions of a socket, which cost no file descriptor.
	maxUDPSessions = 1 << 14
	// goodbyeTimeout bounds how long Close waits for peers to acknowledge what was
	// told to them last.
	goodbyeTimeout = time.Second
)

// openUDP opens an address of UDP, or adds it to a socket that is open for the other scheme.
func (ls *Listeners) openUDP(a address) error {
	s := ls.sharedSocket(a)
	if s == nil {
		var err error
		if s, err = ls.bindUDP(a); err != nil {
			return err
		}
	}
	if a.scheme == schemeUDP {
		if !ls.o.Insecure && !isLoopback(s.conn.LocalAddr()) {
			return a.wrong("datagrams are plain text, which is not for other machines", "use quic://, or allow plain text from other machines")
		}
		s.serves = true
	} else {
		if err := ls.needCertificate(a); err != nil {
			return err
		}
		var err error
		if s.quic, err = newQUICDoor(s); err != nil {
			return err
		}
	}
	ls.uris = append(ls.uris, a.scheme+"://"+s.conn.LocalAddr().String())
	return nil
}

// sharedSocket is the open socket of the same host and port that does not yet serve a's scheme.
func (ls *Listeners) sharedSocket(a address) *udpSocket {
	for _, s := range ls.sockets {
		taken := s.serves
		if a.scheme == schemeQUIC {
			taken = s.quic != nil
		}
		if s.host == a.host && s.port == a.port && !taken {
			return s
		}
	}
	return nil
}

func (ls *Listeners) bindUDP(a address) (*udpSocket, error) {
	network := "udp"
	if ip, err := netip.ParseAddr(a.host); err == nil && ip.Is4() {
		network = "udp4" // or 0.0.0.0 would take IPv6 as well
	}
	ctx, cancel := context.WithTimeout(ls.ctx, 10*time.Second) // names are looked up
	defer cancel()
	c, err := new(net.ListenConfig).ListenPacket(ctx, network, net.JoinHostPort(a.host, strconv.Itoa(int(a.port))))
	if err != nil {
		return nil, a.explain(err)
	}
	s := &udpSocket{
		ls: ls, conn: c.(*net.UDPConn), host: a.host, port: a.port, cookies: newCookies(time.Now()),
		sessions: make(map[netip.AddrPort]*udpConn), settled: make(chan struct{}, 1),
	}
	ls.sockets = append(ls.sockets, s)
	return s, nil
}

// openBeside opens the addresses that are of use but not needed.
func (ls *Listeners) openBeside(uris []string) {
	for _, uri := range uris {
		if err := ls.open(uri); err != nil {
			ls.log.Warn("an address is not served", "address", uri, "error", err)
		}
	}
}

// start begins to read.
func (s *udpSocket) start() error {
	if s.quic != nil {
		return s.quic.start()
	}
	s.ls.wg.Go(s.run)
	return nil
}

// run reads until the socket is closed, where QUIC does not.
func (s *udpSocket) run() {
	defer lastword.Guard()
	buf := make([]byte, udpBuffer)
	for {
		_, _, err := s.ReadFrom(buf)
		if errors.Is(err, net.ErrClosed) {
			return
		}
		// Some systems report here what became of a datagram that was sent. Should it
		// be something that stays, it must not keep a processor busy.
		s.ls.log.Debug("reading datagrams failed; trying again", "error", err)
		timer := time.NewTimer(shortestPause)
		select {
		case <-timer.C:
		case <-s.ls.ctx.Done():
			timer.Stop()
		}
	}
}

// ReadFrom, with the methods below it, makes s the [net.PacketConn] that QUIC reads: it
// takes the datagrams of JIM out on the way.
func (s *udpSocket) ReadFrom(p []byte) (int, net.Addr, error) {
	for {
		n, from, err := s.conn.ReadFromUDPAddrPort(p)
		if err != nil {
			return 0, nil, err
		}
		from = netip.AddrPortFrom(from.Addr().Unmap(), from.Port())
		switch {
		case isQUIC(p[:n]):
			if s.quic != nil {
				s.reset(p[:n], from)
				return n, net.UDPAddrFromAddrPort(from), nil
			}
			s.ls.counts.garbage.Add(1)
		case s.serves:
			s.take(p[:n], from, time.Now())
		}
	}
}

// reset tells a client of QUIC that its connection is no more, if it is one of a server before.
func (s *udpSocket) reset(p []byte, from netip.AddrPort) {
	answer := s.quic.forgotten(p)
	if answer == nil {
		return
	}
	if !s.unknown.may(from.Addr(), time.Now()) {
		s.ls.counts.unproven.Add(1)
		return
	}
	s.ls.counts.resets.Add(1)
	s.send(answer, from)
}

// WriteTo is [net.PacketConn]'s.
func (s *udpSocket) WriteTo(p []byte, to net.Addr) (int, error) { return s.conn.WriteTo(p, to) }

// LocalAddr is [net.PacketConn]'s.
func (s *udpSocket) LocalAddr() net.Addr { return s.conn.LocalAddr() }

// localPort is the port that was really taken.
func (s *udpSocket) localPort() int {
	return int(s.conn.LocalAddr().(*net.UDPAddr).AddrPort().Port())
}

// SetDeadline is [net.PacketConn]'s.
func (s *udpSocket) SetDeadline(t time.Time) error { return s.conn.SetDeadline(t) }

// SetReadDeadline is [net.PacketConn]'s.
func (s *udpSocket) SetReadDeadline(t time.Time) error { return s.conn.SetReadDeadline(t) }

// SetWriteDeadline is [net.PacketConn]'s.
func (s *udpSocket) SetWriteDeadline(t time.Time) error { return s.conn.SetWriteDeadline(t) }

// SyscallConn lets QUIC ask the system not to cut datagrams up (RFC 9000, section 14).
func (s *udpSocket) SyscallConn() (syscall.RawConn, error) { return s.conn.SyscallConn() }

// SetReadBuffer sets how much the system keeps of what was not read.
func (s *udpSocket) SetReadBuffer(bytes int) error { return s.conn.SetReadBuffer(bytes) }

// SetWriteBuffer sets how much the system keeps of what was not sent.
func (s *udpSocket) SetWriteBuffer(bytes int) error { return s.conn.SetWriteBuffer(bytes) }

// Close is [net.PacketConn]'s.
func (s *udpSocket) Close() error { return s.conn.Close() }

// send sends one datagram. That it could not be sent is no worse than that it was
// lost, and found out in the same way.
func (s *udpSocket) send(p []byte, to netip.AddrPort) {
	if _, err := s.conn.WriteToUDPAddrPort(p, to); err != nil && !errors.Is(err, net.ErrClosed) {
		s.ls.log.Debug("a datagram could not be sent", "peer", to, "error", err)
	}
}

// stop takes no more sessions.
func (s *udpSocket) stop() {
	s.mu.Lock()
	s.closing = true
	s.mu.Unlock()
	if s.quic != nil {
		s.quic.stop()
	}
}

// join counts a goroutine that serves somebody, unless it is too late for close to wait for it. Each that was counted
// says serving.Done.
func (s *udpSocket) join() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closing {
		s.serving.Add(1)
	}
	return !s.closing
}

// owe counts sessions that are over and wait for an acknowledgement.
func (s *udpSocket) owe(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.owing += n; s.owing > 0 {
		return
	}
	select {
	case s.settled <- struct{}{}:
	default:
	}
}

// close waits until the sessions have ended, whose context is done, and a moment for
// their last words to be acknowledged. Then it closes the socket.
func (s *udpSocket) close() {
	s.stop()
	s.serving.Wait()
	timer := time.NewTimer(goodbyeTimeout)
	defer timer.Stop()
	for s.owed() {
		select {
		case <-s.settled:
			continue
		case <-timer.C:
		}
		break
	}
	if s.quic != nil {
		s.quic.close()
	}
	if err := s.conn.Close(); err != nil && !errors.Is(err, os.ErrClosed) && !errors.Is(err, net.ErrClosed) {
		s.ls.log.Warn("closing an address failed", "address", s.conn.LocalAddr(), "error", err)
	}
	s.forgetAll()
}

func (s *udpSocket) owed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.owing > 0
}

// forgetAll ends the timers of sessions that nobody has acknowledged the end of.
func (s *udpSocket) forgetAll() {
	for _, c := range s.known() {
		s.forget(c)
		c.stopTimer()
	}
}

// forgetOver forgets the sessions that have ended, and tells how many there were.
func (s *udpSocket) forgetOver() (n int) {
	for _, c := range s.known() {
		c.mu.Lock()
		over := !c.closed.IsZero()
		c.mu.Unlock()
		if over {
			s.forget(c)
			c.stopTimer()
			n++
		}
	}
	return n
}

// known are the sessions that are known, with those that have ended not long ago.
func (s *udpSocket) known() []*udpConn {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Collect(maps.Values(s.sessions))
}

// isQUIC tells a packet of QUIC (RFC 9000, section 17) from a datagram of JIM. The long
// header begins with its highest bit set. The short header begins like ASCII from @ on,
// { among it; behind it stands a connection id that this server has chosen, whose first
// byte no text in ASCII has (see connectionIDs).
func isQUIC(p []byte) bool {
	const long, fixed = 0x80, 0x40
	return len(p) > 0 && p[0]&long != 0 || len(p) > 1 && p[0]&fixed != 0 && p[1] >= 0x80
}
