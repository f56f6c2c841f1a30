package sim

import (
	"slices"

	"jim/chat"
	"jim/store/ram"
	"jim/wire"
)

// wrong is what is broken on purpose, so that it can be seen that it is seen. The zero value breaks nothing.
type wrong struct {
	early bool                // entries are acknowledged when they are handed over, and committed later or never
	order func([]*chat.Entry) // puts a group into another order before it is kept
	boot  func(*ram.Disk)     // what happened to the disk before a start
	write func() rewrite      // makes one for each connection
}

// rewrite is what comes out of the core instead of what should.
type rewrite func([]*wire.Batch) []*wire.Batch

// tooEarly tells of entries that are not committed, and returns copies of them, which will be.
func (d *disk) tooEarly(arrived []*chat.Entry) (later []*chat.Entry) {
	next := map[chat.ConversationID]uint64{}
	for _, e := range d.waiting {
		next[e.Conversation]++
	}
	for _, e := range arrived {
		c := *e
		later = append(later, &c)
		next[e.Conversation]++
		e.Seq = uint64(len(d.w.kept[d.w.name(e.Conversation)])) + next[e.Conversation]
	}
	d.kept(slices.Clone(arrived))
	return later
}
