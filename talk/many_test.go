package talk

import (
	"fmt"
	"sync"
	"testing"

	"jim/wire"
)

// TestManyRequestsUnderWayOverALossyWay has one client ask much at the same time over a way that
// loses, doubles and reorders: each is answered with its own, each message is kept once and told
// once in the order of its number, and what must not be done twice is not.
func TestManyRequestsUnderWayOverALossyWay(t *testing.T) {
	_, ann, ctx := annInTea(t, "lossy", clientAddress, 6*Patience)
	const n = 6 // of each kind at the same time: the server remembers 16 of a session, and ann also reads
	before := happened.reordered.Load()
	said := map[uint64]string{}
	for round := range 5 {
		var all sync.WaitGroup
		var mu sync.Mutex
		for i := range n {
			all.Go(func() {
				text := fmt.Sprintf("%d %d", round, i)
				seq, err := ann.Send(ctx, "#tea", text)
				mu.Lock()
				defer mu.Unlock()
				if err != nil || said[seq] != "" {
					t.Errorf("%s is number %d, like %q: %v", text, seq, said[seq], err)
				}
				said[seq] = text
			})
			all.Go(func() { // a second time it would be refused
				room := fmt.Sprintf("#r%d-%d", round, i)
				if r, err := ann.Do(ctx, wire.Request{Action: wire.ActCreate, To: room}); err != nil || r.To != room {
					t.Errorf("%s: %+v, %v", room, r, err)
				}
			})
		}
		all.Wait()
	}
	last := uint64(0)
	for left := len(said); left > 0; {
		select {
		case e := <-ann.Events():
			if e.Action != wire.ActMsg {
				continue
			}
			if e.Seq <= last || said[e.Seq] != e.Message {
				t.Fatalf("number %d is %q after number %d, and was %q", e.Seq, e.Message, last, said[e.Seq])
			}
			last = e.Seq
			left--
		case <-ctx.Done():
			t.Fatalf("%d messages are missing", left)
		}
	}
	if happened.reordered.Load() == before {
		t.Error("nothing was reordered")
	}
}
