package chat

import (
	"errors"

	"jim/wire"
)

// once names each conversation once, with the largest number, where several are ways to write the same, as #Tea and #tea: what
// was said there would be read as often, and told as often.
func once(since []wire.Since) []wire.Since {
	places := make(map[string]int, len(since))
	kept := since[:0]
	for _, w := range since {
		key, bad := addressKey(w.To)
		if bad != nil {
			key = w.To // which is refused, or passed over
		}
		if i, twice := places[key]; twice {
			kept[i].Seq = max(kept[i].Seq, w.Seq)
			continue
		}
		places[key] = len(kept)
		kept = append(kept, w)
	}
	return kept
}

// putRight makes the numbers of a presence, which are of the log it names, numbers of this one: how far both are the same.
// It returns those that were more.
func (s *Session) putRight(r *wire.Request) (less map[string]uint64, err error) {
	if !s.otherLog(r.Log) {
		return nil, nil
	}
	for i := range r.Since {
		w := &r.Since[i]
		shared, err := s.shared(w.To, r.Log)
		if err != nil {
			return nil, in("find what two logs share", err)
		}
		if shared >= w.Seq {
			continue
		}
		if less == nil {
			less = map[string]uint64{}
		}
		w.Seq, less[w.To] = shared, shared
	}
	return less, nil
}

// shared is how far a conversation is the same in the log of that name and in this one: nothing of it where it is not there, or not
// for this account.
func (s *Session) shared(to, log string) (uint64, error) {
	at, err := s.find(s.ctx, to, false)
	var bad *wire.Error
	if errors.As(err, &bad) || err == nil && at.room == nil {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	defer at.room.refs.Add(-1)
	return s.hub.store.Shared(s.ctx, log, at.room.id)
}

// otherLog tells whether numbers are of another log than this, by what it is called.
func (s *Session) otherLog(name string) bool { return name != "" && name != s.hub.store.LogName() }

// within is a number that the session says it has, or less where a backup was restored: how far the log that it knows and
// this one are the same; and the newest where its number lies behind that, else it would be told nothing until the
// conversation has come so far. That it is less than it has, the session is told as behind.
func (s *Session) within(at *place, after uint64, log string) (uint64, error) {
	if s.otherLog(log) {
		shared, err := s.hub.store.Shared(s.ctx, log, at.room.id)
		if err != nil {
			return 0, err
		}
		after = min(after, shared)
	}
	at.room.mu.Lock()
	newest := max(at.room.last, at.room.kept.Load())
	at.room.mu.Unlock()
	if after <= newest {
		return after, nil
	}
	// It may be kept, and not told yet.
	entries, err := s.hub.store.Log(s.ctx, at.room.id, after-1, 0, 1, false)
	if err == nil && len(entries) == 0 {
		after = newest
	}
	return after, err
}
