package store

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"jim/store/under"
)

// TestLongReader has somebody who reads for long, as a backup does, while the
// write-ahead log grows: he is waited for once, and not at each group.
func TestLongReader(t *testing.T) {
	r := newRig(t, t.TempDir(), under.NewDisk(1))
	r.mustKeep("", "before")
	reading, left := make(chan struct{}), make(chan struct{})
	leave := sync.OnceFunc(func() { close(left) })
	t.Cleanup(leave)
	done := make(chan error, 1)
	go func() {
		done <- r.look(t.Context(), func(c *conn) error {
			if err := c.db.Exec(`BEGIN; SELECT count(*) FROM log`); err != nil {
				return err
			}
			close(reading)
			<-left
			return c.db.Exec(`COMMIT`)
		})
	}()
	<-reading
	state := func() (insist, pages int) {
		t.Helper()
		err := r.change(t.Context(), func(w *writer) error {
			insist, pages = w.insist, w.pages
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return insist, pages
	}
	err := r.change(t.Context(), func(w *writer) error {
		w.insist = checkpointPages
		return w.c.db.Exec(`PRAGMA busy_timeout=1`)
	})
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Repeat("x", 1<<20)
	for range 9 { // the log passes 2000 pages
		r.mustKeep("", text)
	}
	insist, pages := state()
	if pages < checkpointPages || insist < checkpointPages+insistPages {
		t.Fatalf("after one wait for the reader: %d pages, insists from %d on", pages, insist)
	}
	for range 3 {
		r.mustKeep("", text)
	}
	if again, _ := state(); again != insist {
		t.Errorf("it insisted again: from %d on, then from %d on", insist, again)
	}
	leave()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	for i := range 2 { // nobody reads any more: the log begins anew
		r.mustKeep("", fmt.Sprint("after ", i))
	}
	if _, pages := state(); pages >= checkpointPages {
		t.Errorf("the log still has %d pages", pages)
	}
}
