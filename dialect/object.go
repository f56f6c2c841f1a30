package dialect

import (
	"strconv"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"jim/wire"
)

// object is JSON being written for a program, member by member, without LF.
type object []byte

func begin() object { return append(make(object, 0, 160), '{') }

func (o object) name(name string) object {
	if o[len(o)-1] != '{' {
		o = append(o, ',')
	}
	o, _ = jsontext.AppendQuote(o, name)
	return append(o, ':')
}

// text adds a member. What is no UTF-8 cannot come here: it was decoded before.
func (o object) text(name, value string) object {
	o, _ = jsontext.AppendQuote(o.name(name), value)
	return o
}

func (o object) number(name string, n int) object {
	return strconv.AppendInt(o.name(name), int64(n), 10)
}

// at adds a time as programs of the course compute with it: seconds with a fraction.
func (o object) at(t time.Time) object {
	return strconv.AppendFloat(o.name("time"), float64(t.UnixMilli())/1000, 'f', 3, 64) //tidy:stamp it travels
}

func (o object) list(name string, values []string) object {
	o = append(o.name(name), '[')
	for i, v := range values {
		if i > 0 {
			o = append(o, ',', ' ')
		}
		o, _ = jsontext.AppendQuote(o, v)
	}
	return append(o, ']')
}

func (o object) end() object { return append(o, '}') }

// ask is a request of JIM/2.
type ask struct {
	Action  string     `json:"action"`
	ID      string     `json:"id,omitzero"`
	JIM     int        `json:"jim,omitzero"`
	To      string     `json:"to,omitzero"`
	Message string     `json:"message,omitzero"`
	Status  string     `json:"status,omitzero"`
	User    *wire.User `json:"user,omitzero"`
	Alone   bool       `json:"alone,omitzero"`
	Live    bool       `json:"live,omitzero"`
}
