package chat

import (
	"crypto/sha256"
	"errors"

	"jim/wire"
)

// doPresence says who somebody is, or what somebody who is known is doing.
func (s *Session) doPresence(r *wire.Request) (*wire.Response, error) {
	status := r.Status
	if status == "" {
		status = r.User.Status
	}
	if s.account.ID != 0 {
		if key, err := nameKey(r.User.Name); r.User.Name != "" && (err != nil || key != s.account.Key) {
			return nil, wire.Errorf(wire.Conflict, "you are %s on this connection; open another one to be somebody else", s.account.Name)
		}
		if r.HasSince && s.person != nil {
			return s.catchUpAgain(r, status)
		}
		s.setStatus(status)
		return s.welcome("", wire.OK), nil
	}
	l, err := s.identify(r)
	if err != nil {
		return nil, err
	}
	return s.login(r, l, status)
}

// authenticate proves who somebody is.
func (s *Session) authenticate(r *wire.Request) (*wire.Response, error) {
	if r.User.Name == "" && r.User.Token == "" {
		return nil, wire.Errorf(wire.BadRequest, "`authenticate` needs `user` with `account_name` and `password`, or `token`")
	}
	l, err := s.identify(r)
	if err == nil && s.account.ID != 0 && l.account.ID != s.account.ID {
		err = wire.Errorf(wire.Conflict, "you are %s on this connection; open another one to be somebody else", s.account.Name)
	}
	if err != nil {
		return nil, err
	}
	if s.account.ID != 0 {
		return s.welcome("", wire.OK), nil
	}
	return s.login(r, l, "")
}

// identify finds whom a request says it comes from, and checks the proof.
func (s *Session) identify(r *wire.Request) (*admission, error) {
	locks := s.hub.locks.Load()
	l, err := s.byProof(r)
	if l != nil {
		l.locks = locks
	}
	return l, err
}

func (s *Session) byProof(r *wire.Request) (*admission, error) {
	u := &r.User
	switch {
	case u.Token != "":
		return s.byToken(u)
	case u.Name == "":
		return s.byUID(u)
	}
	key, bad := nameKey(u.Name)
	if bad != nil {
		return nil, bad
	}
	if u.Password != "" {
		if bad = s.hub.rates.mayTry(s.peer.Host, key); bad != nil {
			return nil, bad
		}
	}
	a, err := s.hub.store.Account(s.ctx, key)
	switch {
	case err == ErrNotFound && u.Password == "":
		if s.peer.UID >= 0 {
			if l, err := s.byUID(u); l != nil || err != nil && !isCode(err, wire.Unauthorized) {
				return l, err
			}
		}
		return s.newGuest(u.Name, key)
	case err != nil && err != ErrNotFound:
		return nil, in("find an account", err)
	case err == nil && !a.Disabled && s.proved(key):
		return &admission{account: a}, nil
	case u.Password != "":
		return s.byPassword(u.Password, key, &a)
	case a.Disabled:
		return nil, needsProof(u.Name)
	case !a.Registered() && s.isLogin(key):
		return s.adoptUID(key, a.Name)
	case a.UID >= 0 && a.UID == s.peer.UID:
		return &admission{account: a}, nil
	}
	return s.byTag(u.Name, &a)
}

func isCode(err error, code wire.Code) bool {
	var e *wire.Error
	return errors.As(err, &e) && e.Code == code
}

// needsProof says the name as it was asked for: as somebody else wrote it, it
// would tell that there is somebody.
func needsProof(name string) *wire.Error {
	return wire.Errorf(wire.Unauthorized, "%s needs its password or token: `user`:{`account_name`,`password`}", name)
}

func wrongLogin() *wire.Error {
	return wire.Errorf(wire.WrongLogin, "wrong name, password or token")
}

// byToken lets in who shows a token.
func (s *Session) byToken(u *wire.User) (*admission, error) {
	if bad := s.hub.rates.mayTry(s.peer.Host, ""); bad != nil {
		return nil, bad
	}
	t, a, err := s.hub.store.TokenAccount(s.ctx, sha256.Sum256([]byte(u.Token)))
	if err != nil && err != ErrNotFound {
		return nil, in("find a token", err)
	}
	if key, _ := nameKey(u.Name); err == ErrNotFound || a.Disabled || u.Name != "" && key != a.Key {
		s.hub.rates.wrong(s.peer.Host)
		return nil, wrongLogin()
	}
	return &admission{account: a, token: t.ID}, nil
}

