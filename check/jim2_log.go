package check

const (
	saysLog   = "So the log has a name, which the answers to `presence`, `authenticate`, `register` and `sync` say as `log`, and another one after each restore."
	saysOther = "If it is another one now, each number counts only as far as both logs are the same, and what follows there is told anew."
	saysLess  = "The answer to `presence` then has `since`, too: how much counts of what you named, where that is less; go on from there, under the new name."
	saysZero  = "`sync` tells it as `behind` (0 is possible), in front of the events"
)

// otherLog is what no server calls its log.
const otherLog = "another0log0altogether"

// logNames are about what the log is called that numbers are of.
func logNames() []*serverCheck {
	return in(WhatWasSaid, onJIM2,
		rule("log.said", saysLog, "the answer to `presence` says what the log is called", func(t *T) {
			c := t.dial("ann")
			if a := c.login(t.lease(false)); a.text("log") == "" {
				t.fail(`"log":"…"`, a.String())
			}
		}),
		rule("log.same", saysLog, "the answer to `sync` calls the log as the answer to `presence` did", func(t *T) {
			c := t.dial("ann")
			name := c.login(t.lease(false)).text("log")
			if a := c.done("sync"); a.text("log") != name || name == "" {
				t.fail(`"log":"`+name+`"`, a.String())
			}
		}),
		rule("log.own", saysOther, "numbers of this log count in `sync`", func(t *T) {
			_, l, room := t.away()
			bob := t.dial("bob2")
			name := bob.login(l).text("log")
			bob.done("sync", "since", sinceOf(room, 4), "log", name)
			bob.want(bob.event("action", "msg", "to", room), "seq", 5)
			bob.none("action", "msg", "to", room)
		}),
		rule("log.other", saysZero, "numbers of another log count for nothing in `sync`: it tells `behind` with 0, and then everything", func(t *T) {
			_, bob, room := t.back()
			bob.done("sync", "since", sinceOf(room, 5), "log", otherLog)
			bob.event("action", "behind", "to", room, "seq", 0)
			for n := 1; n <= 5; n++ {
				bob.want(bob.event("to", room, "from", anything), "seq", n)
			}
		}),
		rule("log.since", saysLess, "numbers of another log count for nothing in `presence`: the answer says so in `since`, and everything is told", func(t *T) {
			_, l, room := t.away()
			bob := t.dial("bob2")
			a := bob.presents(l, "since", sinceOf(room, 5), "log", otherLog)
			if since := a.inner("since"); since == nil || since.members[room] != 0.0 {
				t.fail(`"since":{"`+room+`":0}`, a.String())
			}
			for n := 1; n <= 5; n++ {
				bob.want(bob.event("to", room, "from", anything), "seq", n)
			}
		}),
	)
}
