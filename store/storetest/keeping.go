package storetest

import (
	"fmt"
	"strings"
	"sync"

	"jim/chat"
)

func keepNotFound(w *world) {
	ann, ops := w.person("ann"), w.newRoom("#ops")
	for _, kind := range []chat.EntryKind{chat.Said, chat.Joined, chat.Left, chat.TopicSet, chat.RoomOpened} {
		w.refused(entry(kind, 99, ann, "", "x"), chat.ErrNotFound)
		w.refused(entry(kind, ops, chat.Account{ID: 99, Name: "nobody"}, "", "x"), chat.ErrNotFound)
	}
	w.same("nothing was kept", len(w.all(ops)), 0)
	w.same("nor there", len(w.all(99)), 0)
}

func keepUnknownKind(w *world) {
	ann, ops := w.person("ann"), w.newRoom("#ops")
	e := entry(77, ops, ann, "k1", "x")
	w.keep(e)
	if e.Err == nil || e.Seq != 0 {
		w.Errorf("want a fault, got %+v", *e)
	}
	// And its id is still free.
	w.kept1(said(ops, ann, "k1", "x"))
}

func keepConflict(w *world) {
	ann, bob := w.person("ann"), w.person("bob")
	ops, dev := w.newRoom("#ops"), w.newRoom("#dev")
	w.kept1(said(ops, ann, "k1", "hi"))
	w.kept1(entry(chat.Joined, ops, bob, "k2", ""))
	for range 2 {
		w.refused(said(ops, ann, "k1", "hi!"), chat.ErrConflict)
		w.refused(said(dev, ann, "k1", "hi"), chat.ErrConflict)
		w.refused(entry(chat.TopicSet, ops, ann, "k1", "hi"), chat.ErrConflict)
		w.refused(entry(chat.Joined, ops, ann, "k1", "hi"), chat.ErrConflict)
		w.refused(entry(chat.Left, ops, bob, "k2", ""), chat.ErrConflict)
		w.restart()
	}
	is, err := w.IsMember(w.ctx, ops, ann.ID)
	w.ok(err)
	w.same("a refused join joins", is, false)
	is, err = w.IsMember(w.ctx, ops, bob.ID)
	w.ok(err)
	w.same("a refused leave leaves him in", is, true)
	v, err := w.Conversation(w.ctx, ops)
	w.ok(err)
	w.same("no topic, two entries", v, chat.Conversation{ID: ops, Room: "#ops", Last: 2})
	w.kept1(said(ops, bob, "k1", "somebody else's id is another one"))
}

func keepRepeat(w *world) {
	ann, ops := w.person("ann"), w.newRoom("#ops")
	hi := w.kept1(said(ops, ann, "k1", "hi"))
	join := w.kept1(entry(chat.Joined, ops, ann, "k2", ""))
	topic := w.kept1(entry(chat.TopicSet, ops, ann, "k3", "t"))
	w.kept1(entry(chat.TopicSet, ops, ann, "k4", "newer"))
	w.kept1(entry(chat.Left, ops, ann, "k5", ""))
	for range 2 {
		w.repeat(said(ops, ann, "k1", "hi"), hi)
		w.repeat(entry(chat.Joined, ops, ann, "k2", ""), join)
		w.repeat(entry(chat.TopicSet, ops, ann, "k3", "t"), topic)
		w.restart()
	}
	v, err := w.Conversation(w.ctx, ops)
	w.ok(err)
	w.same("a repeat changes nothing", v, chat.Conversation{ID: ops, Room: "#ops", Topic: "newer", Last: 5})
	is, err := w.IsMember(w.ctx, ops, ann.ID)
	w.ok(err)
	w.same("a repeated join joins", is, false)
}

// keepAgain looks for what was kept before, and keeps nothing.
func keepAgain(w *world) {
	ann, ops := w.person("ann"), w.newRoom("#ops")
	w.kept1(said(ops, ann, "k1", "hi"))
	for id, want := range map[string]error{"k1": nil, "k2": chat.ErrNotFound, "": chat.ErrNotFound} {
		e := said(ops, ann, id, "hi")
		e.Again = true
		w.keep(e)
		if w.is(e.Err, want); want == nil && (!e.Repeat || e.Seq != 1) {
			w.Errorf("want the first, got %+v", *e)
		}
	}
	e := said(ops, ann, "k1", "ho")
	e.Again = true
	w.refused(e, chat.ErrConflict)
	w.same("kept", len(w.all(ops)), 1)
}

