package sim

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"sync"

	"jim/chat"
	"jim/store/ram"
)

// disk is a store that keeps, answers and tells when the schedule says so, and fails when the
// schedule says so. What it keeps is in ram; a crash leaves that and nothing else.
type disk struct {
	*ram.Store
	w    *world
	kept func([]*chat.Entry)
	fail func(error)
	dead chan struct{} // closed by a crash

	mu      sync.Mutex
	crashed bool
	arrived []*chat.Entry // handed over in this step
	parked  []*call       // waiting for an answer

	// the scheduler's
	waiting []*chat.Entry   // to be committed, in order
	untold  [][]*chat.Entry // committed or refused, and not told
	woken   bool            // more than one session may have gone on in this step
}

// call is a session that waits for the store.
type call struct {
	conn *conn
	on   chan struct{}
}

// connKey is the key of a session's connection in the context of its calls.
type connKey struct{}

var (
	errCrash = errors.New("the server crashes")
	errRead  = errors.New("the disk cannot be read")
	errKeep  = errors.New("the disk cannot be written")
)

func openDisk(w *world) *disk {
	return &disk{Store: w.ram.Open(), w: w, dead: make(chan struct{})}
}

// Start notes whom to tell.
func (d *disk) Start(kept func([]*chat.Entry), fail func(error)) { d.kept, d.fail = kept, fail }

// Keep lets an entry wait for its commit.
func (d *disk) Keep(e *chat.Entry) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.crashed {
		d.arrived = append(d.arrived, e)
	}
}

// queue takes over what was handed over in a step. When many sessions were woken at
// once, each handed over one entry at most, in an order that nobody promised.
func (d *disk) queue() {
	arrived := d.sorted()
	if d.w.wrong.early && len(arrived) > 0 {
		arrived = d.tooEarly(arrived)
	}
	d.waiting = append(d.waiting, arrived...)
}

func (d *disk) sorted() []*chat.Entry {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.woken {
		d.woken = false
		slices.SortFunc(d.arrived, func(a, b *chat.Entry) int {
			return cmp.Or(
				cmp.Compare(a.From, b.From), cmp.Compare(a.Conversation, b.Conversation), cmp.Compare(a.Kind, b.Kind),
				strings.Compare(a.ID, b.ID), strings.Compare(a.Text, b.Text),
			)
		})
		slices.SortFunc(d.parked, func(a, b *call) int { return cmp.Compare(a.conn.n, b.conn.n) })
	}
	arrived := d.arrived
	d.arrived = nil
	return arrived
}

// commit keeps the first n entries that wait; nobody is told yet. With an error it refuses them.
func (d *disk) commit(n int, err error) {
	group := d.waiting[:n:n]
	d.waiting = d.waiting[n:]
	if err == nil {
		inOrder := slices.Clone(group)
		if d.w.wrong.order != nil {
			d.w.wrong.order(inOrder)
		}
		d.Store.Commit(inOrder)
		d.w.noteKept(inOrder)
	} else {
		for _, e := range group {
			e.Err = err
		}
	}
	d.untold = append(d.untold, group)
}

// tell tells of the oldest group that was not told of.
func (d *disk) tell() {
	group := d.untold[0]
	d.untold = d.untold[1:]
	d.woken = true
	d.w.noteTold(group)
	if !d.w.wrong.early {
		d.kept(group)
	}
}

// crash ends everything that is under way.
func (d *disk) crash() {
	d.mu.Lock()
	d.crashed = true
	d.mu.Unlock()
	close(d.dead)
	d.fail(errCrash)
}

// release lets the i-th session that waits go on.
func (d *disk) release(i int) {
	d.mu.Lock()
	c := d.parked[i]
	d.parked = slices.Delete(d.parked, i, i+1)
	d.mu.Unlock()
	close(c.on)
}

func (d *disk) parkedCalls() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.parked)
}

// pause may let a session wait, before or after the store was looked at, or fail. Whether it does
// depends on the seed and on which call of the session's this is, not on who else calls.
func (d *disk) pause(ctx context.Context, fault error, seldom uint64) error {
	c, _ := ctx.Value(connKey{}).(*conn)
	if c == nil {
		return nil
	}
	c.calls++
	dice, calm := scramble(d.w.seed, uint64(c.n), uint64(c.calls)), d.w.calm.Load()
	if fault != nil && dice>>32%seldom == 0 && !calm {
		d.w.refusals.Add(1)
		return fault
	}
	if (dice%3 > 0 || calm) && fault != chat.ErrFull { // a change is made in a step of its own, so that nobody looks meanwhile
		return nil
	}
	d.mu.Lock()
	if d.crashed {
		d.mu.Unlock()
		return errCrash
	}
	park := &call{c, make(chan struct{})}
	d.parked = append(d.parked, park)
	d.mu.Unlock()
	select {
	case <-park.on:
		return nil
	case <-d.dead:
		return errCrash
	}
}

// readFault is the error of a read that may fail: not one of a sync, after which the client would
// not know what it was told.
func (d *disk) readFault(ctx context.Context) error {
	if c, _ := ctx.Value(connKey{}).(*conn); c == nil || c.syncing.Load() {
		return nil
	}
	return errRead
}

// scramble makes one random number of some.
func scramble(all ...uint64) (x uint64) {
	for _, n := range all {
		x += n + 0x9e3779b97f4a7c15
		x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
		x = (x ^ x>>27) * 0x94d049bb133111eb
		x ^= x >> 31
	}
	return x
}

// Log reads the log, late, or late again.
func (d *disk) Log(ctx context.Context, c chat.ConversationID, after, before uint64, limit int, newest bool) ([]chat.Entry, error) {
	if err := d.pause(ctx, d.readFault(ctx), 100); err != nil {
		return nil, err
	}
	list, err := d.Store.Log(ctx, c, after, before, limit, newest)
	return list, cmp.Or(d.pause(ctx, nil, 0), err)
}

// Memberships reads them, late.
func (d *disk) Memberships(ctx context.Context, id chat.AccountID) ([]chat.Membership, error) {
	if err := d.pause(ctx, d.readFault(ctx), 100); err != nil {
		return nil, err
	}
	list, err := d.Store.Memberships(ctx, id)
	return list, cmp.Or(d.pause(ctx, nil, 0), err)
}

// Room finds a room, late.
func (d *disk) Room(ctx context.Context, key string) (chat.Conversation, error) {
	c, err := d.Store.Room(ctx, key)
	return c, cmp.Or(d.pause(ctx, nil, 0), err)
}

// AddRoom makes a room, unless the disk is full.
func (d *disk) AddRoom(ctx context.Context, name, key string) (chat.Conversation, error) {
	if err := d.pause(ctx, chat.ErrFull, 10); err != nil {
		return chat.Conversation{}, err
	}
	return d.Store.AddRoom(ctx, name, key)
}

// Direct finds or makes a direct conversation, unless the disk is full.
func (d *disk) Direct(ctx context.Context, a, b chat.AccountID) (chat.Conversation, error) {
	if err := d.pause(ctx, chat.ErrFull, 30); err != nil {
		return chat.Conversation{}, err
	}
	c, err := d.Store.Direct(ctx, a, b)
	return c, cmp.Or(d.pause(ctx, nil, 0), err)
}
