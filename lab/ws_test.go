//go:build unix

package lab

import (
	"bytes"
	"testing"
)

// The example of RFC 6455, section 1.3, and a frame of section 5.7.
func TestWebSocketByTheBook(t *testing.T) {
	if got := acceptOf("dGhlIHNhbXBsZSBub25jZQ=="); got != "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" {
		t.Errorf("acceptOf gives %s", got)
	}
	b := []byte{0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58, 0x99}
	f, taken, err := cutFrame(b)
	if err != nil || taken != 11 || f.op != opText || !f.last || string(f.payload) != "Hello" {
		t.Errorf("%+v, %d, %v", f, taken, err)
	}
	if _, _, err := cutFrame([]byte{0x82, 127, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}); err == nil {
		t.Error("a frame of 2^64 bytes is taken")
	}
}

// A frame is cut off only when it is whole, and never takes bytes that are not there.
func FuzzCutFrame(f *testing.F) {
	f.Add([]byte{0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58})
	f.Add([]byte{0x82, 126, 0, 3, 1, 2, 3})
	f.Add([]byte{0x82, 127, 0, 0, 0, 0, 0, 0, 0, 1, 7})
	f.Fuzz(func(t *testing.T, b []byte) {
		before := bytes.Clone(b)
		f, taken, err := cutFrame(b)
		if !bytes.Equal(b, before) {
			t.Fatal("it changes what was received")
		}
		if err != nil || taken == 0 {
			return
		}
		if taken > len(b) || len(f.payload) > taken-2 || len(f.payload) > maxFrame {
			t.Fatalf("takes %d of %d for %d", taken, len(b), len(f.payload))
		}
		if _, n, err := cutFrame(b[:taken-1]); n != 0 || err != nil {
			t.Fatalf("takes %d of a frame that is not whole (%v)", n, err)
		}
	})
}
