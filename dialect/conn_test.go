package dialect_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"jim/dialect"
)

const (
	specPresence   = `{"action":"presence","time":1,"type":"status","user":{"account_name":"old","status":"here"}}`
	mentorPresence = `{"action":"presence","time":1,"user":{"account_name":"old"}}`
	keyPresence    = `{"action":"presence","time":1,"user":{"account_name":"old","pubkey":"-----BEGIN PUBLIC KEY-----"}}`
)

// A long text and several short ones, said at once, come one object at a time: with
// the pause that programs need between them, and cut to what one recv takes.
func TestProgramsAreToldOneObjectAtATime(t *testing.T) {
	for name, c := range map[string]struct {
		presence, text string
		pause          time.Duration
		most           int
	}{
		"specification": {specPresence, `"message":"`, 75 * time.Millisecond, 640},
		"mentors":       {mentorPresence, `"mess_text":"`, 75 * time.Millisecond, 640},
		"second course": {keyPresence, `"mess_text":"`, 1200 * time.Millisecond, 1024},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := newHouse(t, dialect.Options{})
				old := h.connect(newPipe(1024))
				old.say("%s", c.presence)
				old.hears(`"response":200`)
				ann := h.jim("ann")
				long := strings.Repeat("длинный текст 好😀 ", 80)
				ann.say(`{"action":"msg","to":"old","message":"%s"}`, long)
				for i := range 3 {
					ann.say(`{"action":"msg","to":"old","message":"%d"}`, i)
				}
				want := long + "012"
				var all strings.Builder
				last := time.Now()
				for all.Len() < len(want) {
					got := old.hears(c.text)
					if d := time.Since(last); all.Len() > 0 && d < c.pause {
						t.Fatalf("only %v after the one before: %s", d, got)
					}
					last = time.Now()
					if len(got) > c.most || !utf8.ValidString(got) || strings.Contains(got, `\u`) {
						t.Fatalf("%d bytes: %s", len(got), got)
					}
					_, text, _ := strings.Cut(got, c.text)
					all.WriteString(strings.TrimSuffix(text, "\"}\n"))
				}
				if all.String() != want {
					t.Errorf("the text came as %q", all.String())
				}
				h.close()
			})
		})
	}
}

// An answer waits for nothing where nothing was told before.
func TestAnswersOfTheSecondCourseComeAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, dialect.Options{})
		old := h.connect(newPipe(16))
		began := time.Now()
		old.say(keyPresence)
		old.hears(`"response":200`)
		old.say(`{"action":"get_users","time":1,"account_name":"old"}`)
		old.hears(`"data_list":["old"]`)
		old.say(`{"action":"get_contacts","time":1,"user":"old"}`)
		old.hears(`"data_list":[]`)
		if d := time.Since(began); d > time.Second {
			t.Errorf("it took %v", d)
		}
		h.close()
	})
}

// Who reads too slowly is told that something is missing, and stays.
func TestSlowProgramsAreToldWhatIsMissing(t *testing.T) {
	for name, c := range map[string]struct{ presence, words string }{
		"specification": {specPresence, "messages of ann were left out"},
		"mentors":       {mentorPresence, "Часть сообщений пропущена (ann)"},
	} {
		t.Run(name, func(t *testing.T) { tellsWhatIsMissing(t, c.presence, c.words) })
	}
}

func tellsWhatIsMissing(t *testing.T, presence, words string) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, dialect.Options{})
		old := h.connect(newPipe(4096))
		old.say("%s", presence)
		old.hears(`"response":200`)
		ann := h.jim("ann")
		text := strings.Repeat("x", 400)
		for i := range 600 {
			ann.say(`{"action":"msg","id":"%d","to":"old","message":"%s"}`, i, text)
			ann.answers() // they come in turn
			<-time.After(50 * time.Millisecond)
		}
		missing := false
		for range 600 {
			if got := old.next(); strings.Contains(got, `"from":"server"`) {
				if !strings.Contains(got, words) {
					t.Fatal(got)
				}
				missing = true
				break
			}
		}
		if !missing {
			t.Fatal("nothing was left out")
		}
		ann.say(`{"action":"msg","id":"last","to":"old","message":"still there?"}`)
		for !strings.Contains(old.next(), "still there?") {
		}
		h.close()
	})
}

