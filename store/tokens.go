package store

import (
	"context"
	"time"

	"github.com/ncruces/go-sqlite3"

	"jim/chat"
	"jim/wire"
)

// seenEvery is how often a login is noted: often enough to see which device is
// used no more, and rarely enough that logins cost no writes.
const seenEvery = time.Hour

// tokenColumns are the six columns of the table token, called t, in the order of
// scanToken.
const tokenColumns = `t.id, t.account, t.hash, t.device, t.created, t.seen`

func scanToken(st *sqlite3.Stmt) chat.Token {
	t := chat.Token{
		ID:      st.ColumnInt64(0),
		Account: chat.AccountID(st.ColumnInt64(1)),
		Device:  st.ColumnText(3),
		Created: wire.Time(st.ColumnInt64(4)),
		Seen:    wire.Time(st.ColumnInt64(5)),
	}
	copy(t.Hash[:], st.ColumnRawBlob(2))
	return t
}

// AddToken keeps a new token and lets the one unused for longest go when there
// are [chat.MaxTokens] already. Created and Seen are now when they are 0.
// ErrNotFound when there is no such account, ErrExists when the hash is taken.
func (s *Store) AddToken(ctx context.Context, t chat.Token) (chat.Token, error) {
	err := s.change(ctx, func(w *writer) error {
		if t.Created == 0 {
			t.Created = w.now
		}
		if t.Seen == 0 {
			t.Seen = w.now
		}
		// The new one is not there yet, so it cannot be the one that goes.
		_, err := w.c.exec(`DELETE FROM token WHERE id IN (
			SELECT id FROM token WHERE account = ?1 ORDER BY seen DESC, id DESC LIMIT -1 OFFSET ?2)`,
			t.Account, chat.MaxTokens-1)
		if err != nil {
			return err
		}
		_, err = w.c.exec(`INSERT INTO token (account, hash, device, created, seen) VALUES (?1, ?2, ?3, ?4, ?5)`,
			t.Account, t.Hash[:], t.Device, t.Created, t.Seen)
		if err != nil {
			return inserted(err)
		}
		t.ID = w.c.db.LastInsertRowID()
		return nil
	})
	if err != nil {
		return chat.Token{}, err
	}
	return t, nil
}

// TokenAccount finds a token by its hash, and whose it is. Seen is as it was
// before this login, which is noted without waiting for it, once an hour at most.
func (s *Store) TokenAccount(ctx context.Context, hash [32]byte) (t chat.Token, a chat.Account, err error) {
	err = s.look(ctx, func(c *conn) error {
		return c.row(func(st *sqlite3.Stmt) { t, a = scanToken(st), scanAccount(st, 6) },
			`SELECT `+tokenColumns+`, `+accountColumns+`
			FROM token t JOIN account a ON a.id = t.account WHERE t.hash = ?1`, hash[:])
	})
	if err == nil && time.Since(t.Seen.Time()) >= seenEvery { //tidy:stamp it outlives the process, and is only shown
		id := t.ID
		s.queue.offer(job{do: func(w *writer) error {
			_, err := w.c.exec(`UPDATE token SET seen = max(seen, ?2) WHERE id = ?1`, id, w.now)
			return err
		}})
	}
	return t, a, err
}

// Tokens returns the tokens of an account, the oldest first.
func (s *Store) Tokens(ctx context.Context, id chat.AccountID) (list []chat.Token, err error) {
	err = s.look(ctx, func(c *conn) error {
		return c.rows(func(st *sqlite3.Stmt) { list = append(list, scanToken(st)) },
			`SELECT `+tokenColumns+` FROM token t WHERE t.account = ?1 ORDER BY t.id`, id)
	})
	return list, err
}

// DeleteToken forgets a token of an account.
func (s *Store) DeleteToken(ctx context.Context, id chat.AccountID, token int64) error {
	return s.change(ctx, func(w *writer) error {
		n, err := w.c.exec(`DELETE FROM token WHERE id = ?1 AND account = ?2`, token, id)
		if err == nil && n == 0 {
			return chat.ErrNotFound
		}
		return err
	})
}

// HasToken tells whether any device of the account can log in with a token.
func (s *Store) HasToken(ctx context.Context, id chat.AccountID) (has bool, err error) {
	err = s.look(ctx, func(c *conn) error {
		has, err = c.has(`SELECT 1 FROM token WHERE account = ?1 LIMIT 1`, id)
		return err
	})
	return has, err
}

func (w *writer) forgetTokens(id chat.AccountID) error {
	_, err := w.c.exec(`DELETE FROM token WHERE account = ?1`, id)
	return err
}
