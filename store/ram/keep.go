package ram

import (
	"context"
	"fmt"
	"math"

	"jim/chat"
)

// keep puts an entry into the log of its conversation, or finds what it repeats.
// It changes nothing when it fails.
func (d *Disk) keep(e *chat.Entry) error {
	t, err := d.talk(e.Conversation)
	if err != nil {
		return err
	}
	if d.account(e.From) == nil {
		return chat.ErrNotFound
	}
	if first := d.used[used{e.From, e.ID}]; e.ID != "" && first != nil {
		if first.Conversation != e.Conversation || first.Kind != e.Kind || first.Text != e.Text {
			return chat.ErrConflict
		}
		e.Seq, e.Time, e.Repeat = first.Seq, first.Time, true
		return nil
	}
	if e.Again {
		return chat.ErrNotFound
	}
	read, member := t.members[e.From]
	switch e.Kind {
	case chat.Said:
	case chat.Joined, chat.Left:
		if member == (e.Kind == chat.Joined) {
			e.Seq, e.Time, e.Repeat = t.Last, now(), true
			if t.Last > 0 {
				e.Time = t.log[t.Last-1].Time
			}
			return nil
		}
	case chat.TopicSet, chat.RoomOpened:
		t.Topic = e.Text
	default:
		return fmt.Errorf("no kind of entry has the number %d", e.Kind)
	}
	switch e.Kind {
	case chat.Joined, chat.RoomOpened:
		t.members[e.From] = read
	case chat.Left:
		delete(t.members, e.From)
	}
	t.Last++
	e.Seq, e.Time = t.Last, now()
	kept := chat.Entry{
		Conversation: e.Conversation, Kind: e.Kind, From: e.From, FromName: e.FromName, ID: e.ID, Text: e.Text, Seq: e.Seq, Time: e.Time,
	}
	t.log = append(t.log, kept)
	if e.ID != "" {
		d.used[used{e.From, e.ID}] = &kept
	}
	return nil
}

// Log reads a part of a log; see [chat.Store].
func (s *Store) Log(ctx context.Context, c chat.ConversationID, after, before uint64, limit int, newest bool) ([]chat.Entry, error) {
	done, err := s.use(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	t, err := s.d.talk(c)
	if err != nil {
		return nil, nil // as a log without entries
	}
	if before == 0 || before > t.Last {
		before = t.Last + 1
	}
	if after+1 >= before || after >= t.Last || limit <= 0 {
		return nil, nil
	}
	part := t.log[after : before-1]
	if len(part) > limit && newest {
		part = part[len(part)-limit:]
	} else if len(part) > limit {
		part = part[:limit]
	}
	return append([]chat.Entry(nil), part...), nil
}

// LogName is what the logs are called; see [chat.Store].
func (s *Store) LogName() string { return s.name }

// Shared is up to where logs are the same: nothing is ever restored here. See [chat.Store].
func (s *Store) Shared(ctx context.Context, name string, _ chat.ConversationID) (uint64, error) {
	done, err := s.use(ctx)
	if err != nil {
		return 0, err
	}
	defer done()
	if name == s.name {
		return math.MaxUint64, nil
	}
	return 0, nil
}
