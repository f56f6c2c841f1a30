package store

import (
	"context"

	"github.com/ncruces/go-sqlite3"

	"jim/chat"
	"jim/wire"
)

// accountColumns are the columns of the table account, called a, in the order
// of scanAccount.
const accountColumns = `a.id, a.name, a.key, a.password, coalesce(a.uid, -1), a.owner, a.disabled, a.created`

// scanAccount reads accountColumns from column at on.
func scanAccount(st *sqlite3.Stmt, at int) chat.Account {
	return chat.Account{
		ID:       chat.AccountID(st.ColumnInt64(at)),
		Name:     st.ColumnText(at + 1),
		Key:      st.ColumnText(at + 2),
		Password: st.ColumnText(at + 3),
		UID:      st.ColumnInt(at + 4),
		Owner:    st.ColumnBool(at + 5),
		Disabled: st.ColumnBool(at + 6),
		Created:  wire.Time(st.ColumnInt64(at + 7)),
	}
}

// account reads one account.
func (s *Store) account(ctx context.Context, sql string, arg any) (a chat.Account, err error) {
	err = s.look(ctx, func(c *conn) error {
		return c.row(func(st *sqlite3.Stmt) { a = scanAccount(st, 0) }, sql, arg)
	})
	return a, err
}

// accounts reads many.
func (s *Store) accounts(ctx context.Context, sql string, args ...any) (list []chat.Account, err error) {
	err = s.look(ctx, func(c *conn) error {
		return c.rows(func(st *sqlite3.Stmt) { list = append(list, scanAccount(st, 0)) }, sql, args...)
	})
	return list, err
}

// Account finds an account by the key of its name.
func (s *Store) Account(ctx context.Context, key string) (chat.Account, error) {
	return s.account(ctx, `SELECT `+accountColumns+` FROM account a WHERE a.key = ?1`, key)
}

// AccountOf finds an account by its number.
func (s *Store) AccountOf(ctx context.Context, id chat.AccountID) (chat.Account, error) {
	return s.account(ctx, `SELECT `+accountColumns+` FROM account a WHERE a.id = ?1`, id)
}

// AccountOfUID finds the account of a UNIX user; nobody's (-1) is not found.
func (s *Store) AccountOfUID(ctx context.Context, uid int) (chat.Account, error) {
	return s.account(ctx, `SELECT `+accountColumns+` FROM account a WHERE a.uid = ?1`, uid)
}

// AccountList returns up to limit accounts behind the key after, by Key.
func (s *Store) AccountList(ctx context.Context, after string, limit int) ([]chat.Account, error) {
	return s.accounts(ctx, `SELECT `+accountColumns+` FROM account a WHERE a.key > ?1 ORDER BY a.key LIMIT ?2`,
		after, max(limit, 0))
}

// AddAccount keeps a new account. ErrExists when its Key, or its UID, is
// somebody's; ErrAlike when another name has its [chat.Skeleton], unless it has a
// UID: whoever gives out logins decides about them. Created is now when it is 0;
// an ID it brings is ignored.
func (s *Store) AddAccount(ctx context.Context, a chat.Account) (chat.Account, error) {
	err := s.change(ctx, func(w *writer) error { return w.addAccount(&a) })
	if err != nil {
		return chat.Account{}, err
	}
	return a, nil
}

func (w *writer) addAccount(a *chat.Account) error {
	if a.Created == 0 {
		a.Created = w.now
	}
	a.UID = max(a.UID, -1)
	skeleton, err := w.skeleton(a.Name, a.Key, `
		SELECT 1 FROM account WHERE skeleton = ?1 AND NOT EXISTS (SELECT 1 FROM account WHERE key = ?2)`)
	if err != nil && (err != chat.ErrAlike || a.UID < 0) {
		return err
	}
	_, err = w.c.exec(`INSERT INTO account (name, key, password, uid, owner, disabled, created, skeleton)
		VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)`,
		a.Name, a.Key, a.Password, nullUID(a.UID), a.Owner, a.Disabled, a.Created, skeleton)
	if err != nil {
		return inserted(err)
	}
	a.ID = chat.AccountID(w.c.db.LastInsertRowID())
	return nil
}

