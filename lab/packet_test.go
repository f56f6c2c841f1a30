//go:build unix

package lab

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
)

var (
	ann = netip.MustParseAddrPort("127.0.0.1:4242")
	jim = netip.MustParseAddrPort("127.0.0.1:7777")
)

// tcpPacket is a frame of Ethernet with a segment of TCP in it, over IPv4 or IPv6.
func tcpPacket(from, to netip.AddrPort, flags uint8, seq uint32, payload string) []byte {
	tcp := make([]byte, 20, 20+len(payload))
	binary.BigEndian.PutUint16(tcp, from.Port())
	binary.BigEndian.PutUint16(tcp[2:], to.Port())
	binary.BigEndian.PutUint32(tcp[4:], seq)
	tcp[12], tcp[13] = 5<<4, flags
	return frameOf(from.Addr(), to.Addr(), protoTCP, append(tcp, payload...))
}

func udpPacket(from, to netip.AddrPort, payload string) []byte {
	udp := make([]byte, 8)
	binary.BigEndian.PutUint16(udp, from.Port())
	binary.BigEndian.PutUint16(udp[2:], to.Port())
	binary.BigEndian.PutUint16(udp[4:], uint16(8+len(payload)))
	return frameOf(from.Addr(), to.Addr(), protoUDP, append(udp, payload...))
}

func frameOf(from, to netip.Addr, protocol uint8, b []byte) []byte {
	frame := make([]byte, 14, 54+len(b))
	if from.Is6() {
		binary.BigEndian.PutUint16(frame[12:], etherIPv6)
		ip := make([]byte, 40)
		ip[0], ip[6] = 6<<4, protocol
		binary.BigEndian.PutUint16(ip[4:], uint16(len(b)))
		copy(ip[8:], from.AsSlice())
		copy(ip[24:], to.AsSlice())
		return append(append(frame, ip...), b...)
	}
	binary.BigEndian.PutUint16(frame[12:], etherIPv4)
	ip := make([]byte, 20)
	ip[0], ip[9] = 4<<4|5, protocol
	binary.BigEndian.PutUint16(ip[2:], uint16(20+len(b)))
	copy(ip[12:], from.AsSlice())
	copy(ip[16:], to.AsSlice())
	return append(append(frame, ip...), b...)
}

// heardOf is what frames tell, in English.
func heardOf(frames ...[]byte) (lines []string) {
	f := &flows{all: map[direction]*flow{}, tell: func(from, to netip.AddrPort, what phrase, body []byte) {
		lines = append(lines, fmt.Sprintf("%d>%d %s", from.Port(), to.Port(), strings.TrimSpace(what.en+" "+string(body))))
	}}
	for _, frame := range frames {
		if p, ok := decodeEthernet(frame); ok {
			f.take(p)
		}
		for i := range frame {
			frame[i] = 0xee // the buffer is used again
		}
	}
	return lines
}

