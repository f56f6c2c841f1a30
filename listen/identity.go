package listen

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"unicode/utf8"

	"jim/wire"
)

var errAuthorization = wire.Errorf(wire.Unauthorized,
	"say who you are: Authorization: Bearer TOKEN, or Basic NAME:PASSWORD, where a guest's password is empty")

// identity is the Authorization header of an HTTP request (RFC 6750, RFC 7617) as
// the value of `user`: nil where there is none.
func identity(r *http.Request) (*credentials, *wire.Error) {
	header := r.Header.Get("Authorization")
	if header == "" {
		return nil, nil
	}
	scheme, value, _ := strings.Cut(header, " ")
	value = strings.TrimSpace(value)
	c := new(credentials)
	switch {
	case strings.EqualFold(scheme, "Bearer") && value != "":
		c.Token = value
	case strings.EqualFold(scheme, "Basic"):
		pair, err := base64.StdEncoding.DecodeString(value)
		name, password, ok := strings.Cut(string(pair), ":")
		if err != nil || !ok || name == "" {
			return nil, errAuthorization
		}
		c.Name, c.Password = name, password
	default:
		return nil, errAuthorization
	}
	if !utf8.ValidString(c.Name) || !utf8.ValidString(c.Password) || !utf8.ValidString(c.Token) {
		return nil, wire.Errorf(wire.Unauthorized, "the Authorization header is not in UTF-8")
	}
	return c, nil
}

// credentials says who asks, as the value of `user` does.
type credentials struct {
	Name     string `json:"account_name,omitempty"`
	Password string `json:"password,omitempty"`
	Token    string `json:"token,omitempty"`
}

// helloID is the id of a presence that was made from a header.
const helloID = "http-authorization"

// hello is the presence of somebody who has what is in since, of the log of that name; nil = he comes for the first time.
func hello(user *credentials, since []wire.Since, log string) []byte {
	q := struct {
		Action string             `json:"action"`
		ID     string             `json:"id"`
		JIM    int                `json:"jim"`
		User   *credentials       `json:"user"`
		Since  *map[string]uint64 `json:"since,omitempty"`
		Log    string             `json:"log,omitempty"`
	}{wire.ActPresence, helloID, wire.Version, user, nil, log}
	if since != nil {
		have := make(map[string]uint64, len(since))
		for _, s := range since {
			have[s.To] = s.Seq
		}
		q.Since = &have
	}
	data, err := json.Marshal(q)
	if err != nil {
		panic("listen: a presence that is no JSON: " + err.Error()) // it is made of strings and numbers
	}
	return data
}
