package chat

import (
	"context"
	"crypto/sha256"
	"maps"

	"jim/wire"
)

// isOperator tells whether the peer is an operator at a UNIX socket, who needs no
// account.
func (s *Session) isOperator() bool {
	return s.peer.UID == 0 || s.peer.UID > 0 && s.peer.UID == s.hub.opt.OperatorUID
}

// adminCommands are what `do` can be. They get the account that `user` names,
// where they need one.
var adminCommands = map[string]struct {
	run  func(*Session, *wire.Request, *Account) (*wire.Response, error)
	user bool
}{
	"user add":     {run: (*Session).addUser},
	"user list":    {run: (*Session).listUsers},
	"user passwd":  {run: (*Session).setUserPassword, user: true},
	"user disable": {run: (*Session).disableUser, user: true},
	"user enable":  {run: (*Session).enableUser, user: true},
	"user owner":   {run: (*Session).ownUser, user: true},
	"invite":       {run: func(s *Session, _ *wire.Request, _ *Account) (*wire.Response, error) { return s.invite(false) }},
	"owner invite": {run: func(s *Session, _ *wire.Request, _ *Account) (*wire.Response, error) { return s.invite(true) }},
	"stats":        {run: (*Session).stats},
}

// admin runs an operator's command.
func (s *Session) admin(r *wire.Request) (*wire.Response, error) {
	if !s.isOperator() {
		if s.account.ID == 0 {
			return nil, wire.Errorf(wire.Unauthorized, "say who you are first: %s", wire.Hello)
		}
		if bad := s.may(&askRate); bad != nil {
			return nil, bad
		}
		if !s.isOwner() {
			return nil, wire.Errorf(wire.Forbidden, "this is for operators")
		}
	}
	c, ok := adminCommands[r.Do]
	if !ok {
		return nil, wire.Errorf(wire.NotImplemented, "no operator's command %q", r.Do)
	}
	if !c.user {
		return c.run(s, r, nil)
	}
	key, bad := nameKey(r.User.Name)
	if bad != nil {
		return nil, bad
	}
	a, err := s.hub.store.Account(s.ctx, key)
	if err == ErrNotFound {
		return nil, wire.Errorf(wire.NotFound, "nobody is called %s", r.User.Name)
	}
	if err != nil {
		return nil, in("find an account", err)
	}
	return c.run(s, r, &a)
}

// isOwner asks the store, because ownership may have changed since the login.
func (s *Session) isOwner() bool {
	if s.account.ID == 0 {
		return false
	}
	a, err := s.hub.store.AccountOf(s.ctx, s.account.ID)
	return err == nil && a.Owner && !a.Disabled
}

func (s *Session) addUser(r *wire.Request, _ *Account) (*wire.Response, error) {
	key, bad := nameKey(r.User.Name)
	if bad != nil {
		return nil, bad
	}
	if servers(r.User.Name) {
		return nil, errReserved(r.User.Name)
	}
	phc, err := s.hub.passwords.hash(s.ctx, r.User.Password)
	if err != nil {
		return nil, err
	}
	a := Account{Name: r.User.Name, Key: key, Password: phc, UID: -1, Created: s.hub.now()}
	a, err = s.hub.store.AddAccount(s.ctx, a)
	if err == ErrExists || err == ErrAlike {
		return nil, errTaken(r.User.Name)
	}
	if err != nil {
		return nil, keeping(err)
	}
	s.hub.log.Info("account added", "account", a.Name, "by", s.operatorName())
	p := asSeen(&a, gone)
	return &wire.Response{Code: wire.Created, User: &p}, nil
}

func (s *Session) operatorName() string {
	if s.account.ID != 0 {
		return s.account.Name
	}
	return s.peer.Address
}

func (s *Session) listUsers(r *wire.Request, _ *Account) (*wire.Response, error) {
	limit := s.pageLimit(r)
	list, err := s.hub.store.AccountList(s.ctx, r.Mark, limit+1)
	if err != nil {
		return nil, in("list the accounts", err)
	}
	answer, left := &wire.Response{Code: wire.OK, Accounts: []wire.Person{}}, s.rows()
	for i := range list {
		p := asSeen(&list[i], s.hub.statusOf(list[i].ID))
		p.Since, p.Disabled = list[i].Created, list[i].Disabled
		if i == limit || !left.take(p.Size()) {
			answer.More, answer.Next = true, list[i-1].Key
			break
		}
		answer.Accounts = append(answer.Accounts, p)
	}
	return answer, nil
}

