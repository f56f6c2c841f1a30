package listen

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"maps"
	"net"
	"net/netip"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/quic-go/quic-go"

	"jim/chat"
	"jim/listen/conntest"
	"jim/wire"
)

// mouth is a client of UDP that a test plays by hand.
type mouth struct {
	net.Conn
	t      *testing.T
	cookie string
}

// knock opens a socket towards the i-th address.
func (h *hub) knock(t *testing.T, i int) *mouth {
	t.Helper()
	_, address, _ := strings.Cut(h.Addresses()[i], "://")
	return &mouth{Conn: connect(t, "udp", address), t: t}
}

// hears reads one datagram.
func (m *mouth) hears() string {
	m.t.Helper()
	buf := make([]byte, 2048)
	n, err := m.Read(buf)
	if err != nil {
		m.t.Fatalf("waiting for a datagram: %v", err)
	}
	return string(buf[:n])
}

var cookiePattern = regexp.MustCompile(`"cookie":"([^"]+)"`)

// prove gets a cookie.
func (m *mouth) prove() {
	m.t.Helper()
	say(m.t, m, firstHello)
	answer := m.hears()
	if found := cookiePattern.FindStringSubmatch(answer); found != nil && strings.HasPrefix(answer, `{"response":401,`) {
		m.cookie = found[1]
		return
	}
	m.t.Fatalf("a first presence was answered %s", answer)
}

const firstHello = `{"action":"presence","jim":2,"id":"p","user":{"account_name":"ann"}}`

// with is an object with the cookie.
func (m *mouth) with(object string) string {
	return `{"cookie":"` + m.cookie + `",` + object[1:]
}

// comes begins a session and returns the server's side of it, which has read the presence.
func (m *mouth) comes(h *hub, presence string) chat.Conn {
	m.t.Helper()
	m.prove()
	say(m.t, m, m.with(presence))
	s := h.next(m.t)
	gets(m.t, s, m.with(presence))
	puts(m.t, s, `{"response":200,"id":"p","user":{"account_name":"ann"}}`)
	m.hears()
	return s
}

// hearsNothing makes sure that nothing has been sent to m: what is sent for a request of
// its own comes first.
func (m *mouth) hearsNothing() {
	m.t.Helper()
	m.prove()
}

// count waits until a counter has a value.
func (h *hub) count(t *testing.T, name string, want uint64) {
	t.Helper()
	if !soon(func() bool { return h.Counts()[name] >= want }) || h.Counts()[name] != want {
		t.Errorf("%s is %d, want %d", name, h.Counts()[name], want)
	}
}

func TestDatagrams(t *testing.T) {
	h := open(t, Options{}, "udp://127.0.0.1:0")
	number := regexp.MustCompile(`,"ack":([0-9]+)}$`)
	conntest.Run(t, conntest.Transport{Name: "udp", Datagrams: true, Open: func(t *testing.T) (chat.Conn, *conntest.Client) {
		m := h.knock(t, 0)
		s := m.comes(h, `{"action":"presence","ack":0,"jim":2}`)
		seen := map[string]bool{}
		receive := func() (string, error) {
			buf := make([]byte, 2048)
			for {
				n, err := m.Read(buf)
				if err != nil {
					return "", err
				}
				object := strings.TrimSuffix(string(buf[:n]), "\n")
				found := number.FindStringSubmatch(object)
				if found == nil {
					return object, nil
				}
				fmt.Fprintf(m, `{"cookie":%q,"ack":%s}`, m.cookie, found[1])
				if !seen[found[1]] {
					seen[found[1]] = true
					return strings.TrimSuffix(object, found[0]) + "}", nil
				}
			}
		}
		return &withoutCookie{s, []byte(`"cookie":"` + m.cookie + `",`)}, &conntest.Client{
			Send:    func(data string) error { _, err := m.Write([]byte(m.with(strings.TrimSpace(data)))); return err },
			Receive: receive,
			Some:    func() error { _, err := m.Read(make([]byte, 2048)); return err },
			Cut:     m.Close,
		}
	}})
}

// withoutCookie takes out what the client of a test puts into every object.
type withoutCookie struct {
	chat.Conn
	cookie []byte
}

