package store

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"jim/chat"
)

// TestQueueFull fills the queue, lets more callers wait than there is room for,
// and empties it: all get in, also those who waited when it was closed.
func TestQueueFull(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueue()
		for range groupJobs {
			q.put(job{})
		}
		q.offer(job{}) // does not wait, and is dropped
		const waiting = groupJobs + 10
		var callers sync.WaitGroup
		for range waiting {
			callers.Go(func() {
				if !q.put(job{}) {
					t.Error("dropped, though it came before the end")
				}
			})
		}
		synctest.Wait()
		q.close()
		if q.put(job{}) {
			t.Error("kept, though it came after the end")
		}
		q.offer(job{})
		if group, _, _ := q.take(nil); len(group) != groupJobs {
			t.Errorf("want the %d that waited, got %d", groupJobs, len(group))
		}
		synctest.Wait() // one woke the next, as long as there was room
		if group, _, _ := q.take(nil); len(group) != groupJobs {
			t.Errorf("want %d of the callers, got %d", groupJobs, len(group))
		}
		got := 0
		for { // at once, so that the queue is empty and yet not at its end
			group, _, more := q.take(nil)
			if !more {
				break
			}
			got += len(group)
		}
		callers.Wait()
		if got != 10 {
			t.Errorf("want the last 10 callers, got %d", got)
		}
	})
}

func TestQueueBytes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueue()
		big := job{entry: &chat.Entry{Text: string(make([]byte, groupBytes))}}
		q.put(big) // an empty queue takes anything
		var caller sync.WaitGroup
		caller.Go(func() { q.put(big) })
		synctest.Wait()
		for range 2 {
			if group, _, _ := q.take(nil); len(group) != 1 {
				t.Errorf("want one at a time, got %d", len(group))
			}
		}
		caller.Wait()
	})
}

// TestCloseWaitsForKept has a core that takes its time.
func TestCloseWaitsForKept(t *testing.T) {
	s := openTest(t, t.TempDir())
	told := false
	s.Start(func([]*chat.Entry) {
		<-time.After(50 * time.Millisecond)
		told = true
	}, func(err error) { t.Error(err) })
	s.Keep(&chat.Entry{Kind: chat.Said})
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if !told {
		t.Error("Close did not wait")
	}
}
