package client

import (
	"testing"
	"testing/synctest"
	"time"
	"unsafe"

	"jim/wire"
)

// Who hears nothing asks whether the server is there, and goes if it is not.
func TestSilence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		c, p := start(t, n, Options{})
		defer c.Close()
		began := time.Now()
		p.say(`{"response":200,"id":%q}`, p.hear(wire.ActPing).ID)
		if d := time.Since(began); d <= quiet || d > quiet+tick {
			t.Errorf("asked after %v", d)
		}
		began = time.Now()
		for range 2 {
			p.hear(wire.ActPing)
		}
		if object, err := p.s.read(); err == nil {
			t.Errorf("a silent server hears %s", object)
		}
		if d := time.Since(began); d <= deaf || d > deaf+tick {
			t.Errorf("given up after %v", d)
		}
	})
}

// The silence of a line does not depend on where somebody moves the clock of the machine.
func TestAMovedClockIsNoSilence(t *testing.T) {
	const century = 100 * 365 * 24 * time.Hour
	for _, jump := range []time.Duration{0, deaf, century, -deaf, -century} {
		now := time.Now()
		l := &line{began: now}
		l.hear(now.Add(time.Minute))
		later := now.Add(time.Minute + quiet)
		// No function of package time makes such a time; its own comment says where the seconds on the wall stand.
		*(*uint64)(unsafe.Pointer(&later)) += uint64(jump/time.Second) << 30
		if moved := later.Round(0).Sub(now.Round(0)) - later.Sub(now); moved != jump {
			t.Fatalf("the clock is moved by %v, want %v", moved, jump)
		}
		if s := l.silence(later); s != quiet {
			t.Errorf("clock moved by %v: silent for %v, want %v", jump, s, quiet)
		}
	}
}
