package check

import "strings"

// ways is a set of transports.
type ways uint8

const (
	overTCP  ways = 1 << iota // TCP, TLS, UNIX sockets, QUIC: a stream of bytes
	overWS                    // WebSocket: an object is a message
	overUDP                   // an object is a datagram
	overHTTP                  // requests of HTTP
)

// Sets that checks are made on.
const (
	streams = overTCP                    // where single bytes count
	objects = overTCP | overWS           // where an object may be broken
	lines   = overTCP | overWS | overUDP // where there are connections and events
)

// wayOf is the transport of an address.
func wayOf(address string) ways {
	scheme, _, found := strings.Cut(address, "://")
	if !found {
		return overTCP
	}
	switch scheme {
	case "ws", "wss":
		return overWS
	case "udp":
		return overUDP
	case "http", "https":
		return overHTTP
	}
	return overTCP
}

// String is the name of one transport.
func (w ways) String() string {
	switch w {
	case overWS:
		return "WebSocket"
	case overUDP:
		return "UDP"
	case overHTTP:
		return "HTTP"
	}
	return "a stream"
}
