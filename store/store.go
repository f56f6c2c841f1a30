// Package store keeps what was said: it is [chat.Store] over SQLite.
//
// # How a change gets to the disk
//
//	Keep, AddToken, SetRead …  →  queue  →  writer: one transaction for all that waits  →  deliver: kept(group)
//
// One goroutine owns the only connection that writes. It takes everything that
// waits, keeps it in one transaction and lets one sync of the disk answer for
// all of it (group commit). While it commits the next group, a second goroutine
// hands the last one back. A small pool of connections reads beside them, from
// the snapshot that was committed last.
//
// # What a success means
//
// The write-ahead log is synced at every commit (synchronous=FULL), so what was
// handed back without an error survives kill -9 and a loss of power. After a
// failed sync nothing is known about the disk: the store says so once, through
// fail, and refuses everything from then on. A full disk is another matter: the
// group is rolled back and comes back with [chat.ErrFull], and the next one is
// tried as if nothing had happened.
//
// # Locks
//
// Taken in this order, and none is held while a disk is waited for except the
// folder's: the lock of the data folder (as long as the store is open), then
// queue.mu or readers.mu, neither inside the other.
package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ncruces/go-sqlite3/vfs"

	"jim/chat"
	"jim/lastword"
)

// FileName is the database in the data folder. SQLite keeps two more files
// beside it while it is open, with -wal and -shm behind the name.
const FileName = "jim.db"

// ErrClosed is what a method of a closed store returns.
var ErrClosed = errors.New("store: closed")

// Store is a [chat.Store] in a folder. [Open] makes it.
type Store struct {
	file   string
	log    *slog.Logger
	disk   *disk
	lock   *os.File
	name   string // of the logs
	stands stands

	queue   *queue
	writer  *writer
	meters  meters
	readers *readers

	// From the writer to the goroutine that Start makes. One group waits at most.
	out     chan batch
	working sync.WaitGroup // the writer
	telling sync.WaitGroup // deliver

	failure atomic.Pointer[error] // set once, when the storage cannot be trusted any more
	closing sync.Once
	closed  error
}

var _ chat.Store = (*Store)(nil)

// batch is a group on its way back to the core, or the end of all groups.
type batch struct {
	entries []*chat.Entry
	failed  error
}

// Open opens the database in the folder dir and makes both when they are not
// there (the folder with mode 0700). It brings an older schema up to date, after
// copying the database to jim.db.before-N, where N is the new version.
//
// It fails with [ErrInUse] when another process has the folder, with [ErrNewer]
// when a newer program has written the database, and with [ErrDamaged] when what
// is there is not what was written. ctx limits the time
// Open takes and means nothing afterwards. log gets what an operator should know.
func Open(ctx context.Context, dir string, log *slog.Logger) (*Store, error) {
	return OpenOn(ctx, dir, log, On{})
}

// On is what a store stands on. The zero value is this machine; anything else is for tests of what a
// store promises.
type On struct {
	Disk  vfs.VFS          // nil = the file system of the operating system
	Clock func() time.Time // tells the time of entries; nil = time.Now

	// NoSync commits without a sync (synchronous=NORMAL): what was acknowledged is lost with the power.
	// It shows that a test of losses of power finds them.
	NoSync bool
}

// OpenOn is [Open] over any disk and clock.
func OpenOn(ctx context.Context, dir string, log *slog.Logger, on On) (*Store, error) {
	return openOn(ctx, dir, log, on, migrations())
}

