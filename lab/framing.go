//go:build unix

package lab

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/sys/unix"

	"jim/wire"
)

// Framing shows why one recv is not one message, and what helps: a sender and a receiver in one program,
// over a real connection on loopback.
type Framing struct {
	Only []string // the parts to show, of [FramingParts]; none = all
}

// FramingParts are the names of the parts, in their order.
func FramingParts() (names []string) {
	for _, p := range (&framed{}).parts() {
		names = append(names, p.name)
	}
	return names
}

// framed is the demonstration under way.
type framed struct {
	*Lab
	sender, receiver *Sock
}

// parts are in the order in which they are shown: what goes wrong, then what helps.
func (f *framed) parts() []part {
	return []part{
		{"two-sends", sayTwoSends, f.twoSends, sayTwoSendsEnd},
		{"one-send", sayOneSend, f.oneSend, sayOneSendEnd},
		{"letter", sayLetter, f.letter, sayLetterEnd},
		{"lines", sayLines, f.lines, sayLinesEnd},
		{"length", sayLength, f.length, sayLengthEnd},
		{"json", sayJSON, f.json, sayJSONEnd},
		{"datagrams", sayDatagrams, f.datagrams, sayDatagramsEnd},
	}
}

// The two sides.
var (
	whoSends    = phrase{"sender", "отправитель", "发送方"}
	whoReceives = phrase{"receiver", "получатель", "接收方"}
)

// Run shows the parts.
func (f Framing) Run(l *Lab) error {
	d := &framed{Lab: l}
	l.say(sayFraming)
	if err := d.connect(); err != nil {
		return err
	}
	parts := slices.DeleteFunc(d.parts(), func(p part) bool {
		return len(f.Only) > 0 && !slices.Contains(f.Only, p.name)
	})
	if err := l.show(parts); err != nil || l.Stopped() {
		return err
	}
	if err := d.sender.Close(); err != nil {
		return err
	}
	if _, err := d.receiver.Recv(make([]byte, 20)); err != nil {
		return err
	}
	defer l.say(sayFramingEnd)
	return d.receiver.Close()
}

// connect makes the connection. One thread can be both sides: the kernel completes the connection
// before the server accepts it.
func (f *framed) connect() error {
	server, at, err := side{f.Lab, whoReceives}.Listen(Address{Network: "tcp", Host: "127.0.0.1"}, 1)
	if err != nil {
		return err
	}
	defer server.Close()
	if f.sender, err = (side{f.Lab, whoSends}).Connect(at); err != nil {
		return err
	}
	f.receiver, err = server.Accept()
	return err
}

// arrived waits until n bytes lie in the receiver's kernel: as if its program had been busy meanwhile.
func (f *framed) arrived(n int) error {
	_, err := f.receiver.Peek(make([]byte, n))
	return err
}

func (f *framed) twoSends() error {
	for _, text := range []string{"Hello", "World"} {
		if err := f.sender.SendAll([]byte(text)); err != nil {
			return err
		}
	}
	if err := f.arrived(10); err != nil {
		return err
	}
	_, err := f.receiver.Recv(make([]byte, 100))
	return err
}

func (f *framed) oneSend() error {
	text := strings.Repeat("1234567890", 5)
	if err := f.sender.SendAll([]byte(text)); err != nil {
		return err
	}
	if err := f.arrived(len(text)); err != nil {
		return err
	}
	return f.receive(len(text), 20, func([]byte) {})
}

// receive receives until total bytes have come, at most buffer at a time.
func (f *framed) receive(total, buffer int, take func([]byte)) error {
	buf := make([]byte, buffer)
	for total > 0 {
		n, err := f.receiver.Recv(buf)
		if err != nil || n == 0 {
			return err
		}
		take(buf[:n])
		total -= n
	}
	return nil
}

func (f *framed) letter() error {
	text := sayLetters.in(f.Language)
	if err := f.sender.SendAll([]byte(text)); err != nil {
		return err
	}
	if err := f.arrived(len(text)); err != nil {
		return err
	}
	var whole letters
	return f.receive(len(text), 5, func(b []byte) {
		alone := strings.ToValidUTF8(string(b), string(utf8.RuneError))
		f.say(sayLetterStep, alone, whole.add(b), len(whole.rest))
	})
}

// cure sends pieces, receives them in a buffer of 10 bytes and shows what cut finds in what came so far. cut takes
// the first whole message off b; taken 0 = it is not whole yet.
func (f *framed) cure(pieces [][]byte, cut func(b []byte) (message []byte, taken int)) error {
	var all []byte
	for _, p := range pieces {
		if err := f.sender.SendAll(p); err != nil {
			return err
		}
		all = append(all, p...)
	}
	if err := f.arrived(len(all)); err != nil {
		return err
	}
	var kept []byte
	return f.receive(len(all), 10, func(b []byte) {
		kept = append(kept, b...)
		for {
			message, taken := cut(kept)
			kept = kept[taken:]
			if message == nil {
				break
			}
			f.say(sayMessage, quoted(message, 0))
		}
		if len(kept) > 0 {
			f.say(sayKept, quoted(kept, 0))
		}
	})
}

func (f *framed) lines() error {
	return f.cure([][]byte{[]byte("one\ntwo\nth"), []byte("ree\nfour\n")}, func(b []byte) ([]byte, int) {
		i := bytes.IndexByte(b, '\n')
		if i < 0 {
			return nil, 0
		}
		return b[:i], i + 1
	})
}

func (f *framed) length() error {
	withLength := func(text string) []byte {
		return append(binary.BigEndian.AppendUint32(nil, uint32(len(text))), text...)
	}
	return f.cure([][]byte{withLength("one"), withLength("two\ntwo"), withLength("three")}, func(b []byte) ([]byte, int) {
		if len(b) < 4 {
			return nil, 0
		}
		n := int(binary.BigEndian.Uint32(b))
		if len(b) < 4+n {
			return nil, 0
		}
		return b[4 : 4+n], 4 + n
	})
}

func (f *framed) json() error {
	cutter := wire.Cutter{MaxBytes: 1 << 10, MaxDepth: 8}
	return f.cure([][]byte{[]byte(`{"n":1}{"n":2,"te`), []byte(`xt":"}{"} {"n":3}`)}, func(b []byte) ([]byte, int) {
		object, done, broken := cutter.Cut(b)
		if broken != nil {
			return nil, len(b) // it cannot be: the objects are ours
		}
		return object, done
	})
}

func (f *framed) datagrams() error {
	receiver, err := side{f.Lab, whoReceives}.Socket(unix.AF_INET, unix.SOCK_DGRAM, unix.IPPROTO_UDP)
	if err != nil {
		return err
	}
	defer receiver.Close()
	if err := receiver.Bind(&unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		return err
	}
	at, err := receiver.Getsockname()
	if err != nil {
		return err
	}
	sender, err := side{f.Lab, whoSends}.Connect(Address{Network: "udp", Host: "127.0.0.1", Port: portOf(at)})
	if err != nil {
		return err
	}
	defer sender.Close()
	for _, text := range []string{"Hello", "World", "too long for ten bytes"} {
		if err := sender.SendAll([]byte(text)); err != nil {
			return err
		}
	}
	for _, buffer := range []int{100, 100, 10} {
		if _, err := receiver.Recv(make([]byte, buffer)); err != nil {
			return err
		}
	}
	return nil
}
