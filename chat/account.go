package chat

import (
	"crypto/sha256"

	"jim/wire"
)

// register makes a name somebody's, with a password, and logs in.
func (s *Session) register(r *wire.Request) (*wire.Response, error) {
	u, locks := &r.User, s.hub.locks.Load()
	key, bad := nameKey(u.Name)
	switch {
	case bad != nil:
		return nil, bad
	case office(u.Name) && (s.account.ID == 0 || key != s.account.Key): // who bears it may keep it
		return nil, errReserved(u.Name)
	case s.account.ID != 0 && key != s.account.Key:
		return nil, wire.Errorf(wire.Conflict, "you are %s on this connection; register that name, or open another one", s.account.Name)
	case r.Invite == "" && !s.hub.opt.Register.allows(s.peer):
		return nil, wire.Errorf(wire.Forbidden, "to register here you need an invitation: `invite`")
	}
	if bad := s.hub.rates.mayMake(&registerRate, s.peer.Host); bad != nil {
		return nil, bad
	}
	a, err := s.invited(r, key)
	if err != nil {
		return nil, err
	}
	s.hub.log.Info("name registered", "account", a.Name, "owner", a.Owner, "peer", s.peer.Address)
	if s.account.ID == 0 {
		return s.login(r, &admission{account: a, code: wire.Created, locks: locks}, "")
	}
	s.mu.Lock()
	s.account = &a
	s.mu.Unlock()
	token, id, err := s.tokenToo(&a, 0, r.Device)
	if err != nil {
		return nil, err
	}
	s.setDevice(id)
	return s.welcome(token, wire.Created), nil
}

// invited makes the account, for an invitation where there is one. That is looked
// at first, or who has none could ask which names are taken; it is spent last.
func (s *Session) invited(r *wire.Request, key string) (Account, error) {
	invite, err := s.invitation(r.Invite)
	if err != nil {
		return Account{}, err
	}
	a := Account{Name: r.User.Name, Key: key, UID: -1, Created: s.hub.now()}
	guest, err := s.taken(r.User.Name, key)
	if err == nil {
		a.Password, err = s.hub.passwords.hash(s.ctx, r.User.Password)
	}
	if err != nil {
		return a, err
	}
	return s.own(guest, a, invite)
}

// taken finds the account that bears a name, and refuses when it is not this
// session's to register. Who is logged in without a password, as a guest or as a
// user of the machine, may register that name; anybody may register a guest's
// who is gone and has no token. A single request that shows no token is anybody's.
func (s *Session) taken(name, key string) (*Account, error) {
	a, err := s.hub.store.Account(s.ctx, key)
	if err == ErrNotFound {
		return nil, nil
	}
	if err != nil {
		return nil, in("find an account", err)
	}
	conflict := errTaken(name)
	switch {
	case a.Disabled || a.Password != "":
		return nil, conflict
	case a.ID == s.account.ID && (!s.peer.Brief || s.tokenID() != 0):
		return &a, nil
	case a.Registered():
		return nil, conflict
	}
	owned, err := s.hub.store.HasToken(s.ctx, a.ID)
	if err != nil {
		return nil, in("find the tokens of a guest", err)
	}
	if owned || s.hub.statusOf(a.ID) != gone {
		return nil, conflict
	}
	return &a, nil
}

// invitation is what the store knows an invitation by that is good, nil where none is needed.
func (s *Session) invitation(secret string) (*[32]byte, error) {
	if secret == "" {
		return nil, nil
	}
	if bad := s.hub.rates.mayTry(s.peer.Host, ""); bad != nil {
		return nil, bad
	}
	hash := sha256.Sum256([]byte(secret))
	there, err := s.hub.store.HasInvite(s.ctx, hash)
	if err == nil && !there {
		s.hub.rates.wrong(s.peer.Host)
		return nil, errNotInvited()
	}
	return &hash, in("find an invitation", err)
}

func errNotInvited() *wire.Error {
	return wire.Errorf(wire.WrongLogin, "this invitation was never given or has been used")
}

// own makes a new account, or gives a guest's to its bearer.
func (s *Session) own(guest *Account, a Account, invite *[32]byte) (Account, error) {
	owned, err := s.hub.store.Register(s.ctx, a, guest, invite)
	switch err {
	case nil:
	case ErrNotFound: // somebody else was quicker to use it
		return a, errNotInvited()
	case ErrExists, ErrAlike, ErrChanged: // or to take the name
		return a, errTaken(a.Name)
	default:
		return a, keeping(err)
	}
	if guest != nil { // Who came as the guest meanwhile has not shown that he is who registers.
		s.hub.lockOut(owned.ID, "this name was registered", func(o *Session) bool { return s.account.ID == 0 && o != s })
	}
	return owned, nil
}

// passwd changes the password and logs the other devices out.
func (s *Session) passwd(r *wire.Request) (*wire.Response, error) {
	a, err := s.hub.store.AccountOf(s.ctx, s.account.ID)
	if err != nil {
		return nil, in("find an account", err)
	}
	if !a.Registered() {
		return nil, wire.Errorf(wire.Forbidden, "guests have no password: `register` makes the name yours")
	}
	if a.Password != "" {
		if bad := s.hub.rates.mayTry(s.peer.Host, a.Key); bad != nil {
			return nil, bad
		}
		right, err := s.knows(r.Old, a.Key, a.Password, true)
		if err != nil {
			return nil, err
		}
		if !right {
			return nil, wire.Errorf(wire.WrongLogin, "`old` is not your password")
		}
	}
	if err := s.hub.setPassword(s, &a, r.Password); err != nil {
		return nil, err
	}
	token, id, err := s.tokenToo(&a, 0, r.Device)
	if err != nil {
		return nil, err
	}
	s.setDevice(id)
	return &wire.Response{Code: wire.OK, Token: token}, nil
}

// setPassword changes an account's password, also in a, forgets its tokens and cuts all its
// sessions but one.
func (h *Hub) setPassword(by *Session, a *Account, password string) error {
	phc, err := h.passwords.hash(by.ctx, password)
	if err != nil {
		return err
	}
	err = h.store.SetPassword(by.ctx, a.ID, a.Password, phc)
	if err == ErrChanged {
		return wire.Errorf(wire.Conflict, "the password was changed meanwhile")
	}
	if err != nil {
		return keeping(err)
	}
	a.Password = phc
	h.lockOut(a.ID, "the password was changed", func(s *Session) bool { return s != by })
	return nil
}

// lockOut closes sessions of an account whose proof the store does not know any more. Those that are being
// let in by it, and cannot be found yet, look once more when they can; see [Session.lockedOut].
func (h *Hub) lockOut(id AccountID, why string, which func(*Session) bool) {
	h.locks.Add(1)
	h.cut(id, why, which)
}

// cut closes sessions of an account.
func (h *Hub) cut(id AccountID, why string, which func(*Session) bool) (n int) {
	for _, s := range h.sessionsOf(id) {
		if which(s) {
			s.out.finish(goodbye(why, 0))
			n++
		}
	}
	return n
}
