package storetest

import (
	"sync"

	"jim/chat"
)

func room(w *world) {
	_, err := w.Room(w.ctx, "#ops")
	w.is(err, chat.ErrNotFound)
	_, err = w.Conversation(w.ctx, 99)
	w.is(err, chat.ErrNotFound)

	want, err := w.AddRoom(w.ctx, "#Ops", "#ops")
	w.ok(err)
	_, err = w.AddRoom(w.ctx, "#OPS", "#ops")
	w.is(err, chat.ErrExists)
	w.same("made", want, chat.Conversation{ID: want.ID, Room: "#Ops"})
	for range 2 {
		got, err := w.Room(w.ctx, "#ops")
		w.ok(err)
		w.same("by key", got, want)
		got, err = w.Conversation(w.ctx, want.ID)
		w.ok(err)
		w.same("by id", got, want)
		list, err := w.Members(w.ctx, want.ID, "", 9)
		w.ok(err)
		w.same("without members", len(list), 0)
		w.restart()
	}
}

func roomList(w *world) {
	ann := w.person("ann")
	for _, name := range []string{"#c", "#a", "#b"} {
		w.newRoom(name)
	}
	_, err := w.Direct(w.ctx, ann.ID, ann.ID)
	w.ok(err)
	b, err := w.Room(w.ctx, "#b")
	w.ok(err)
	w.kept1(entry(chat.RoomOpened, b.ID, ann, "", "all about b"))
	w.kept1(said(b.ID, ann, "", "hi"))

	page, err := w.RoomList(w.ctx, "", 2)
	w.ok(err)
	w.same("the first page", names(page), []string{"#a", "#b"})
	w.same("last and topic", page[1], chat.Conversation{ID: b.ID, Room: "#b", Topic: "all about b", Last: 2})
	page, err = w.RoomList(w.ctx, "#b", 2)
	w.ok(err)
	w.same("the second, without direct conversations", names(page), []string{"#c"})
	page, err = w.RoomList(w.ctx, "#c", 2)
	w.ok(err)
	w.same("the end", len(page), 0)
}

func names(list []chat.Conversation) (names []string) {
	for _, v := range list {
		names = append(names, v.Room)
	}
	return names
}

func direct(w *world) {
	ann, bob := w.person("ann"), w.person("bob")
	_, err := w.FindDirect(w.ctx, ann.ID, bob.ID)
	w.is(err, chat.ErrNotFound)
	_, err = w.Direct(w.ctx, ann.ID, 99)
	w.is(err, chat.ErrNotFound)
	_, err = w.FindDirect(w.ctx, ann.ID, 99)
	w.is(err, chat.ErrNotFound)

	want, err := w.Direct(w.ctx, bob.ID, ann.ID)
	w.ok(err)
	w.same("the smaller first", want, chat.Conversation{ID: want.ID, Pair: [2]chat.AccountID{ann.ID, bob.ID}})
	self, err := w.Direct(w.ctx, ann.ID, ann.ID)
	w.ok(err)
	w.same("with oneself", self, chat.Conversation{ID: self.ID, Pair: [2]chat.AccountID{ann.ID, ann.ID}})
	for range 2 {
		got, err := w.Direct(w.ctx, ann.ID, bob.ID)
		w.ok(err)
		w.same("the same again", got, want)
		got, err = w.FindDirect(w.ctx, bob.ID, ann.ID)
		w.ok(err)
		w.same("found", got, want)
		got, err = w.Conversation(w.ctx, want.ID)
		w.ok(err)
		w.same("by id", got, want)
		w.restart()
	}
	list, err := w.Members(w.ctx, want.ID, "", 9)
	w.ok(err)
	w.same("members", list, []chat.Account{ann, bob})
	list, err = w.Members(w.ctx, self.ID, "", 9)
	w.ok(err)
	w.same("alone", list, []chat.Account{ann})
}

func directAtOnce(w *world) {
	ann, bob := w.person("ann"), w.person("bob")
	var mu sync.Mutex
	ids := make(map[chat.ConversationID]int)
	atOnce(8, func(i int) {
		a, b := ann.ID, bob.ID
		if i%2 == 0 {
			a, b = b, a
		}
		v, err := w.Direct(w.ctx, a, b)
		if err != nil {
			w.Error(err)
		}
		mu.Lock()
		ids[v.ID]++
		mu.Unlock()
	})
	w.same("how many were made", len(ids), 1)
}

