package chat

import (
	"cmp"
	"errors"
	"slices"
	"strconv"
	"strings"

	"jim/wire"
)

// Prefixes of what `sessions` lists and revokes.
const (
	liveMark  = "c" // a connection
	tokenMark = "t" // a device with a token
)

// listSessions lists the account's devices and connections, as many as fit an answer where no limit is said, or ends one.
func (s *Session) listSessions(r *wire.Request) (*wire.Response, error) {
	if r.Revoke != "" {
		return s.revoke(r)
	}
	if bad := s.may(&askRate); bad != nil {
		return nil, bad
	}
	tokens, err := s.hub.store.Tokens(s.ctx, s.account.ID)
	if err != nil {
		return nil, in("list the devices", err)
	}
	list := make([]wire.SessionInfo, 0, len(tokens))
	for _, t := range tokens {
		list = append(list, wire.SessionInfo{
			ID: tokenMark + strconv.FormatInt(t.ID, 10), Device: t.Device, Since: t.Created, Seen: t.Seen,
		})
	}
	live := s.hub.sessionsOf(s.account.ID)
	slices.SortFunc(live, func(a, b *Session) int { return cmp.Compare(a.id, b.id) })
	for _, other := range live {
		list = append(list, other.info(other == s))
	}
	answer, left := &wire.Response{Code: wire.OK, Sessions: []wire.SessionInfo{}}, s.rows()
	for i := range list {
		if !follows(list[i].ID, r.Mark) {
			continue
		}
		if r.Limit > 0 && len(answer.Sessions) == r.Limit || !left.take(list[i].Size()) {
			answer.More, answer.Next = true, list[i-1].ID
			break
		}
		answer.Sessions = append(answer.Sessions, list[i])
	}
	return answer, nil
}

// info is what `sessions` says of a connection.
func (s *Session) info(current bool) wire.SessionInfo {
	s.mu.Lock()
	defer s.mu.Unlock()
	return wire.SessionInfo{
		ID: s.liveID(), Device: s.device.called(), Transport: s.peer.Transport,
		Address: s.peer.Address, Since: wire.At(s.hub.began.Add(s.began)), Current: current,
	}
}

// follows tells whether a row of `sessions` comes after one that may have ended meanwhile: devices come first, each kind in
// the order of its numbers.
func follows(id, after string) bool {
	if after == "" || id[:1] != after[:1] {
		return after == "" || after[:1] == tokenMark
	}
	return len(id) > len(after) || len(id) == len(after) && id > after
}

// revoke ends a connection, or a device and all its connections.
func (s *Session) revoke(r *wire.Request) (*wire.Response, error) {
	what := r.Revoke
	missing := wire.Errorf(wire.NotFound, "you have no session %s", what)
	if number, ok := strings.CutPrefix(what, tokenMark); ok {
		id, err := strconv.ParseInt(number, 10, 64)
		if err != nil {
			return nil, missing
		}
		if err := s.hub.store.DeleteToken(s.ctx, s.account.ID, id); errors.Is(err, ErrNotFound) {
			return nil, missing
		} else if err != nil {
			return nil, keeping(err)
		}
		own := s.person != nil && s.tokenID() == id
		if own { // the answer comes before the end
			s.respond(r.ID, &wire.Response{Code: wire.OK}, nil)
		}
		s.hub.lockOut(s.account.ID, "this device was logged out", func(o *Session) bool { return o.tokenID() == id })
		if own {
			s.tellRevoked(what)
			return nil, nil
		}
	} else if s.person != nil && what == s.liveID() { // the answer comes before the end
		s.respond(r.ID, &wire.Response{Code: wire.OK}, nil)
		s.cutOne(what)
		s.tellRevoked(what)
		return nil, nil
	} else if !s.cutOne(what) {
		return nil, missing
	}
	s.tellRevoked(what)
	return &wire.Response{Code: wire.OK}, nil
}

func (s *Session) tellRevoked(what string) {
	s.tellOthers(&wire.Event{Action: wire.ActSessions, From: s.account.Name, Revoke: what})
}

func (s *Session) cutOne(what string) bool {
	return s.hub.cut(s.account.ID, "this connection was logged out", func(o *Session) bool { return o.liveID() == what }) > 0
}

// liveID is what `sessions` calls the connection.
func (s *Session) liveID() string { return liveMark + strconv.FormatUint(s.id, 10) }

func (s *Session) setDevice(token int64) {
	s.mu.Lock()
	s.device = newDevice(s.device.called(), token)
	s.mu.Unlock()
}

func (s *Session) tokenID() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.device == nil {
		return 0
	}
	return s.device.token
}
