package store

import (
	"errors"
	"fmt"
	"time"

	"github.com/ncruces/go-sqlite3"

	"jim/chat"
	"jim/lastword"
	"jim/wire"
)

// The write-ahead log is copied into the database when it has grown by
// checkpointPages (8 MiB): often enough that readers find few pages in it, and
// rarely enough that the copying, which writes a page once however often it
// changed, costs little. Readers are never waited for, unless the log reaches
// insistPages (64 MiB) because somebody always reads.
const (
	checkpointPages = 2000
	insistPages     = 16000
)

// writer owns the connection that writes. Everything in it belongs to the
// goroutine of [Store.write].
type writer struct {
	c     *conn
	known *caches
	clock func() time.Time
	now   wire.Time // of the group: one time for all of it

	begin, commit, rollback   *sqlite3.Stmt
	savepoint, release, undo  *sqlite3.Stmt
	insert, last, first, from *sqlite3.Stmt // see keep.go

	pages  int  // in the write-ahead log after the last commit
	insist int  // from how many on readers are waited for
	busy   bool // the last checkpoint did not come to its end; said once
}

func newWriter(c *conn) (*writer, error) {
	w := &writer{c: c, known: newCaches(), insist: insistPages}
	for _, p := range []struct {
		stmt **sqlite3.Stmt
		sql  string
	}{
		{&w.begin, `BEGIN IMMEDIATE`},
		{&w.commit, `COMMIT`},
		{&w.rollback, `ROLLBACK`},
		{&w.savepoint, `SAVEPOINT job`},
		{&w.release, `RELEASE job`},
		{&w.undo, `ROLLBACK TO job`},
		{&w.insert, insertSQL},
		{&w.last, lastSQL},
		{&w.first, firstSQL},
		{&w.from, fromSQL},
	} {
		st, err := c.stmt(p.sql)
		if err != nil {
			return nil, err
		}
		*p.stmt = st
	}
	c.db.WALHook(func(_ *sqlite3.Conn, _ string, pages int) error {
		w.pages = pages
		return nil
	})
	return w, nil
}

// write is the writer's goroutine: it keeps all that waits, again and again,
// until the queue is closed and empty.
func (s *Store) write() {
	defer lastword.Guard()
	defer close(s.out)
	spare := make([]job, 0, groupJobs)
	for {
		group, first, more := s.queue.take(spare)
		if !more {
			return
		}
		w, many := watch{first: first, taken: time.Now()}, len(group) >= crowd
		s.keepGroup(group, &w)
		clear(group) // for the garbage collector
		if many {
			time.Sleep(gather - time.Since(w.taken))
		}
		spare = group
	}
}

// When a group was a crowd, the next one is given gather, from the beginning of
// the last, to collect. A group costs a flush, and a write to each member of each
// of its rooms, however large it is: fewer and larger ones cost a busy server a
// tenth less, and those who wait for an answer less than a disk takes to flush.
const (
	crowd  = 32
	gather = 2 * time.Millisecond
)

// keepGroup commits a group and sends everything in it back.
func (s *Store) keepGroup(group []job, w *watch) {
	if failed := s.failure.Load(); failed != nil {
		answer(group, *failed)
		return
	}
	err := s.writer.run(group, w)
	if err == nil {
		err = s.stands.still()
	}
	if broken(err) || errors.Is(err, errMoved) {
		s.fail(group, err)
		return
	}
	entries := entriesOf(group)
	if err == nil {
		s.meters.add(w, len(entries))
	}
	if len(entries) > 0 {
		s.out <- batch{entries: entries}
	}
	answer(group, nil)
	if err := s.writer.checkpoint(s); broken(err) {
		s.fail(nil, err)
	}
}

// fail ends the keeping for good. Entries of the group do not come back: whether
// they are on the disk, nobody can know.
func (s *Store) fail(group []job, err error) {
	err = fmt.Errorf("store: the storage failed: %w", asDamage(s.disk.explain(err)))
	s.failure.Store(&err)
	answer(group, err)
	s.out <- batch{failed: err}
}

