package listen

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"strconv"
	"strings"
)

// The PROXY protocol, versions 1 and 2, as HAProxy's proxy-protocol.txt has it.
const (
	proxySignature = "\r\n\r\n\x00\r\nQUIT\n"
	maxProxyLine   = 107  // of version 1, with its end
	maxProxyBlock  = 2048 // of version 2, behind its first 16 bytes; addresses need 36
)

var errNoProxyHeader = errors.New("it does not begin with a PROXY header")

// readProxyHeader reads a PROXY header, and not a byte more, and returns for whom
// the connection is. That is not valid where the sender speaks for itself or does
// not know.
func readProxyHeader(r io.Reader) (netip.AddrPort, error) {
	var head [len(proxySignature)]byte // both versions have more
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return netip.AddrPort{}, fmt.Errorf("reading the PROXY header: %w", err)
	}
	switch {
	case string(head[:]) == proxySignature:
		return readProxyBlock(r)
	case bytes.HasPrefix(head[:], []byte("PROXY ")):
		return readProxyLine(r, head[:])
	}
	return netip.AddrPort{}, errNoProxyHeader
}

// readProxyLine reads the rest of a header of version 1 that begins with head.
func readProxyLine(r io.Reader, head []byte) (netip.AddrPort, error) {
	line := make([]byte, len(head), maxProxyLine)
	copy(line, head)
	for !bytes.HasSuffix(line, []byte("\r\n")) {
		if len(line) == maxProxyLine {
			return netip.AddrPort{}, errors.New("the PROXY header is too long")
		}
		line = line[:len(line)+1]
		if _, err := io.ReadFull(r, line[len(line)-1:]); err != nil {
			return netip.AddrPort{}, fmt.Errorf("reading the PROXY header: %w", err)
		}
	}
	return parseProxyLine(string(line[:len(line)-2]))
}

// parseProxyLine reads "PROXY TCP4 192.0.2.7 192.0.2.1 50312 443".
func parseProxyLine(line string) (netip.AddrPort, error) {
	words := strings.Split(line, " ")
	if len(words) >= 2 && words[1] == "UNKNOWN" {
		return netip.AddrPort{}, nil
	}
	if len(words) != 6 || words[1] != "TCP4" && words[1] != "TCP6" {
		return netip.AddrPort{}, errors.New("the PROXY header is not PROXY TCP4|TCP6 FROM TO PORT PORT")
	}
	var ends [2]netip.AddrPort
	for i := range ends {
		ip, err := netip.ParseAddr(words[2+i])
		if err != nil || ip.Zone() != "" || ip.Is4() != (words[1] == "TCP4") {
			return netip.AddrPort{}, fmt.Errorf("the PROXY header has the address %q", words[2+i])
		}
		port, err := strconv.ParseUint(words[4+i], 10, 16)
		if err != nil {
			return netip.AddrPort{}, fmt.Errorf("the PROXY header has the port %q", words[4+i])
		}
		ends[i] = netip.AddrPortFrom(ip, uint16(port))
	}
	return ends[0], nil
}

// readProxyBlock reads the rest of a header of version 2, behind its signature.
func readProxyBlock(r io.Reader) (netip.AddrPort, error) {
	var head [4]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return netip.AddrPort{}, fmt.Errorf("reading the PROXY header: %w", err)
	}
	length := int(binary.BigEndian.Uint16(head[2:]))
	if head[0]>>4 != 2 || length > maxProxyBlock {
		return netip.AddrPort{}, errors.New("the PROXY header has an unknown version or is too long")
	}
	block := make([]byte, length)
	if _, err := io.ReadFull(r, block); err != nil {
		return netip.AddrPort{}, fmt.Errorf("reading the PROXY header: %w", err)
	}
	return parseProxyBlock(head[0]&0x0f, head[1], block)
}

// parseProxyBlock reads the addresses of a header of version 2. What follows them
// (TLV) is ignored.
func parseProxyBlock(command, family byte, block []byte) (netip.AddrPort, error) {
	const local, proxy = 0, 1
	const unspecified, tcp4, tcp6, unixStream = 0x00, 0x11, 0x21, 0x31
	size := 0
	switch {
	case command == local:
		return netip.AddrPort{}, nil
	case command != proxy:
		return netip.AddrPort{}, errors.New("the PROXY header has an unknown command")
	case family == unspecified || family == unixStream:
		return netip.AddrPort{}, nil
	case family == tcp4:
		size = 4
	case family == tcp6:
		size = 16
	default:
		return netip.AddrPort{}, errors.New("the PROXY header is of an unknown family of addresses")
	}
	if len(block) < 2*size+4 {
		return netip.AddrPort{}, errors.New("the PROXY header is too short for its addresses")
	}
	ip, _ := netip.AddrFromSlice(block[:size]) // 4 and 16 bytes are always an address
	return netip.AddrPortFrom(ip, binary.BigEndian.Uint16(block[2*size:])), nil
}