// openOn is OpenOn with any schema.
func openOn(ctx context.Context, dir string, log *slog.Logger, on On, steps []migration) (*Store, error) {
	if on.Disk == nil {
		on.Disk = vfs.Find("os")
	}
	if on.Clock == nil {
		on.Clock = time.Now
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	lock, err := lockFolder(dir)
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	file, err := databaseIn(dir)
	if err != nil {
		lock.Close()
		return nil, fmt.Errorf("store: %w", err)
	}
	s := &Store{
		file:  file,
		log:   log,
		disk:  mount(on.Disk, !on.NoSync),
		lock:  lock,
		queue: newQueue(),
		out:   make(chan batch, 1),
	}
	if err := s.open(ctx, on, steps); err != nil {
		s.disk.unmount()
		lock.Close()
		return nil, fmt.Errorf("store: %s: %w", s.file, asDamage(s.disk.explain(err)))
	}
	s.working.Go(s.write)
	return s, nil
}

func (s *Store) open(ctx context.Context, on On, steps []migration) error {
	if err := s.ensure(ctx); err != nil {
		return err
	}
	frames := 0
	if !on.NoSync { // without syncs a log with holes proves nothing
		left, err := s.recoverable()
		if err != nil {
			return err
		}
		frames = left.kept
	}
	c, err := openConn(ctx, s.file, s.disk.name, forWriting)
	if err != nil {
		return err
	}
	if on.NoSync {
		err = c.db.Exec(`PRAGMA synchronous=normal`)
	}
	if err == nil && frames > 0 {
		err = c.saveLog(frames)
	}
	if err == nil {
		err = s.prepare(ctx, c, steps)
	}
	if err == nil {
		s.name, err = c.logName()
	}
	if err == nil {
		s.stands, err = standsOf(s.file)
	}
	if err != nil {
		c.leaveLog()
		c.close()
		return err
	}
	s.writer.clock = on.Clock
	s.readers = newReaders(s.file, s.disk.name)
	return nil
}

// recoverable makes sure that the last run has left nothing that SQLite would
// silently do without.
func (s *Store) recoverable() (leftLog, error) {
	if _, err := header(s.file); err != nil {
		return leftLog{}, err
	}
	left, err := ownLeftLog(s.file)
	if err == nil && left.lost > 0 {
		s.log.Warn("the end of the write-ahead log cannot be read; either power was lost while it was written, and nobody was told that it is kept, or the disk is damaged, or somebody has removed the log",
			"file", s.file+"-wal", "frames", left.lost)
	}
	return left, err
}

// prepare makes the database ready to be written through c.
func (s *Store) prepare(ctx context.Context, c *conn, steps []migration) error {
	if err := migrate(ctx, c, s.disk, s.file, steps, s.log); err != nil {
		return err
	}
	// The last run may have ended in a failed sync. What it left in the
	// write-ahead log can be read now and yet be missing on the disk, and a
	// client's second try would be told that it is safe. So everything the log
	// has is written to the database, and synced, before anything is answered.
	if err := c.checkpointAll(); err != nil {
		return err
	}
	if err := seal(c); err != nil {
		return err
	}
	w, err := newWriter(c)
	if err != nil {
		return err
	}
	s.writer = w
	for _, beside := range []string{"-wal", "-shm"} {
		if err := os.Chmod(s.file+beside, 0o600); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	// The names of the files must survive a loss of power as well.
	return errors.Join(syncFolder(filepath.Dir(s.file)), syncFolder(filepath.Dir(filepath.Dir(s.file))))
}

// Start begins to take entries. See [chat.Store]. It is called once, before the
// first Keep; the other methods do not wait for it.
//
// kept owns the slice it gets. It must not call Keep nor a method that writes:
// the writer may be waiting for kept to return.
func (s *Store) Start(kept func([]*chat.Entry), fail func(error)) {
	s.telling.Go(func() {
		defer lastword.Guard()
		for b := range s.out {
			if b.failed != nil {
				fail(b.failed)
				continue
			}
			kept(b.entries)
		}
	})
}

// Keep queues an entry. See [chat.Store]. It waits while 1024 entries or 4 MiB
// of text wait. An entry that comes after Close is dropped.
func (s *Store) Keep(e *chat.Entry) {
	s.queue.put(job{entry: e})
}

// change runs do inside a transaction of the writer, and returns when it is on
// stable storage. What do changed is undone when it returns an error.
//
// When ctx ends first, the change may still be made.
func (s *Store) change(ctx context.Context, do func(*writer) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	done := make(chan error, 1)
	if !s.queue.put(job{do: do, ctx: ctx, done: done}) {
		return ErrClosed
	}
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// look runs do on a connection that only reads, waiting for a free one.
func (s *Store) look(ctx context.Context, do func(*conn) error) error {
	if err := s.failure.Load(); err != nil {
		return *err
	}
	c, err := s.readers.take(ctx)
	if err != nil {
		return outcome(err)
	}
	defer s.readers.give(c)
	c.db.SetInterrupt(ctx)
	defer c.db.SetInterrupt(context.Background())
	err = do(c)
	if err != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	return outcome(err)
}

// Close keeps what was queued, waits until kept has returned for all of it, and
// closes. It returns the failure of the storage, if there was one. Closing again
// returns the same.
func (s *Store) Close() error {
	s.closing.Do(func() {
		s.queue.close()
		s.working.Wait()
		s.telling.Wait()
		s.readers.close()
		failed := s.failure.Load()
		if failed != nil {
			s.writer.c.leaveLog()
			s.closed = *failed
		}
		if err := s.writer.c.close(); err != nil && failed == nil {
			s.closed = outcome(err)
		}
		s.disk.unmount()
		s.lock.Close()
	})
	return s.closed
}
