package store

import (
	"context"
	"errors"

	"github.com/ncruces/go-sqlite3"

	"jim/chat"
)

// conversationColumns are what is known of a conversation, in the table called
// c, in the order of scanConversation.
const conversationColumns = `c.id, c.name, coalesce(c.low, 0), coalesce(c.high, 0), c.topic,
	coalesce((SELECT max(seq) FROM log WHERE log.conv = c.id), 0)`

func scanConversation(st *sqlite3.Stmt) chat.Conversation {
	return chat.Conversation{
		ID:    chat.ConversationID(st.ColumnInt64(0)),
		Room:  st.ColumnText(1),
		Pair:  [2]chat.AccountID{chat.AccountID(st.ColumnInt64(2)), chat.AccountID(st.ColumnInt64(3))},
		Topic: st.ColumnText(4),
		Last:  uint64(st.ColumnInt64(5)),
	}
}

func (s *Store) conversation(ctx context.Context, sql string, args ...any) (v chat.Conversation, err error) {
	err = s.look(ctx, func(c *conn) error {
		return c.row(func(st *sqlite3.Stmt) { v = scanConversation(st) }, sql, args...)
	})
	return v, err
}

// Conversation finds a conversation by its number.
func (s *Store) Conversation(ctx context.Context, id chat.ConversationID) (chat.Conversation, error) {
	return s.conversation(ctx, `SELECT `+conversationColumns+` FROM conversation c WHERE c.id = ?1`, id)
}

// Room finds a room by the key of its name.
func (s *Store) Room(ctx context.Context, key string) (chat.Conversation, error) {
	return s.conversation(ctx, `SELECT `+conversationColumns+` FROM conversation c WHERE c.key = ?1`, key)
}

// AddRoom makes a room; ErrExists when the key is taken, ErrAlike when the name
// of another room has the same [chat.Skeleton].
func (s *Store) AddRoom(ctx context.Context, name, key string) (chat.Conversation, error) {
	v := chat.Conversation{Room: name}
	err := s.change(ctx, func(w *writer) error {
		skeleton, err := w.skeleton(name, key, `
			SELECT 1 FROM conversation WHERE skeleton = ?1 AND NOT EXISTS (SELECT 1 FROM conversation WHERE key = ?2)`)
		if err != nil {
			return err
		}
		_, err = w.c.exec(`INSERT INTO conversation (name, key, topic, created, skeleton) VALUES (?1, ?2, '', ?3, ?4)`,
			name, key, w.now, skeleton)
		if err != nil {
			return inserted(err)
		}
		v.ID = chat.ConversationID(w.c.db.LastInsertRowID())
		return nil
	})
	if err != nil {
		return chat.Conversation{}, err
	}
	return v, nil
}

// RoomList returns up to limit rooms behind the key after, by key.
func (s *Store) RoomList(ctx context.Context, after string, limit int) (list []chat.Conversation, err error) {
	err = s.look(ctx, func(c *conn) error {
		return c.rows(func(st *sqlite3.Stmt) { list = append(list, scanConversation(st)) },
			`SELECT `+conversationColumns+` FROM conversation c WHERE c.key > ?1 ORDER BY c.key LIMIT ?2`,
			after, max(limit, 0))
	})
	return list, err
}

// FindDirect finds what two people say to each other; their order means nothing.
func (s *Store) FindDirect(ctx context.Context, a, b chat.AccountID) (chat.Conversation, error) {
	return s.conversation(ctx, `SELECT `+conversationColumns+`
		FROM conversation c WHERE c.low = ?1 AND c.high = ?2`, min(a, b), max(a, b))
}

// Direct is FindDirect that makes the conversation when there is none, with both
// as its members. ErrNotFound when one of them does not exist.
func (s *Store) Direct(ctx context.Context, a, b chat.AccountID) (chat.Conversation, error) {
	v, err := s.FindDirect(ctx, a, b)
	if !errors.Is(err, chat.ErrNotFound) {
		return v, err
	}
	low, high := min(a, b), max(a, b)
	err = s.change(ctx, func(w *writer) error {
		n, err := w.c.exec(`INSERT INTO conversation (name, low, high, topic, created) VALUES ('', ?1, ?2, '', ?3)
			ON CONFLICT (low, high) WHERE low IS NOT NULL DO NOTHING`, low, high, w.now)
		if err != nil || n == 0 { // 0: somebody else was faster
			return inserted(err)
		}
		id := chat.ConversationID(w.c.db.LastInsertRowID())
		_, err = w.addMember(id, low)
		if err == nil {
			_, err = w.addMember(id, high)
		}
		return err
	})
	if err != nil {
		return chat.Conversation{}, err
	}
	return s.FindDirect(ctx, a, b)
}

// Memberships returns the rooms and direct conversations of an account in the
// order of their numbers, in one read.
func (s *Store) Memberships(ctx context.Context, id chat.AccountID) (list []chat.Membership, err error) {
	err = s.look(ctx, func(c *conn) error {
		return c.rows(func(st *sqlite3.Stmt) {
			list = append(list, chat.Membership{
				Conversation: scanConversation(st),
				Peer:         st.ColumnText(6),
				Read:         uint64(st.ColumnInt64(7)),
			})
		}, `SELECT `+conversationColumns+`, coalesce(p.name, ''), m.read
			FROM member m JOIN conversation c ON c.id = m.conv
			LEFT JOIN account p ON p.id = iif(c.low = m.account, c.high, c.low)
			WHERE m.account = ?1 ORDER BY m.conv`, id)
	})
	return list, err
}

// IsMember tells whether an account is a member of a conversation.
func (s *Store) IsMember(ctx context.Context, v chat.ConversationID, id chat.AccountID) (is bool, err error) {
	err = s.look(ctx, func(c *conn) error {
		is, err = c.has(`SELECT 1 FROM member WHERE account = ?1 AND conv = ?2`, id, v)
		return err
	})
	return is, err
}

// Members returns up to limit members of a conversation behind the key after,
// by Key.
func (s *Store) Members(ctx context.Context, v chat.ConversationID, after string, limit int) ([]chat.Account, error) {
	return s.accounts(ctx, `SELECT `+accountColumns+`
		FROM member m CROSS JOIN account a ON a.id = m.account
		WHERE m.conv = ?1 AND m.key > ?2 ORDER BY m.key LIMIT ?3`, v, after, max(limit, 0))
}

// SetRead notes that a member has read up to seq; a smaller one than before
// changes nothing. ErrNotFound when the account is no member.
func (s *Store) SetRead(ctx context.Context, id chat.AccountID, v chat.ConversationID, seq uint64) error {
	return s.change(ctx, func(w *writer) error {
		n, err := w.c.exec(`UPDATE member SET read = ?3 WHERE account = ?1 AND conv = ?2 AND read < ?3`,
			id, v, bounded(seq))
		if err != nil || n > 0 {
			return err
		}
		is, err := w.c.has(`SELECT 1 FROM member WHERE account = ?1 AND conv = ?2`, id, v)
		if err == nil && !is {
			return chat.ErrNotFound
		}
		return err
	})
}