func (s *Session) setUserPassword(r *wire.Request, a *Account) (*wire.Response, error) {
	if err := s.hub.setPassword(s, a, r.User.Password); err != nil {
		return nil, err
	}
	return s.changed("password set", a)
}

func (s *Session) disableUser(r *wire.Request, a *Account) (*wire.Response, error) {
	if err := s.hub.store.SetDisabled(s.ctx, a.ID, true); err != nil {
		return nil, keeping(err)
	}
	a.Disabled = true
	answer, err := s.changed("account disabled", a)
	if s.person != nil && a.ID == s.account.ID && err == nil { // the answer comes before the end
		s.respond(r.ID, answer, nil)
		answer = nil
	}
	s.hub.lockOut(a.ID, "this account was disabled", func(*Session) bool { return true })
	return answer, err
}

func (s *Session) enableUser(_ *wire.Request, a *Account) (*wire.Response, error) {
	if err := s.hub.store.SetDisabled(s.ctx, a.ID, false); err != nil {
		return nil, keeping(err)
	}
	a.Disabled = false
	return s.changed("account enabled", a)
}

func (s *Session) ownUser(_ *wire.Request, a *Account) (*wire.Response, error) {
	if !a.Registered() {
		return nil, wire.Errorf(wire.Forbidden, "%s is a guest; an owner needs a password", a.Name)
	}
	if err := s.hub.store.SetOwner(s.ctx, a.ID, true); err != nil {
		return nil, keeping(err)
	}
	a.Owner = true
	return s.changed("account is an owner", a)
}

func (s *Session) changed(what string, a *Account) (*wire.Response, error) {
	s.hub.log.Info(what, "account", a.Name, "by", s.operatorName())
	p := asSeen(a, s.hub.statusOf(a.ID))
	p.Disabled = a.Disabled
	return &wire.Response{Code: wire.OK, User: &p}, nil
}

func (s *Session) invite(owner bool) (*wire.Response, error) {
	secret, err := s.hub.newInvite(s.ctx, owner)
	if err != nil {
		return nil, err
	}
	return &wire.Response{Code: wire.Created, Token: secret}, nil
}

func (h *Hub) newInvite(ctx context.Context, owner bool) (string, error) {
	secret := newSecret("jimi_")
	return secret, keeping(h.store.AddInvite(ctx, sha256.Sum256([]byte(secret)), owner))
}

// OwnerInvite makes an invitation with which the first owner registers: good
// once, and instead of the one made before. It returns "" when there is an owner already.
func (h *Hub) OwnerInvite(ctx context.Context) (string, error) {
	there, err := h.store.AnyOwner(ctx)
	if err != nil || there {
		return "", in("find an owner", err)
	}
	return h.newInvite(ctx, true)
}

// stats tells what is here now and what happened since the start.
func (s *Session) stats(*wire.Request, *Account) (*wire.Response, error) {
	h := s.hub
	h.mu.Lock()
	stats := map[string]uint64{"sessions": uint64(len(h.sessions)), "people": uint64(len(h.people)), "rooms_awake": uint64(len(h.rooms))}
	h.mu.Unlock()
	c := &h.counts
	stats["messages"], stats["repeats"], stats["refused"] = c.messages.Load(), c.repeats.Load(), c.refused.Load()
	stats["dropped_behind"], stats["dropped_passing"] = c.behind.Load(), c.passing.Load()
	stats["closed_stalled"] = c.stalled.Load()
	stats["decodes"], stats["decode_ns"] = c.decodes.Load(), c.decodeNS.Load()
	stats["tells"], stats["tell_ns"] = c.tells.Load(), c.tellNS.Load()
	stats["writes"], stats["write_ns"] = c.writes.Load(), c.writeNS.Load()
	if h.opt.Meters != nil {
		maps.Copy(stats, h.opt.Meters())
	}
	return &wire.Response{Code: wire.OK, Stats: stats}, nil
}
