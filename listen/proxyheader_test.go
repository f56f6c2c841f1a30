package listen

import (
	"bytes"
	"encoding/binary"
	"io"
	"net/netip"
	"strings"
	"testing"
)

func addr(s string) netip.Addr         { return netip.MustParseAddr(s) }
func addrPort(s string) netip.AddrPort { return netip.MustParseAddrPort(s) }

// block is a PROXY header of version 2.
func block(first, family byte, payload string) string {
	return proxySignature + string([]byte{first, family}) + string(binary.BigEndian.AppendUint16(nil, uint16(len(payload)))) + payload
}

const (
	ends4 = "\xc0\x00\x02\x07\xc0\x00\x02\x01\x30\x39\x01\xbb"
	ends6 = "\x20\x01\x0d\xb8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x07" + "\x20\x01\x0d\xb8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01" + "\x30\x39\x01\xbb"
)

func TestProxyHeader(t *testing.T) {
	for header, want := range map[string]string{
		"PROXY TCP4 192.0.2.7 192.0.2.1 12345 443\r\n":     "192.0.2.7:12345",
		"PROXY TCP6 2001:db8::7 2001:db8::1 12345 443\r\n": "[2001:db8::7]:12345",
		"PROXY UNKNOWN\r\n":                         "",
		"PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n":     "",
		block(0x21, 0x11, ends4):                    "192.0.2.7:12345",
		block(0x21, 0x11, ends4+"\x04\x00\x01x"):    "192.0.2.7:12345",
		block(0x21, 0x21, ends6):                    "[2001:db8::7]:12345",
		block(0x20, 0x11, ends4):                    "",
		block(0x20, 0x00, ""):                       "",
		block(0x21, 0x00, ""):                       "",
		block(0x21, 0x31, strings.Repeat("x", 216)): "",
	} {
		r := strings.NewReader(header + "{}")
		got, err := readProxyHeader(r)
		rest, _ := io.ReadAll(r)
		if err != nil || got.IsValid() != (want != "") || want != "" && got.String() != want || string(rest) != "{}" {
			t.Errorf("%q is %v, %v, with %q behind it; want %s", header, got, err, rest, want)
		}
	}
}

func TestBadProxyHeader(t *testing.T) {
	for _, header := range []string{
		"", "PROXY", "{\"action\":\"presence\"}", "GET / HTTP/1.1\r\n\r\n",
		"PROXY TCP4 192.0.2.7 192.0.2.1 12345\r\n",
		"PROXY TCP4 192.0.2.7  192.0.2.1 12345 443\r\n",
		"PROXY TCP4 2001:db8::7 2001:db8::1 1 2\r\n",
		"PROXY TCP6 192.0.2.7 192.0.2.1 1 2\r\n",
		"PROXY TCP6 fe80::1%lo fe80::2 1 2\r\n",
		"PROXY TCP4 192.0.2.7 192.0.2.1 1 65536\r\n",
		"PROXY TCP4 192.0.2.7 192.0.2.1 1 +2\r\n",
		"PROXY TCP4 192.0.2.7 192.0.2.1 1 2\n" + strings.Repeat("x", 200),
		"PROXY UDP4 192.0.2.7 192.0.2.1 1 2\r\n",
		"PROXY " + strings.Repeat("x", 200) + "\r\n",
		"PROXY TCP4 192.0.2.7 192.",
		proxySignature, proxySignature + "\x21\x11",
		block(0x11, 0x11, ends4), block(0x22, 0x11, ends4), block(0x21, 0x12, ends4),
		block(0x21, 0x11, ends4[:11]), block(0x21, 0x21, ends4), block(0x21, 0x11, strings.Repeat("x", 5000)),
		block(0x21, 0x11, ends4)[:20],
	} {
		if got, err := readProxyHeader(strings.NewReader(header)); err == nil {
			t.Errorf("%.60q is %v, want an error", header, got)
		}
	}
}

func FuzzProxyHeader(f *testing.F) {
	f.Add([]byte("PROXY TCP4 192.0.2.7 192.0.2.1 12345 443\r\n"))
	f.Add([]byte(block(0x21, 0x11, ends4)))
	f.Add([]byte(block(0x21, 0x21, ends6)))
	f.Fuzz(func(t *testing.T, data []byte) {
		r := bytes.NewReader(data)
		got, err := readProxyHeader(r)
		if used := len(data) - r.Len(); used > 16+maxProxyBlock {
			t.Fatalf("it read %d bytes", used)
		}
		if err != nil && got.IsValid() {
			t.Fatalf("%v and %v", got, err)
		}
	})
}

func TestProxyIsBelievedOnlyWhereItIsTrusted(t *testing.T) {
	const header = "PROXY TCP4 198.51.100.9 192.0.2.1 12345 443\r\n"
	trusting := open(t, Options{Proxy: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}, MaxPerHost: 1}, "tcp://127.0.0.1:0", "unix://"+t.TempDir()+"/s")
	c := trusting.dial(t, 0)
	say(t, c, header+"{}")
	s := trusting.next(t)
	gets(t, s, "{}")
	if p := s.Peer(); p.Host != addr("198.51.100.9") || p.Address != "198.51.100.9:12345" || p.Local {
		t.Errorf("peer is %+v", p)
	}
	again := trusting.dial(t, 0)
	say(t, again, header+"{}")
	if got := hear(t, again); !strings.Contains(got, "429") {
		t.Errorf("the second connection for one host was answered %q", got)
	}
	other := trusting.dial(t, 0)
	say(t, other, strings.Replace(header, ".9", ".8", 1)+"{}")
	trusting.next(t)
	for _, bad := range []string{"{\"action\":\"presence\"}", "GET / HTTP/1.1\r\n\r\n", "PROXY TCP4 x\r\n{}"} {
		c := trusting.dial(t, 0)
		say(t, c, bad)
		if all, _ := io.ReadAll(c); len(all) > 0 {
			t.Errorf("%q was answered %q", bad, all)
		}
	}
	say(t, trusting.dial(t, 1), "{}")
	gets(t, trusting.next(t), "{}") // a UNIX socket has no such header
	trusting.none(t)

	careful := open(t, Options{Proxy: []netip.Prefix{netip.MustParsePrefix("203.0.113.0/24")}}, "tcp://127.0.0.1:0")
	say(t, careful.dial(t, 0), header)
	if _, err := careful.next(t).Read(); err == nil || !strings.HasPrefix(err.Error(), "400 ") {
		t.Errorf("a header from somebody else is %v, want 400", err)
	}
}
