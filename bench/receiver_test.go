package bench

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// event is a message of 40 bytes of text as a server of JIM tells it.
func event(epoch time.Time, seq int) string {
	return fmt.Sprintf(`{"action":"msg","to":"#r","from":"u","seq":%d,"id":"%d","time":1.5,"message":"%s"}`+"\n", seq, seq, stamp(nil, epoch, 40))
}

// newReceiver hears a room whose first message has number 8.
func newReceiver(c net.Conn) *receiver {
	r := &receiver{
		conn: &conn{Conn: c, name: "u"}, tongue: &jimTongue, room: &room{name: "r", size: 40}, writes: true,
		epoch: time.Now(), every: 1, timed: new(atomic.Bool), ages: new(histogram),
	}
	r.room.base.Store(7)
	r.timed.Store(true)
	return r
}

func TestReceiverCountsTheSameWhateverThePackets(t *testing.T) {
	epoch := time.Now()
	stream := `{"response":201,"id":"x","to":"#r","seq":6}` + "\n" + // what came in before the work
		`{"action":"behind","to":"#r","seq":7}` + "\n" +
		event(epoch, 8) + event(epoch, 9) +
		`{"response":201,"id":"9","to":"#r","seq":9}` + "\n" +
		event(epoch, 10) +
		`{"action":"behind","to":"#r","seq":14}` + "\n" +
		`{"action":"presence","user":{"account_name":"v","status":"gone"}}` + "\n" +
		event(epoch, 15) +
		`{"action":"behind","to":"#r","seq":16}` + "\n"
	for size := 1; size <= len(stream); size += 1 + size/9 {
		ours, theirs := net.Pipe()
		go func() {
			for rest := stream; rest != ""; {
				n := min(size, len(rest))
				io.WriteString(theirs, rest[:n])
				rest = rest[n:]
			}
			theirs.Close()
		}()
		r := newReceiver(ours)
		if err := r.run(make([]byte, 400)); err != io.EOF {
			t.Fatalf("packets of %d bytes: %v", size, err)
		}
		if seen, lost, behind := r.room.seen.Load(), r.room.lost.Load(), r.room.behind.Load(); seen != 4 || lost != 5 || behind != 2 {
			t.Fatalf("packets of %d bytes: %d seen, %d lost, %d times behind; want 4, 5, 2", size, seen, lost, behind)
		}
		if n := r.ages.n(); n != 4 {
			t.Fatalf("%d were timed", n)
		}
	}
}

func TestReceiverStopsAtARefusal(t *testing.T) {
	r := newReceiver(nil)
	_, err := r.take([]byte(event(r.epoch, 8) + `{"response":429,"id":"9","error":"slower, please","retry":true}` + "\n"))
	if err == nil || !strings.Contains(err.Error(), "slower, please") {
		t.Errorf("got %v", err)
	}
}

func TestReceiverRefusesALineThatNeverEnds(t *testing.T) {
	ours, theirs := net.Pipe()
	go io.Copy(theirs, bytes.NewReader(make([]byte, 1000)))
	defer theirs.Close()
	defer ours.Close()
	if err := newReceiver(ours).run(make([]byte, 400)); err != errLong {
		t.Errorf("got %v", err)
	}
}

func TestReceiverAnswersThePingsOfNATS(t *testing.T) {
	ours, theirs := net.Pipe()
	r := newReceiver(ours)
	r.tongue = &natsTongue
	ended := make(chan error, 1)
	go func() { ended <- r.run(make([]byte, 400)) }()
	theirs.SetDeadline(time.Now().Add(10 * time.Second))
	fmt.Fprintf(theirs, "MSG room.r 1 40\r\n%s\r\nPING\r\n", stamp(nil, r.epoch, 40))
	answer := make([]byte, 6)
	if _, err := io.ReadFull(theirs, answer); err != nil || string(answer) != "PONG\r\n" {
		t.Errorf("got %q, %v", answer, err)
	}
	theirs.Close()
	if err := <-ended; err != io.EOF || r.seen != 1 {
		t.Errorf("%v, %d seen", err, r.seen)
	}
}

func TestTextHasTheSizeThatWasAskedFor(t *testing.T) {
	for _, size := range []int{headSize, 100, maxText} {
		if text := stamp(nil, time.Now(), size); len(text) != size || !bytes.HasPrefix(text, mark) {
			t.Errorf("%d bytes: %q", len(text), text)
		}
	}
}

func BenchmarkReceiver(b *testing.B) {
	r := newReceiver(nil)
	r.every = sampled
	stream := []byte(strings.Repeat(event(r.epoch, 123456), 100))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := r.take(stream); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(r.seen), "ns/delivery")
}
