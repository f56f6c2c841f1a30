package check

import (
	"math/rand/v2"
	"sync"

	"github.com/go-json-experiment/json/jsontext"
)

// Account is a name with its password, where a server lets nobody in without.
type Account struct {
	Name, Password string
}

// names gives out names, of which each is one check's at a time. Making a name may be limited on a server,
// so names are used again, and those that must be new are few.
type names struct {
	mark  string // of this run
	given bool   // they are the accounts of who runs the suite: no more can be made

	mu     sync.Mutex
	free   []*lease
	made   int
	rooms  int
	scarce bool // the server wants no more to be made just now
}

// spare makes names be used again at once: the server limits how many are made.
func (n *names) spare() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.scarce = true
}

// resting is how many names rest, so that a server has seen that their bearer has left.
func (n *names) resting() int {
	if n.scarce {
		return 0
	}
	return 6
}

// lease is a name, and who has it.
type lease struct {
	name, password string
	used           bool // it was logged in under before
}

// letters are those that look like no other letter nor like two of them: a server may refuse a name that
// looks like another (Unicode UTS 39).
const letters = "abcdefghkpstxy"

func newNames(accounts []Account) *names {
	n := &names{given: len(accounts) > 0}
	for range 6 {
		n.mark += string(letters[rand.IntN(len(letters))])
	}
	for _, a := range accounts {
		n.free = append(n.free, &lease{name: a.Name, password: a.Password})
	}
	return n
}

// word is a number as letters.
func word(number int) string {
	text := ""
	for range 3 {
		text = string(letters[number%len(letters)]) + text
		number /= len(letters)
	}
	return text
}

// lease takes a name until the check ends: one that was never used, or the one that was given back the
// longest ago.
func (t *T) lease(fresh bool) *lease {
	n := t.run.names
	if fresh && n.given {
		t.skip("a name that nobody has used is needed, and the names are accounts")
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	var l *lease
	switch {
	case n.given && len(n.free) == 0:
		n.mu.Unlock()
		defer n.mu.Lock()
		t.skip("more accounts are needed than were given")
	case n.given || !fresh && len(n.free) > n.resting():
		l, n.free = n.free[0], n.free[1:]
	default:
		n.made++
		l = &lease{name: "ck" + n.mark + word(n.made)}
	}
	t.leases = append(t.leases, l)
	return l
}

// giveBack frees the names of a check.
func (n *names) giveBack(list []*lease) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.free = append(n.free, list...)
}

// newName is a name that nobody has, which the check may do with as it likes.
func (t *T) newName() string {
	n := t.run.names
	n.mu.Lock()
	defer n.mu.Unlock()
	n.made++
	return "ck" + n.mark + word(n.made)
}

// room is the address of a room that is not there.
func (t *T) room() string {
	n := t.run.names
	n.mu.Lock()
	defer n.mu.Unlock()
	n.rooms++
	return "#ck" + n.mark + word(n.rooms)
}

// proof is what `user` has besides the name.
func (l *lease) proof() []any {
	if l.password == "" {
		return nil
	}
	return []any{"password", l.password}
}

// value marks what is JSON already.
func value[T ~string | ~[]byte](text T) jsontext.Value { return jsontext.Value(text) }
