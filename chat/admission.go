package chat

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"slices"

	"jim/wire"
)

// admission is the way somebody was let in.
type admission struct {
	account Account
	token   int64     // the token that was shown; 0 = none
	tag     bool      // a guest who has shown nothing: one connection at a time
	code    wire.Code // of the answer; 0 = 200
	locks   uint64    // Hub.locks before anything was looked at
}

// admit holds the account's person for the session, and makes the token that is asked for. A guest's name without
// a token is for one at a time: who asks for a token would take it from the one who is here. A brief session,
// which is a guest's request beside his connection, holds nobody but while it does that.
func (s *Session) admit(r *wire.Request, l *admission) (p *person, token string, err error) {
	brief := s.peer.Brief
	alone := l.tag && (!brief || r.Device != "") || r.Alone
	if !brief || alone {
		var bad *wire.Error
		if p, bad = s.hub.hold(&l.account, alone); bad != nil {
			return nil, "", bad
		}
	}
	newToken := s.newToken
	if l.code == wire.Created {
		newToken = s.tokenToo
	}
	token, id, err := newToken(&l.account, l.token, r.Device)
	if id != 0 {
		l.token = id
	}
	if p != nil && (brief || err != nil) {
		s.hub.release(p)
		p = nil
	}
	return p, token, err
}

// lockedOut tells whether somebody who has just been let in would not be let in any more: his proof was good when it
// was looked at, and looking at a password takes long. From now on he can be found, and lockOut finds him.
func (s *Session) lockedOut(l *admission) (bool, error) {
	if s.hub.locks.Load() == l.locks {
		return false, nil
	}
	good, err := s.good(&l.account, l.token)
	if good && l.tag && l.token == 0 {
		var owned bool
		owned, err = s.hub.store.HasToken(s.ctx, l.account.ID)
		good = !owned
	}
	return !good && err == nil, in("look at a proof again", err)
}

// good tells whether an account has still that password, is the login of the same user or of none, has that token if it is
// not 0, and is not disabled.
func (s *Session) good(a *Account, token int64) (bool, error) {
	is, err := s.hub.store.AccountOf(s.ctx, a.ID)
	same := err == nil && !is.Disabled && is.Password == a.Password && is.UID == a.UID
	if !same || token == 0 {
		return same, err
	}
	tokens, err := s.hub.store.Tokens(s.ctx, a.ID)
	return slices.ContainsFunc(tokens, func(t Token) bool { return t.ID == token }), err
}

// newToken makes a token for a device, if one is named, for somebody who has shown the account's password or a token,
// 0 = none. Where that is not good any more there is none, or it would outlive what was to end it.
func (s *Session) newToken(a *Account, proof int64, device string) (secret string, id int64, err error) {
	if device == "" {
		return "", 0, nil
	}
	secret = newSecret("jimt_")
	now := s.hub.now()
	t, err := s.hub.store.AddToken(s.ctx, Token{Account: a.ID, Hash: sha256.Sum256([]byte(secret)), Device: device, Created: now, Seen: now})
	if err != nil {
		return "", 0, keeping(err)
	}
	if !a.Registered() {
		s.hub.locks.Add(1) // who comes as this guest without one, and was not refused yet, looks again
	}
	good, err := s.good(a, proof)
	if good && err == nil {
		return secret, t.ID, nil
	}
	if gone := s.hub.store.DeleteToken(s.ctx, a.ID, t.ID); err == nil && gone != ErrNotFound {
		err = gone
	}
	if err != nil {
		return "", 0, in("look at a proof again", err)
	}
	return "", 0, wrongLogin()
}

// tokenToo is newToken for who has just got a new password: that is kept, and a token that could not be is no reason to say
// that all of it has failed. To do it again would be refused.
func (s *Session) tokenToo(a *Account, proof int64, device string) (secret string, id int64, err error) {
	secret, id, err = s.newToken(a, proof, device)
	if err == nil || isCode(err, wire.WrongLogin) {
		return secret, id, err
	}
	s.hub.log.Error("a new password, and no token for the device", "account", a.Name, "err", err)
	return "", 0, nil
}

// newSecret is 256 random bits in a form that programs can recognise.
func newSecret(prefix string) string {
	var b [32]byte
	rand.Read(b[:]) // never fails, see crypto/rand
	return prefix + base64.RawURLEncoding.EncodeToString(b[:])
}
