package storetest

import (
	"fmt"

	"jim/chat"
)

func logBounds(w *world) {
	ann, ops, dev := w.person("ann"), w.newRoom("#ops"), w.newRoom("#dev")
	for i := range 9 {
		w.kept1(said(ops, ann, "", fmt.Sprint(i+1)))
		w.kept1(said(dev, ann, "", "elsewhere"))
	}
	for _, c := range []struct {
		after, before uint64
		limit         int
		newest        bool
		want          []uint64
	}{
		{0, 0, 3, false, []uint64{1, 2, 3}},
		{0, 0, 3, true, []uint64{7, 8, 9}},
		{4, 0, 3, false, []uint64{5, 6, 7}},
		{4, 0, 3, true, []uint64{7, 8, 9}},
		{0, 4, 2, false, []uint64{1, 2}},
		{0, 4, 2, true, []uint64{2, 3}},
		{2, 5, 9, false, []uint64{3, 4}},
		{2, 5, 9, true, []uint64{3, 4}},
		{2, 5, 1, true, []uint64{4}},
		{9, 0, 9, false, nil},
		{0, 1, 9, true, nil},
		{5, 5, 9, false, nil},
		{7, 3, 9, false, nil},
		{0, 0, 0, false, nil},
		{0, 0, -1, true, nil},
		{0, 1 << 63, 1, true, []uint64{9}},
		{1<<64 - 1, 0, 9, false, nil},
		{0, 1<<64 - 1, 99, false, []uint64{1, 2, 3, 4, 5, 6, 7, 8, 9}},
	} {
		list, err := w.Log(w.ctx, ops, c.after, c.before, c.limit, c.newest)
		w.ok(err)
		var got []uint64
		for _, e := range list {
			got = append(got, e.Seq)
			if e.Conversation != ops || e.Text != fmt.Sprint(e.Seq) {
				w.Errorf("not what was kept: %+v", e)
			}
		}
		w.same(fmt.Sprintf("%+v", c), got, c.want)
	}
}

// nameOfTheLog is the same after a restart, and no other store's.
func nameOfTheLog(w *world) {
	ann, ops := w.person("ann"), w.newRoom("#ops")
	w.kept1(said(ops, ann, "", "milk?"))
	name := w.LogName()
	if len(name) < 16 || len(name) > 32 {
		w.Errorf("the name of the log is %q", name)
	}
	w.restart()
	w.same("the name after a restart", w.LogName(), name)
	other := w.open(w.T, w.TempDir())
	defer other.Close()
	if other.LogName() == name {
		w.Error("two stores have one name")
	}
	for _, c := range []struct {
		name string
		in   chat.ConversationID
		all  bool
	}{{name, ops, true}, {other.LogName(), ops, false}, {"", ops, false}, {"абв", ops, false}, {name[:8], ops, false}} {
		seq, err := w.Shared(w.ctx, c.name, c.in)
		w.ok(err)
		if c.all != (seq >= 1) || !c.all && seq > 0 {
			w.Errorf("%d entries are shared with %q", seq, c.name)
		}
	}
}

// reopen keeps one of each kind and looks at it again after a restart.
func reopen(w *world) {
	ann, bob, ops := w.person("Ann"), w.person("bob"), w.newRoom("#ops")
	pair, err := w.Direct(w.ctx, ann.ID, bob.ID)
	w.ok(err)
	want := map[chat.ConversationID][]*chat.Entry{
		ops: {
			entry(chat.RoomOpened, ops, ann, "k1", "topic"),
			entry(chat.Joined, ops, bob, "", ""),
			said(ops, bob, "k1", "hi"),
			entry(chat.TopicSet, ops, bob, "k2", "topic 2"),
			entry(chat.Left, ops, bob, "k3", "bye"),
		},
		pair.ID: {said(pair.ID, ann, "k2", "psst")},
	}
	for _, list := range want {
		w.keep(list...)
	}
	for range 2 {
		w.restart()
		for c, list := range want {
			got := w.all(c)
			w.same("how many", len(got), len(list))
			for i, e := range list {
				w.same("entry", got[i], *e)
			}
		}
	}
	w.same("the next seq", w.kept1(said(ops, ann, "k9", "on")).Seq, 6)
}

// closeKeeps closes while entries wait.
func closeKeeps(w *world) {
	ann, ops := w.person("ann"), w.newRoom("#ops")
	const n = 3000
	burst := make([]*chat.Entry, n)
	for i := range burst {
		burst[i] = said(ops, ann, fmt.Sprint(i), "x")
		w.Store.Keep(burst[i])
	}
	w.ok(w.Close())
	w.same("came back before Close returned", len(w.back), n)
	for i, e := range w.back {
		if e != burst[i] || e.Err != nil || e.Seq != uint64(i+1) {
			w.Fatalf("entry %d: %+v", i, *e)
		}
	}
	w.ok(w.Close()) // once more does no harm
	if _, err := w.Account(w.ctx, "ann"); err == nil {
		w.Error("a closed store reads")
	}
	if err := w.SetPassword(w.ctx, ann.ID, "", "x"); err == nil {
		w.Error("a closed store writes")
	}
	w.start()
	w.same("kept", len(w.all(ops)), n)
}
