// Package storetest is the suite that every [chat.Store] passes. It knows the
// contract and no implementation.
package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"jim/chat"
)

// patience is how long a test waits for what must happen at once.
const patience = 30 * time.Second

// Open opens the store that is kept in dir, which is a name for it and empty at
// first. Opened again after Close, it has everything that was kept.
type Open = func(t *testing.T, dir string) chat.Store

// Run tests what open opens against the contract of [chat.Store].
func Run(t *testing.T, open Open) {
	for _, c := range []struct {
		name string
		test func(*world)
	}{
		{"account not found", accountNotFound},
		{"account exists", accountExists},
		{"account looks like another", accountAlike},
		{"account", account},
		{"account list", accountList},
		{"account changes", accountChanges},
		{"token not found", tokenNotFound},
		{"token", token},
		{"token limit", tokenLimit},
		{"token forgotten", tokenForgotten},
		{"invite", invite},
		{"invite spent once", inviteSpentOnce},
		{"register guest", registerGuest},
		{"contacts", contacts},
		{"room", room},
		{"room list", roomList},
		{"direct", direct},
		{"direct at once", directAtOnce},
		{"memberships", memberships},
		{"members", members},
		{"read marks", readMarks},
		{"keep not found", keepNotFound},
		{"keep unknown kind", keepUnknownKind},
		{"keep conflict", keepConflict},
		{"keep repeat", keepRepeat},
		{"keep again", keepAgain},
		{"keep repeat at once", keepRepeatAtOnce},
		{"keep without id", keepWithoutID},
		{"join and leave", joinAndLeave},
		{"topic", topic},
		{"gap-free", gapFree},
		{"neighbours", neighbours},
		{"log", logBounds},
		{"name of the log", nameOfTheLog},
		{"strings", hardStrings},
		{"end of patience", endOfPatience},
		{"reopen", reopen},
		{"close keeps what was queued", closeKeeps},
		{"model", model},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := &world{T: t, ctx: t.Context(), open: open, dir: t.TempDir()}
			w.start()
			t.Cleanup(func() { w.Store.Close() })
			c.test(w)
		})
	}
}

// world is a store and what came back from it.
type world struct {
	*testing.T
	chat.Store

	ctx  context.Context
	open Open
	dir  string

	mu      sync.Mutex
	back    []*chat.Entry                 // all that came back, in order
	waiting map[*chat.Entry]chan struct{} // closed when it came back
}

// start opens the store and begins to take entries.
func (w *world) start() {
	w.Helper()
	w.Store = w.open(w.T, w.dir)
	w.back, w.waiting = nil, make(map[*chat.Entry]chan struct{})
	w.Store.Start(w.kept, func(err error) { w.Errorf("the storage failed: %v", err) })
}

// restart closes the store and opens it again.
func (w *world) restart() {
	w.Helper()
	w.ok(w.Close())
	w.start()
}

func (w *world) kept(group []*chat.Entry) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, e := range group {
		w.back = append(w.back, e)
		if done := w.waiting[e]; done != nil {
			close(done)
			delete(w.waiting, e)
		}
	}
}

// expect prepares to wait for e.
func (w *world) expect(e *chat.Entry) <-chan struct{} {
	w.mu.Lock()
	defer w.mu.Unlock()
	done := make(chan struct{})
	w.waiting[e] = done
	return done
}

// keep keeps entries one after the other without waiting between them, and
// returns when all came back.
func (w *world) keep(entries ...*chat.Entry) {
	w.Helper()
	done := make([]<-chan struct{}, len(entries))
	for i, e := range entries {
		done[i] = w.expect(e)
	}
	for _, e := range entries {
		w.Store.Keep(e)
	}
	late := time.After(patience)
	for i := range done {
		select {
		case <-done[i]:
		case <-late:
			w.Fatalf("entry %d of %d did not come back", i, len(done))
		}
	}
}

// kept1 keeps an entry that must be kept as new, and returns it.
func (w *world) kept1(e *chat.Entry) *chat.Entry {
	w.Helper()
	w.keep(e)
	if e.Err != nil || e.Repeat || e.Seq == 0 || e.Time == 0 {
		w.Fatalf("want a kept entry, got %+v", *e)
	}
	return e
}

// repeat keeps an entry that must repeat first.
func (w *world) repeat(e, first *chat.Entry) {
	w.Helper()
	w.keep(e)
	if e.Err != nil || !e.Repeat || e.Seq != first.Seq || e.Time != first.Time {
		w.Errorf("want a repeat of seq %d at %d, got %+v", first.Seq, first.Time, *e)
	}
}

// refused keeps an entry that must be refused with that error.
func (w *world) refused(e *chat.Entry, want error) {
	w.Helper()
	w.keep(e)
	w.is(e.Err, want)
	if e.Seq != 0 || e.Time != 0 || e.Repeat {
		w.Errorf("a refused entry has a number: %+v", *e)
	}
}

func (w *world) ok(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) is(err, want error) {
	w.Helper()
	if !errors.Is(err, want) {
		w.Errorf("want the error %q, got %v", want, err)
	}
}

// same compares two values by how they print.
func (w *world) same(what string, got, want any) {
	w.Helper()
	if g, n := fmt.Sprintf("%+v", got), fmt.Sprintf("%+v", want); g != n {
		w.Errorf("%s\n got %s\nwant %s", what, g, n)
	}
}

// person adds an account; its key is its name.
func (w *world) person(name string) chat.Account {
	w.Helper()
	a, err := w.AddAccount(w.ctx, chat.Account{Name: name, Key: name, UID: -1})
	w.ok(err)
	return a
}

// newRoom adds a room; its key is its name.
func (w *world) newRoom(name string) chat.ConversationID {
	w.Helper()
	v, err := w.AddRoom(w.ctx, name, name)
	w.ok(err)
	return v.ID
}

// all returns the whole log of a conversation.
func (w *world) all(c chat.ConversationID) []chat.Entry {
	w.Helper()
	list, err := w.Log(w.ctx, c, 0, 0, 1<<20, false)
	w.ok(err)
	return list
}

// said is a message.
func said(c chat.ConversationID, from chat.Account, id, text string) *chat.Entry {
	return entry(chat.Said, c, from, id, text)
}

func entry(k chat.EntryKind, c chat.ConversationID, from chat.Account, id, text string) *chat.Entry {
	return &chat.Entry{Kind: k, Conversation: c, From: from.ID, FromName: from.Name, ID: id, Text: text}
}

// atOnce runs do in n goroutines at the same time and waits for all.
func atOnce(n int, do func(i int)) {
	var all sync.WaitGroup
	begin := make(chan struct{})
	for i := range n {
		all.Go(func() {
			<-begin
			do(i)
		})
	}
	close(begin)
	all.Wait()
}