// keepRepeatAtOnce sends first tries and their repeats in one burst, so that
// most of them meet in one group.
func keepRepeatAtOnce(w *world) {
	ann, ops := w.person("ann"), w.newRoom("#ops")
	const n = 200
	var burst []*chat.Entry
	for i := range n {
		id := fmt.Sprint("k", i)
		burst = append(burst, said(ops, ann, id, "same"), said(ops, ann, id, "same"), said(ops, ann, id, "other"))
	}
	w.keep(burst...)
	for i := range n {
		first, second, third := burst[3*i], burst[3*i+1], burst[3*i+2]
		if first.Err != nil || first.Repeat || first.Seq != uint64(i+1) {
			w.Fatalf("the first: %+v", *first)
		}
		if second.Err != nil || !second.Repeat || second.Seq != first.Seq || second.Time != first.Time {
			w.Fatalf("the second: %+v", *second)
		}
		w.is(third.Err, chat.ErrConflict)
	}
	w.same("kept", len(w.all(ops)), n)
}

func keepWithoutID(w *world) {
	ann, ops := w.person("ann"), w.newRoom("#ops")
	w.same("seq", w.kept1(said(ops, ann, "", "hi")).Seq, 1)
	w.same("seq", w.kept1(said(ops, ann, "", "hi")).Seq, 2)
	list := w.all(ops)
	w.same("kept", len(list), 2)
	w.same("id", list[1].ID, "")
}

func joinAndLeave(w *world) {
	ann, bob, ops := w.person("ann"), w.person("bob"), w.newRoom("#ops")
	left := entry(chat.Left, ops, ann, "", "")
	w.keep(left)
	if left.Err != nil || !left.Repeat || left.Seq != 0 {
		w.Errorf("want a repeat of nothing, got %+v", *left)
	}
	w.same("seq", w.kept1(entry(chat.Joined, ops, ann, "", "")).Seq, 1)
	newest := w.kept1(said(ops, bob, "", "newest"))
	w.repeat(entry(chat.Joined, ops, ann, "", ""), newest)
	w.repeat(entry(chat.Joined, ops, ann, "k1", ""), newest)
	w.repeat(entry(chat.Left, ops, bob, "", ""), newest)
	gone := w.kept1(entry(chat.Left, ops, ann, "", ""))
	w.repeat(entry(chat.Left, ops, ann, "k2", ""), gone)
	w.same("joins again", w.kept1(entry(chat.Joined, ops, ann, "k1", "")).Seq, 4)

	burst := []*chat.Entry{
		entry(chat.Joined, ops, bob, "", ""), entry(chat.Joined, ops, bob, "", ""),
		entry(chat.Left, ops, bob, "", ""), entry(chat.Left, ops, bob, "", ""),
	}
	w.keep(burst...)
	for i, want := range []struct {
		seq    uint64
		repeat bool
	}{{5, false}, {5, true}, {6, false}, {6, true}} {
		if e := burst[i]; e.Err != nil || e.Seq != want.seq || e.Repeat != want.repeat {
			w.Errorf("entry %d of the burst: want %+v, got %+v", i, want, *e)
		}
	}
}

func topic(w *world) {
	ann, ops := w.person("ann"), w.newRoom("#ops")
	w.kept1(entry(chat.RoomOpened, ops, ann, "k1", "first"))
	is, err := w.IsMember(w.ctx, ops, ann.ID)
	w.ok(err)
	w.same("who opens a room is in it", is, true)
	for i, text := range []string{"second", "", "тема 主题"} {
		w.kept1(entry(chat.TopicSet, ops, ann, "", text))
		v, err := w.Room(w.ctx, "#ops")
		w.ok(err)
		w.same("topic", v, chat.Conversation{ID: ops, Room: "#ops", Topic: text, Last: uint64(i + 2)})
	}
}

