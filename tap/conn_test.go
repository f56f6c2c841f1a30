package tap

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"jim/check"
)

// wsFrame is a frame of WebSocket, masked where mask is set.
func wsFrame(first byte, payload []byte, mask bool) []byte {
	b := []byte{first}
	m := byte(0)
	if mask {
		m = 0x80
	}
	switch n := len(payload); {
	case n < 126:
		b = append(b, m|byte(n))
	case n < 1<<16:
		b = append(b, m|126, byte(n>>8), byte(n))
	default:
		b = append(b, m|127, 0, 0, 0, 0, byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
	}
	if !mask {
		return append(b, payload...)
	}
	key := []byte{1, 2, 3, 4}
	b = append(b, key...)
	for i, c := range payload {
		b = append(b, c^key[i%4])
	}
	return b
}

// TestFramesOfWebSocket cuts a stream of frames anywhere.
func TestFramesOfWebSocket(t *testing.T) {
	long := `{"action":"ping","x":"` + strings.Repeat("я", 40000) + `"}`
	stream := slices.Concat(
		[]byte("GET /jim/ws HTTP/1.1\r\nUpgrade: websocket\r\n\r\n"),
		wsFrame(0x81, []byte(`{"action":"presence","jim":2,"user":{"account_name":"ann"}}`), true),
		wsFrame(0x01, []byte(`{"action":`), true), wsFrame(0x89, []byte("hi"), true), wsFrame(0x80, []byte(`"ping"}`), true),
		wsFrame(0x81, []byte(long), true),
		wsFrame(0x82, []byte{0, 1, 2}, true),
		wsFrame(0x81, bytes.Repeat([]byte("x"), check.Largest+5), true),
		wsFrame(0x88, []byte{3, 232, 'o', 'k'}, true),
	)
	want := []Kind{Line, Line, Object, Control, Object, Object, Bytes, Part, Control}
	for seed := range uint64(20) {
		dice := rand.New(rand.NewPCG(seed, 1))
		c := newConn(1, false)
		c.see(&glimpse{conn: c, kind: Bytes, side: check.FromServer, data: nil})
		var got []Kind
		for rest := stream; len(rest) > 0; {
			n := min(len(rest), 1+dice.IntN(1<<dice.IntN(17)))
			for _, i := range c.see(&glimpse{conn: c, kind: Bytes, side: check.FromClient, at: time.Now(), data: rest[:n]}) {
				got = append(got, i.Kind)
				if i.Kind == Object && len(i.Broken) > 0 && i.Size < 100 {
					t.Errorf("%s breaks %s", i.Text, i.Broken[0].ID)
				}
				if i.Kind == Control && i.Note == "close 1000" && string(i.Text) != "ok" {
					t.Errorf("the close says %q", i.Text)
				}
			}
			rest = rest[n:]
		}
		if !slices.Equal(got, want) {
			t.Fatalf("seed %d: shown are %v, want %v", seed, got, want)
		}
	}
}

// FuzzConn: whatever two sides send, each byte is accounted for and little of it kept.
func FuzzConn(f *testing.F) {
	f.Add([]byte("GET / HTTP/1.1\r\nUpgrade: websocket\r\n\r\n\x81\x85\x01\x02\x03\x04abcde"), []byte("HTTP/1.1 101 x\r\nUpgrade: websocket\r\n\r\n\x81\x03{}\n"), uint64(1))
	f.Add([]byte("{\"action\":\"ping\"}\nhello\n{"), []byte("{\"response\":200}{\"action\":"), uint64(2))
	f.Add([]byte("/nick ann\r\n\xff\xfb\x1f"), []byte("words\x1b[2J"), uint64(3))
	f.Fuzz(func(t *testing.T, from, to []byte, seed uint64) {
		dice := rand.New(rand.NewPCG(seed, seed))
		for _, datagrams := range []bool{false, true} {
			c := newConn(1, datagrams)
			sides := map[check.Side][]byte{check.FromClient: from, check.FromServer: to}
			for len(sides[check.FromClient])+len(sides[check.FromServer]) > 0 {
				side := check.Side(1 + dice.IntN(2))
				rest := sides[side]
				n := min(len(rest), 1+dice.IntN(64))
				sides[side] = rest[n:]
				for _, i := range c.see(&glimpse{conn: c, kind: Bytes, side: side, data: rest[:n]}) {
					if len(i.Text) > check.Largest+64 {
						t.Fatalf("an item of %d bytes", len(i.Text))
					}
				}
			}
			c.see(&glimpse{conn: c, kind: Lost, side: check.FromClient, lost: 7})
			c.see(&glimpse{conn: c, kind: Ended, side: check.FromClient})
			c.see(&glimpse{conn: c, kind: Ended, side: check.FromServer})
		}
	})
}