func (c *withoutCookie) Read() ([]byte, error) {
	object, err := c.Conn.Read()
	return bytes.Replace(object, c.cookie, nil, 1), err
}

// TestNothingIsSentToWhoeverIsForged is the promise about amplification: whatever comes
// from an address that has proved nothing, at most as many bytes go there.
func TestNothingIsSentToWhoeverIsForged(t *testing.T) {
	h := open(t, Options{SelfSignedDir: t.TempDir()}, "udp://127.0.0.1:0", "quic://127.0.0.1:0")
	datagrams := []string{
		"", " ", "{", "{}", "[]", "hello", "\n", "\xff", "{\xff", "\x00", "GET / HTTP/1.1\r\n\r\n", `{"action":1}`, `{"a":1}{"a":2}`,
		`{"ack":1}`, `{"ack":1,"cookie":"x"}`, strings.Repeat(" ", 1400), strings.Repeat("{", 1200), strings.Repeat("\xc0", 100), strings.Repeat("\xc0", 1300),
		"\x40" + strings.Repeat("\xff", 21), "\x40" + strings.Repeat("\xff", 41), "\x40" + strings.Repeat("\xff", 42), "{" + strings.Repeat("\xff", 20), strings.Repeat("\x7f", 1) + strings.Repeat("\xee", 1300),
		`{"action":"` + strings.Repeat("x", 900) + `"}`, `{"action":"ping","id":"` + strings.Repeat("\u2028", 64) + `"}`, `{"action":"ping","id":"` + strings.Repeat(`\n`, 60) + `"}`,
	}
	for _, a := range wire.Actions {
		for _, format := range []string{
			`{"action":%q}`, `{"action":%q,"id":"1"}`, `{"action":%q,"cookie":"AAAAAAAAAAAAAAAA"}`, `{"action":%q,"user":{"account_name":"ann"}}`,
			`{"action":%q,"to":"#tea","message":"hi","id":"k1","user":{"account_name":"ann","password":"correct horse"}}`,
		} {
			datagrams = append(datagrams, fmt.Sprintf(format, a.Name))
		}
	}
	for n := range 150 {
		datagrams = append(datagrams, `{"action":"ping"`+strings.Repeat(" ", n)+"}")
	}
	for _, datagram := range datagrams {
		h.sockets[0].unknown.forget()
		m := h.knock(t, 0)
		say(t, m, datagram)
		in := len(datagram)
		say(t, m, firstHello) // whose answer is the last
		out := 0
		for {
			answer := m.hears()
			out += len(answer)
			if strings.Contains(answer, `"id":"p"`) {
				break
			}
		}
		if out > in+len(firstHello) {
			t.Errorf("%d bytes came and %d went after %.80q", in+len(firstHello), out, datagram)
		}
		m.Close()
	}
	h.none(t)
	if s := h.sockets[0]; len(s.sessions) > 0 || h.limits.all != 0 {
		t.Errorf("%d sessions, %d places taken by those who proved nothing", len(s.sessions), h.limits.all)
	}
}

// TestABeginningOfQUICIsAnsweredByLess sends the first packets of a real client and nothing
// more, as whoever forges a sender's address does. RFC 9000 (section 8.1) allows three times as
// much in answer, however often it is repeated; here it is not even as much.
func TestABeginningOfQUICIsAnsweredByLess(t *testing.T) {
	h := open(t, Options{SelfSignedDir: t.TempDir()}, "quic://127.0.0.1:0")
	m := h.knock(t, 0)
	in, out, buf := 0, 0, make([]byte, 2048)
	for _, p := range firstPackets(t) {
		say(t, m, string(p))
		in += len(p)
	}
	for { // for longer than a repetition would take
		if err := m.SetReadDeadline(time.Now().Add(handshakeTimeout / 4)); err != nil {
			t.Fatal(err)
		}
		n, err := m.Read(buf)
		if err != nil {
			break
		}
		out += n
	}
	if in < 1200 || out == 0 || out > in {
		t.Errorf("%d bytes came and %d went", in, out)
	}
	h.none(t)
}

