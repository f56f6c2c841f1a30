package chat_test

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"jim/chat"
	"jim/store"
	"jim/wire"
)

// TestEveryActionInEveryState asks for everything before and after every way to
// be somebody. Each request has one answer, with its id; before it is known who
// asks, none of them does anything; and the session can still be talked with.
func TestEveryActionInEveryState(t *testing.T) {
	states := map[string][]string{
		"nothing said":    nil,
		"greeted wrong":   {`{"action":"presence","jim":2,"id":"s1","user":{"account_name":"olga","password":"not this one"}}`},
		"guest":           {`{"action":"presence","jim":2,"id":"s1","user":{"account_name":"guy"}}`},
		"guest in a room": {`{"action":"presence","jim":2,"id":"s1","user":{"account_name":"guy"}}`, `{"action":"join","id":"s2","to":"#tea"}`},
		"registered":      {`{"action":"register","jim":2,"id":"s1","user":{"account_name":"regNUMBER","password":"correct horse"}}`},
		"somebody twice":  {`{"action":"presence","jim":2,"id":"s1","user":{"account_name":"guy"}}`, `{"action":"presence","jim":2,"id":"s2","user":{"account_name":"other"}}`},
	}
	requests := []string{`"nonsense"`, `""`}
	for _, a := range wire.Actions {
		requests = append(requests, fmt.Sprintf("%q", a.Name))
	}
	members := []string{
		``, `,"to":"#tea"`, `,"to":"olga"`, `,"to":"#nowhere","message":"x","seq":1,"topic":"x"`, `,"to":"#tea","message":"x","seq":9007199254740991,"topic":"x"`,
		`,"user":{"account_name":"olga","password":"a wrong one"}`, `,"user":{"account_name":"olga","token":"jimt_x"}`, `,"do":"user list"`, `,"do":"invite"`,
		`,"since":{"#tea":9007199254740991,"olga":1,"#nowhere":1}`, `,"revoke":"c1"`, `,"old":"x","password":"another horse"`, `,"before":1,"after":5`, `,"limit":200,"after":"zzz"`,
	}
	for name, said := range states {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t, chat.Options{NoLimits: true})
			defer h.close()
			owner := h.connect(newPipe(4096))
			owner.say(`{"action":"register","jim":2,"user":{"account_name":"olga","password":"correct horse"}}`)
			owner.hears(`"response":201`)
			known := len(said) > 0 && name != "greeted wrong"
			for _, action := range requests {
				g := h.inState(t, said, known)
				for i, more := range members {
					id := fmt.Sprintf("q%d", i)
					g.say(`{"action":%s,"jim":2,"id":%q%s}`, action, id, more)
					answer := g.answer(t, id)
					if action == `"quit"` {
						g.isOver(t, answer)
						g = h.inState(t, said, known)
						continue
					}
					if !known && !strings.HasPrefix(answer, `{"response":4`) && !strings.HasPrefix(answer, `{"response":501`) && action != `"ping"` {
						t.Errorf("nobody's %s%s is answered %s", action, more, answer)
					}
					if strings.HasPrefix(answer, `{"response":5`) && !strings.HasPrefix(answer, `{"response":501`) {
						t.Errorf("%s%s is answered %s", action, more, answer)
					}
				}
				g.say(`{"action":"ping","jim":2,"id":"still"}`)
				g.answer(t, "still")
				close(g.in)
				<-g.closed
			}
			owner.say(`{"action":"ping","id":"mine"}`)
			owner.answer(t, "mine")
		})
	}
}

// inState is somebody who has said that, and is known after the first of it or is not.
func (h *house) inState(t *testing.T, said []string, known bool) *guest {
	t.Helper()
	h.seen++
	g := h.connect(newPipe(4096))
	for i, s := range said {
		g.say("%s", strings.ReplaceAll(s, "NUMBER", fmt.Sprint(h.seen)))
		if answer := g.answer(t, fmt.Sprintf("s%d", i+1)); i == 0 && known != strings.HasPrefix(answer, `{"response":20`) {
			t.Fatalf("%s is answered %s", s, answer)
		}
	}
	return g
}

