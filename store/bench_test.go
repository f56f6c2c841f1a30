package store

import (
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"jim/chat"
)

// BenchmarkKeep measures entries that were handed back, so each of them was on
// the disk. The time is that of the whole pipeline per entry, as are the
// allocations, of which two (the entry and its id) are the benchmark's own.
func BenchmarkKeep(b *testing.B) {
	for _, c := range []struct {
		name          string
		rooms, window int // window: how many entries are on their way at most
	}{
		{"one conversation", 1, 4096},
		{"100 conversations", 100, 4096},
		{"one at a time", 1, 1},
	} {
		b.Run(c.name, func(b *testing.B) { benchKeep(b, c.rooms, c.window) })
	}
	b.Run("parallel", benchKeepParallel)
}

func benchKeep(b *testing.B, rooms, window int) {
	s := openTest(b, b.TempDir())
	ann, convs := benchRooms(b, s, rooms)
	flying := make(chan struct{}, window)
	s.Start(func(group []*chat.Entry) {
		for _, e := range group {
			if e.Err != nil {
				b.Error(e.Err)
			}
			<-flying
		}
	}, func(err error) { b.Error(err) })
	text := strings.Repeat("a message of everyday length ", 4)
	b.ReportAllocs()
	b.ResetTimer()
	for i := range b.N {
		flying <- struct{}{}
		s.Keep(&chat.Entry{Conversation: convs[i%rooms], Kind: chat.Said, From: ann, ID: benchID(i), Text: text})
	}
	for range window { // all have landed
		flying <- struct{}{}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "entries/s")
}

// benchKeepParallel has 256 callers of which each waits for its entry.
func benchKeepParallel(b *testing.B) {
	s := openTest(b, b.TempDir())
	ann, convs := benchRooms(b, s, 10)
	var waiting sync.Map
	s.Start(func(group []*chat.Entry) {
		for _, e := range group {
			done, _ := waiting.LoadAndDelete(e)
			done.(chan struct{}) <- struct{}{}
		}
	}, func(err error) { b.Error(err) })
	text := strings.Repeat("a message of everyday length ", 4)
	var n atomic.Int64
	b.SetParallelism(128)
	b.ReportAllocs()
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		done := make(chan struct{}, 1)
		for pb.Next() {
			i := int(n.Add(1))
			e := &chat.Entry{Conversation: convs[i%10], Kind: chat.Said, From: ann, ID: benchID(i), Text: text}
			waiting.Store(e, done)
			s.Keep(e)
			<-done
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "entries/s")
}

func benchRooms(b *testing.B, s *Store, n int) (chat.AccountID, []chat.ConversationID) {
	b.Helper()
	ann, err := s.AddAccount(b.Context(), chat.Account{Name: "ann", Key: "ann", UID: -1})
	if err != nil {
		b.Fatal(err)
	}
	var convs []chat.ConversationID
	for i := range n {
		name := "#" + strconv.Itoa(i)
		v, err := s.AddRoom(b.Context(), name, name)
		if err != nil {
			b.Fatal(err)
		}
		convs = append(convs, v.ID)
	}
	return ann.ID, convs
}

// benchID is like the ids of clients that count: 20 characters, ascending.
func benchID(i int) string {
	digits := strconv.Itoa(i)
	return "client-7-00000000000"[:20-len(digits)] + digits
}

// BenchmarkLog reads a page of 50 entries from the middle of a log.
func BenchmarkLog(b *testing.B) {
	s := openTest(b, b.TempDir())
	const n = 20000
	kept := make(chan int, n)
	s.Start(func(group []*chat.Entry) { kept <- len(group) }, func(err error) { b.Error(err) })
	ann, convs := benchRooms(b, s, 10)
	text := strings.Repeat("a message of everyday length ", 4)
	for i := range n {
		s.Keep(&chat.Entry{Conversation: convs[i%10], Kind: chat.Said, From: ann, ID: benchID(i), Text: text})
	}
	for got := 0; got < n; {
		got += <-kept
	}
	b.ReportAllocs()
	for b.Loop() {
		page, err := s.Log(b.Context(), convs[7], 1000, 0, 50, false)
		if err != nil || len(page) != 50 {
			b.Fatal(len(page), err)
		}
	}
}
