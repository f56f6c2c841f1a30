package wire

// TooLargeForDatagram is what a session over UDP is told in place of an event that no
// datagram takes: that it is there, and where to read it.
func TooLargeForDatagram(to string, seq uint64) Event {
	return Event{Action: ActBehind, To: to, Seq: seq, Alert: "too large for a datagram: read it over a stream"}
}
