package store

import (
	"context"

	"github.com/ncruces/go-sqlite3"

	"jim/chat"
)

// Register makes a name somebody's, in one change. Only one of many callers gets an invitation. See [chat.Accounts].
func (s *Store) Register(ctx context.Context, a chat.Account, was *chat.Account, invite *[32]byte) (chat.Account, error) {
	err := s.change(ctx, func(w *writer) error {
		if invite != nil {
			owner, err := w.spend(*invite)
			if err != nil {
				return err
			}
			a.Owner = a.Owner || owner
		}
		if was == nil {
			return w.addAccount(&a)
		}
		return w.giveAccount(*was, &a)
	})
	if err != nil {
		return chat.Account{}, err
	}
	return a, nil
}

// spend takes an invitation away, and tells whether it makes an owner.
func (w *writer) spend(invite [32]byte) (owner bool, err error) {
	err = w.c.row(func(st *sqlite3.Stmt) { owner = st.ColumnBool(0) }, `DELETE FROM invite WHERE hash = ?1 RETURNING owner`, invite[:])
	return owner, err
}

// giveAccount gives an account that is as it was to whom a describes, and makes a what it is then.
func (w *writer) giveAccount(was chat.Account, a *chat.Account) error {
	n, err := w.c.exec(`UPDATE account SET password = ?2, owner = owner OR ?3
		WHERE id = ?1 AND password = ?4 AND uid IS ?5 AND NOT disabled`, was.ID, a.Password, a.Owner, was.Password, nullUID(was.UID))
	switch {
	case err != nil:
		return err
	case n == 0:
		return w.changed(was.ID)
	}
	if err := w.forgetTokens(was.ID); err != nil {
		return err
	}
	return w.c.row(func(st *sqlite3.Stmt) { *a = scanAccount(st, 0) }, `SELECT `+accountColumns+` FROM account a WHERE a.id = ?1`, was.ID)
}
