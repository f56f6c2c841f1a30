package dialect_test

import (
	"testing"
	"testing/synctest"

	"jim/dialect"
)

// What is said to an addressee that nobody can read is said to nobody: it may be meant for one person only.
func TestWhatIsForSomebodyIsNotSaidToEverybody(t *testing.T) {
	for name, c := range map[string]struct{ presence, says, told string }{
		"specification": {specPresence, `{"action":"msg","to":%s,"from":"old","message":"a secret"}`, `"response":400`},
		"mentors":       {mentorPresence, `{"action":"message","destination":%s,"from":"old","mess_text":"a secret"}`, `"from":"server"`},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := newHouse(t, dialect.Options{})
				ann := h.jim("ann")
				ann.say(`{"action":"join","to":"#lobby"}`)
				ann.answers(`"response":20`)
				old := h.connect(newPipe(16))
				old.say("%s", c.presence)
				old.hears(`"response":200`)
				for _, to := range []string{`{"account_name":"bob"}`, `["bob"]`, `true`} {
					old.say(c.says, to)
					old.hears(c.told)
				}
				old.say(c.says, `"#all"`)
				old.say(`{"action":"ping"}`)
				old.hears(`"response":200`)
				if c.told == `"response":400` {
					old.hears(`"response":200`) // that of ping: the other one was for the message
				}
				ann.say(`{"action":"history","to":"#lobby"}`)
				ann.answers(`"response":200`, `"seq":3`) // made by ann, joined by old, and what was said to all
				h.close()
			})
		})
	}
}

// Who says something to everybody at once with his presence hears what everybody says from then on, like those who wait for
// the answer in between.
func TestWhoSaysSomethingAtOnceHearsTheLobby(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, dialect.Options{})
		p := newPipe(0) // nothing is answered before all is read
		p.in <- specPresence
		p.in <- `{"action":"msg","to":"#all","from":"old","message":"is anybody here?"}`
		maker := h.jim("maker")
		maker.say(`{"action":"create","to":"#lobby"}`)
		maker.answers(`"response":201`)
		old := h.connect(p)
		synctest.Wait()
		old.hears(`"response":200`)
		old.hears(`"response":200`)
		ann := h.jim("ann")
		ann.say(`{"action":"msg","to":"#lobby","message":"I am"}`)
		ann.answers(`"response":201`)
		old.hears(`"message":"I am"`)
		p.Close()
		h.close()
	})
}
