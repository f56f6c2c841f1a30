package sim

import (
	"fmt"

	"jim/history"
)

// view is what a device knows of one conversation.
type view struct {
	address string // what the device calls it
	place   string // what the history calls it

	has    uint64          // everything up to here
	beyond map[uint64]bool // what it has after that
	behind uint64          // it was told that there is something up to here
	left   bool            // the account has left
	joined uint64          // when it joined last, as far as is known

	// of the connection
	session string // in the history
	pass    bool   // a pass has begun
	top     uint64 // the highest number read in it
	synced  bool   // the server was told what the device has
	epochs  int
	murky   bool // the account has left and come back: whether the server repeats anything cannot be known

	sync *syncing // on its way
	deaf bool     // what comes may be of a moot sync: until its answer nothing is recorded
}

// syncing is a sync of one conversation that has been asked for.
type syncing struct {
	after uint64
	first bool // of the connection: the server does not repeat what it told before
	begun bool // the pass goes on after it
	moot  bool // the account left meanwhile, or it was told that it is behind: before the answer, or after what that covers?
}

// misses tells whether the device knows of something that it does not have.
func (v *view) misses() bool { return len(v.beyond) > 0 || v.behind > v.has }

// connected begins anew on another connection, which is told after when since is set.
func (v *view) connected(label string, since bool) {
	v.session, v.pass, v.top, v.synced, v.sync, v.murky, v.deaf = label, since, 0, since, nil, false, false
	if since {
		v.top = v.has
	}
}

// read notes a number that was read and tells what to record before it.
func (d *device) read(v *view, seq uint64, joins bool) {
	if s := v.sync; s != nil && !s.begun && v.pass && seq <= v.top {
		d.beginSync(v)
	}
	if joins && v.pass && seq > v.top+1 {
		d.epoch(v, false) // it was no member before: nobody owes it what was said then
	}
	if !v.pass {
		v.pass, v.top = true, seq
		if v.has == 0 && len(v.beyond) == 0 && v.behind == 0 && v.sync == nil {
			v.has = seq // what was before it came does not concern it
		}
	}
	v.top = max(v.top, seq)
	v.note(seq)
}

// note notes that the device has a number.
func (v *view) note(seq uint64) {
	if seq > v.has {
		if v.beyond == nil {
			v.beyond = map[uint64]bool{}
		}
		v.beyond[seq] = true
		v.advance()
	}
}

// unclear tells whether a number may be of a sync that may be answered with anything.
func (v *view) unclear(seq uint64) bool {
	if s := v.sync; s != nil && s.moot && !s.begun && v.pass && seq <= v.top {
		s.begun, v.deaf = true, true
	}
	return v.deaf
}

func (v *view) advance() {
	for v.beyond[v.has+1] {
		v.has++
		delete(v.beyond, v.has)
	}
	for seq := range v.beyond {
		if seq <= v.has {
			delete(v.beyond, seq)
		}
	}
}

// epoch ends what the device hears of a conversation on this connection; what follows is another pass.
func (d *device) epoch(v *view, leaves bool) {
	v.epochs++
	v.session = fmt.Sprint(d.conn.label, "/", v.epochs)
	v.pass, v.top, v.synced = false, 0, false
	if s := v.sync; s != nil && !s.begun {
		s.first, s.moot = true, s.moot || leaves
	} else {
		v.sync = nil
	}
}

// beginSync records that what is read from now on was asked for.
func (d *device) beginSync(v *view) {
	s := v.sync
	s.begun = true
	kind := history.Since
	if s.first {
		kind = history.Fill
		v.top = max(v.top, s.after)
		if d.w.plan.outbox > 0 { // what was dropped is told as behind after this; until then the server repeats what was before it
			d.record(history.Entry{Kind: history.Behind, Session: v.session, To: v.place, Seq: int64(v.top)})
		}
	} else {
		v.top = s.after
	}
	d.record(history.Entry{Kind: kind, Session: v.session, To: v.place, Seq: int64(s.after)})
	v.pass = true
}

// endSync is called when the server says that the sync is complete.
func (d *device) endSync(v *view) {
	if v.deaf { // it was read before the account left, or after it came back
		v.deaf, v.sync, v.murky = false, nil, true
		d.epoch(v, false)
		return
	}
	s := v.sync
	v.sync = nil
	if s == nil || s.begun {
		return
	}
	v.sync = s
	if !s.moot && (s.first || v.misses()) {
		d.beginSync(v)
	}
	v.sync = nil
}
