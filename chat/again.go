package chat

import "jim/wire"

// catchUpAgain answers a presence of who is known already and says which numbers he has, as the first one is answered: then
// follows what a sync tells.
func (s *Session) catchUpAgain(r *wire.Request, status string) (*wire.Response, error) {
	if bad := s.mayName(r.Since, s.account.ID); bad != nil {
		return nil, bad
	}
	s.setStatus(status)
	r.Since = once(r.Since)
	less, err := s.putRight(r)
	if err != nil {
		return nil, err
	}
	welcome := s.welcome("", wire.OK)
	welcome.Since = less
	s.respond(r.ID, welcome, nil)
	named := map[string]bool{}
	for _, w := range r.Since {
		if key, bad := addressKey(w.To); bad == nil {
			named[key] = true
		}
		if err := s.readOwed(w); err != nil {
			s.deaf(err)
			return nil, nil
		}
	}
	if err := s.tellOfOthers(named); err != nil {
		s.deaf(err)
	}
	return nil, nil
}
