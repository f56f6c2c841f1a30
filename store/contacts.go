package store

import (
	"context"

	"github.com/ncruces/go-sqlite3"

	"jim/chat"
)

// AddContact makes contact a contact of id; ErrNotFound when one of them does
// not exist.
func (s *Store) AddContact(ctx context.Context, id, contact chat.AccountID) error {
	return s.change(ctx, func(w *writer) error {
		_, err := w.c.exec(`INSERT INTO contact (account, contact) VALUES (?1, ?2) ON CONFLICT DO NOTHING`, id, contact)
		return inserted(err)
	})
}

// DeleteContact undoes AddContact; ErrNotFound when it is none.
func (s *Store) DeleteContact(ctx context.Context, id, contact chat.AccountID) error {
	return s.change(ctx, func(w *writer) error {
		n, err := w.c.exec(`DELETE FROM contact WHERE account = ?1 AND contact = ?2`, id, contact)
		if err == nil && n == 0 {
			return chat.ErrNotFound
		}
		return err
	})
}

// Contacts returns the contacts of id by Key.
func (s *Store) Contacts(ctx context.Context, id chat.AccountID) ([]chat.Account, error) {
	return s.accounts(ctx, `SELECT `+accountColumns+`
		FROM contact c JOIN account a ON a.id = c.contact WHERE c.account = ?1 ORDER BY a.key`, id)
}

// ContactOf returns who has id as a contact, in the order of their numbers.
func (s *Store) ContactOf(ctx context.Context, id chat.AccountID) (list []chat.AccountID, err error) {
	err = s.look(ctx, func(c *conn) error {
		return c.rows(func(st *sqlite3.Stmt) { list = append(list, chat.AccountID(st.ColumnInt64(0))) },
			`SELECT account FROM contact WHERE contact = ?1 ORDER BY account`, id)
	})
	return list, err
}