// byPassword lets in who knows the password. It takes as long for a name that
// nobody has.
func (s *Session) byPassword(password, key string, a *Account) (*admission, error) {
	right, err := s.knows(password, key, a.Password, !a.Disabled)
	if err != nil {
		return nil, err
	}
	if !right {
		return nil, wrongLogin()
	}
	return &admission{account: *a}, nil
}

// knows tells whether a password is the one of name, of which kept is the PHC string, and counts it where it is not, or
// is good for nothing.
func (s *Session) knows(password, name, kept string, good bool) (bool, error) {
	var taken []bucketKey
	right, err := s.hub.passwords.check(s.ctx, kept, password, func() (bad *wire.Error) {
		taken, bad = s.hub.rates.tryLogin(s.peer.Host, name)
		return bad
	})
	if right = right && good; right {
		s.hub.rates.right(taken, s.peer.Host, name)
	}
	return right, err
}

// byUID lets in the user at the other end of a UNIX socket, under his login name.
func (s *Session) byUID(u *wire.User) (*admission, error) {
	name := s.loginName()
	key, bad := nameKey(name)
	if name == "" || bad != nil {
		return nil, wire.Errorf(wire.Unauthorized, "say who you are: %s", wire.Hello)
	}
	if want, _ := nameKey(u.Name); u.Name != "" && want != key {
		return nil, wire.Errorf(wire.Unauthorized, "your login here is %s", name)
	}
	a, err := s.hub.store.AccountOfUID(s.ctx, s.peer.UID)
	if err == ErrNotFound {
		a, err = s.hub.store.AddAccount(s.ctx, Account{Name: name, Key: key, UID: s.peer.UID, Created: s.hub.now()})
		if err == ErrExists {
			return s.adoptUID(key, name)
		}
	}
	if err != nil {
		return nil, in("find the account of a user", err)
	}
	if a.Disabled {
		return nil, wrongLogin()
	}
	return &admission{account: a}, nil
}

// proved tells whether the Conn has seen proof that the peer is who bears a
// compared name.
func (s *Session) proved(key string) bool {
	proven, bad := nameKey(s.peer.Proven)
	return s.peer.Proven != "" && bad == nil && proven == key
}

// isLogin tells whether a compared name is the login of the user at the other end.
func (s *Session) isLogin(key string) bool {
	login, err := nameKey(s.loginName())
	return err == nil && login == key
}

// adoptUID gives a guest's name to the user of the machine who bears it.
func (s *Session) adoptUID(key, name string) (*admission, error) {
	a, err := s.hub.store.Account(s.ctx, key)
	if err != nil {
		return nil, in("find an account", err)
	}
	switch {
	case a.Disabled:
		return nil, wrongLogin()
	case a.UID == s.peer.UID: // he came twice at the same time, and was quicker there
		return &admission{account: a}, nil
	case a.Registered():
		return nil, needsProof(name)
	}
	if err := s.hub.store.SetUID(s.ctx, a.ID, a.Password, s.peer.UID); err == ErrChanged { // it has become somebody's
		return nil, needsProof(name)
	} else if err != nil {
		return nil, in("adopt an account", err)
	}
	a.UID = s.peer.UID
	s.hub.lockOut(a.ID, "this name is the login of somebody here", func(o *Session) bool { return o.peer.UID != s.peer.UID })
	return &admission{account: a}, nil
}

func (s *Session) loginName() string {
	if s.peer.UID < 0 || s.hub.opt.LookupUID == nil {
		return ""
	}
	name, err := s.hub.opt.LookupUID(s.peer.UID)
	if err != nil {
		s.hub.log.Debug("no name for a user", "uid", s.peer.UID, "err", err)
		return ""
	}
	return name
}

// byTag lets in a guest whose name is known: nobody owns it, unless a token does.
func (s *Session) byTag(name string, a *Account) (*admission, error) {
	if a.Registered() || !s.hub.opt.Guests.allows(s.peer) {
		return nil, needsProof(name)
	}
	owned, err := s.hub.store.HasToken(s.ctx, a.ID)
	if err != nil {
		return nil, in("find the tokens of a guest", err)
	}
	if owned {
		return nil, needsProof(name)
	}
	return &admission{account: *a, tag: true}, nil
}

