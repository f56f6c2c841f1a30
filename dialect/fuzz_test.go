package dialect

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"unicode/utf8"

	"jim/chat"
	"jim/wire"
)

// script is a connection on which objects come, and then the end.
type script struct {
	objects [][]byte
	peer    chat.Peer
}

func (s *script) Read() ([]byte, error) {
	if len(s.objects) == 0 {
		return nil, errClosed
	}
	next := s.objects[0]
	s.objects = s.objects[1:]
	return next, nil
}

func (s *script) Ready() bool               { return len(s.objects) > 0 }
func (s *script) Write([]*wire.Batch) error { return nil }
func (s *script) Close() error              { return nil }
func (s *script) Peer() *chat.Peer          { return &s.peer }

// FuzzProgram lets a program say anything, and the chat answer each request with
// success and with an error: what the chat is asked is valid JIM/2, and what the
// program is told is one valid object that is not too long for it.
func FuzzProgram(f *testing.F) {
	files, err := filepath.Glob("../testdata/*.talk")
	if err != nil {
		f.Fatal(err)
	}
	said := regexp.MustCompile(`(?m)^\w+> (\{.*\})$`)
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		for _, m := range said.FindAllSubmatch(text, -1) {
			f.Add([]byte(specSays), m[1], "и text", true)
			f.Add([]byte(mentorSays), m[1], "a\x01b\u2028", false)
		}
	}
	f.Fuzz(func(t *testing.T, first, second []byte, text string, ok bool) {
		if !utf8.ValidString(text) || len(text) > wire.JIM2.Message || len(first)+len(second) > wire.JIM2.Object {
			return // the chat says no such thing, and the connection cuts no such object
		}
		in := New(Options{Lobby: "#lobby", Secret: func(name string) (Secret, error) {
			if len(name)%2 == 0 {
				return Secret{}, ErrNoSecret
			}
			return Secret{Name: name, Token: "00", Bin: "00"}, nil
		}})
		wrapped := in.Of(&script{objects: [][]byte{second, second}}, first)
		if wrapped == nil {
			return
		}
		c := wrapped.(*conn)
		var d wire.Decoder
		for {
			object, err := c.Read()
			if err != nil {
				break
			}
			var r wire.Request
			if bad := d.Request(object, wire.JIM2, &r); bad != nil && bad.Code != wire.TooLarge && !hasNUL(object) {
				t.Fatalf("asked the chat %s: %v", object, bad)
			}
			tells(t, c, chatSays(t, &r, text, ok))
		}
		for _, e := range []wire.Event{
			{Action: wire.ActMsg, To: c.speech.name, From: "ann", Message: text, Time: 1763500000},
			{Action: wire.ActMsg, To: "#tea", From: "ann", Message: text, Time: 1763500000},
			{Action: wire.ActBehind, To: "#tea", Seq: 7},
			{Action: wire.ActBye, Alert: text},
			{Action: wire.ActPresence, User: &wire.Person{Name: "bob"}},
			{Action: wire.ActTopic, To: "#tea"},
		} {
			tells(t, c, e.AppendJSON(nil))
		}
	})
}

const (
	specSays   = `{"action":"presence","time":1,"type":"status","user":{"account_name":"old","status":"here"}}`
	mentorSays = `{"action":"presence","time":1,"user":{"account_name":"odd"}}`
)

func hasNUL(object []byte) bool { return regexp.MustCompile(`\\u0000`).Match(object) }

// chatSays is what the chat could answer.
func chatSays(t *testing.T, r *wire.Request, text string, ok bool) []byte {
	answer := wire.Response{Code: wire.OK, User: &wire.Person{Name: "old"}, Members: []wire.Person{{Name: "ann"}, {Name: text}}}
	if !ok && r.Action != wire.ActPing {
		answer = wire.Response{Code: wire.NotFound, Error: text}
	}
	object, err := answer.AppendJSON(nil)
	if err != nil {
		t.Fatal(err)
	}
	return object
}

// tells checks what the program is told of one object.
func tells(t *testing.T, c *conn, object []byte) {
	out, _ := c.understand(object)
	for _, p := range out {
		if !json.Valid(p.object) || !utf8.Valid(p.object) {
			t.Fatalf("the program is told %q", p.object)
		}
		if p.event && len(p.object)+1 > c.speech.longest()+2*utf8.UTFMax {
			t.Fatalf("the program is told %d bytes: %s", len(p.object), p.object)
		}
	}
}