// firstPackets are the datagrams with which a client of QUIC begins, before it hears anything.
func firstPackets(t *testing.T) (all [][]byte) {
	t.Helper()
	deaf, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer deaf.Close()
	ctx, cancel := context.WithCancel(t.Context())
	dialed := make(chan struct{})
	go func() {
		defer close(dialed)
		_, _ = quic.DialAddr(ctx, deaf.LocalAddr().String(), trusting("jim"), nil)
	}()
	defer func() { cancel(); <-dialed }()
	buf := make([]byte, 2048)
	for wait := 20 * time.Second; ; wait = 50 * time.Millisecond { // less than until it repeats them
		if err := deaf.SetReadDeadline(time.Now().Add(wait)); err != nil {
			t.Fatal(err)
		}
		n, err := deaf.Read(buf)
		if err != nil {
			return all
		}
		all = append(all, bytes.Clone(buf[:n]))
	}
}

func TestAChallengeIsNeverLargerThanItsCause(t *testing.T) {
	h := open(t, Options{}, "udp://127.0.0.1:0")
	m := h.knock(t, 0)
	short := `{"action":"x"}`
	say(t, m, short)
	m.hearsNothing() // the answer would have been larger
	if got := h.Counts()["udp_unproven"]; got != 1 {
		t.Errorf("udp_unproven is %d", got)
	}
}

func TestACookieIsGoodForItsAddressAndItsTime(t *testing.T) {
	now := time.Unix(1_000_000, 0)
	c := newCookies(now)
	here, there := netip.MustParseAddrPort("192.0.2.1:1000"), netip.MustParseAddrPort("192.0.2.1:1001")
	cookie := c.make(here, now)
	for _, test := range []struct {
		what   string
		cookie string
		from   netip.AddrPort
		after  time.Duration
		good   bool
	}{
		{"at once", cookie, here, 0, true},
		{"from another port", cookie, there, 0, false},
		{"from another host", cookie, netip.MustParseAddrPort("192.0.2.2:1000"), 0, false},
		{"nothing", "", here, 0, false},
		{"too long", cookie + "A", here, 0, false},
		{"another", strings.Repeat("A", cookieText), here, 0, false},
		{"with the key before", cookie, here, cookieLife + time.Second, true},
		{"expired", cookie, here, 2*cookieLife + time.Second, false},
		{"long expired", cookie, here, 100 * cookieLife, false},
	} {
		if got := c.proves(test.cookie, test.from, now.Add(test.after)); got != test.good {
			t.Errorf("%s: good is %v", test.what, got)
		}
	}
	if newCookies(now).proves(cookie, here, now) {
		t.Error("a server that was started again takes an old cookie")
	}
}

func TestAForgedSenderIsNotHeard(t *testing.T) {
	h := open(t, Options{}, "udp://127.0.0.1:0")
	m := h.knock(t, 0)
	s := m.comes(h, `{"action":"presence","jim":2}`)
	// Who forges the address of m does not know its cookie.
	forged := []string{
		`{"action":"msg","id":"1","to":"#tea","message":"I am not ann"}`,
		`{"cookie":"AAAAAAAAAAAAAAAA","action":"quit","id":"forged quit, with an id so long"}`,
		`{"cookie":"","action":"quit","id":"forged quit, with an id that is so long"}`,
		"nonsense", "{}", "",
	}
	for _, f := range forged {
		say(t, m, f)
	}
	other := h.knock(t, 0)
	other.prove()
	say(t, other, `{"cookie":"`+m.cookie+`","action":"quit","id":"the cookie of somebody else"}`)
	if answer := other.hears(); !strings.HasPrefix(answer, `{"response":401,`) || !strings.Contains(answer, `"cookie"`) {
		t.Errorf("the cookie of somebody else was answered %s", answer)
	}
	say(t, m, m.with(`{"action":"ping","id":"1"}`))
	gets(t, s, m.with(`{"action":"ping","id":"1"}`))
	if n := len(h.sockets[0].sessions); n != 1 {
		t.Errorf("there are %d sessions", n)
	}
}

