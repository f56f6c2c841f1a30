package lines

import (
	"jim/wire"
)

// secret is what a password is wanted for: the next line is it.
type secret struct {
	what   func(*Conn, secret, string) []byte // nil = none is wanted
	name   string
	invite string
}

// askSecret asks for a password, where it is safe to type one.
func (c *Conn) askSecret(s secret) []byte {
	if !c.safe {
		return c.tell(sayUnsafe.in(c.lang))
	}
	return c.ask(command{about: s.name, answer: func(c *Conn, _ *command, _ *wire.Response) { c.wantSecret(s) }}, wire.ActPing)
}

// wantSecret takes the next line for a password. A telnet is asked to let us echo,
// which we do not (RFC 857): so it is not to be seen. Others are warned.
func (c *Conn) wantSecret(s secret) {
	c.secret = s
	if c.telnet {
		c.hiding = true
		c.out = append(c.out, telIAC, telWILL, optEcho)
		c.say(saySecret.in(c.lang, seen(s.name)))
		return
	}
	c.say(saySecretSeen.in(c.lang, seen(s.name)))
}

// showAgain lets telnet echo again.
func (c *Conn) showAgain() {
	if c.hiding {
		c.hiding = false
		c.out = append(c.out, telIAC, telWONT, optEcho)
		c.say("") // the line ending that was typed was not shown either
	}
}

// takeSecret takes the line that is a password. The caller holds mu.
func (c *Conn) takeSecret(password string, ok bool) []byte {
	s := c.secret
	c.secret = secret{}
	switch {
	case !ok:
		return c.tell(sayNotUTF8.in(c.lang))
	case password == "":
		return c.tell(saySecretNone.in(c.lang))
	}
	return s.what(c, s, password)
}

func (c *Conn) loginWith(s secret, password string) []byte {
	return c.ask(command{about: s.name, answer: (*Conn).entered}, wire.ActPresence,
		"user", `{"account_name":`+quoted(s.name)+`,"password":`+quoted(password)+`}`)
}

func (c *Conn) registerWith(s secret, password string) []byte {
	members := []string{"user", `{"account_name":` + quoted(s.name) + `,"password":` + quoted(password) + `}`}
	if s.invite != "" {
		members = append(members, "invite", quoted(s.invite))
	}
	return c.ask(command{about: s.name, answer: (*Conn).entered}, wire.ActRegister, members...)
}
