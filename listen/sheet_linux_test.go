package listen

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"

	"jim/chat"
	"jim/wire"
)

// told is a batch of n objects for so many readers.
func told(n, readers int) *wire.Batch {
	b := wire.NewBatch(0)
	for i := range n {
		b.Append(func(dst []byte) []byte {
			return fmt.Appendf(dst, `{"action":"msg","seq":%d,"message":"%s"}`, i+1, strings.Repeat("x", 100))
		})
	}
	b.Share(readers)
	return b
}

// TestWhatManyAreToldIsCopiedOnce tells the same batches to a crowd, over TCP and
// WebSocket: each gets what is meant for it, in the form of its transport, and
// afterwards no memory is held for it.
func TestWhatManyAreToldIsCopiedOnce(t *testing.T) {
	h := open(t, Options{}, "tcp://127.0.0.1:0")
	const readers, rounds = 24, 5
	batches := make([]*wire.Batch, rounds)
	for i := range batches {
		batches[i] = told(300, readers)
	}
	want := string(batches[0].Bytes())
	framedWant := string(framed(batches[0]))
	most := 0
	var reading sync.WaitGroup
	for i := range readers {
		web := i%3 == 2
		c := h.dial(t, 0)
		if web {
			say(t, c, handshake+"\r\n")
		} else {
			say(t, c, " ")
		}
		e := h.next(t).(chat.Eager)
		reading.Go(func() { hearsAll(t, c, web, want, framedWant, rounds) })
		for _, b := range batches {
			if n, all, err := e.WriteNow([]*wire.Batch{b}); err != nil {
				t.Fatal(err)
			} else if !all {
				if err := e.WriteRest([]*wire.Batch{b}, n); err != nil {
					t.Fatal(err)
				}
			}
			most = max(most, int(sheets.Load()))
			b.Done()
		}
	}
	reading.Wait()
	if most != rounds {
		t.Errorf("%d sheets at most, want %d", most, rounds)
	}
	if n := sheets.Load(); n != 0 {
		t.Errorf("%d sheets are left", n)
	}
	if n := memfds(t); n != 0 {
		t.Errorf("%d of their descriptors are left", n)
	}
}

func hearsAll(t *testing.T, c net.Conn, web bool, want, framedWant string, rounds int) {
	in := bufio.NewReader(c)
	if web {
		want = framedWant
		for line := ""; line != "\r\n"; {
			var err error
			if line, err = in.ReadString('\n'); err != nil {
				t.Error(err)
				return
			}
		}
	}
	got := make([]byte, len(want))
	for i := range rounds {
		for n := 0; n < len(got); {
			k, err := in.Read(got[n:])
			if err != nil {
				t.Error(err)
				return
			}
			n += k
		}
		if string(got) != want {
			t.Errorf("round %d (web %v): something else came: %.60q", i, web, got)
			return
		}
	}
}

// TestSheetsAreBounded: for few, for short batches, and when there are many already,
// there is none.
func TestSheetsAreBounded(t *testing.T) {
	for name, b := range map[string]*wire.Batch{"few": told(300, sheetReaders-1), "short": told(10, 1000)} {
		if sheetOf(b) != nil {
			t.Errorf("a sheet for %s", name)
		}
	}
	var all []*wire.Batch
	for range sheetsMost + 5 {
		b := told(300, sheetReaders)
		sheetOf(b)
		all = append(all, b)
	}
	if n := int(sheets.Load()); n != sheetsMost {
		t.Errorf("%d sheets, want %d", n, sheetsMost)
	}
	for _, b := range all {
		for range sheetReaders {
			b.Done()
		}
	}
	if n := sheets.Load(); n != 0 || memfds(t) != 0 {
		t.Errorf("%d sheets are left, %d descriptors", n, memfds(t))
	}
}

// TestAForgottenSheetIsClosed: a reader whose connection broke may never say Done.
func TestAForgottenSheetIsClosed(t *testing.T) {
	b := told(300, sheetReaders)
	if sheetOf(b) == nil || memfds(t) != 1 {
		t.Fatalf("no sheet, or %d descriptors", memfds(t))
	}
	b = nil
	if !soon(func() bool { runtime.GC(); return sheets.Load() == 0 && memfds(t) == 0 }) {
		t.Errorf("%d sheets are left, %d descriptors", sheets.Load(), memfds(t))
	}
}

// memfds is how many descriptors of sheets are open.
func memfds(t *testing.T) (n int) {
	t.Helper()
	list, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range list {
		if to, err := os.Readlink("/proc/self/fd/" + e.Name()); err == nil && strings.Contains(to, "jim-told") {
			n++
		}
	}
	return n
}
