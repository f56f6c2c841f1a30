package torture

import (
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
)

// object builds a request as one line of JSON.
type object []byte

func request(action, id string) object {
	return object(`{`).text("action", action).text("id", id)
}

func (o object) name(name string) object {
	if o[len(o)-1] != '{' {
		o = append(o, ',')
	}
	return append(o.quoted(name), ':')
}

// quoted appends a text that is known to be UTF-8.
func (o object) quoted(s string) object {
	o, _ = jsontext.AppendQuote(o, s)
	return o
}

func (o object) text(name, value string) object { return o.name(name).quoted(value) }

func (o object) number(name string, n int64) object {
	return strconv.AppendInt(o.name(name), n, 10)
}

// since writes where somebody stands in conversations.
func (o object) since(at []standing) object {
	o = append(o.name("since"), '{')
	for i, s := range at {
		if i > 0 {
			o = append(o, ',')
		}
		o = append(o.quoted(s.to), ':')
		o = strconv.AppendInt(o, s.seq, 10)
	}
	return append(o, '}')
}

// standing says that somebody has everything of a conversation up to seq.
type standing struct {
	to  string // as its reader calls it
	seq int64
}

func (o object) end() []byte { return append(o, "}\n"...) }

// hello is the first object on a connection.
func hello(name string, at []standing) []byte {
	o := request("presence", "in").number("jim", 2)
	o = append(o.name("user").nested().text("account_name", name), '}')
	if at != nil {
		o = o.since(at)
	}
	return o.end()
}

// nested begins an object inside.
func (o object) nested() object { return append(o, '{') }
