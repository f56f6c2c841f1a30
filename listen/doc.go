// Package listen turns bytes into objects: it opens addresses, finds out by the
// first bytes of each connection what is spoken there, and hands every peer to
// the hub as a [chat.Conn].
//
// # What one port answers
//
//	first byte    what it is
//	{ or space    JIM: objects one after another
//	0x16          TLS; inside it the same again, by ALPN ("jim/2", "http/1.1") or by first bytes
//	GET , POST …  HTTP/1.1: the page, WebSocket, POST /jim, GET /jim/events
//	0x80          Python's pickle; answered 400 and closed
//	broken JSON   JIM, whose cutter answers 400: what else JSON begins or goes on with, and what no keyboard sends
//	anything else a person, who types lines; see [Options.Lines]
//	nothing       JIM, once [Options.Patience] has passed, or still a person, if one types then
//
// UDP sockets (udp.go) carry one object in each datagram, or QUIC, or both. What a
// datagram's sender must prove first stands in datagram.go, and how its loss is made good
// in udpconn.go and udpwindow.go.
//
// A connection in plain text is served only where both ends are on this machine
// (loopback, UNIX) or [Options.Insecure] is set; elsewhere it is answered 426.
//
// # Goroutines
//
// A stream costs one goroutine: the one that found out what it speaks goes on
// into the hub. A connection in TLS and a WebSocket are handed to a fresh one, so
// that the stack of the handshake is given back. While a peer says nothing its
// connection holds no buffer. [Listeners.Close] waits for all of them.
//
// Locks: a connection's own are taken before those of [Listeners]; no lock of
// Listeners is held during input or output.
package listen
