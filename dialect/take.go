package dialect

import (
	"strconv"

	"jim/wire"
)

// Actions of the course's dialects that JIM/2 does not have.
const (
	actMessage  = "message"
	actExit     = "exit"
	actAdd      = "add"
	actRemove   = "remove"
	actGetUsers = "get_users"
	actKey      = "pubkey_need"
	actContact  = "contact_list"
)

// actions is what programs of the course ask for.
var actions = map[string]func(*conn, *said){
	wire.ActPresence:     (*conn).presence,
	wire.ActAuthenticate: (*conn).authenticate,
	wire.ActProbe:        (*conn).ping,
	wire.ActPing:         (*conn).ping,
	wire.ActQuit:         (*conn).quit,
	actExit:              (*conn).quit,

	wire.ActMsg:   (*conn).message,
	actMessage:    (*conn).message,
	wire.ActJoin:  (*conn).room,
	wire.ActLeave: (*conn).room,

	wire.ActGetContacts: (*conn).getContacts,
	wire.ActAddContact:  (*conn).changeContact,
	wire.ActDelContact:  (*conn).changeContact,
	actAdd:              (*conn).changeContact,
	actRemove:           (*conn).changeContact,
	actGetUsers:         (*conn).getUsers,
	actKey:              (*conn).getKey,
}

// take asks the chat for what a program means.
func (c *conn) take(s *said) {
	if s.answered {
		c.answered(s)
		return
	}
	if do := actions[s.action]; do != nil {
		do(c, s)
		return
	}
	if s.action == "" {
		c.wrong = c.refuse(wire.Errorf(wire.NotImplemented, "no action: say {\"action\":\"presence\",…}"))
		return
	}
	c.wrong = c.refuse(wire.Errorf(wire.NotImplemented, "no action %q here", s.action))
}

func (c *conn) ping(*said) { c.local(c.tellOK) }

// quit is not answered: the program is gone.
func (c *conn) quit(*said) {
	c.send(ask{Action: wire.ActQuit}, func(*wire.Response) {})
}

// presence logs in, or says what somebody is doing who is here already.
func (c *conn) presence(s *said) {
	c.endHandshake()
	c.mu.Lock()
	again := c.speech.name != ""
	if !again {
		c.speech.meet(s)
	}
	c.mu.Unlock()
	if !again && s.password == "" && c.challenge(s) {
		return
	}
	c.login(wire.ActPresence, s)
}

// authenticate proves a name, with a password or the answer of a handshake, which is one of that name.
func (c *conn) authenticate(s *said) {
	h := c.endHandshake()
	c.mu.Lock()
	c.speech.proves = true
	if s.account != "" && c.speech.name == "" {
		c.speech.login = s.account
	}
	c.mu.Unlock()
	if fold(s.account) == fold(h.of) && h.provedBy(s.password) {
		c.peer.Proven, s.password = h.of, ""
	}
	c.login(wire.ActAuthenticate, s)
}

func (c *conn) login(action string, s *said) {
	q := ask{Action: action, JIM: wire.Version, Alone: true, Status: s.status}
	if s.account != "" {
		q.User = &wire.User{Name: s.account, Password: s.password}
	}
	c.enters = true
	c.send(q, func(r *wire.Response) { c.loggedIn(r, s.account) })
	c.mu.Lock()
	hears := c.speech.mentor && !c.speech.lobby
	c.mu.Unlock()
	if hears {
		c.hearLobby()
	}
}

// loggedIn tells the program whether it is let in under the name that it gave, as it writes that. It may have tried
// another one since. conn.mu is held.
func (c *conn) loggedIn(r *wire.Response, account string) {
	if r.Code.IsError() {
		c.tellError(errorOf(r), c.speech.login)
		if c.speech.mentor && c.speech.name == "" {
			c.over = true
		}
		return
	}
	if r.User != nil {
		c.speech.name = r.User.Name
	}
	c.speech.login = or(account, c.speech.name) // who is known by his login on the machine may give none
	select {
	case <-c.gone: // Close does not forget what is kept now
	default:
		if c.speech.pem != "" {
			c.in.keep(c.speech.name, c.speech.pem, c)
		}
	}
	c.tellOK()
}

// hearLobby makes the program hear what is said to everybody.
func (c *conn) hearLobby() {
	if c.in.o.Lobby == "" {
		return
	}
	c.send(ask{Action: wire.ActJoin, To: c.in.o.Lobby}, func(r *wire.Response) {
		c.speech.lobby = c.speech.lobby || !r.Code.IsError()
	})
}

// message says something. A person must be here to be told: the course's servers
// keep nothing.
func (c *conn) message(s *said) {
	c.said++
	to := s.to
	if everybody(to) && c.in.o.Lobby != "" && (s.hasTo || s.action == actMessage) {
		to = c.in.o.Lobby
	}
	c.mu.Lock()
	c.speech.mentor = s.action == actMessage
	c.speech.learn(s)
	hears := to == c.in.o.Lobby && !c.speech.lobby && c.enters
	answers := c.speech.answers(s)
	id := c.speech.prefix + strconv.Itoa(c.said)
	c.mu.Unlock()
	if s.unclear {
		bad := wire.Errorf(wire.BadRequest, "`%s` must be a text: the name of a person or a room", s.names.to)
		c.wrong = c.refuseWith(bad, func(r *wire.Response) { c.saidIt(s, r, answers) })
		return
	}
	if hears {
		c.hearLobby()
	}
	q := ask{Action: wire.ActMsg, ID: id, To: to, Message: s.text, Live: !wire.IsRoom(to)}
	c.send(q, func(r *wire.Response) { c.saidIt(s, r, answers) })
}

// learn takes over what the program calls the members of a message.
func (sp *speech) learn(s *said) {
	if s.names.from != "" {
		sp.names.from, sp.names.nested = s.names.from, s.names.nested
	}
	if s.names.to != "" {
		sp.names.to = s.names.to
	}
	if s.names.text != "" {
		sp.names.text = s.names.text
	}
}

// saidIt answers a message to those who wait for that. The others are told of an
// error in a message, and of somebody whom nobody knows not at all, as by the
// servers they were written for. conn.mu is held.
func (c *conn) saidIt(s *said, r *wire.Response, answers bool) {
	switch {
	case answers && r.Code.IsError():
		c.tellError(errorOf(r), s.to)
	case answers:
		c.tellOK()
	case r.Code.IsError() && c.speech.name == "":
		c.tellError(errorOf(r), "")
	case r.Code == wire.NotFound && s.action == actMessage:
	case r.Code.IsError():
		c.tellNotice(c.words(errorOf(r), s.to))
	}
}

// room joins or leaves a room, which may be that of everybody.
func (c *conn) room(s *said) {
	to := s.to
	if to != "" && everybody(to) && c.in.o.Lobby != "" {
		to = c.in.o.Lobby
	}
	c.send(ask{Action: s.action, To: to}, func(r *wire.Response) {
		if r.Code.IsError() {
			c.tellError(errorOf(r), s.to)
			return
		}
		c.tellOK()
	})
}
