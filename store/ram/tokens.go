package ram

import (
	"cmp"
	"context"
	"slices"
	"time"

	"jim/chat"
)

// AddToken keeps a new token and lets the one unused for longest go when there are
// [chat.MaxTokens] already.
func (s *Store) AddToken(ctx context.Context, t chat.Token) (chat.Token, error) {
	err := s.change(ctx, t.Account, func(*chat.Account) error {
		d := s.d
		if slices.ContainsFunc(d.tokens, func(o *chat.Token) bool { return o.Hash == t.Hash }) {
			return chat.ErrExists
		}
		at := now()
		if t.Created == 0 {
			t.Created = at
		}
		if t.Seen == 0 {
			t.Seen = at
		}
		mine := d.tokensOf(t.Account)
		slices.SortStableFunc(mine, func(a, b *chat.Token) int { return cmp.Compare(a.Seen, b.Seen) })
		for ; len(mine) >= chat.MaxTokens; mine = mine[1:] {
			d.deleteToken(mine[0])
		}
		d.tokenIDs++
		t.ID = d.tokenIDs
		kept := t
		d.tokens = append(d.tokens, &kept)
		return nil
	})
	if err != nil {
		return chat.Token{}, err
	}
	return t, nil
}

func (d *Disk) tokensOf(id chat.AccountID) (list []*chat.Token) {
	for _, t := range d.tokens {
		if t.Account == id {
			list = append(list, t)
		}
	}
	return list
}

func (d *Disk) deleteToken(t *chat.Token) {
	d.tokens = slices.DeleteFunc(d.tokens, func(o *chat.Token) bool { return o == t })
}

func (d *Disk) forgetTokens(id chat.AccountID) {
	d.tokens = slices.DeleteFunc(d.tokens, func(t *chat.Token) bool { return t.Account == id })
}

// seenEvery is how often a login is noted.
const seenEvery = time.Hour

// TokenAccount finds a token by its hash, and whose it is. Seen is as it was before this login.
func (s *Store) TokenAccount(ctx context.Context, hash [32]byte) (chat.Token, chat.Account, error) {
	done, err := s.use(ctx)
	if err != nil {
		return chat.Token{}, chat.Account{}, err
	}
	defer done()
	i := slices.IndexFunc(s.d.tokens, func(t *chat.Token) bool { return t.Hash == hash })
	if i < 0 {
		return chat.Token{}, chat.Account{}, chat.ErrNotFound
	}
	t := *s.d.tokens[i]
	if time.Since(t.Seen.Time()) >= seenEvery { //tidy:stamp it outlives the process, and is only shown
		s.d.tokens[i].Seen = now()
	}
	return t, *s.d.account(t.Account), nil
}

// Tokens returns the tokens of an account, the oldest first.
func (s *Store) Tokens(ctx context.Context, id chat.AccountID) ([]chat.Token, error) {
	done, err := s.use(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	var list []chat.Token
	for _, t := range s.d.tokensOf(id) {
		list = append(list, *t)
	}
	return list, nil
}

// DeleteToken forgets a token of an account.
func (s *Store) DeleteToken(ctx context.Context, id chat.AccountID, token int64) error {
	done, err := s.use(ctx)
	if err != nil {
		return err
	}
	defer done()
	for _, t := range s.d.tokensOf(id) {
		if t.ID == token {
			s.d.deleteToken(t)
			return nil
		}
	}
	return chat.ErrNotFound
}

// HasToken tells whether any device of the account can log in with a token.
func (s *Store) HasToken(ctx context.Context, id chat.AccountID) (bool, error) {
	list, err := s.Tokens(ctx, id)
	return len(list) > 0, err
}

// AddInvite keeps an invitation by the hash of its secret. An owner's takes the
// place of the one before.
func (s *Store) AddInvite(ctx context.Context, hash [32]byte, owner bool) error {
	done, err := s.use(ctx)
	if err != nil {
		return err
	}
	defer done()
	if _, there := s.d.invites[hash]; there {
		return chat.ErrExists
	}
	for h, o := range s.d.invites {
		if owner && o {
			delete(s.d.invites, h)
		}
	}
	s.d.invites[hash] = owner
	return nil
}

// HasInvite tells whether an invitation is there to be spent.
func (s *Store) HasInvite(ctx context.Context, hash [32]byte) (bool, error) {
	done, err := s.use(ctx)
	if err != nil {
		return false, err
	}
	defer done()
	_, there := s.d.invites[hash]
	return there, nil
}
