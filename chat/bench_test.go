package chat_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"jim/chat"
	"jim/store"
	"jim/wire"
)

// sink is a peer that takes everything at once: what is left is what the core
// and the store cost. It says what is put into in, and counts what it is told.
type sink struct {
	in    chan []byte
	told  *atomic.Int64 // by all sinks
	own   atomic.Int64  // by this one
	once  sync.Once
	ended chan struct{}
}

func (s *sink) Read() ([]byte, error) {
	select {
	case object := <-s.in:
		return object, nil
	case <-s.ended:
		return nil, io.EOF
	}
}

func (s *sink) Write(batches []*wire.Batch) error {
	n := 0
	for _, b := range batches {
		n += b.Len()
	}
	s.own.Add(int64(n))
	s.told.Add(int64(n))
	return nil
}

func (s *sink) Close() error {
	s.once.Do(func() { close(s.ended) })
	return nil
}

func (s *sink) Ready() bool { return len(s.in) > 0 }

func (s *sink) Peer() *chat.Peer {
	return &chat.Peer{Transport: "sink", Address: "sink", Local: true, UID: -1}
}

// BenchmarkFanOut is one message said in a room of a hundred, kept and told to
// all; four members speak, each with up to 64 messages on their way.
func BenchmarkFanOut(b *testing.B) {
	for _, members := range []int{1, 100, 1000} {
		b.Run(fmt.Sprint(members), func(b *testing.B) { fanOut(b, members) })
	}
}

func fanOut(b *testing.B, members int) {
	log := slog.New(slog.DiscardHandler)
	db, err := store.Open(context.Background(), b.TempDir(), log)
	if err != nil {
		b.Fatal(err)
	}
	h := chat.New(db, chat.Options{NoLimits: true, Log: log})
	var told atomic.Int64
	var serving sync.WaitGroup
	all := make([]*sink, members)
	for i := range all {
		all[i] = &sink{in: make(chan []byte, 64), told: &told, ended: make(chan struct{})}
		serving.Go(func() { h.Serve(context.Background(), all[i]) })
		all[i].in <- fmt.Appendf(nil, `{"action":"presence","jim":2,"user":{"account_name":"m%d"}}`, i)
		all[i].in <- []byte(`{"action":"join","to":"#tea"}`)
	}
	wait(b, func() bool { // each hears its two answers, its own coming and those that come later
		return !slices.ContainsFunc(all, func(s *sink) bool { return s.own.Load() < 3 })
	})
	b.ReportAllocs()
	b.ResetTimer()
	start := told.Load()
	speakers := min(4, members)
	perMessage := int64(members + 1)
	var sent atomic.Int64
	var speaking sync.WaitGroup
	for k := range speakers {
		speaking.Go(func() {
			say := speaker(members, k, b.N)
			tick := time.NewTicker(50 * time.Microsecond)
			defer tick.Stop()
			for i := k; i < b.N; i += speakers {
				for sent.Load()*perMessage-(told.Load()-start) > 256*perMessage {
					<-tick.C
				}
				all[k].in <- say(i)
				sent.Add(1)
			}
		})
	}
	speaking.Wait()
	wait(b, func() bool { return told.Load()-start >= int64(b.N)*perMessage })
	b.StopTimer()
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(members), "ns/delivery")
	h.Shutdown(context.Background(), 0)
	serving.Wait()
	db.Close()
}

// speaker makes messages without allocating, so that what is counted is the
// server's. One that was made may be used until 128 more were.
func speaker(members, k, n int) func(i int) []byte {
	var ring [128][]byte
	begin := fmt.Appendf(nil, `{"action":"msg","id":"%d-%d-%d-`, members, n, k)
	end := fmt.Appendf(nil, `","to":"#tea","message":"%s"}`, strings.Repeat("x", 100))
	for i := range ring {
		ring[i] = make([]byte, 0, 2*len(begin)+len(end))
	}
	said := 0
	return func(i int) []byte {
		one := &ring[said%len(ring)]
		said++
		*one = append(strconv.AppendInt(append((*one)[:0], begin...), int64(i), 10), end...)
		return *one
	}
}

// wait returns when is true, and gives up after half a minute.
func wait(b *testing.B, is func() bool) {
	b.Helper()
	for end := time.Now().Add(30 * time.Second); !is(); {
		if time.Now().After(end) {
			b.Fatal("it does not come")
		}
		<-time.After(50 * time.Microsecond)
	}
}