// A program that takes nothing for a minute is closed.
func TestProgramsThatTakeNothingAreClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, dialect.Options{})
		old := h.connect(newPipe(0))
		old.say(specPresence)
		began := time.Now()
		<-old.closed
		if d := time.Since(began); d < time.Minute || d > 2*time.Minute {
			t.Errorf("closed after %v", d)
		}
		h.close()
	})
}

// Closing wakes a writer that pauses.
func TestShutdownDoesNotWaitForPauses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, dialect.Options{})
		old := h.connect(newPipe(1024))
		old.say(keyPresence)
		old.hears(`"response":200`)
		ann := h.jim("ann")
		for i := range 5 {
			ann.say(`{"action":"msg","to":"old","message":"%d"}`, i)
			ann.answers()
		}
		old.hears(`"0"`)
		old.Close()
		began := time.Now()
		h.close()
		if d := time.Since(began); d > time.Second {
			t.Errorf("it took %v", d)
		}
	})
}

func TestBrokenObjectsAreAnsweredAndCounted(t *testing.T) {
	for name, c := range map[string]struct{ presence, wrong, last, bye string }{
		"specification": {specPresence, ``, "20 broken objects", "goodbye"},
		"mentors":       {mentorPresence, "Запрос некорректен.", "Запрос некорректен.", "Сервер прощается"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := newHouse(t, dialect.Options{})
				old := h.connect(newPipe(64))
				old.say("%s", c.presence)
				old.hears(`"response":200`)
				for i := range 19 {
					switch i % 3 {
					case 0:
						old.say("broken: not valid JSON")
					case 1:
						old.say(`{"action":"msg","action":"msg"}`)
					case 2:
						old.say(`{"a":%s%s}`, strings.Repeat("[", 40), strings.Repeat("]", 40))
					}
					old.hears(`"response":400`, `"error":"`, c.wrong)
				}
				old.say(`{"action":"ping"}`)
				old.hears(`"response":200`)
				for range 19 {
					old.say(`{"action":1,"action":2}`)
					old.hears(`"response":400`)
				}
				old.say(`{"action":1,"action":2}`)
				old.hears(`"response":400`, c.last)
				old.hears(`"from":"server"`, c.bye)
				<-old.closed
				h.close()
			})
		})
	}
}

// What a program says that is broken, or nothing the server knows, makes the chat read from it slowly as from everybody
// else, though it says something good now and then.
func TestBrokenObjectsAreReadSlowly(t *testing.T) {
	for name, wrong := range map[string]string{"broken": "broken: not valid JSON", "unknown": `{"action":"nonsense"}`} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := newHouse(t, dialect.Options{})
				old := h.connect(newPipe(64))
				old.say(`{"action":"ping"}`)
				old.hears(`"response":200`)
				took := func(rounds int) time.Duration {
					began := time.Now()
					for range rounds {
						for range 9 {
							old.say("%s", wrong)
							old.hears(`"response":400`)
						}
						old.say(`{"action":"ping"}`)
						old.hears(`"response":200`)
					}
					return time.Since(began)
				}
				if d := took(4); d > 4*time.Second { // 75 ms before each answer
					t.Errorf("the first 40 took %v", d)
				}
				if d := took(3); d < 15*time.Second || d > 31*time.Second {
					t.Errorf("30 more took %v, want about a second for each that is refused", d)
				}
				old.Close()
				h.close()
			})
		})
	}
}