func TestARequestThatComesAgainIsHandledOnce(t *testing.T) {
	h := open(t, Options{}, "udp://127.0.0.1:0")
	m := h.knock(t, 0)
	s := m.comes(h, `{"action":"presence","jim":2}`)
	create := m.with(`{"action":"create","id":"1","to":"#tea"}`)
	for range 3 {
		say(t, m, create)
	}
	gets(t, s, create)
	h.count(t, "udp_repeats", 2)
	if s.Ready() {
		t.Error("what came again while it was handled is there to be read")
	}
	puts(t, s, `{"response":201,"id":"1"}`)
	if got := m.hears(); got != "{\"response\":201,\"id\":\"1\"}\n" {
		t.Errorf("heard %s", got)
	}
	say(t, m, create)
	if got := m.hears(); got != "{\"response\":201,\"id\":\"1\"}\n" {
		t.Errorf("heard %s", got)
	}
	// What failed can succeed the next time, and what only reads is read again.
	for _, again := range []struct{ request, answer string }{
		{`{"action":"create","id":"2","to":"#tea"}`, `{"response":507,"id":"2"}`},
		{`{"action":"history","id":"3","to":"#tea"}`, `{"response":200,"id":"3"}`},
	} {
		for range 2 {
			say(t, m, m.with(again.request))
			gets(t, s, m.with(again.request))
			puts(t, s, again.answer)
			if got := m.hears(); got != again.answer+"\n" {
				t.Errorf("heard %s", got)
			}
		}
	}
	// What was refused for good stays refused, though its reason may be gone when it comes again.
	refused := m.with(`{"action":"msg","id":"4","to":"bob","message":"?"}`)
	say(t, m, refused)
	gets(t, s, refused)
	puts(t, s, `{"response":404,"id":"4"}`)
	for range 2 {
		if got := m.hears(); got != "{\"response\":404,\"id\":\"4\"}\n" {
			t.Errorf("heard %s", got)
		}
		say(t, m, refused)
	}
	m.hears()
	if s.Ready() {
		t.Error("what was refused is there to be read again")
	}
}

func TestAnEventComesAgainUntilItIsAcknowledged(t *testing.T) {
	h := open(t, Options{}, "udp://127.0.0.1:0")
	m := h.knock(t, 0)
	s := m.comes(h, `{"action":"presence","ack":0,"jim":2}`)
	puts(t, s, `{"action":"msg","to":"#tea","seq":7}`, `{"action":"typing","to":"#tea"}`)
	first := m.hears()
	if first != "{\"action\":\"msg\",\"to\":\"#tea\",\"seq\":7,\"ack\":1}\n" {
		t.Errorf("heard %s", first)
	}
	if got := m.hears(); got != "{\"action\":\"typing\",\"to\":\"#tea\"}\n" {
		t.Errorf("heard %s", got)
	}
	if again := m.hears(); again != first {
		t.Errorf("heard %s, want it again", again)
	}
	say(t, m, m.with(`{"ack":1}`))
	c := h.sockets[0].session(netip.MustParseAddrPort(m.LocalAddr().String()))
	if !soon(func() bool { c.mu.Lock(); defer c.mu.Unlock(); return c.out.open() == 0 }) {
		t.Error("it is still on its way")
	}
	if s.Ready() {
		t.Error("an acknowledgement is there to be read")
	}
}

func TestWhatIsTooLarge(t *testing.T) {
	h := open(t, Options{}, "udp://127.0.0.1:0")
	m := h.knock(t, 0)
	s := m.comes(h, `{"action":"presence","jim":2}`)
	say(t, m, m.with(`{"action":"msg","id":"1","to":"#tea","message":"`+strings.Repeat("x", 1150)+`"}`))
	if got := m.hears(); !strings.HasPrefix(got, `{"response":413,"id":"1",`) {
		t.Errorf("heard %s", got)
	}
	say(t, m, m.with(`{"action":"msg","id":"2","to":"#tea","message":"`+strings.Repeat("x", 1500)+`"}`))
	h.count(t, "udp_oversized", 2)
	puts(t, s, `{"action":"msg","to":"ann","from":"bob","seq":8,"message":"`+strings.Repeat("x", 1200)+`"}`)
	if got := m.hears(); got != `{"action":"behind","to":"bob","seq":8,"alert":"too large for a datagram: read it over a stream"}`+"\n" {
		t.Errorf("heard %s", got)
	}
}

