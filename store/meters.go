package store

import (
	"sync/atomic"
	"time"
)

// meters say what keeping costs in time. Only the writer adds to them, once for a
// group.
type meters struct {
	groups, entries        atomic.Uint64
	waited, wrote, flushed atomic.Uint64 // ns
}

// Meters are sums since the start, for the statistics of an operator, by name:
//
//	keep_groups   transactions in which entries were kept
//	keep_entries  entries in them
//	keep_wait_ns  from when the first of a group came until the writer took it
//	keep_write_ns in the statements of the groups
//	keep_flush_ns in their commits: writing the write-ahead log and fsync
func (s *Store) Meters() map[string]uint64 {
	m := &s.meters
	return map[string]uint64{
		"keep_groups":   m.groups.Load(),
		"keep_entries":  m.entries.Load(),
		"keep_wait_ns":  m.waited.Load(),
		"keep_write_ns": m.wrote.Load(),
		"keep_flush_ns": m.flushed.Load(),
	}
}

// watch measures a group of which the first job came at first: the writer calls it
// when it takes the group, before the commit and after it.
type watch struct {
	first, taken, written time.Time
}

func (m *meters) add(w *watch, entries int) {
	if entries == 0 || w.written.IsZero() {
		return
	}
	m.groups.Add(1)
	m.entries.Add(uint64(entries))
	m.waited.Add(uint64(w.taken.Sub(w.first)))
	m.wrote.Add(uint64(w.written.Sub(w.taken)))
	m.flushed.Add(uint64(time.Since(w.written)))
}
