package chat

import "jim/wire"

// command says who may ask for an action, and what answers it.
type command struct {
	run func(*Session, *wire.Request) (*wire.Response, error)

	anyone bool // also before it is known who asks
	to     bool // needs an address
	post   bool // answered when the store hands its entry back
}

// commands is what a client can ask for. A handler returns the answer, or an error,
// or neither where the answer comes later or not at all.
var commands = map[string]command{
	wire.ActPresence:     {run: (*Session).doPresence, anyone: true},
	wire.ActAuthenticate: {run: (*Session).authenticate, anyone: true},
	wire.ActRegister:     {run: (*Session).register, anyone: true},
	wire.ActPing:         {run: (*Session).ping, anyone: true},
	wire.ActQuit:         {run: (*Session).quit, anyone: true},
	wire.ActAdmin:        {run: (*Session).admin, anyone: true},

	wire.ActMsg:     {run: (*Session).say, to: true, post: true},
	wire.ActTyping:  {run: (*Session).typing, to: true},
	wire.ActRead:    {run: (*Session).read, to: true},
	wire.ActHistory: {run: (*Session).history, to: true},
	wire.ActSync:    {run: (*Session).sync},

	wire.ActCreate:  {run: (*Session).create, to: true},
	wire.ActJoin:    {run: (*Session).join, to: true},
	wire.ActLeave:   {run: (*Session).leave, to: true},
	wire.ActTopic:   {run: (*Session).topic, to: true, post: true},
	wire.ActRooms:   {run: (*Session).rooms},
	wire.ActMembers: {run: (*Session).members, to: true},

	wire.ActGetContacts: {run: (*Session).contacts},
	wire.ActAddContact:  {run: (*Session).addContact, to: true},
	wire.ActDelContact:  {run: (*Session).delContact, to: true},
	wire.ActWhois:       {run: (*Session).whois, to: true},
	wire.ActPasswd:      {run: (*Session).passwd},
	wire.ActSessions:    {run: (*Session).listSessions},
}

// handle checks the preconditions of a request, runs it and answers it.
func (s *Session) handle(r *wire.Request) {
	c, known := commands[r.Action]
	if !c.post {
		s.settle()
	}
	response, err := s.try(c, known, r)
	s.warm(err)
	if err != nil {
		s.settle() // an error of a post comes after the answers to those before it
	}
	s.respond(r.ID, response, err)
}

func (s *Session) try(c command, known bool, r *wire.Request) (*wire.Response, error) {
	switch {
	case !known:
		return nil, wire.Errorf(wire.NotImplemented, "no action %q here", r.Action)
	case s.hub.closingNow():
		return nil, wire.Errorf(wire.Unavailable, "the server is stopping").After(retryStopping)
	case !c.anyone && s.account.ID == 0:
		return nil, wire.Errorf(wire.Unauthorized, "say who you are first: %s", wire.Hello)
	case c.to && r.To == "":
		return nil, wire.Errorf(wire.BadRequest, "`%s` needs `to`: a person or a #room", r.Action)
	}
	return c.run(s, r)
}

func (s *Session) ping(*wire.Request) (*wire.Response, error) {
	return &wire.Response{Code: wire.OK}, nil
}

func (s *Session) quit(*wire.Request) (*wire.Response, error) {
	s.leaving = true
	s.hub.logout(s) // the name is free when the answer arrives
	return &wire.Response{Code: wire.OK}, nil
}