// skeleton is what a new name looks like, as the table has it: nil and ErrAlike
// when the query finds the skeleton, and not the key itself.
func (w *writer) skeleton(name, key, query string) (any, error) {
	skeleton := chat.Skeleton(name)
	switch alike, err := w.c.has(query, skeleton, key); {
	case err != nil:
		return nil, err
	case alike:
		return nil, chat.ErrAlike
	}
	return skeleton, nil
}

// SetPassword changes the password of an account and forgets its tokens.
// ErrNotFound when there is no such account, ErrChanged when the password is not was.
func (s *Store) SetPassword(ctx context.Context, id chat.AccountID, was, phc string) error {
	return s.change(ctx, func(w *writer) error {
		n, err := w.c.exec(`UPDATE account SET password = ?3 WHERE id = ?1 AND password = ?2`, id, was, phc)
		if err != nil {
			return err
		}
		if n == 0 {
			return w.changed(id)
		}
		return w.forgetTokens(id)
	})
}

// changed is why an account was not as it was: ErrChanged, or ErrNotFound when it is not there.
func (w *writer) changed(id chat.AccountID) error {
	there, err := w.c.has(`SELECT 1 FROM account WHERE id = ?1`, id)
	switch {
	case err != nil:
		return err
	case there:
		return chat.ErrChanged
	}
	return chat.ErrNotFound
}

// SetOwner makes an account an owner, or one no more. ErrNotFound when there is no such account.
func (s *Store) SetOwner(ctx context.Context, id chat.AccountID, owner bool) error {
	return s.change(ctx, func(w *writer) error {
		return found(w.c.exec(`UPDATE account SET owner = ?2 WHERE id = ?1`, id, owner))
	})
}

// SetDisabled says whether an account lets nobody in, and forgets its tokens when that is so. ErrNotFound when
// there is no such account.
func (s *Store) SetDisabled(ctx context.Context, id chat.AccountID, disabled bool) error {
	return s.change(ctx, func(w *writer) error {
		err := found(w.c.exec(`UPDATE account SET disabled = ?2 WHERE id = ?1`, id, disabled))
		if err == nil && disabled {
			return w.forgetTokens(id)
		}
		return err
	})
}

// found is the error of a change of one row; ErrNotFound when there is none.
func found(rows int64, err error) error {
	if err == nil && rows == 0 {
		return chat.ErrNotFound
	}
	return err
}

// SetUID makes an account the login of a UNIX user, and forgets its tokens; -1 makes it nobody's.
// ErrExists when another account is that user's login, ErrNotFound when there is
// no such account, ErrChanged when its password is not was.
func (s *Store) SetUID(ctx context.Context, id chat.AccountID, was string, uid int) error {
	return s.change(ctx, func(w *writer) error {
		n, err := w.c.exec(`UPDATE account SET uid = ?3 WHERE id = ?1 AND password = ?2`, id, was, nullUID(uid))
		switch {
		case err != nil:
			return inserted(err)
		case n == 0:
			return w.changed(id)
		case uid < 0:
			return nil
		}
		return w.forgetTokens(id)
	})
}

// nullUID is uid as the table has it, where nobody's is NULL.
func nullUID(uid int) any {
	if uid < 0 {
		return nil
	}
	return uid
}

// AnyOwner tells whether an account is an owner, disabled or not.
func (s *Store) AnyOwner(ctx context.Context) (any bool, err error) {
	err = s.look(ctx, func(c *conn) error {
		any, err = c.has(`SELECT 1 FROM account WHERE owner LIMIT 1`)
		return err
	})
	return any, err
}

// AddInvite keeps an invitation by the hash of its secret; ErrExists when it is
// kept already. An owner's takes the place of the one before, so that at most
// one lies about.
func (s *Store) AddInvite(ctx context.Context, hash [32]byte, owner bool) error {
	return s.change(ctx, func(w *writer) error {
		if owner {
			if _, err := w.c.exec(`DELETE FROM invite WHERE owner AND hash <> ?1`, hash[:]); err != nil {
				return err
			}
		}
		_, err := w.c.exec(`INSERT INTO invite (hash, owner, created) VALUES (?1, ?2, ?3)`, hash[:], owner, w.now)
		return inserted(err)
	})
}

// HasInvite tells whether an invitation is there to be spent.
func (s *Store) HasInvite(ctx context.Context, hash [32]byte) (has bool, err error) {
	err = s.look(ctx, func(c *conn) error {
		has, err = c.has(`SELECT 1 FROM invite WHERE hash = ?1`, hash[:])
		return err
	})
	return has, err
}
