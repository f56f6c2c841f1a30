package lesson

import (
	"slices"
	"strings"
	"sync"

	"jim/check"
)

// Beginnings of ids.
const (
	idPrefix   = "client."
	rulePrefix = "rule."
	crashID    = idPrefix + "crash"
)

// Levels for which checks are made.
var (
	every   = check.Levels
	jim2    = []check.Level{check.JIM2}
	jim1    = []check.Level{check.JIM1}
	course  = []check.Level{check.JIM1, check.Mentor}
	replied = []check.Level{check.JIM2, check.JIM1} // where a message is answered
)

// prove is a check: its id, where its rule stands in which words, and the rule.
func prove(id string, levels []check.Level, section check.Section, says, rule string) check.Check {
	return check.Check{ID: idPrefix + id, Levels: levels, Section: section, Says: says, Rule: rule}
}

// always are the checks that every lesson makes.
func always() []check.Check {
	return []check.Check{
		prove("crash", every, check.OnTheWire, "that is how the protocol grows.", "whatever the server says, the client never breaks"),
	}
}

// judged are the rules of [check.Judge] that a client can break, as checks.
var judged = sync.OnceValue(func() []check.Check {
	notHere := []string{"cut", "cookie", "nesting"} // the suite cuts connections; speaks no UDP; asks for nothing that nests
	var all []check.Check
	for _, r := range check.Rules {
		if r.Of == check.FromServer || slices.Contains(notHere, r.ID) {
			continue
		}
		levels := jim2
		switch {
		case strings.HasPrefix(r.ID, "old-"):
			levels = course
			if r.ID == "old-size" {
				levels = jim1
			}
		case slices.Contains(bothRules, r.ID):
			levels = every
		}
		all = append(all, check.Check{ID: idPrefix + rulePrefix + r.ID, Levels: levels, Section: r.Section, Rule: strings.ToLower(r.Says[:1]) + strings.TrimSuffix(r.Says[1:], ".")})
	}
	return all
})

// bothRules are rules that hold for JIM/2 and the dialects.
var bothRules = []string{"json", "not-object", "utf8", "surrogate", "duplicate-key", "name", "empty", "after-quit", "action-missing"}

// scripts are all lessons, the one that everything stands on first.
var scripts = sync.OnceValue(func() []*script {
	all := append(logins(), received()...)
	all = append(all, refused()...)
	all = append(all, wrongs()...)
	all = append(all, sizes()...)
	return append(all, numbers()...)
})
