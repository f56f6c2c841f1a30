package lines

import (
	"strconv"
	"strings"
	"unicode"

	"github.com/go-json-experiment/json/jsontext"

	"jim/wire"
)

// command is a request that the next line waits for.
type command struct {
	id    string
	about string // a name, or a line to be told
	// answer tells what came of it; the caller holds mu. It is told of errors too
	// where errors is set.
	answer func(*Conn, *command, *wire.Response)
	errors bool
	leaves bool // a room
}

// ask makes a request of action and members, which come in pairs of a name and a
// value as JSON, and remembers what to do with its answer. The caller holds mu.
func (c *Conn) ask(cmd command, action string, members ...string) []byte {
	cmd.id = c.id()
	c.command = &cmd
	return request(action, cmd.id, members...)
}

func request(action, id string, members ...string) []byte {
	b := make([]byte, 0, 64+len(action)+len(id))
	b = append(b, `{"action":`...)
	b = appendQuoted(b, action)
	b = append(b, `,"jim":2,"id":`...)
	b = appendQuoted(b, id)
	for i := 0; i < len(members); i += 2 {
		b = append(appendQuoted(append(b, ','), members[i]), ':')
		b = append(b, members[i+1]...)
	}
	return append(b, '}')
}

// appendQuoted appends text as a string of JSON. It is valid UTF-8 already.
func appendQuoted(b []byte, text string) []byte {
	b, _ = jsontext.AppendQuote(b, text)
	return b
}

func quoted(text string) string { return string(appendQuoted(nil, text)) }

func number(n int) string { return strconv.Itoa(n) }

// tell has a line said to the person; the answer to a ping brings it. The caller
// holds mu.
func (c *Conn) tell(text string) []byte {
	return c.ask(command{about: text, answer: (*Conn).told}, wire.ActPing)
}

func (c *Conn) told(cmd *command, _ *wire.Response) { c.say(cmd.about) }

// line is what a typed line means. The caller holds mu.
func (c *Conn) line(text string, ok, tooLong bool) []byte {
	if c.secret.what != nil {
		return c.takeSecret(text, ok && !tooLong)
	}
	switch {
	case tooLong:
		return c.tell(sayTooLong.in(c.lang, wire.JIM2.Message))
	case !ok && !c.greeted && c.me == "":
		return c.tell(c.greeting() + "\n" + notUTF8Everywhere(c))
	case !ok:
		return c.tell(sayNotUTF8.in(c.lang))
	}
	if c.me == "" && !c.chosen {
		text = strings.TrimPrefix(text, byteOrderMark)
		c.guess(text)
	}
	plain, slashes := strings.CutPrefix(text, "//")
	switch {
	case slashes:
		return c.utter(c.here, "/"+plain)
	case strings.HasPrefix(text, "/"):
		return c.run(text)
	case c.me == "" && isIRC(text):
		return c.notIRC(text)
	case strings.TrimSpace(text) == "":
		if c.greeted {
			return nil
		}
		return c.tell(c.greeting())
	}
	return c.utter(c.here, text)
}

// notUTF8Everywhere says that UTF-8 is wanted, in every language while none is chosen: who
// types letters in another encoding has no way to show which is his.
func notUTF8Everywhere(c *Conn) string {
	if c.chosen {
		return sayNotBegun.in(c.lang)
	}
	return sayNotBegun.en + "\n" + sayNotBegun.ru + "\n" + sayNotBegun.zh
}

// utter says something in a conversation. The caller holds mu.
func (c *Conn) utter(to, text string) []byte {
	switch {
	case c.me == "":
		words := sayNobodyHeard.in(c.lang, short(text))
		if !c.greeted {
			words = c.greeting() + "\n" + words
		}
		return c.tell(words)
	case to == "":
		return c.tell(sayNowhere.in(c.lang))
	case strings.TrimSpace(text) == "":
		return nil
	}
	return request(wire.ActMsg, c.id(), "to", quoted(to), "message", quoted(text))
}

// short is the beginning of a text, as it may be shown.
func short(text string) string {
	const most = 40
	n := 0
	for i := range text {
		if n++; n > most {
			return seen(text[:i]) + "…"
		}
	}
	return seen(text)
}

// greeting says how to begin. The caller holds mu.
func (c *Conn) greeting() string {
	c.greeted = true
	return sayGreeting.in(c.lang)
}

// guess takes the language of the first line that has letters of one.
func (c *Conn) guess(text string) {
	for _, r := range text {
		switch {
		case unicode.Is(unicode.Cyrillic, r):
			c.lang, c.chosen = russian, true
			return
		case unicode.Is(unicode.Han, r):
			c.lang, c.chosen = chinese, true
			return
		}
	}
}

// ircVerbs are what programs of IRC begin with (RFC 2812, section 3; CAP of IRCv3).
// Only programs send those that are true.
var ircVerbs = map[string]bool{"CAP": true, "USER": true, "PASS": true, "AUTHENTICATE": true, "NICK": false, "JOIN": false, "PRIVMSG": false}

func isIRC(text string) bool {
	verb, rest, _ := strings.Cut(text, " ")
	_, is := ircVerbs[verb]
	return is && rest != ""
}

// notIRC says in the form that a program of IRC shows that it is not spoken here,
// and ends the connection of what must be a program: it would wait.
func (c *Conn) notIRC(text string) []byte {
	verb, _, _ := strings.Cut(text, " ")
	words := "ERROR :" + sayNotIRC.in(c.lang)
	if ircVerbs[verb] {
		return c.ask(command{about: words, answer: (*Conn).told}, wire.ActQuit)
	}
	c.greeted = true
	return c.tell(words)
}
