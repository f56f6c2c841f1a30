package storetest

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"jim/chat"
)

// imagined is a store as it should be: a few maps.
type imagined struct {
	logs    map[chat.ConversationID][]*chat.Entry
	byID    map[string]*chat.Entry // by sender and id
	members map[chat.ConversationID]map[chat.AccountID]uint64
	topics  map[chat.ConversationID]string
}

// outcome is how an entry comes back.
type outcome struct {
	seq      uint64
	repeat   bool
	conflict bool
}

// keep does what a store does, and says how e comes back.
func (m *imagined) keep(e *chat.Entry) outcome {
	key := fmt.Sprint(e.From, " ", e.ID)
	if first := m.byID[key]; e.ID != "" && first != nil {
		same := first.Conversation == e.Conversation && first.Kind == e.Kind && first.Text == e.Text
		if !same {
			return outcome{conflict: true}
		}
		return outcome{seq: m.seqOf(first), repeat: true}
	}
	last := uint64(len(m.logs[e.Conversation]))
	read, is := m.members[e.Conversation][e.From]
	switch e.Kind {
	case chat.Joined, chat.Left:
		if is == (e.Kind == chat.Joined) {
			return outcome{seq: last, repeat: true}
		}
	case chat.TopicSet, chat.RoomOpened:
		m.topics[e.Conversation] = e.Text
	}
	switch e.Kind {
	case chat.Joined, chat.RoomOpened:
		m.members[e.Conversation][e.From] = read
	case chat.Left:
		delete(m.members[e.Conversation], e.From)
	}
	m.logs[e.Conversation] = append(m.logs[e.Conversation], e)
	if e.ID != "" {
		m.byID[key] = e
	}
	return outcome{seq: last + 1}
}

func (m *imagined) seqOf(e *chat.Entry) uint64 {
	return uint64(slices.Index(m.logs[e.Conversation], e) + 1)
}

// model does random things to the store and to the imagined one.
func model(w *world) {
	const seed = 20261121
	r := rand.New(rand.NewPCG(seed, 1))
	m := &imagined{
		logs:    make(map[chat.ConversationID][]*chat.Entry),
		byID:    make(map[string]*chat.Entry),
		members: make(map[chat.ConversationID]map[chat.AccountID]uint64),
		topics:  make(map[chat.ConversationID]string),
	}
	var people []chat.Account
	for i := range 4 {
		people = append(people, w.person(fmt.Sprint("p", i)))
	}
	var convs []chat.ConversationID
	for i := range 3 {
		convs = append(convs, w.newRoom(fmt.Sprint("#", i)))
		m.members[convs[i]] = make(map[chat.AccountID]uint64)
	}
	for step := range 400 {
		c, p := convs[r.IntN(len(convs))], people[r.IntN(len(people))]
		switch r.IntN(10) {
		case 0:
			w.modelRead(m, c, p, uint64(r.IntN(50)))
		case 1:
			w.modelCompare(m, convs, people)
		default:
			w.modelKeep(m, c, people, r)
		}
		if step%100 == 99 {
			w.restart()
		}
		if w.Failed() {
			w.Fatalf("at step %d", step)
		}
	}
	w.modelCompare(m, convs, people)
}

// modelKeep keeps a burst in one conversation, where the order is promised.
func (w *world) modelKeep(m *imagined, c chat.ConversationID, people []chat.Account, r *rand.Rand) {
	w.Helper()
	var burst []*chat.Entry
	for range 1 + r.IntN(8) {
		kind := chat.EntryKind(1 + r.IntN(5))
		id := ""
		if r.IntN(3) > 0 {
			id = fmt.Sprint("k", r.IntN(300))
		}
		burst = append(burst, entry(kind, c, people[r.IntN(len(people))], id, []string{"", "a", "b"}[r.IntN(3)]))
	}
	w.keep(burst...)
	for _, e := range burst {
		want := m.keep(e)
		w.same("how it came back", outcome{e.Seq, e.Repeat, e.Err != nil}, want)
		if want.conflict {
			w.is(e.Err, chat.ErrConflict)
		}
	}
}

func (w *world) modelRead(m *imagined, c chat.ConversationID, p chat.Account, seq uint64) {
	w.Helper()
	err := w.SetRead(w.ctx, p.ID, c, seq)
	before, is := m.members[c][p.ID]
	if !is {
		w.is(err, chat.ErrNotFound)
		return
	}
	w.ok(err)
	m.members[c][p.ID] = max(before, seq)
}

func (w *world) modelCompare(m *imagined, convs []chat.ConversationID, people []chat.Account) {
	w.Helper()
	for _, c := range convs {
		got := w.all(c)
		w.same("entries", len(got), len(m.logs[c]))
		for i, e := range m.logs[c] {
			w.same("entry", got[i], *e)
		}
		v, err := w.Conversation(w.ctx, c)
		w.ok(err)
		w.same("topic", v.Topic, m.topics[c])
		w.same("last", v.Last, len(m.logs[c]))
	}
	for _, p := range people {
		list, err := w.Memberships(w.ctx, p.ID)
		w.ok(err)
		got := make(map[chat.ConversationID]uint64)
		for _, v := range list {
			got[v.ID] = v.Read
		}
		want := make(map[chat.ConversationID]uint64)
		for _, c := range convs {
			if read, is := m.members[c][p.ID]; is {
				want[c] = read
			}
		}
		w.same(p.Name+" has read", got, want)
	}
}