func memberships(w *world) {
	ann, bob, cid := w.person("ann"), w.person("bob"), w.person("cid")
	list, err := w.Memberships(w.ctx, ann.ID)
	w.ok(err)
	w.same("nothing yet", len(list), 0)

	ops, dev := w.newRoom("#ops"), w.newRoom("#dev")
	w.kept1(entry(chat.RoomOpened, ops, ann, "", "operations"))
	w.kept1(entry(chat.RoomOpened, dev, bob, "", ""))
	pair, err := w.Direct(w.ctx, bob.ID, ann.ID)
	w.ok(err)
	self, err := w.Direct(w.ctx, ann.ID, ann.ID)
	w.ok(err)
	_, err = w.Direct(w.ctx, bob.ID, cid.ID)
	w.ok(err)
	w.kept1(said(pair.ID, bob, "", "hello"))
	w.kept1(said(ops, ann, "", "one"))
	w.kept1(said(ops, ann, "", "two"))
	w.ok(w.SetRead(w.ctx, ann.ID, ops, 2))

	want := []chat.Membership{
		{Conversation: chat.Conversation{ID: ops, Room: "#ops", Topic: "operations", Last: 3}, Read: 2},
		{Conversation: chat.Conversation{ID: pair.ID, Pair: pair.Pair, Last: 1}, Peer: "bob"},
		{Conversation: chat.Conversation{ID: self.ID, Pair: self.Pair}, Peer: "ann"},
	}
	for range 2 {
		list, err = w.Memberships(w.ctx, ann.ID)
		w.ok(err)
		w.sameMemberships(list, want)
		w.restart()
	}
	w.kept1(entry(chat.Left, ops, ann, "", ""))
	list, err = w.Memberships(w.ctx, ann.ID)
	w.ok(err)
	w.sameMemberships(list, want[1:])
}

// sameMemberships compares two lists; the contract gives them no order.
func (w *world) sameMemberships(got, want []chat.Membership) {
	w.Helper()
	byID := make(map[chat.ConversationID]chat.Membership)
	for _, m := range got {
		byID[m.ID] = m
	}
	w.same("how many", len(got), len(want))
	for _, m := range want {
		w.same("membership", byID[m.ID], m)
	}
}

func members(w *world) {
	ops, dev := w.newRoom("#ops"), w.newRoom("#dev")
	var want []string
	for _, name := range []string{"dan", "ann", "cid", "bob", "eve"} {
		w.kept1(entry(chat.Joined, ops, w.person(name), "", ""))
	}
	w.kept1(entry(chat.Joined, dev, w.person("fay"), "", ""))
	want = []string{"ann", "bob", "cid", "dan", "eve"}
	var got []string
	for after := ""; ; after = got[len(got)-1] {
		page, err := w.Members(w.ctx, ops, after, 2)
		w.ok(err)
		if len(page) == 0 {
			break
		}
		if len(page) > 2 {
			w.Fatalf("want 2 at most, got %d", len(page))
		}
		for _, a := range page {
			got = append(got, a.Key)
		}
	}
	w.same("by key", got, want)
	ann, err := w.Account(w.ctx, "ann")
	w.ok(err)
	for c, want := range map[chat.ConversationID]bool{ops: true, dev: false, 99: false} {
		is, err := w.IsMember(w.ctx, c, ann.ID)
		w.ok(err)
		w.same("ann is a member", is, want)
	}
	list, err := w.Members(w.ctx, ops, "", 1)
	w.ok(err)
	w.same("the whole account", list, []chat.Account{ann})
}

func readMarks(w *world) {
	ann, bob := w.person("ann"), w.person("bob")
	ops := w.newRoom("#ops")
	w.is(w.SetRead(w.ctx, ann.ID, ops, 1), chat.ErrNotFound)
	w.is(w.SetRead(w.ctx, ann.ID, 99, 1), chat.ErrNotFound)
	w.keep(entry(chat.Joined, ops, ann, "", ""), entry(chat.Joined, ops, bob, "", ""))
	read := func(a chat.Account, want uint64) {
		w.Helper()
		list, err := w.Memberships(w.ctx, a.ID)
		w.ok(err)
		w.same(a.Name+" has read", list[0].Read, want)
	}
	read(ann, 0)
	w.ok(w.SetRead(w.ctx, ann.ID, ops, 5))
	w.ok(w.SetRead(w.ctx, ann.ID, ops, 3))
	w.ok(w.SetRead(w.ctx, ann.ID, ops, 0))
	read(ann, 5)
	atOnce(20, func(i int) {
		if err := w.SetRead(w.ctx, ann.ID, ops, uint64(i)); err != nil {
			w.Error(err)
		}
	})
	read(ann, 19)
	read(bob, 0)
	w.restart()
	read(ann, 19)
}