func TestPlacesForDatagramsAreCounted(t *testing.T) {
	h := open(t, Options{MaxPerHost: 1}, "udp://127.0.0.1:0")
	one := h.knock(t, 0)
	s := one.comes(h, `{"action":"presence","jim":2}`)
	two := h.knock(t, 0)
	two.prove()
	for _, object := range []string{firstHello, `{"action":"msg","id":"p","to":"#tea","message":"hi","user":{"account_name":"sensor"}}`} {
		say(t, two, two.with(object))
		if got := two.hears(); !strings.HasPrefix(got, `{"response":429,"id":"p",`) {
			t.Errorf("heard %s", got)
		}
	}
	h.count(t, "udp_places", 2)
	s.Close()
	if !soon(func() bool { h.limits.mu.Lock(); defer h.limits.mu.Unlock(); return h.limits.all == 0 }) {
		t.Fatal("the place is not free again")
	}
	say(t, two, two.with(firstHello))
	gets(t, h.next(t), two.with(firstHello))
}

// Strangers are answered so often in each second, and no more often.
func TestEverySecondHasItsAnswers(t *testing.T) {
	r, here, now := new(hostRate), netip.MustParseAddr("192.0.2.1"), time.Now()
	for second := range 3 {
		at := now.Add(time.Duration(second) * time.Second)
		for i := range 2 * hostRateMost {
			if got, want := r.may(here, at.Add(time.Duration(i))), i < hostRateMost; got != want {
				t.Fatalf("second %d, answer %d: %v", second, i+1, got)
			}
		}
	}
}

// Whose answers count together is another matter in each server, so that nobody can choose an address of his own to use up those
// of another. Here are some that would meet, if there were nothing secret in it.
func TestNobodyUsesUpTheAnswersOfAnother(t *testing.T) {
	place := func(host netip.Addr) uint16 {
		sum := sha256.Sum256(append(make([]byte, 8), host.AsSlice()...))
		return binary.BigEndian.Uint16(sum[:]) % (1 << 12)
	}
	r, mine, now := new(hostRate), netip.MustParseAddr("192.0.2.1"), time.Now()
	for range hostRateMost {
		r.may(mine, now)
	}
	others, silent := 0, 0
	for host := netip.MustParseAddr("198.51.0.0"); others < 4; host = host.Next() {
		if place(host) != place(mine) {
			continue
		}
		if others++; !r.may(host, now) {
			silent++
		}
	}
	if silent == others {
		t.Errorf("none of %d addresses is answered", others)
	}
}

// forget lets everybody be answered again.
func (r *hostRate) forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	clear(r.used[:])
}

// TestAFloodOfStrangersCostsNothing takes datagrams from so many addresses that whatever
// were kept of each would be seen.
func TestAFloodOfStrangersCostsNothing(t *testing.T) {
	h := open(t, Options{}, "udp://127.0.0.1:0")
	s := h.sockets[0]
	m := h.knock(t, 0)
	now := time.Now()
	objects := [][]byte{
		[]byte(firstHello), []byte(`{"cookie":"AAAAAAAAAAAAAAAA","action":"presence","jim":2,"user":{"account_name":"ann"}}`),
		[]byte("garbage"), []byte("{}"),
		{},
		[]byte(`{"cookie":"AAAAAAAAAAAAAAAA","ack":1}`), bytes.Repeat([]byte("["), 1400),
	}
	other := &udpSocket{ls: s.ls, conn: s.conn, cookies: s.cookies, serves: true, sessions: s.sessions, settled: s.settled}
	before := allocated()
	const each = 2000
	for i := range each {
		from := netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 1, byte(i >> 8), byte(i)}), 9)
		for _, object := range objects {
			other.take(object, from, now)
		}
	}
	if kept := allocated() - before; kept > 1<<20 {
		t.Errorf("%d bytes are kept", kept)
	}
	if len(s.sessions) > 0 || h.limits.all > 0 {
		t.Errorf("%d sessions, %d places", len(s.sessions), h.limits.all)
	}
	counts := h.Counts()
	if counts["udp_garbage"]+counts["udp_unproven"]+counts["udp_cookies"] != each*uint64(len(objects)) {
		t.Errorf("not everything is counted: %v", counts)
	}
	// One address gets so much a second and no more.
	here := netip.MustParseAddrPort(m.LocalAddr().String())
	told := counts["udp_cookies"]
	for range 4 * hostRateMost {
		other.take(objects[0], here, now)
	}
	if got := h.Counts()["udp_cookies"] - told; got > hostRateMost {
		t.Errorf("one address was answered %d times in a second", got)
	}
	h.none(t)
}