// isOver wants quit to be answered, and then the end.
func (g *guest) isOver(t *testing.T, answer string) {
	t.Helper()
	if !strings.HasPrefix(answer, `{"response":200`) {
		t.Fatalf("quit is answered %s", answer)
	}
	<-g.closed
}

// answer is the next answer, which must have that id; events are passed over.
func (g *guest) answer(t *testing.T, id string) string {
	t.Helper()
	for {
		object := g.next()
		if strings.HasPrefix(object, `{"response":`) {
			if !strings.Contains(object, fmt.Sprintf(`"id":%q`, id)) {
				t.Fatalf("the answer to %s is %s", id, object)
			}
			return object
		}
	}
}

// TestRefusalsTellNothingOfWhoIsThere compares, byte by byte, what is answered
// about somebody who is there with what is about somebody who is not.
func TestRefusalsTellNothingOfWhoIsThere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, chat.Options{Guests: chat.Nowhere})
		owner := h.connect(newPipe(16))
		owner.say(`{"action":"register","jim":2,"user":{"account_name":"Ann","password":"correct horse"}}`)
		owner.hears(`"response":201`)
		for _, request := range []string{
			`{"action":"presence","jim":2,"id":"1","user":{"account_name":"NAME"}}`,
			`{"action":"presence","jim":2,"id":"1","user":{"account_name":"NAME","password":"correct house"}}`,
			`{"action":"authenticate","jim":2,"id":"1","user":{"account_name":"NAME","password":"correct house"}}`,
			`{"action":"authenticate","jim":2,"id":"1","user":{"account_name":"NAME","token":"jimt_x"}}`,
			`{"action":"authenticate","jim":2,"id":"1","user":{"account_name":"NAME"}}`,
			`{"action":"register","jim":2,"id":"1","user":{"account_name":"NAME","password":"short"},"invite":"jimi_x"}`,
			`{"action":"whois","jim":2,"id":"1","to":"NAME"}`,
			`{"action":"msg","jim":2,"id":"1","to":"NAME","message":"hi"}`,
		} {
			answers := map[string]string{}
			for _, name := range []string{"ANN", "EVE"} {
				g := h.connect(newPipe(16))
				g.say("%s", strings.ReplaceAll(request, "NAME", name))
				answers[name] = strings.ReplaceAll(g.hears(`"response":4`), name, "NAME")
				g.Close()
			}
			if answers["ANN"] != answers["EVE"] {
				t.Errorf("%s\nis answered %s\nwhere there is somebody, and\n%s\nwhere there is not", request, answers["ANN"], answers["EVE"])
			}
		}
		h.close()
	})
}

