package dialect

import (
	"slices"
	"strings"
	"testing"

	"jim/chat"
	"jim/wire"
)

// Every error that a mentors' program can be told is told in Russian, and as one object that fits.
func TestMentorsProgramsAreToldInRussian(t *testing.T) {
	codes := []wire.Code{
		wire.BadRequest, wire.Unauthorized, wire.WrongLogin, wire.Forbidden, wire.NotFound, wire.Timeout, wire.Conflict, wire.Offline,
		wire.TooLarge, wire.UpgradeRequired, wire.TooMany, wire.Internal, wire.NotImplemented, wire.Unavailable, wire.StorageFull, 499,
	}
	for _, name := range []string{"", "ann"} {
		for _, about := range []string{"", "боб", strings.Repeat("\x01", 5000)} {
			for _, code := range codes {
				c := newConn(New(Options{}), quiet{}, nil)
				c.speech.mentor, c.speech.name = true, name
				c.tellError(&wire.Error{Code: code, Text: "english words"}, about)
				told := string(c.out[0].object)
				if strings.Contains(told, "english") || strings.Contains(told, "%!") || !strings.ContainsAny(told, "абвгдежзиклмнопрстуэя") || len(told) >= wire.JIM1.Answer {
					t.Errorf("%d about %.10q, to %q: %s", code, about, name, told)
				}
				c.speech.mentor, c.out = false, nil
				c.tellError(&wire.Error{Code: code, Text: "english words"}, about)
				if told := string(c.out[0].object); !strings.Contains(told, `"error":"english words"`) {
					t.Errorf("%d, in the specification's dialect: %s", code, told)
				}
			}
		}
	}
	for code := range reasons {
		if !slices.Contains(codes, code) {
			t.Errorf("%d was not tried", code)
		}
	}
}

// quiet is a connection on which nothing comes.
type quiet struct{ chat.Conn }

func (quiet) Peer() *chat.Peer { return new(chat.Peer) }
