package dialect

import (
	"strings"
	"time"
	"unicode/utf8"

	"jim/wire"
)

// speech is how a program speaks, as far as it has shown. It is guarded by conn.mu.
type speech struct {
	login  string // as the program writes it
	name   string // as the server does; "" = not logged in
	prefix string // of the ids of what it says

	mentor bool   // the mentors' dialect, otherwise the specification's
	bare   bool   // presence came without type and status
	proves bool   // authenticate was used
	wordy  bool   // it wants "error":"" in the answer to presence
	polls  bool   // it is of the second course, and looks once a second
	pem    string // the public key it has shown
	lobby  bool   // it hears the lobby
	names  names  // what it calls the members of a message

	users, contacts bool            // it has read these lists of people
	seen            map[string]bool // people whom it was told about
	changed         bool            // and there are others
	listed          time.Time       // when it was last told that there are
	handshake       handshake       // under way
}

// meet learns from a presence how the program speaks: without type and status it is
// most likely one of the mentors'.
func (sp *speech) meet(s *said) {
	if s.account != "" {
		sp.login = s.account
	}
	sp.bare = !s.full
	sp.mentor = sp.bare
	sp.wordy = s.wordy
	if s.key != "" {
		sp.pem, sp.polls = s.key, true
	}
}

// answers tells whether the program waits for the answer to a message. The others
// break on one.
func (sp *speech) answers(s *said) bool {
	return s.encoding || sp.proves || !sp.bare && s.action == wire.ActMsg
}

// longest is how many bytes an object to the program may have.
func (sp *speech) longest() int {
	if sp.polls {
		return 1024
	}
	return wire.JIM1.Answer
}

// fits refuses what is over the limits of the specification, from those who keep
// to it. A presence may carry a key, and be long.
func (c *conn) fits(s *said, object []byte) *wire.Error {
	if s.action == wire.ActPresence || s.answered {
		return nil
	}
	if n := utf8.RuneCountInString(s.action); n > wire.JIM1.Action {
		return wire.Errorf(wire.TooLarge, "`action` may have %d characters", wire.JIM1.Action)
	}
	c.mu.Lock()
	mentor := c.speech.mentor || s.action == actMessage
	c.mu.Unlock()
	if mentor {
		return nil
	}
	if utf8.RuneCount(object) > wire.JIM1.Object {
		return wire.Errorf(wire.TooLarge, "an object may have %d characters; send \"jim\":2 in the first one for more", wire.JIM1.Object)
	}
	if utf8.RuneCountInString(s.text) > wire.JIM1.Message {
		return wire.Errorf(wire.TooLarge, "a message may have %d characters; send \"jim\":2 in the first object for more", wire.JIM1.Message)
	}
	return nil
}

// everybody tells whether an address means all who are here.
func everybody(to string) bool {
	switch strings.ToLower(to) {
	case "", "#", "#all", "all":
		return true
	}
	return false
}