func wants(t *testing.T, got []string, want ...string) {
	t.Helper()
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("told:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestDecodeWhatIsNoPacket(t *testing.T) {
	whole := tcpPacket(ann, jim, flagACK, 1, "{}")
	for n := range len(whole) - 2 {
		if p, ok := decodeEthernet(whole[:n]); ok && n < len(whole)-2 && len(p.payload) > 0 {
			t.Errorf("%d bytes of a packet have a payload: %q", n, p.payload)
		}
	}
	fragment := slices.Clone(whole)
	fragment[14+6] = 0x20 // more fragments
	short := slices.Clone(whole)
	short[14] = 4<<4 | 4 // a header of 16 bytes
	other := slices.Clone(whole)
	other[14+9] = 1 // ICMP
	offset := slices.Clone(whole)
	offset[14+20+12] = 4 << 4 // a header of TCP of 16 bytes
	for name, b := range map[string][]byte{"fragment": fragment, "short": short, "icmp": other, "offset": offset, "arp": {12: 8, 13: 6, 60: 0}} {
		if p, ok := decodeEthernet(b); ok {
			t.Errorf("%s: %+v", name, p)
		}
	}
}

func TestDecodeFindsTheSides(t *testing.T) {
	six := netip.MustParseAddrPort("[2001:db8::1]:7777")
	tagged := tcpPacket(ann, jim, flagACK, 7, "{}")
	tagged = append(append(slices.Clone(tagged[:12]), 0x81, 0, 0, 5), tagged[12:]...)
	hop := udpPacket(six, six, "{}")
	hop[14+6] = 0 // a hop-by-hop header in front of that of UDP
	hop[14+5] += 8
	hop = append(append(slices.Clone(hop[:54]), protoUDP, 0, 0, 0, 0, 0, 0, 0), hop[54:]...)
	joined := tcpPacket(ann, jim, flagACK, 7, "{}")
	joined[14+2], joined[14+3] = 0, 0 // left to the card
	for name, c := range map[string]struct {
		frame    []byte
		from, to netip.AddrPort
	}{
		"tcp4":   {tcpPacket(ann, jim, flagACK, 7, "{}"), ann, jim},
		"tcp6":   {tcpPacket(six, six, flagACK, 7, "{}"), six, six},
		"udp4":   {udpPacket(jim, ann, "{}"), jim, ann},
		"vlan":   {tagged, ann, jim},
		"hop":    {hop, six, six},
		"joined": {joined, ann, jim},
	} {
		p, ok := decodeEthernet(c.frame)
		if !ok || p.from != c.from || p.to != c.to || string(p.payload) != "{}" || p.cut {
			t.Errorf("%s: %v %+v", name, ok, p)
		}
	}
	padded := append(tcpPacket(ann, jim, flagACK, 7, "{}"), 0, 0, 0) // Ethernet fills up to 60 bytes
	if p, ok := decodeEthernet(padded); !ok || string(p.payload) != "{}" {
		t.Errorf("padded: %v %+v", ok, p)
	}
}

// TestFlowsPutTogether: objects come whole and once, in whatever order the packets do.
func TestFlowsPutTogether(t *testing.T) {
	send := func(seq uint32, text string) []byte { return tcpPacket(ann, jim, flagACK|flagPSH, seq, text) }
	const start = 0xfffffff0 // the numbers go over their end
	syn := tcpPacket(ann, jim, flagSYN, start-1, "")
	for name, frames := range map[string][][]byte{
		"in order":     {send(start, `{"a":1}{"b"`), send(start+11, `:2}`), send(start+14, "\n{\"c\":3}\n")},
		"early":        {send(start+14, "\n{\"c\":3}\n"), send(start+11, `:2}`), send(start, `{"a":1}{"b"`)},
		"again":        {send(start, `{"a":1}{"b"`), send(start, `{"a":1}{"b"`), send(start+11, `:2}`), send(start, `{"a":1}`), send(start+14, "\n{\"c\":3}\n")},
		"overlapping":  {send(start, `{"a":1}{"b"`), send(start+7, "{\"b\":2}\n{\"c"), send(start+11, ":2}\n{\"c\":3}\n")},
		"byte by byte": nil,
	} {
		if frames == nil {
			for i, b := range []byte("{\"a\":1}{\"b\":2}\n{\"c\":3}\n") {
				frames = append(frames, send(start+uint32(i), string(b)))
			}
		}
		t.Run(name, func(t *testing.T) {
			got := heardOf(append([][]byte{slices.Clone(syn)}, frames...)...)
			wants(t, got, "4242>7777 "+sayPassedSYN.en, `4242>7777 {"a":1}`, `4242>7777 {"b":2}`, `4242>7777 {"c":3}`)
		})
	}
}

func TestFlowsTellCalls(t *testing.T) {
	wants(t, heardOf(
		tcpPacket(ann, jim, flagSYN, 9, ""), tcpPacket(jim, ann, flagSYN|flagACK, 99, ""), tcpPacket(ann, jim, flagACK, 10, ""),
		tcpPacket(ann, jim, flagFIN|flagACK, 12, ""), tcpPacket(ann, jim, flagACK, 10, "{}"),
		tcpPacket(jim, ann, flagRST, 100, ""), udpPacket(ann, jim, "{\"u\":1}\n"), udpPacket(ann, jim, "\xc0\x00\x00\x00\x01x"), udpPacket(ann, jim, "x"), udpPacket(ann, jim, "@\x01\x02")),
		"4242>7777 "+sayPassedSYN.en, "7777>4242 "+sayPassedSYNACK.en, "4242>7777 {}", "4242>7777 "+sayPassedFIN.en,
		"7777>4242 "+sayPassedRST.en, `4242>7777 UDP {"u":1}`, "4242>7777 QUIC, encrypted, bytes: 6", `4242>7777 UDP, bytes: 1 "x"`, "4242>7777 UDP, bytes: 3")
}

// TestFlowsBeginMidway: what began before we looked is understood from the next line on.
func TestFlowsBeginMidway(t *testing.T) {
	wants(t, heardOf(tcpPacket(ann, jim, flagACK, 50, `"half":true}`+"\n"+`{"whole":1}`), tcpPacket(ann, jim, flagACK, 74, `{"more":2}`)),
		`4242>7777 bytes: 13 '"half":true}\n'`, `4242>7777 {"whole":1}`, `4242>7777 {"more":2}`)
	// typed before and after we looked: others read it; what is no text may be encrypted
	wants(t, heardOf(tcpPacket(ann, jim, flagACK, 50, "my secret\n"), tcpPacket(ann, jim, flagACK, 60, "\x8f\x01\xff\n"), tcpPacket(ann, jim, flagACK, 64, "тайна\n")),
		`4242>7777 bytes: 10 "my secret\n"`, `4242>7777 bytes: 11 "тайна\n"`)
}

// TestFlowsGoOnBehindAGap: bytes that never come hold up a bounded number of packets.
func TestFlowsGoOnBehindAGap(t *testing.T) {
	frames := [][]byte{tcpPacket(ann, jim, flagSYN, 0, "")}
	for i := range mostEarly + 1 { // the first 5 bytes are missing
		frames = append(frames, tcpPacket(ann, jim, flagACK, uint32(6+3*i), "{}\n"))
	}
	got := heardOf(frames...)
	wants(t, got, "4242>7777 "+sayPassedSYN.en, "4242>7777 "+sayPassedGap.en, "4242>7777 {}")
}

// TestFlowsAreBounded: who opens connections without end costs no more memory than the newest ones.
func TestFlowsAreBounded(t *testing.T) {
	f := &flows{all: map[direction]*flow{}, tell: func(netip.AddrPort, netip.AddrPort, phrase, []byte) {}}
	for port := range 2000 {
		p, _ := decodeEthernet(tcpPacket(netip.AddrPortFrom(ann.Addr(), uint16(port)), jim, flagACK, 1, `{"open`))
		f.take(p)
	}
	if len(f.all) > mostFlows || len(f.old) != len(f.all) {
		t.Errorf("%d directions are kept, %d in order", len(f.all), len(f.old))
	}
}

func TestReaderRecognizes(t *testing.T) {
	upgrade := "GET /jim HTTP/1.1\r\nUpgrade: WebSocket\r\n\r\n"
	masked := "\x81\x82\x01\x02\x03\x04" + string([]byte{'{' ^ 1, '}' ^ 2})
	for name, c := range map[string]struct {
		sent string
		want []string
	}{
		"jim":        {"\n{\"a\":{}}\r\n{}", []string{`{"a":{}}`, "{}"}},
		"no jim":     {"{\"a\":1}\nhello\n{}", []string{`{"a":1}`, sayPassedNoJIM.en + ` "hello"`, "{}"}},
		"tls":        {"\x16\x03\x01\x00\x05hello\x17\x03\x03\x00\x02xy", []string{"TLS handshake, bytes: 5", "TLS, encrypted, bytes: 2"}},
		"http":       {"POST /jim HTTP/1.1\r\nContent-Length: 7\r\n\r\n{\"a\":1}GET / HTTP/1.1\r\n\r\n", []string{"HTTP POST /jim HTTP/1.1", `{"a":1}`, "HTTP GET / HTTP/1.1"}},
		"page":       {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n<htmlHTTP/1.1 304 Not Modified\r\n\r\n", []string{"HTTP HTTP/1.1 200 OK", `bytes: 5 "<html"`, "HTTP HTTP/1.1 304 Not Modified"}},
		"websocket":  {upgrade + masked + "\x81\x02{}" + "\x89\x01x" + "\xc1\x01x", []string{"HTTP GET /jim HTTP/1.1", "WebSocket {}", "WebSocket {}", "WebSocket, kind 9, bytes: 1", "WebSocket, kind 1, bytes: 1"}},
		"long frame": {upgrade + "\x81\x7e\x00\x03{} \x81\x7f\xff\xff\xff\xff\xff\xff\xff\xffx", []string{"HTTP GET /jim HTTP/1.1", "WebSocket {}", `bytes: 11 "\x81\x7f\xff\xff\xff\xff\xff\xff\xff"…`}},
		"else":       {"SSH-2.0", []string{`bytes: 7 "SSH-2.0"`}},
		"secret":     {"my password is correct horse battery staple\n", []string{`bytes: 44 "my password is correct horse battery s"…`}},
	} {
		t.Run(name, func(t *testing.T) {
			smallest := 1
			if strings.HasPrefix(c.want[len(c.want)-1], "bytes") {
				smallest = len(c.sent) // how many bytes are counted at once depends on the packets
			}
			for size := smallest; size <= len(c.sent); size++ {
				var r reader
				var got []string
				for b := range slices.Chunk([]byte(c.sent), size) {
					r.read(slices.Clone(b), func(what phrase, body []byte) {
						got = append(got, strings.TrimSpace(what.en+" "+string(body)))
					})
				}
				if strings.Join(got, "|") != strings.Join(c.want, "|") {
					t.Errorf("in pieces of %d: %q, want %q", size, got, c.want)
				}
			}
		})
	}
}

// FuzzFrames: nothing that stands in packets breaks what takes them apart or makes it keep too much.
func FuzzFrames(f *testing.F) {
	f.Add(append(tcpPacket(ann, jim, flagSYN, 0, ""), 0), tcpPacket(ann, jim, flagACK, 1, `{"a":1}`), tcpPacket(ann, jim, flagACK, 9, "{}"))
	f.Add(tcpPacket(ann, jim, flagACK, 1, "GET / HTTP/1.1\r\nUpgrade: websocket\r\n\r\n\x81\x82\x01\x02\x03\x04zz"), udpPacket(ann, jim, "{}"), tcpPacket(ann, jim, flagRST, 1, ""))
	f.Add(tcpPacket(ann, jim, flagACK, 1, "\x16\x03\x01\x00\x05he"), tcpPacket(ann, jim, flagACK, 8, "llo"), tcpPacket(ann, jim, flagFIN, 11, ""))
	f.Add(tcpPacket(ann, jim, flagACK, 1, "POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\n{}"), tcpPacket(ann, jim, flagACK, 41, "}"), []byte{})
	f.Fuzz(func(t *testing.T, a, b, c []byte) {
		fs := &flows{all: map[direction]*flow{}, tell: func(netip.AddrPort, netip.AddrPort, phrase, []byte) {}}
		for _, frame := range [][]byte{a, b, c, a, c, b} {
			for _, decode := range []func([]byte) (packet, bool){decodeEthernet, decodeIP} {
				if p, ok := decode(frame); ok {
					_ = p.kind()
					fs.take(p)
				}
			}
			for _, fl := range fs.all {
				if len(fl.reader.held) > mostHeld || len(fl.early) > mostEarly || fl.waiting > mostAhead || fl.waiting < 0 {
					t.Fatalf("kept: %d bytes, %d segments of %d bytes", len(fl.reader.held), len(fl.early), fl.waiting)
				}
			}
		}
	})
}