// answer tells those who wait for changes how they went; err overrules.
func answer(group []job, err error) {
	for i := range group {
		j := &group[i]
		if j.done == nil {
			continue
		}
		if err != nil {
			j.done <- err
		} else {
			j.done <- outcome(j.err)
		}
	}
}

func entriesOf(group []job) []*chat.Entry {
	n := 0
	for i := range group {
		if group[i].entry != nil {
			n++
		}
	}
	if n == 0 {
		return nil
	}
	entries := make([]*chat.Entry, 0, n)
	for i := range group {
		if e := group[i].entry; e != nil {
			e.Err = outcome(group[i].err)
			entries = append(entries, e)
		}
	}
	return entries
}

// run keeps a group in one transaction. A job that fails alone keeps its error
// and changes nothing; when the transaction fails, all jobs have its error, and
// run returns it too.
func (w *writer) run(group []job, at *watch) error {
	w.now = wire.At(w.clock())
	err := w.begin.Exec()
	for i := 0; err == nil && i < len(group); i++ {
		j := &group[i]
		j.err = w.do(j)
		// A full disk and an I/O error may have ended the transaction; they
		// concern the neighbours in any case.
		if full(j.err) || broken(j.err) || w.c.db.GetAutocommit() {
			err = j.err
			if err == nil {
				err = errors.New("the transaction ended early")
			}
		}
	}
	if err == nil {
		at.written = time.Now()
		err = w.commit.Exec()
	}
	if err != nil {
		w.takeBack(group, err)
	}
	return err
}

// takeBack undoes the transaction and gives every job of the group its error.
func (w *writer) takeBack(group []job, err error) {
	if !w.c.db.GetAutocommit() {
		// An error here means that the transaction is over already, or that
		// the next one cannot begin and says so.
		_ = w.rollback.Exec()
	}
	w.known.forget()
	for i := range group {
		group[i].err = err
		if e := group[i].entry; e != nil {
			e.Seq, e.Time, e.Repeat = 0, 0, false
		}
	}
}

// do does one job. A message is one statement, which SQLite undoes by itself
// when it fails; everything else stands behind a savepoint.
func (w *writer) do(j *job) error {
	if j.entry != nil && j.entry.Kind == chat.Said {
		return w.keep(j.entry)
	}
	if j.ctx != nil && j.ctx.Err() != nil {
		return j.ctx.Err()
	}
	if err := w.savepoint.Exec(); err != nil {
		return err
	}
	var err error
	if j.entry != nil {
		err = w.keepChange(j.entry)
	} else {
		err = j.do(w)
	}
	if err == nil {
		return w.release.Exec()
	}
	if w.c.db.GetAutocommit() {
		return err // there is nothing left to undo
	}
	if undone := errors.Join(w.undo.Exec(), w.release.Exec()); undone != nil {
		return fmt.Errorf("%w, and then %w", err, undone)
	}
	return err
}

// checkpoint copies the write-ahead log into the database when it is time.
// A checkpoint that cannot be finished is no failure: what is in the log is
// safe there, and the next one goes on where this one stopped.
func (w *writer) checkpoint(s *Store) error {
	if w.pages < checkpointPages {
		return nil
	}
	mode := sqlite3.CHECKPOINT_PASSIVE
	insists := w.pages >= w.insist
	if insists {
		mode = sqlite3.CHECKPOINT_RESTART
	}
	_, _, err := w.c.db.WALCheckpoint("main", mode)
	if insists {
		// Who reads for as long as a backup takes is not waited for at each
		// group, but again when the log has grown by as much.
		w.insist = insistPages
		if err != nil {
			w.insist += w.pages
		}
	}
	if err != nil && !broken(err) && !w.busy {
		s.log.Warn("the write-ahead log could not be copied into the database and goes on growing",
			"file", s.file, "pages", w.pages, "error", s.disk.explain(err))
	}
	w.busy = err != nil
	return err
}
