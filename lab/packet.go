//go:build unix

package lab

import (
	"encoding/binary"
	"net/netip"
	"strings"
)

// packet is what of a packet of TCP or UDP is looked at. Its payload lies in the frame.
type packet struct {
	from, to netip.AddrPort
	udp      bool
	flags    uint8  // of TCP
	seq      uint32 // of TCP: the number of the payload's first byte
	payload  []byte
	cut      bool // the end of the payload was not captured
}

// The flags of TCP (RFC 9293, section 3.1).
const (
	flagFIN = 1 << iota
	flagSYN
	flagRST
	flagPSH
	flagACK
)

// kind is the protocol, or the flags of TCP by name.
func (p packet) kind() string {
	if p.udp {
		return "UDP"
	}
	var names []string
	for i, name := range [...]string{"FIN", "SYN", "RST", "PSH", "ACK"} {
		if p.flags&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return strings.Join(names, "+")
}

// The numbers of protocols (IANA).
const (
	etherIPv4 = 0x0800
	etherIPv6 = 0x86dd
	etherVLAN = 0x8100
	protoTCP  = 6
	protoUDP  = 17
)

// decodeEthernet takes a frame of Ethernet apart (RFC 894, IEEE 802.1Q), and the loopback's, which looks
// the same. It believes nothing: ok is false for what is broken or of no interest here.
func decodeEthernet(b []byte) (p packet, ok bool) {
	if len(b) < 14 {
		return p, false
	}
	kind, b := binary.BigEndian.Uint16(b[12:]), b[14:]
	if kind == etherVLAN && len(b) >= 4 {
		kind, b = binary.BigEndian.Uint16(b[2:]), b[4:]
	}
	if kind != etherIPv4 && kind != etherIPv6 {
		return p, false
	}
	return decodeIP(b)
}

// decodeIP takes a packet of IPv4 (RFC 791) or IPv6 (RFC 8200) apart. Fragments are not put together:
// neighbours on a network hardly ever send any.
func decodeIP(b []byte) (p packet, ok bool) {
	switch {
	case len(b) >= 20 && b[0]>>4 == 4:
		head, total := int(b[0]&15)*4, int(binary.BigEndian.Uint16(b[2:]))
		const moreFragments, offset = 0x2000, 0x1fff
		if total == 0 { // the card would cut it into several, and the kernel left that to it
			total = len(b)
		}
		if head < 20 || total < head || len(b) < head || binary.BigEndian.Uint16(b[6:])&(moreFragments|offset) != 0 {
			return p, false
		}
		p.cut = total > len(b)
		return decodeTransport(p, b[9], address4(b[12:]), address4(b[16:]), b[head:min(total, len(b))])
	case len(b) >= 40 && b[0]>>4 == 6:
		from, to := address6(b[8:]), address6(b[24:])
		next, length := b[6], int(binary.BigEndian.Uint16(b[4:]))
		b = b[40:]
		if length == 0 {
			length = len(b)
		}
		p.cut = length > len(b)
		if next, b, ok = skipExtensions(next, b[:min(length, len(b))]); !ok {
			return p, false
		}
		return decodeTransport(p, next, from, to, b)
	}
	return p, false
}

// skipExtensions goes over the headers between that of IPv6 and the payload; not over a fragment's.
func skipExtensions(next uint8, b []byte) (uint8, []byte, bool) {
	const hopByHop, routing, destination, most = 0, 43, 60, 8
	for range most {
		switch next {
		case hopByHop, routing, destination:
		default:
			return next, b, true
		}
		if len(b) < 8 {
			return 0, nil, false
		}
		length := 8 + int(b[1])*8
		if len(b) < length {
			return 0, nil, false
		}
		next, b = b[0], b[length:]
	}
	return 0, nil, false
}

func decodeTransport(p packet, protocol uint8, from, to netip.Addr, b []byte) (packet, bool) {
	switch {
	case protocol == protoTCP && len(b) >= 20: // RFC 9293, section 3.1
		head := int(b[12]>>4) * 4
		if head < 20 || len(b) < head {
			return p, false
		}
		p.seq, p.flags, p.payload = binary.BigEndian.Uint32(b[4:]), b[13], b[head:]
	case protocol == protoUDP && len(b) >= 8: // RFC 768
		length := int(binary.BigEndian.Uint16(b[4:]))
		if length < 8 {
			return p, false
		}
		p.udp, p.payload = true, b[8:min(length, len(b))]
	default:
		return p, false
	}
	p.from = netip.AddrPortFrom(from, binary.BigEndian.Uint16(b))
	p.to = netip.AddrPortFrom(to, binary.BigEndian.Uint16(b[2:]))
	return p, true
}

func address4(b []byte) netip.Addr { return netip.AddrFrom4([4]byte(b)) }
func address6(b []byte) netip.Addr { return netip.AddrFrom16([16]byte(b)).Unmap() }