// allocated is how much memory is in use.
func allocated() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

func TestSilenceEndsASession(t *testing.T) {
	h := open(t, Options{}, "udp://127.0.0.1:0")
	m := h.knock(t, 0)
	s := m.comes(h, `{"action":"presence","jim":2}`)
	c := h.sockets[0].session(netip.MustParseAddrPort(m.LocalAddr().String()))
	c.mu.Lock()
	c.heard = c.heard.Add(-udpSilence)
	c.timer.Reset(0)
	c.mu.Unlock()
	if _, err := s.Read(); err == nil {
		t.Error("a session that nothing comes from goes on")
	}
	c.mu.Lock()
	c.closed = c.closed.Add(-lingering)
	c.timer.Reset(0)
	c.mu.Unlock()
	if !soon(func() bool { return h.sockets[0].session(c.from) == nil }) {
		t.Error("it is still known")
	}
	say(t, m, m.with(`{"action":"ping","id":"1"}`))
	if got := m.hears(); !strings.Contains(got, `"response":200`) || !strings.Contains(got, `"cookie"`) {
		t.Errorf("a ping without a session was answered %s", got)
	}
}

func TestOneRequestWithoutASession(t *testing.T) {
	h := open(t, Options{}, "udp://127.0.0.1:0")
	m := h.knock(t, 0)
	m.prove()
	request := m.with(`{"action":"msg","id":"k1","to":"#ops","message":"21.5","user":{"account_name":"sensor"}}`)
	say(t, m, request)
	s := h.next(t)
	if p := s.Peer(); !p.Brief || !p.Datagrams || p.Transport != "udp" {
		t.Errorf("the peer is %+v", p)
	}
	gets(t, s, `{"action":"presence","id":"http-authorization","jim":2,"user":{"account_name":"sensor"}}`)
	puts(t, s, `{"response":200,"id":"http-authorization"}`)
	gets(t, s, request)
	puts(t, s, `{"response":201,"id":"k1","seq":1}`)
	s.Close()
	if got := m.hears(); got != `{"response":201,"id":"k1","seq":1}`+"\n" {
		t.Errorf("heard %s", got)
	}
	for _, object := range []string{
		`{"action":"msg","id":"k2","to":"#ops","message":"who says this?"}`,
		`{"action":"sync","id":"k2","since":{},"user":{"account_name":"sensor"}}`,
		`{"action":"admin","id":"k2","do":"user owner","user":{"account_name":"sensor"}}`,
	} {
		say(t, m, m.with(object))
		if got := m.hears(); !strings.HasPrefix(got, `{"response":401,"id":"k2",`) {
			t.Errorf("%s was answered %s", object, got)
		}
	}
	h.none(t)
}

func TestEventsThatNobodyAcknowledgesAreToldOf(t *testing.T) {
	w := window{on: true}
	now := time.Unix(1000, 0)
	w.add([]byte(`{"action":"msg","to":"ann","from":"bob","seq":7}`+"\n"), now)
	w.add([]byte(`{"action":"msg","to":"#tea","from":"bob","seq":8}`+"\n"), now)
	w.add([]byte(`{"action":"msg","to":"#tea","from":"bob","seq":9}`+"\n"), now)
	w.remove(3, now)
	sentAgain, gaveUp := 0, 0
	var next time.Time
	for ; gaveUp < 2; now = next {
		again, up, at := w.due("ann", now)
		sentAgain, gaveUp, next = sentAgain+len(again), gaveUp+up, at
	}
	if sentAgain != 2*windowTries || w.open() != 0 {
		t.Errorf("sent again %d times, %d are on their way", sentAgain, w.open())
	}
	if len(w.missed) != 2 || w.missed["bob"] != 7 || w.missed["#tea"] != 8 {
		t.Errorf("missed are %v", w.missed)
	}
	for i := range 1000 {
		w.miss(fmt.Appendf(nil, `{"action":"msg","to":"#r%d","seq":1}`, i), "ann")
	}
	if len(w.missed) != missedMost {
		t.Errorf("%d conversations are remembered", len(w.missed))
	}
}

