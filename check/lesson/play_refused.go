package lesson

import (
	"fmt"
	"time"

	"jim/check"
)

// words are what the server says when it refuses with a code.
func words(code int) string { return fmt.Sprintf("the cat has eaten form %d", code) }

// refusedCodes are the errors that a presence and a message can get, by level.
var (
	loginCodes = map[int][]check.Level{400: every, 401: replied, 402: replied, 409: replied, 500: replied}
	saidCodes  = []int{400, 402, 404, 409, 410, 500}
)

func refused() []*script {
	all := []*script{}
	for _, code := range []int{400, 401, 402, 409, 500} {
		stops := fmt.Sprintf("refused.%d.stops", code)
		checks := []check.Check{prove(stops, loginCodes[code], check.SayingWho, "the rest gets 401",
			fmt.Sprintf("who was refused with %d says nothing as if he were let in", code))}
		if code == 400 {
			checks = append(checks,
				prove("refused.words", every, check.OnTheWire, "An error says in `error` what happened", "that the client was refused is told to the person"),
				prove("refused.calm", every, check.OnTheWire, "in `retry` whether the same request can succeed later", "what cannot succeed is not tried again and again"))
		}
		all = append(all, &script{levels: loginCodes[code], checks: checks, play: func(st *stage) { st.isRefused(code, stops) }})
	}
	for _, code := range saidCodes {
		id := fmt.Sprintf("error.%d", code)
		checks := []check.Check{prove(id, replied, check.Errors, "goes on", fmt.Sprintf("after a message was refused with %d the client goes on", code))}
		if code == 404 {
			checks = append(checks, prove("error.words", replied, check.OnTheWire, "An error says in `error` what happened", "that a message was refused is told to the person"))
		}
		all = append(all, &script{levels: replied, needs: typing, checks: checks, play: func(st *stage) { st.isNotTaken(code, id) }})
	}
	return append(all, &script{
		levels: replied, needs: speaks, play: (*stage).saidSo,
		checks: []check.Check{prove("error.told", replied, check.OnTheWire, "An error says in `error` what happened", "a client that could not say something does not end as if it had, or says why")},
	})
}

// isRefused refuses the presence.
func (st *stage) isRefused(code int, stops string) {
	st.on = func(p *puppet, h *heard) bool {
		if !h.isHello() && st.o.Level == check.JIM2 {
			p.refuse(h, 401, "say who you are")
			return true
		}
		if !h.isHello() {
			return true // it is judged by what it says; an answer could break it
		}
		p.refuse(h, code, words(code)) // the mentors' servers close then, but nobody would hear what comes
		return true
	}
	st.enters()
	if st.o.has()&typing != 0 {
		st.say(st.text)
	}
	st.rest(st.quiet())
	said := st.find(func(h *heard) bool { return h.isMessage() })
	came := ""
	if said != nil {
		came = said.raw
	}
	st.check(stops, said == nil, "no message", came)
	if code != 400 {
		return
	}
	st.tells("refused.words", 0, code)
	st.rest(st.quiet())
	const most = 5 // some try an older protocol, and another one
	n := st.count((*heard).isHello)
	st.check("refused.calm", n <= most, fmt.Sprintf("at most %d tries in %v", most, time.Since(st.began).Round(time.Second)), fmt.Sprintf("%d tries", n))
}

// isNotTaken refuses the first message.
func (st *stage) isNotTaken(code int, id string) {
	done := false
	st.on = func(p *puppet, h *heard) bool {
		if !h.isMessage() || done {
			return false
		}
		done = true
		p.refuse(h, code, words(code))
		return true
	}
	h := st.enters()
	st.rest(st.quiet())
	before := st.printedBytes()
	text := st.fresh()
	st.say(text)
	if st.hears(st.o.Patience, func(h *heard) bool { return h.says(text) }) == nil {
		st.ends()
	}
	if code == 404 {
		st.tells("error.words", before, code)
	}
	st.rest(st.quiet())
	st.check(id, st.alive(h.conn), "a client that goes on", st.nothing())
}

// saidSo looks whether a client that could not say something ends as if it had.
func (st *stage) saidSo() {
	st.on = func(p *puppet, h *heard) bool {
		if h.isMessage() {
			p.refuse(h, 404, words(404))
		}
		return h.isMessage()
	}
	before := 0
	st.enters()
	if st.o.has()&typing != 0 {
		st.rest(st.quiet())
		before = st.printedBytes()
		st.say(st.text)
	}
	if st.hears(st.o.Patience, func(h *heard) bool { return h.says(st.text) }) == nil {
		st.ends()
	}
	told := st.waits(st.o.Patience, func() bool {
		return st.printedBytes() > before || st.process.hasEnded() && st.process.code() != 0
	})
	st.check("error.told", told, "words, or an exit code that is not 0", st.output())
}

// printedBytes is how much the client has printed.
func (st *stage) printedBytes() int { return st.process.out.size() + st.process.talk.size() }

// tells looks whether the client tells the person that something was refused: the server's words, or
// words of its own.
func (st *stage) tells(id string, before, code int) {
	if st.o.Blind {
		st.skip(id, "the client does not print what it is told")
		return
	}
	told := st.waits(st.o.Patience, func() bool { return st.printedBytes() > before })
	st.check(id, told, "words such as: "+words(code), "nothing is printed; "+st.process.state())
}