// TestStolenDatabaseLogsNobodyIn looks for secrets in the files of a store, and
// tries what stands there instead of them.
func TestStolenDatabaseLogsNobodyIn(t *testing.T) {
	dir := t.TempDir()
	log := slog.New(slog.DiscardHandler)
	s, err := store.Open(context.Background(), dir, log)
	if err != nil {
		t.Fatal(err)
	}
	h := &house{t: t, hub: chat.New(s, chat.Options{Log: log}), store: s}
	ann := h.connect(newPipe(16))
	ann.say(`{"action":"register","jim":2,"user":{"account_name":"ann","password":"correct horse"},"device":"phone"}`)
	answer := ann.hears(`"response":201`, `"token":"jimt_`)
	_, token, _ := strings.Cut(answer, `"token":"`)
	token, _, _ = strings.Cut(token, `"`)
	a, err := s.Account(t.Context(), "ann")
	if err != nil {
		t.Fatal(err)
	}
	tokens, err := s.Tokens(t.Context(), a.ID)
	if err != nil || len(tokens) != 1 || !strings.HasPrefix(a.Password, "$argon2id$") {
		t.Fatal(tokens, a, err)
	}
	for _, stolen := range []string{string(tokens[0].Hash[:8]), fmt.Sprintf("%x", tokens[0].Hash), a.Password} {
		thief := h.connect(newPipe(16))
		thief.say(`{"action":"authenticate","jim":2,"user":{"account_name":"ann","token":%q}}`, strings.ToValidUTF8(stolen, "x"))
		thief.hears(`"response":40`)
		thief.Close()
	}
	h.close()
	for _, secret := range []string{token, strings.TrimPrefix(token, "jimt_"), "correct horse"} {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			text, err := os.ReadFile(path)
			if strings.Contains(string(text), secret) {
				t.Errorf("%s holds %q", d.Name(), secret)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
}

// TestRevokedDeviceIsCutOff has a token that is revoked while it is used.
func TestRevokedDeviceIsCutOff(t *testing.T) {
	h := newHouse(t, chat.Options{})
	defer h.close()
	ann := h.connect(newPipe(16))
	ann.say(`{"action":"register","jim":2,"user":{"account_name":"ann","password":"correct horse"}}`)
	ann.hears(`"response":201`)
	thief := h.connect(newPipe(16))
	thief.say(`{"action":"authenticate","jim":2,"user":{"account_name":"ann","password":"correct horse"},"device":"theirs"}`)
	thief.hears(`"response":200`)
	ann.say(`{"action":"passwd","id":"p","old":"correct horse","password":"another horse"}`)
	ann.hears(`"response":200`, `"id":"p"`)
	thief.hears(`"action":"bye"`)
	select {
	case <-thief.closed:
	case <-time.After(10 * time.Second):
		t.Error("the thief is still there")
	}
	if _, err := thief.Read(); err != io.ErrClosedPipe {
		t.Error(err)
	}
}

// TestWhoIsRefusedIsReadSlowly has one who floods, and one who errs now and then.
func TestWhoIsRefusedIsReadSlowly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, chat.Options{})
		flood, clumsy, nobody := h.comes("flood"), h.comes("clumsy"), h.connect(newPipe(1024))
		took := func(g *guest, n int, request func(i int) string) time.Duration {
			began := time.Now()
			for i := range n {
				g.say("%s", request(i))
				g.answer(t, fmt.Sprint(i))
			}
			return time.Since(began)
		}
		nonsense := func(i int) string { return fmt.Sprintf(`{"action":"nonsense","id":"%d"}`, i) }
		if d := took(flood, 40, nonsense); d > time.Second {
			t.Errorf("the first 40 took %v", d)
		}
		if d := took(flood, 10, nonsense); d < 8*time.Second || d > 11*time.Second {
			t.Errorf("10 more took %v, want about a second for each", d)
		}
		unknown := func(i int) string { return fmt.Sprintf(`{"action":"msg","to":"#tea","message":"hi","id":"%d"}`, i) }
		if d := took(nobody, 50, unknown); d < 8*time.Second || d > 11*time.Second {
			t.Errorf("50 of somebody who has not said who he is took %v, want about a second for each after 40", d)
		}
		if d := took(clumsy, 200, func(i int) string {
			if i%2 == 0 {
				return nonsense(i)
			}
			return fmt.Sprintf(`{"action":"ping","id":"%d"}`, i)
		}); d > time.Second {
			t.Errorf("one who errs half of the time is kept for %v", d)
		}
		h.close()
	})
}

// TestWhoSaysTooMuchOfAnythingIsReadSlowly has one who asks for what is always granted, and so is never refused.
func TestWhoSaysTooMuchOfAnythingIsReadSlowly(t *testing.T) {
	for _, free := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			h := newHouse(t, chat.Options{NoLimits: free})
			g := h.connect(newPipe(16))
			began := time.Now()
			for i := range 1001 {
				if i == 250 && time.Since(began) > time.Second {
					t.Errorf("the first 250 took %v", time.Since(began))
				}
				g.say(`{"action":"ping","id":"%d"}`, i)
				g.answer(t, fmt.Sprint(i))
			}
			if d := time.Since(began); !free && (d < 19*time.Second || d > 21*time.Second) || free && d > time.Second {
				t.Errorf("a thousand pings and one took %v where free is %t; want 5 s for each 250", d, free)
			}
			h.close()
		})
	}
}