// A program whose first whole object comes while the answers to what was broken before still wait is told of what was
// broken, and not that all is well.
func TestWhatCameBeforeTheDialectIsAnswered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, dialect.Options{})
		p := newPipe(0) // it takes nothing before it is asked
		p.in <- "broken: one"
		p.in <- "broken: two"
		p.in <- `{"action":"presence","user":{"account_name":"ann"}}`
		g := h.connect(p)
		synctest.Wait()
		got := ""
		for !strings.Contains(got, `"alert"`) {
			got += g.next()
		}
		one, two, ok := strings.Index(got, `"error":"one"`), strings.Index(got, `"error":"two"`), strings.Index(got, `"alert":"OK"`)
		if one < 0 || two < one || ok < two || strings.Count(got, `"response"`) != 3 {
			t.Errorf("heard %s", got)
		}
		p.Close()
		h.close()
	})
}

// A program that waits for a probe gets one after two seconds, and nobody later: it would
// kill a third of them.
func TestOnlyASilentBeginningIsProbed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, dialect.Options{})
		old := h.connect(newPipe(16))
		began := time.Now()
		old.hears(`"action":"probe"`)
		if d := time.Since(began); d != 2*time.Second {
			t.Errorf("the probe came after %v", d)
		}
		old.say(mentorPresence)
		old.hears(`"response":200`)
		select {
		case got := <-old.got:
			t.Errorf("in an hour of silence came %s", got)
		case <-time.After(time.Hour):
		}
		h.close()
	})
}

// Who never says who it is is told so in numbers that the specification has.
func TestProgramsThatDoNotLogInAreClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, dialect.Options{})
		old := h.connect(newPipe(16))
		old.say(`{"action":"join","room":"#tea"}`)
		old.hears(`"response":401`)
		old.hears(`"response":500`, "you have not said who you are")
		<-old.closed
		h.close()
	})
}

// JIM/2 is not wrapped: what the session writes comes in one piece.
func TestJIM2IsLeftAsItIs(t *testing.T) {
	for _, first := range []string{
		`{"action":"presence","jim":2,"user":{"account_name":"ann"}}`, `{"jim":3,"action":"x"}`, `{"action":"admin","do":"stats"}`,
		`no object`, `[]`, `{}`, `{"jim":"x"}`, `null`,
	} {
		if c := dialect.New(dialect.Options{}).Of(newPipe(1), []byte(first)); c != nil {
			t.Errorf("%s is taken for a dialect", first)
		}
	}
	for _, first := range []string{specPresence, mentorPresence, `{"action":"msg"}`, `{"response":200}`, `{"action":"presence","jim":1}`, `{"action":"x","jim":"2"}`} {
		if c := dialect.New(dialect.Options{}).Of(newPipe(1), []byte(first)); c == nil {
			t.Errorf("%s is taken for JIM/2", first)
		}
	}
}

// Lists are cut to what one recv takes.
func TestListsFitIntoOneRecv(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, dialect.Options{})
		for i := range 60 {
			g := h.connect(newPipe(16))
			g.say(`{"action":"presence","user":{"account_name":"somebody-%d-with-a-name"}}`, i)
			g.hears(`"response":200`)
			defer g.Close()
		}
		old := h.connect(newPipe(256))
		old.say(keyPresence)
		old.hears(`"response":200`)
		old.say(`{"action":"get_users","account_name":"old"}`)
		got := old.hears(`"response":202`, `"data_list":["old"`)
		if n := strings.Count(got, "somebody"); len(got) > 1024 || n < 30 {
			t.Errorf("%d bytes with %d names", len(got), n)
		}
		h.close()
	})
}

// The same on one connection: every form of the time is taken.
func TestTimeIsNotLookedAt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, dialect.Options{})
		for i, at := range []string{`1.5`, `1`, `1763500000123456789`, `"1763500000"`, `"Fri Nov 21 12:00:00 2025"`, `"12:00:00"`, `null`, `[]`, `{"a":1}`} {
			g := h.connect(newPipe(16))
			g.say(`{"action":"presence","time":%s,"user":{"account_name":"t%d"}}`, at, i)
			g.hears(`{"response":200,"time":9`, `,"alert":"OK"}`)
			g.say(`{"action":"message","time":%s,"from":"t%d","to":"t%d","mess_text":"x"}`, at, i, i)
			g.say(`{"action":"exit","time":%s}`, at)
			<-g.closed
		}
		h.close()
	})
}
