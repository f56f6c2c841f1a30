package store

import (
	"errors"
	"fmt"

	"github.com/ncruces/go-sqlite3"

	"jim/chat"
	"jim/wire"
)

// The statements of the hot path. The conflict names log_once alone: any other
// is a fault and must be loud.
const (
	insertSQL = `INSERT INTO log (conv, seq, time, kind, sender, id, text) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
		ON CONFLICT (sender, id) WHERE id IS NOT NULL DO NOTHING`

	// The newest seq is not kept in a column: max(seq) is one walk down the
	// primary key, where a column would cost one more update for each
	// conversation of a group, and could be wrong.
	lastSQL = `SELECT (SELECT max(seq) FROM log WHERE conv = ?1) FROM conversation WHERE id = ?1`

	firstSQL = `SELECT conv, seq, time, kind, text FROM log WHERE sender = ?1 AND id = ?2`
	fromSQL  = `SELECT 1 FROM account WHERE id = ?1`
)

// keep gives e its number and puts it into the log, or finds the entry it
// repeats. It leaves nothing behind when it fails.
func (w *writer) keep(e *chat.Entry) error {
	last, err := w.lastOf(e.Conversation)
	if err != nil {
		return err
	}
	if err := w.senderExists(e.From); err != nil {
		return err
	}
	if e.Again {
		if repeated, err := w.repeats(e); repeated || err != nil {
			return err
		}
		return chat.ErrNotFound
	}
	st := w.insert
	err = errors.Join(
		st.BindInt64(1, int64(e.Conversation)),
		st.BindInt64(2, int64(last+1)),
		st.BindInt64(3, int64(w.now)),
		st.BindInt64(4, int64(e.Kind)),
		st.BindInt64(5, int64(e.From)),
		bindID(st, 6, e.ID),
		st.BindText(7, e.Text))
	if err != nil {
		return err
	}
	if err := st.Exec(); err != nil {
		delete(w.known.seqs, e.Conversation)
		return err
	}
	if w.c.db.Changes() == 0 {
		_, err := w.repeats(e)
		return err
	}
	e.Seq, e.Time = last+1, w.now
	w.known.setSeq(e.Conversation, e.Seq)
	return nil
}

// keepChange keeps an entry that changes more than the log. Its caller undoes
// what it did when it fails.
func (w *writer) keepChange(e *chat.Entry) error {
	if _, err := w.lastOf(e.Conversation); err != nil {
		return err
	}
	if err := w.senderExists(e.From); err != nil {
		return err
	}
	// The id is asked for before anything changes; and before the membership,
	// since the answer to the first try is the answer to the second.
	if e.ID != "" {
		if repeated, err := w.repeats(e); repeated || err != nil {
			return err
		}
	}
	changed, err := w.sideEffect(e)
	if err != nil {
		return err
	}
	if !changed {
		return w.changesNothing(e)
	}
	return w.keep(e)
}

// sideEffect does what an entry of that kind does beside being in the log. It
// tells false when there was nothing to do and the entry is not to be kept.
func (w *writer) sideEffect(e *chat.Entry) (bool, error) {
	switch e.Kind {
	case chat.Joined:
		n, err := w.addMember(e.Conversation, e.From)
		return n > 0, err
	case chat.Left:
		n, err := w.c.exec(`DELETE FROM member WHERE account = ?1 AND conv = ?2`, e.From, e.Conversation)
		return n > 0, err
	case chat.TopicSet:
		return true, w.setTopic(e)
	case chat.RoomOpened:
		_, err := w.addMember(e.Conversation, e.From)
		return true, errors.Join(err, w.setTopic(e))
	}
	return false, fmt.Errorf("no kind of entry has the number %d", e.Kind)
}

func (w *writer) addMember(c chat.ConversationID, id chat.AccountID) (int64, error) {
	return w.c.exec(`INSERT INTO member (account, conv, key, read)
		SELECT id, ?2, key, 0 FROM account WHERE id = ?1
		ON CONFLICT (account, conv) DO NOTHING`, id, c)
}

func (w *writer) setTopic(e *chat.Entry) error {
	_, err := w.c.exec(`UPDATE conversation SET topic = ?2 WHERE id = ?1`, e.Conversation, e.Text)
	return err
}

// changesNothing answers a Joined by a member and a Left by somebody who is
// none: a Repeat of the newest entry. In a conversation without entries Seq is 0
// and Time is now.
func (w *writer) changesNothing(e *chat.Entry) error {
	last, err := w.lastOf(e.Conversation)
	if err != nil {
		return err
	}
	at := w.now
	err = w.c.row(func(st *sqlite3.Stmt) { at = wire.Time(st.ColumnInt64(0)) },
		`SELECT time FROM log WHERE conv = ?1 AND seq = ?2`, e.Conversation, int64(last))
	if err != nil && !errors.Is(err, chat.ErrNotFound) {
		return err
	}
	e.Seq, e.Time, e.Repeat = last, at, true
	return nil
}

// repeats tells whether the sender of e has used its id before. Then e becomes a
// Repeat of what was kept, or the error is ErrConflict.
func (w *writer) repeats(e *chat.Entry) (bool, error) {
	st := w.first
	err := errors.Join(st.BindInt64(1, int64(e.From)), st.BindText(2, e.ID))
	if err != nil {
		return false, err
	}
	found := st.Step()
	if found {
		if st.ColumnInt64(0) == int64(e.Conversation) && st.ColumnInt64(3) == int64(e.Kind) &&
			string(st.ColumnRawText(4)) == e.Text {
			e.Seq, e.Time, e.Repeat = uint64(st.ColumnInt64(1)), wire.Time(st.ColumnInt64(2)), true
		} else {
			err = chat.ErrConflict
		}
	}
	return found, errors.Join(err, finish(st))
}

// lastOf returns the newest seq of a conversation, 0 when it has no entries;
// ErrNotFound when there is no such conversation.
func (w *writer) lastOf(c chat.ConversationID) (uint64, error) {
	if last, ok := w.known.seqs[c]; ok {
		return last, nil
	}
	st := w.last
	if err := st.BindInt64(1, int64(c)); err != nil {
		return 0, err
	}
	found := st.Step()
	last := uint64(0)
	if found {
		last = uint64(st.ColumnInt64(0))
	}
	if err := finish(st); err != nil {
		return 0, err
	}
	if !found {
		return 0, chat.ErrNotFound
	}
	w.known.setSeq(c, last)
	return last, nil
}

func (w *writer) senderExists(id chat.AccountID) error {
	if _, ok := w.known.senders[id]; ok {
		return nil
	}
	st := w.from
	if err := st.BindInt64(1, int64(id)); err != nil {
		return err
	}
	found := st.Step()
	if err := finish(st); err != nil {
		return err
	}
	if !found {
		return chat.ErrNotFound
	}
	w.known.setSender(id)
	return nil
}

// bindID binds the id of a client; none is NULL, which the index leaves out.
func bindID(st *sqlite3.Stmt, i int, id string) error {
	if id == "" {
		return st.BindNull(i)
	}
	return st.BindText(i, id)
}
