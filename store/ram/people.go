package ram

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"jim/chat"
)

func (d *Disk) account(id chat.AccountID) *chat.Account {
	if id < 1 || int(id) > len(d.accounts) {
		return nil
	}
	return d.accounts[id-1]
}

// one is the account that was looked for, if it was found.
func one(a *chat.Account) (chat.Account, error) {
	if a == nil {
		return chat.Account{}, chat.ErrNotFound
	}
	return *a, nil
}

// Account finds an account by the key of its name.
func (s *Store) Account(ctx context.Context, key string) (chat.Account, error) {
	done, err := s.use(ctx)
	if err != nil {
		return chat.Account{}, err
	}
	defer done()
	return one(s.d.byKey[key])
}

// AccountOf finds an account by its number.
func (s *Store) AccountOf(ctx context.Context, id chat.AccountID) (chat.Account, error) {
	done, err := s.use(ctx)
	if err != nil {
		return chat.Account{}, err
	}
	defer done()
	return one(s.d.account(id))
}

// AccountOfUID finds the account that is the login of a UNIX user.
func (s *Store) AccountOfUID(ctx context.Context, uid int) (chat.Account, error) {
	done, err := s.use(ctx)
	if err != nil {
		return chat.Account{}, err
	}
	defer done()
	return one(s.d.byUID(uid))
}

func (d *Disk) byUID(uid int) *chat.Account {
	i := slices.IndexFunc(d.accounts, func(a *chat.Account) bool { return uid >= 0 && a.UID == uid })
	if i < 0 {
		return nil
	}
	return d.accounts[i]
}