// newGuest lets in a guest under a name nobody has had.
func (s *Session) newGuest(name, key string) (*admission, error) {
	if !s.hub.opt.Guests.allows(s.peer) {
		return nil, needsProof(name)
	}
	if office(name) {
		return nil, errReserved(name)
	}
	if bad := s.hub.rates.mayMake(&guestRate, s.peer.Host); bad != nil {
		return nil, bad
	}
	a, err := s.hub.store.AddAccount(s.ctx, Account{Name: name, Key: key, UID: -1, Created: s.hub.now()})
	if err == ErrExists { // somebody was quicker
		if a, err = s.hub.store.Account(s.ctx, key); err == nil {
			return s.byTag(name, &a)
		}
	}
	if err == ErrAlike {
		return nil, errTaken(name)
	}
	if err != nil {
		return nil, keeping(err)
	}
	return &admission{account: a, tag: true}, nil
}

// login makes the session the account's, whose status is changed to one that is
// not "", answers, and makes it hear its conversations. The answer goes out before anything that is told.
func (s *Session) login(r *wire.Request, l *admission, status string) (*wire.Response, error) {
	if l.code != wire.Created { // what is done already is not refused
		if bad := s.mayName(r.Since, l.account.ID); bad != nil {
			return nil, bad
		}
	}
	p, token, err := s.admit(r, l)
	if err != nil {
		return nil, err
	}
	s.setAccount(l, p, r.Device)
	if p == nil {
		return s.welcome(token, l.code), nil
	}
	s.stopWaiting()
	r.Since = once(r.Since)
	first := p.greet(status)
	welcome := s.welcome(token, l.code)
	if welcome.Since, err = s.putRight(r); err == nil {
		s.respond(r.ID, welcome, nil)
		s.owe(r.Since)
		p.add(s)
		s.hub.log.Debug("logged in", "session", s.id, "account", l.account.Name, "transport", s.peer.Transport)
		var out bool
		if out, err = s.lockedOut(l); out {
			s.out.finish(goodbye("what you were let in by is good no more", 0))
			return nil, nil
		}
		if err == nil {
			err = s.resume(r)
		}
	}
	if err != nil {
		s.deaf(err)
		return nil, nil
	}
	if first {
		s.noteChange()
	}
	return nil, nil
}

// deaf ends a session that cannot hear its conversations, though it was told that it is let in.
func (s *Session) deaf(err error) {
	s.hub.log.Error("session cannot hear its conversations", "account", s.account.Name, "err", err)
	s.out.finish(goodbye("the server failed", retryStopping))
}

func (s *Session) setAccount(l *admission, p *person, device string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.account, s.person, s.device = &l.account, p, newDevice(device, l.token)
	if p != nil && p.account == l.account {
		s.account = &p.account // shared by the person's sessions
	}
}

// welcome is the answer to who has said who he is.
func (s *Session) welcome(token string, code wire.Code) *wire.Response {
	return &wire.Response{Code: max(code, wire.OK), JIM: wire.Version, Server: s.hub.opt.Server, User: s.self(), Token: token, Limits: s.limits(), Log: s.hub.store.LogName()}
}

// self is the session's own account as it sees it.
func (s *Session) self() *wire.Person {
	p := asSeen(s.account, here)
	if s.person != nil {
		s.person.mu.Lock()
		p.Status = s.person.doing()
		s.person.mu.Unlock()
	}
	return &p
}

// asSeen is an account as others see it.
func asSeen(a *Account, status string) wire.Person {
	return wire.Person{Name: a.Name, Status: status, Guest: !a.Registered(), Owner: a.Owner}
}

func (s *Session) setStatus(status string) {
	p := s.person
	if p == nil || status == "" {
		return
	}
	p.mu.Lock()
	changed := p.doing() != status
	p.status = &status
	p.mu.Unlock()
	if changed {
		s.noteChange()
	}
}

// noteChange remembers that the others should be told of the session's person.
func (s *Session) noteChange() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.person != nil {
		s.hub.presence.note(s.person, s.subs)
	}
}
