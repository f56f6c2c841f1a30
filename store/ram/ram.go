// Package ram is a [chat.Store] in memory, without any disk: for simulations and
// for tests of what stands above a store. It keeps the whole contract and passes
// the suite of package storetest. A [Disk] outlives its stores as a folder outlives a
// process, so that what happens after a restart can be tried.
package ram

import (
	"context"
	"crypto/rand"
	"errors"
	"sync"
	"time"

	"jim/chat"
	"jim/wire"
)

// Disk is what has been kept. The zero value is empty. It must not be copied.
type Disk struct {
	mu sync.Mutex

	name     string          // of the logs
	accounts []*chat.Account // number i+1
	byKey    map[string]*chat.Account
	faces    map[string]bool // skeletons of names of people, and of rooms, which begin with #
	tokens   []*chat.Token   // by number
	tokenIDs int64
	invites  map[[32]byte]bool // true = makes an owner
	contacts map[[2]chat.AccountID]bool

	talks   []*talk // number i+1
	rooms   map[string]*talk
	directs map[[2]chat.AccountID]*talk
	used    map[used]*chat.Entry // by who used an id
}

// talk is a conversation with its log.
type talk struct {
	chat.Conversation
	key     string
	log     []chat.Entry // number i+1
	members map[chat.AccountID]uint64
}

type used struct {
	by chat.AccountID
	id string
}

// Open returns a store over what has been kept. One store at a time is open.
func (d *Disk) Open() *Store {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.byKey == nil {
		d.name = rand.Text()
		d.byKey = map[string]*chat.Account{}
		d.faces = map[string]bool{}
		d.invites = map[[32]byte]bool{}
		d.contacts = map[[2]chat.AccountID]bool{}
		d.rooms = map[string]*talk{}
		d.directs = map[[2]chat.AccountID]*talk{}
		d.used = map[used]*chat.Entry{}
	}
	s := &Store{d: d, name: d.name}
	s.changed.L = &s.mu
	return s
}

// queueMax is how many entries may wait; more make their posters wait.
const queueMax = 1024

// Store is a [chat.Store] over a [Disk].
type Store struct {
	d    *Disk
	name string // of the logs

	mu      sync.Mutex
	changed sync.Cond
	queue   []*chat.Entry
	closed  bool
	teller  sync.WaitGroup
}

var _ chat.Store = (*Store)(nil)

var errClosed = errors.New("the store is closed")

// Start begins to take entries. fail is never called: memory does not fail.
func (s *Store) Start(kept func([]*chat.Entry), _ func(error)) {
	s.teller.Go(func() {
		for {
			s.mu.Lock()
			for len(s.queue) == 0 && !s.closed {
				s.changed.Wait()
			}
			group := s.queue
			s.queue = nil
			s.changed.Broadcast()
			s.mu.Unlock()
			if group == nil {
				return
			}
			s.Commit(group)
			kept(group)
		}
	})
}

// Keep queues an entry. It must not be called after Close.
func (s *Store) Keep(e *chat.Entry) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.queue) >= queueMax {
		s.changed.Wait()
	}
	s.queue = append(s.queue, e)
	s.changed.Broadcast()
}

// Close keeps what was queued and closes; what is asked afterwards is an error.
func (s *Store) Close() error {
	s.mu.Lock()
	s.closed = true
	s.changed.Broadcast()
	s.mu.Unlock()
	s.teller.Wait()
	return nil
}

// Commit keeps a group of entries at once, as the goroutine behind Keep does, and
// sets in each how it fared. Nobody is told.
func (s *Store) Commit(group []*chat.Entry) {
	s.d.mu.Lock()
	defer s.d.mu.Unlock()
	for _, e := range group {
		e.Err = s.d.keep(e)
	}
}

// use locks the disk, unless the store is closed or the caller's patience has ended.
func (s *Store) use(ctx context.Context) (done func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	closed := s.closed
	s.mu.Unlock()
	if closed {
		return nil, errClosed
	}
	s.d.mu.Lock()
	return s.d.mu.Unlock, nil
}

func now() wire.Time { return wire.At(time.Now()) }
