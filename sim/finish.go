package sim

import (
	"context"
	"slices"

	"jim/chat"
	"jim/history"
	"jim/wire"
)

// name is what the history calls a conversation.
func (w *world) name(id chat.ConversationID) string {
	if name := w.names[id]; name != "" {
		return name
	}
	ctx := context.Background()
	c, err := w.disk.Store.Conversation(ctx, id)
	if err != nil {
		panic(err)
	}
	name := c.Room
	if name == "" {
		a, _ := w.disk.AccountOf(ctx, c.Pair[0])
		b, _ := w.disk.AccountOf(ctx, c.Pair[1])
		name = history.Pair(a.Name, b.Name)
		w.members[name] = map[string]bool{a.Name: true, b.Name: true}
	}
	w.names[id] = name
	return name
}

// rounds is how often the clients may have to ask until they have everything.
const rounds = 6

// finish lets the network be good again, waits until everybody has everything, and ends the server.
func (w *world) finish() {
	w.calm.Store(true)
	w.settle()
	w.aware()
	w.claim()
	for round := 0; w.incomplete(); round++ {
		if round == rounds {
			w.breach("the clients do not come to rest")
			break
		}
		w.settle()
	}
	w.claim()
	w.audit()
	w.shutDown()
}

// aware checks that every device that came with what it has was told of the newest entry of each conversation of its
// account: the entry itself, or that there is something.
func (w *world) aware() {
	for _, d := range w.devices {
		if d.conn == nil || !d.known || d.conn.half || !d.conn.resumes {
			continue
		}
		for place, members := range w.members {
			newest := uint64(len(w.kept[place]))
			if !members[d.account] || newest == 0 {
				continue
			}
			if knows := d.knows(place); knows < newest {
				w.breach("%s on %s knows of %d entries of %s, which has %d", d.account, d.conn.label, knows, place, newest)
			}
		}
	}
}

// knows is the highest number of a conversation that the device was told of.
func (d *device) knows(place string) (seq uint64) {
	for _, v := range d.views {
		if v.place != place {
			continue
		}
		seq = max(v.has, v.behind, v.top)
		for beyond := range v.beyond {
			seq = max(seq, beyond)
		}
	}
	return seq
}

// incomplete lets each device ask for what it lacks, and tells whether any did.
func (w *world) incomplete() (asked bool) {
	for _, d := range w.devices {
		switch {
		case d.conn == nil:
			d.come(true)
			asked = true
			continue
		case !d.known || d.conn.half:
			asked = true
			continue
		}
		if slices.ContainsFunc(d.views, func(v *view) bool { return v.murky && v.owed() }) {
			w.cut(d.conn)
			asked = true
			continue
		}
		for len(d.unsure) > 0 {
			d.again(0)
			asked = true
		}
		if slices.ContainsFunc(d.views, (*view).owed) {
			d.sync((*view).owed)
			asked = true
		}
	}
	return asked
}

func (v *view) owed() bool { return !v.left && v.misses() }

// claim lets the clients who ought to have everything say so.
func (w *world) claim() {
	for _, d := range w.devices {
		if d.conn == nil || !d.known || d.conn.half {
			continue
		}
		for _, v := range d.views {
			if v.pass && v.sync == nil && !v.misses() && w.members[v.place][d.account] {
				d.record(history.Entry{Kind: history.Complete, Session: v.session, To: v.place, Seq: int64(len(w.kept[v.place]))})
			}
		}
	}
}

// audit lets somebody read everything from the log.
func (w *world) audit() {
	for _, d := range w.devices {
		if d.conn == nil || !d.known {
			continue
		}
		for i := range w.plan.rooms {
			if address := "#" + string(rune('a'+i)); len(w.kept[address]) > 0 {
				d.readHistory(address, 0)
			}
		}
		for _, v := range d.views {
			if !wire.IsRoom(v.address) {
				d.readHistory(v.address, 0)
			}
		}
	}
	w.settle()
}
