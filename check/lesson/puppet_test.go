package lesson

import (
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"jim/check"
)

// TestAnObjectInPiecesStaysWhole sends an answer while an object is on its way in pieces, as happens to a client that says
// something else before it is answered.
func TestAnObjectInPiecesStaysWhole(t *testing.T) {
	t.Parallel()
	ours, theirs := net.Pipe()
	st := &stage{o: &Options{Level: check.JIM1, Patience: time.Minute}, ctx: t.Context(), changed: make(chan struct{})}
	p := &puppet{Conn: ours, st: st}
	var all sync.WaitGroup
	all.Go(func() { p.putParts(`{"response":200,"alert":"in pieces"}`, 3) })
	first := make([]byte, 1)
	if _, err := io.ReadFull(theirs, first); err != nil {
		t.Fatal(err)
	}
	all.Go(func() { p.tell(`{"response":202}`) })
	go func() {
		all.Wait()
		_ = ours.Close()
	}()
	rest, err := io.ReadAll(theirs)
	if err != nil {
		t.Fatal(err)
	}
	const whole = `{"response":200,"alert":"in pieces"}` + "\n" + `{"response":202}` + "\n"
	if got := string(first) + string(rest); got != whole {
		t.Errorf("came %q", got)
	}
}
