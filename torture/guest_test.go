package torture

import (
	"context"
	"net"
	"strings"
	"testing"
	"time"

	"jim/client"
	"jim/history"
)

// lateGuest comes into the room of a chapter when something has been said there. Its first connection ends with
// the answer to its join, so what it is told first is that the room has something.
func lateGuest(t *testing.T, c *crowd, straight dialer) *guest {
	t.Helper()
	lines := 0
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		if lines++; lines > 1 {
			return straight(ctx)
		}
		var conn net.Conn
		in := false
		conn, err := between(straight, func(object string, say func(string)) {
			switch answer := strings.HasPrefix(object, `{"response":`); {
			case !in:
				in = answer
				say(object)
			case answer:
				conn.Close()
			}
		})(ctx)
		return conn, err
	}
	g := &guest{name: "late", room: c.places[0].to}
	var err error
	if g.Client, err = client.Dial(t.Context(), "tcp://here", client.Options{Name: g.name, Dial: dial}); err != nil {
		t.Fatal(err)
	}
	return g
}

// TestAGuestHasARoomFromWhereItIsTold: what was said before a guest was told that there is something does not miss
// it; what is said afterwards does.
func TestAGuestHasARoomFromWhereItIsTold(t *testing.T) {
	tr := newTrial(t)
	tr.oneChapter(t, nil, func(c *crowd, _ map[string][32]byte) {
		gs := &guests{crowd: c}
		g := lateGuest(t, c, c.voices[0].dial)
		gs.all = append(gs.all, g)
		gs.done.Go(func() { gs.listen(g) })
		gs.done.Go(func() { gs.talk(t.Context(), g) })
		last := c.voices[0].ears[g.room].have
		for g.seq.Load() < last+10 && t.Context().Err() == nil {
			pause(t.Context(), time.Millisecond)
		}
		gs.hush()
		if !gs.settle(t.Context()) {
			t.Error("it does not hear everything")
		}
		gs.close()
		entries := c.tape.take()
		if faults := history.Check(entries); len(faults) > 0 {
			t.Errorf("found %v", faults)
		}
		forgot := 0
		for i, e := range entries {
			if e.Kind == history.Read && e.Action == "msg" {
				forgot = i
				break
			}
		}
		if faults := history.Check(append(entries[:forgot:forgot], entries[forgot+1:]...)); len(faults) == 0 || faults[0].Kind != history.Lost {
			t.Errorf("without %s, found %v", entries[forgot], faults)
		}
	})
}