// AccountList returns up to limit accounts behind the key after, by Key.
func (s *Store) AccountList(ctx context.Context, after string, limit int) ([]chat.Account, error) {
	done, err := s.use(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	return page(s.d.accounts, after, limit), nil
}

// page is the first accounts of a list behind a key, by key.
func page(list []*chat.Account, after string, limit int) []chat.Account {
	var some []chat.Account
	for _, a := range list {
		if a.Key > after {
			some = append(some, *a)
		}
	}
	slices.SortFunc(some, func(a, b chat.Account) int { return strings.Compare(a.Key, b.Key) })
	return some[:min(len(some), max(limit, 0))]
}

// AddAccount keeps a new account. ErrExists when its Key, or its UID, is somebody's;
// ErrAlike when the name looks like another account's, unless it is a UNIX login.
func (s *Store) AddAccount(ctx context.Context, a chat.Account) (chat.Account, error) {
	done, err := s.use(ctx)
	if err != nil {
		return chat.Account{}, err
	}
	defer done()
	return s.d.addAccount(a)
}

func (d *Disk) addAccount(a chat.Account) (chat.Account, error) {
	if d.byKey[a.Key] != nil || d.byUID(a.UID) != nil {
		return chat.Account{}, chat.ErrExists
	}
	skeleton := chat.Skeleton(a.Name)
	if a.UID < 0 && d.faces[skeleton] {
		return chat.Account{}, chat.ErrAlike
	}
	if a.Created == 0 {
		a.Created = now()
	}
	a.UID = max(a.UID, -1)
	a.ID = chat.AccountID(len(d.accounts) + 1)
	kept := a
	d.accounts = append(d.accounts, &kept)
	d.byKey[a.Key] = &kept
	d.faces[skeleton] = true
	return a, nil
}

// Register makes a name somebody's. See [chat.Accounts].
func (s *Store) Register(ctx context.Context, a chat.Account, was *chat.Account, invite *[32]byte) (chat.Account, error) {
	done, err := s.use(ctx)
	if err != nil {
		return chat.Account{}, err
	}
	defer done()
	if invite != nil {
		owner, there := s.d.invites[*invite]
		if !there {
			return chat.Account{}, chat.ErrNotFound
		}
		a.Owner = a.Owner || owner
	}
	if was == nil {
		a, err = s.d.addAccount(a)
	} else {
		a, err = s.d.giveAccount(*was, a)
	}
	if err == nil && invite != nil {
		delete(s.d.invites, *invite)
	}
	return a, err
}

// giveAccount gives an account that is as it was to whom a describes.
func (d *Disk) giveAccount(was, a chat.Account) (chat.Account, error) {
	is := d.account(was.ID)
	switch {
	case is == nil:
		return chat.Account{}, chat.ErrNotFound
	case is.Password != was.Password || is.UID != was.UID || is.Disabled:
		return chat.Account{}, chat.ErrChanged
	}
	is.Password, is.Owner = a.Password, is.Owner || a.Owner
	d.forgetTokens(is.ID)
	return *is, nil
}

// change changes an account, which ErrNotFound says is not there.
func (s *Store) change(ctx context.Context, id chat.AccountID, do func(*chat.Account) error) error {
	done, err := s.use(ctx)
	if err != nil {
		return err
	}
	defer done()
	a := s.d.account(id)
	if a == nil {
		return chat.ErrNotFound
	}
	return do(a)
}

// SetPassword changes the password of an account, which was that until now, and forgets its tokens.
func (s *Store) SetPassword(ctx context.Context, id chat.AccountID, was, phc string) error {
	return s.change(ctx, id, func(a *chat.Account) error {
		if a.Password != was {
			return chat.ErrChanged
		}
		a.Password = phc
		s.d.forgetTokens(id)
		return nil
	})
}

// SetOwner makes an account an owner, or one no more.
func (s *Store) SetOwner(ctx context.Context, id chat.AccountID, owner bool) error {
	return s.change(ctx, id, func(a *chat.Account) error {
		a.Owner = owner
		return nil
	})
}

// SetDisabled says whether an account lets nobody in, and forgets its tokens when that is so.
func (s *Store) SetDisabled(ctx context.Context, id chat.AccountID, disabled bool) error {
	return s.change(ctx, id, func(a *chat.Account) error {
		if a.Disabled = disabled; disabled {
			s.d.forgetTokens(id)
		}
		return nil
	})
}

// SetUID makes an account the login of a UNIX user, and forgets its tokens; -1 makes it nobody's.
func (s *Store) SetUID(ctx context.Context, id chat.AccountID, was string, uid int) error {
	return s.change(ctx, id, func(a *chat.Account) error {
		if a.Password != was {
			return chat.ErrChanged
		}
		if other := s.d.byUID(uid); other != nil && other != a {
			return chat.ErrExists
		}
		if a.UID = max(uid, -1); uid >= 0 {
			s.d.forgetTokens(id)
		}
		return nil
	})
}

// AnyOwner tells whether an account is an owner, disabled or not.
func (s *Store) AnyOwner(ctx context.Context) (bool, error) {
	done, err := s.use(ctx)
	if err != nil {
		return false, err
	}
	defer done()
	return slices.ContainsFunc(s.d.accounts, func(a *chat.Account) bool { return a.Owner }), nil
}

// AddContact makes contact a contact of id.
func (s *Store) AddContact(ctx context.Context, id, contact chat.AccountID) error {
	return s.change(ctx, id, func(*chat.Account) error {
		if s.d.account(contact) == nil {
			return chat.ErrNotFound
		}
		s.d.contacts[[2]chat.AccountID{id, contact}] = true
		return nil
	})
}

// DeleteContact undoes AddContact; ErrNotFound when it is none.
func (s *Store) DeleteContact(ctx context.Context, id, contact chat.AccountID) error {
	return s.change(ctx, id, func(*chat.Account) error {
		k := [2]chat.AccountID{id, contact}
		if !s.d.contacts[k] {
			return chat.ErrNotFound
		}
		delete(s.d.contacts, k)
		return nil
	})
}

// Contacts returns the contacts of id by Key.
func (s *Store) Contacts(ctx context.Context, id chat.AccountID) ([]chat.Account, error) {
	done, err := s.use(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	var list []*chat.Account
	for k := range s.d.contacts {
		if k[0] == id {
			list = append(list, s.d.account(k[1]))
		}
	}
	return page(list, "", len(list)), nil
}

// ContactOf returns who has id as a contact, in the order of their numbers.
func (s *Store) ContactOf(ctx context.Context, id chat.AccountID) ([]chat.AccountID, error) {
	done, err := s.use(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	var list []chat.AccountID
	for k := range s.d.contacts {
		if k[1] == id {
			list = append(list, k[0])
		}
	}
	slices.SortFunc(list, cmp.Compare)
	return list, nil
}
