package dialect

import (
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"jim/wire"
)

// said is one object of a program, by what its members mean, whatever they are
// called. A member of a kind that nobody expects counts as missing, and `time` is
// not looked at: programs send it in eight forms.
type said struct {
	action   string
	answered bool // it has `response`: the program answers something
	jim      int

	account  string // who asks, or whom the request is about
	wordy    bool   // the account came as {"account":…}
	inUser   string // `user` as a text
	password string
	status   string
	full     bool // presence with a type or status
	key      string

	to, text string
	hasTo    bool
	unclear  bool // the addressee is of a kind that nobody expects: it is not everybody
	names    names
	encoding bool

	contact string // user_id
	login   bool   // user_login is there
	bin     string // a handshake's answer
}

// names are what a program calls the members of a message. Where nested is set the
// sender stands in an object: "user":{"account_name":…}.
type names struct {
	from, to, text string
	nested         bool
}

// What members are called in programs of the course, the commonest first.
var (
	accountNames = []string{"account_name", "account", "client_name", "username", "login", "name"}
	fromNames    = []string{"from", "sender", "from_user", "user"}
	toNames      = []string{"to", "destination", "recipient", "to_user", "room"}
	textNames    = []string{"mess_text", "message_text", "message", "text", "message text"}
	keyNames     = []string{"pubkey", "public_key", "key"}
)

// cyrillicProbe is probe with a Cyrillic о, as the course's own text has it.
const cyrillicProbe = "pr\u043ebe"

// members are those of an object, undecoded.
type members map[string]jsontext.Value

// parse reads an object. Its error is one that the program may read.
func parse(object []byte) (*said, *wire.Error) {
	if wire.Depth(object) > wire.JIM2.Depth {
		return nil, wire.Errorf(wire.BadRequest, "nested deeper than %d", wire.JIM2.Depth)
	}
	var m members
	if err := json.Unmarshal(object, &m); err != nil || m == nil {
		return nil, wire.Errorf(wire.BadRequest, "not one object of valid JSON")
	}
	s := &said{action: m.text("action"), password: m.text("password"), status: m.text("status"), contact: m.text("user_id"), bin: m.text("bin")}
	if s.action == cyrillicProbe {
		s.action = wire.ActProbe
	}
	s.answered = m["response"] != nil
	s.login = m["user_login"] != nil
	s.encoding = m["encoding"] != nil
	s.full = m["type"] != nil || m["status"] != nil
	if json.Unmarshal(m["jim"], &s.jim) != nil {
		s.jim = 0
	}
	_, s.account = m.first(accountNames[:4]...)
	_, s.key = m.first(keyNames...)
	s.user(m["user"])
	s.message(m)
	return s, nil
}

// user reads who somebody is: a text, or an object with a name in it.
func (s *said) user(v jsontext.Value) {
	if s.inUser = asText(v); s.inUser != "" && s.account == "" {
		s.account = s.inUser
	}
	var u members
	if v.Kind() != '{' || json.Unmarshal(v, &u) != nil {
		return
	}
	if name, account := u.first(accountNames...); name != "" {
		s.account, s.wordy = account, name == "account"
	}
	if p := u.text("password"); p != "" {
		s.password = p
	}
	if status := u["status"]; status != nil {
		s.full = true
		s.status = asText(status)
	}
	if _, key := u.first(keyNames...); key != "" {
		s.key = key
	}
}

func (s *said) message(m members) {
	s.names.from, _ = m.first(fromNames...)
	s.names.to, s.to = m.first(toNames...)
	s.names.text, s.text = m.first(textNames...)
	s.hasTo = s.names.to != ""
	switch m[s.names.to].Kind() {
	case '{', '[', 't', 'f':
		s.unclear = true
	}
	s.names.nested = m[s.names.from].Kind() == '{'
}

// first is the first of names that m has, and its text.
func (m members) first(names ...string) (name, text string) {
	for _, name := range names {
		if v, ok := m[name]; ok {
			return name, asText(v)
		}
	}
	return "", ""
}

func (m members) text(name string) string { return asText(m[name]) }

// asText is a text, or the digits of a number: some logins are numbers.
func asText(v jsontext.Value) string {
	switch v.Kind() {
	case '"':
		var s string
		if json.Unmarshal(v, &s) != nil {
			return ""
		}
		return s
	case '0':
		return string(v)
	}
	return ""
}

// fold makes logins equal that are written in another case.
func fold(login string) string { return strings.ToLower(login) }