func TestWhoIsHeardAgainIsToldWhatWasMissed(t *testing.T) {
	h := open(t, Options{}, "udp://127.0.0.1:0")
	m := h.knock(t, 0)
	s := m.comes(h, `{"action":"presence","ack":0,"jim":2}`)
	c := h.sockets[0].session(netip.MustParseAddrPort(m.LocalAddr().String()))
	c.mu.Lock()
	c.out.miss([]byte(`{"action":"msg","to":"#tea","from":"bob","seq":918}`), "ann")
	c.mu.Unlock()
	say(t, m, m.with(`{"action":"ping","id":"1"}`))
	if got := m.hears(); got != `{"action":"behind","to":"#tea","seq":918,"ack":1}`+"\n" {
		t.Errorf("heard %s", got)
	}
	gets(t, s, m.with(`{"action":"ping","id":"1"}`))
	say(t, m, m.with(`{"ack":1}`)) // or its end would wait for it
	c.mu.Lock()
	c.out.miss([]byte(`{"action":"behind","to":"ann","seq":7}`), "ann") // of notes to herself
	c.mu.Unlock()
	say(t, m, m.with(`{"action":"ping","id":"2"}`))
	if got := m.hears(); got != `{"action":"behind","to":"ann","seq":7,"ack":2}`+"\n" {
		t.Errorf("heard %s", got)
	}
	gets(t, s, m.with(`{"action":"ping","id":"2"}`))
	say(t, m, m.with(`{"ack":2}`))
}

// TestASessionThatMissedTooMuchEnds: whoever comes back says what he has, and nothing is missed unseen.
func TestASessionThatMissedTooMuchEnds(t *testing.T) {
	h := open(t, Options{}, "udp://127.0.0.1:0")
	m := h.knock(t, 0)
	m.comes(h, `{"action":"presence","ack":0,"jim":2}`)
	c := h.sockets[0].session(netip.MustParseAddrPort(m.LocalAddr().String()))
	miss := func(i int) {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.out.miss(fmt.Appendf(nil, `{"action":"msg","to":"#r%d","from":"bob","seq":1}`, i), "ann")
	}
	for i := range missedMost {
		miss(i)
	}
	c.tick()
	select {
	case <-c.gone:
		t.Fatal("ended though all that was missed is known")
	default:
	}
	miss(missedMost)
	c.tick()
	select {
	case <-c.gone:
	default:
		t.Fatal("a conversation was missed, and nobody will know")
	}
	say(t, m, m.with(`{"ack":0,"id":"look"}`+strings.Repeat(" ", 80)))
	if got := m.hears(); !strings.HasPrefix(got, `{"response":401,"id":"look"`) {
		t.Errorf("who looks hears %s", got)
	}
}

func TestWhatIsToldLastComesAgainAfterTheEnd(t *testing.T) {
	h := open(t, Options{}, "udp://127.0.0.1:0")
	m := h.knock(t, 0)
	s := m.comes(h, `{"action":"presence","ack":0,"jim":2}`)
	puts(t, s, `{"action":"bye","alert":"the server is stopping"}`)
	s.Close()
	first := m.hears()
	if again := m.hears(); again != first || !strings.HasSuffix(first, `"ack":1}`+"\n") {
		t.Errorf("heard %s and then %s", first, again)
	}
	say(t, m, m.with(`{"ack":1}`))
	if !soon(func() bool { return !h.sockets[0].owed() }) {
		t.Error("the session still waits")
	}
}

func TestDatagramsForOthersNeedEncryption(t *testing.T) {
	_, err := Open(t.Context(), []string{"udp://0.0.0.0:0"}, Options{Serve: func(context.Context, chat.Conn) {}})
	if err == nil || !strings.Contains(err.Error(), "plain text") {
		t.Errorf("the error is %v", err)
	}
}

func TestAnAddressThatIsOnlyOfUseMayBeTaken(t *testing.T) {
	taken := open(t, Options{}, "udp://127.0.0.1:0")
	h := open(t, Options{Beside: taken.Addresses()}, "tcp://127.0.0.1:0")
	if len(h.Addresses()) != 1 {
		t.Errorf("the addresses are %v", h.Addresses())
	}
	h = open(t, Options{Beside: []string{"udp://127.0.0.1:0"}}, "tcp://127.0.0.1:0")
	if len(h.Addresses()) != 2 {
		t.Errorf("the addresses are %v", h.Addresses())
	}
}

