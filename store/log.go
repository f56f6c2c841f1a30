package store

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"slices"
	"sync"

	"github.com/ncruces/go-sqlite3"

	"jim/chat"
	"jim/wire"
)

const (
	logColumns = `SELECT l.seq, l.time, l.kind, l.sender, coalesce(a.name, ''), coalesce(l.id, ''), l.text
		FROM log l LEFT JOIN account a ON a.id = l.sender
		WHERE l.conv = ?1 AND l.seq > ?2 AND l.seq < ?3 `
	oldestSQL = logColumns + `ORDER BY l.seq LIMIT ?4`
	newestSQL = logColumns + `ORDER BY l.seq DESC LIMIT ?4`
)

// Log reads entries of a conversation. See [chat.Store]. FromName is the name
// the sender has now. A conversation that does not exist has no entries. What is
// damaged is not returned: the error is [ErrDamaged] and names the conversation.
func (s *Store) Log(ctx context.Context, v chat.ConversationID, after, before uint64, limit int, newest bool) ([]chat.Entry, error) {
	if before == 0 {
		before = math.MaxInt64
	}
	sql := oldestSQL
	if newest {
		sql = newestSQL
	}
	scratch := pages.Get().(*[]chat.Entry)
	list := (*scratch)[:0]
	defer func() {
		clear(list) // of texts that nobody needs
		*scratch = list
		pages.Put(scratch)
	}()
	err := s.look(ctx, func(c *conn) error {
		return c.rows(func(st *sqlite3.Stmt) {
			list = append(list, chat.Entry{
				Conversation: v,
				Seq:          uint64(st.ColumnInt64(0)),
				Time:         wire.Time(st.ColumnInt64(1)),
				Kind:         chat.EntryKind(st.ColumnInt64(2)),
				From:         chat.AccountID(st.ColumnInt64(3)),
				FromName:     st.ColumnText(4),
				ID:           st.ColumnText(5),
				Text:         st.ColumnText(6),
			})
		}, sql, v, bounded(after), bounded(before), max(limit, 0))
	})
	if errors.Is(err, ErrDamaged) {
		return nil, fmt.Errorf("conversation %d, between the entries %d and %d: %w; jim doctor tells more", v, after, before, err)
	}
	if err != nil {
		return nil, err
	}
	if newest {
		slices.Reverse(list)
	}
	return append([]chat.Entry(nil), list...), nil
}

// pages are what Log reads into: a list that grows would leave more garbage than the entries are.
var pages = sync.Pool{New: func() any { return new([]chat.Entry) }}

// bounded is a seq as SQLite has numbers.
func bounded(seq uint64) int64 { return int64(min(seq, math.MaxInt64)) }

// Counts is what there is, for the statistics of an operator.
type Counts struct {
	Accounts int64
	Rooms    int64
	Messages int64 // entries of all logs, of every kind
	Bytes    int64 // on the disk: the database and its write-ahead log
}

// Counts counts. It reads one row of each conversation's log and not the logs:
// since seq has no gaps, the newest seq is the number of entries.
func (s *Store) Counts(ctx context.Context) (n Counts, err error) {
	err = s.look(ctx, func(c *conn) error {
		return c.row(func(st *sqlite3.Stmt) {
			n.Accounts, n.Rooms, n.Messages = st.ColumnInt64(0), st.ColumnInt64(1), st.ColumnInt64(2)
		}, `SELECT (SELECT count(*) FROM account),
			count(c.key),
			coalesce(sum((SELECT max(seq) FROM log WHERE conv = c.id)), 0)
			FROM conversation c`)
	})
	if err != nil {
		return Counts{}, err
	}
	for _, name := range []string{s.file, s.file + "-wal"} {
		if info, err := os.Stat(name); err == nil {
			n.Bytes += info.Size()
		}
	}
	return n, nil
}