// gapFree keeps from many goroutines in few conversations and looks at every
// order that is promised.
func gapFree(w *world) {
	const senders, each, rooms = 16, 100, 3
	var convs [rooms]chat.ConversationID
	for i := range convs {
		convs[i] = w.newRoom(fmt.Sprint("#", i))
	}
	var people [senders]chat.Account
	for i := range people {
		people[i] = w.person(fmt.Sprint("p", i))
	}
	var all sync.WaitGroup
	for i := range people {
		var mine []*chat.Entry
		for k := range each {
			mine = append(mine, said(convs[(i+k)%rooms], people[i], fmt.Sprint(k), fmt.Sprint(k)))
		}
		all.Go(func() { w.keep(mine...) })
	}
	all.Wait()

	next := make(map[chat.ConversationID]uint64)
	for _, e := range w.back {
		next[e.Conversation]++
		if e.Err != nil || e.Repeat || e.Seq != next[e.Conversation] {
			w.Fatalf("came back out of order, want seq %d: %+v", next[e.Conversation], *e)
		}
	}
	w.same("all came back, once", len(w.back), senders*each)
	for _, c := range convs {
		sent := make(map[chat.AccountID]int)
		for i, e := range w.all(c) {
			if e.Seq != uint64(i+1) {
				w.Fatalf("entry %d has seq %d", i, e.Seq)
			}
			var k int
			fmt.Sscan(e.Text, &k)
			if before, ok := sent[e.From]; ok && k <= before {
				w.Fatalf("%s sent %d after %d", e.FromName, k, before)
			}
			sent[e.From] = k
		}
	}
}

// neighbours keeps good and bad entries and other changes, all at once: what is
// wrong with one is nobody else's trouble.
func neighbours(w *world) {
	ann, ops := w.person("ann"), w.newRoom("#ops")
	w.kept1(said(ops, ann, "used", "before"))
	var good, bad []*chat.Entry
	for i := range 50 {
		good = append(good, said(ops, ann, fmt.Sprint(i), "good"))
		bad = append(bad, said(99, ann, "", "no such room"), said(ops, ann, "used", "after"), entry(77, ops, ann, "", ""))
	}
	var all sync.WaitGroup
	all.Go(func() { w.keep(good...) })
	all.Go(func() { w.keep(bad...) })
	all.Go(func() {
		for i := range 10 {
			if _, err := w.AddAccount(w.ctx, chat.Account{Name: fmt.Sprint("x", i), Key: fmt.Sprint("x", i), UID: -1}); err != nil {
				w.Error(err)
			}
			if _, err := w.AddAccount(w.ctx, chat.Account{Name: "ann", Key: "ann", UID: -1}); err == nil {
				w.Error("a second ann was kept")
			}
		}
	})
	all.Wait()
	for i, e := range good {
		if e.Err != nil || e.Seq != uint64(i+2) {
			w.Fatalf("good entry %d: %+v", i, *e)
		}
	}
	for i, e := range bad {
		if e.Err == nil {
			w.Fatalf("bad entry %d was kept: %+v", i, *e)
		}
	}
	w.same("kept", len(w.all(ops)), 51)
}

// hardStrings keeps what a careless store would change.
func hardStrings(w *world) {
	ann, ops := w.person("ann"), w.newRoom("#ops")
	texts := []string{
		"", " ", "\x00", "a\x00b", "'", `"`, `\`, "%s", "?1", "\r\n", "'; DROP TABLE log; --",
		"é", "é", "ﷺ", "👩‍👩‍👧‍👦", "\u202eabc", "\U0010FFFF", "0", "1e3", "NULL", strings.Repeat("長", 16<<10/3),
	}
	for i, text := range texts {
		id := fmt.Sprint(i, text)
		first := w.kept1(said(ops, ann, id, text))
		w.repeat(said(ops, ann, id, text), first)
	}
	for i, e := range w.all(ops) {
		if e.Text != texts[i] || e.ID != fmt.Sprint(i, texts[i]) {
			w.Errorf("kept %q, read %q with the id %q", texts[i], e.Text, e.ID)
		}
	}
}