// FuzzDatagram takes anything from one address, with and without a cookie: nothing may
// make it fail, nor send more than came before there is a cookie.
func FuzzDatagram(f *testing.F) {
	for _, s := range []string{firstHello, `{"ack":1}`, "{", "", `{"action":"msg","to":"#tea","message":"hi","user":"ann"}`, "\x40\x80", `{"cookie":"\u0000"}`, `{"action":"ping","id":"1"}`, `{"ack":0,"id":"look"}                                      `} {
		f.Add([]byte(s), false)
		f.Add([]byte(s), true)
	}
	ls, err := Open(f.Context(), []string{"udp://127.0.0.1:0"}, Options{Serve: func(ctx context.Context, c chat.Conn) {
		for {
			if _, err := c.Read(); err != nil {
				return
			}
			b := new(wire.Batch)
			b.AppendResponse(&wire.Response{Code: wire.OK})
			if c.Write([]*wire.Batch{b}) != nil || c.Peer().Brief {
				return
			}
		}
	}})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(ls.Close)
	sink, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { sink.Close() })
	from := netip.MustParseAddrPort(sink.LocalAddr().String())
	s := &udpSocket{ls: ls, conn: ls.sockets[0].conn, cookies: newCookies(time.Now()), serves: true, sessions: map[netip.AddrPort]*udpConn{}, settled: make(chan struct{}, 1)}
	f.Cleanup(func() {
		s.mu.Lock()
		all := slices.Collect(maps.Values(s.sessions))
		s.mu.Unlock()
		for _, c := range all {
			c.Close()
		}
		s.serving.Wait()
		s.forgetAll()
	})
	f.Fuzz(func(t *testing.T, p []byte, proven bool) {
		now := time.Now()
		if proven && len(p) > 0 && p[0] == '{' {
			p = append([]byte(`{"cookie":"`+s.cookies.make(from, now)+`",`), p[1:]...)
		}
		isQUIC(p)
		s.unknown.forget()
		if proven {
			s.take(p[:min(len(p), udpBuffer)], from, now)
			return
		}
		// From a socket of its own, to which whatever is answered goes: the reader answers
		// strangers before take returns, so what it sent is there.
		stranger, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
		if err != nil {
			t.Fatal(err)
		}
		defer stranger.Close()
		s.take(p[:min(len(p), udpBuffer)], netip.MustParseAddrPort(stranger.LocalAddr().String()), now)
		if _, err := s.conn.WriteToUDPAddrPort([]byte("the end"), netip.MustParseAddrPort(stranger.LocalAddr().String())); err != nil {
			t.Fatal(err)
		}
		out, buf := 0, make([]byte, 2048)
		for {
			if err := stranger.SetReadDeadline(now.Add(20 * time.Second)); err != nil {
				t.Fatal(err)
			}
			n, err := stranger.Read(buf)
			if err != nil {
				t.Fatal(err)
			}
			if string(buf[:n]) == "the end" {
				break
			}
			out += n
		}
		if out > len(p) {
			t.Fatalf("%d bytes came and %d went after %q", len(p), out, p)
		}
	})
}

// TestALoginThatComesLateBeginsNothing: the way delays a presence until its session has
// been ended, for good reasons perhaps.
func TestALoginThatComesLateBeginsNothing(t *testing.T) {
	h := open(t, Options{}, "udp://127.0.0.1:0")
	m := h.knock(t, 0)
	presence := `{"action":"presence","id":"p","jim":2,"device":"phone"}`
	m.comes(h, presence).Close()
	say(t, m, m.with(presence))
	if got := m.hears(); !strings.HasPrefix(got, `{"response":200,"id":"p"`) {
		t.Errorf("it was answered %s", got)
	}
	h.none(t)
	other := `{"action":"presence","id":"q","jim":2}`
	say(t, m, m.with(other))
	s := h.next(t)
	gets(t, s, m.with(other))
	say(t, m, m.with(presence))
	m.hears()
	if s.Ready() {
		t.Error("the next session gets it")
	}
}
