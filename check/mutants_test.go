package check_test

import (
	"context"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"jim/check"
)

var (
	seek = flag.Bool("seek", false, "look for a mutant for each check that has none in testdata/mutants.txt, or none by which it fails, and write it there")
	one  = flag.String("one", "", "only checks that begin so")
)

// founding are the functions of the suite by which a check gets as far as its rule. One that fails there has not
// shown that it looks at the rule.
var founding = []string{
	"come", "comeNew", "enter", "login", "open", "dial", "dialAgain", "pair", "comeWithRoom", "comeWithLimit", "strangers",
	"away", "back", "owner", "registers", "make", "enters", "says", "done", "speaks", "with", "answer", "hears", "history",
	"row", "rows", "listOf", "persons", "people", "sessionsOf", "withToken", "devices", "guest", "returns", "second",
	"goesOn", "alive", "webAs", "body", "pours", "presents",
}

// standing are checks whose rule is one on which others stand: they may fail there, by one kind of mutant.
var standing = map[string]string{
	"login.welcome.code": refused, "login.free.cut": refused, "login.free.quit": refused, "login.taken.then": refused,
	"alone.free": refused, "login.silent.then": refused, "course.name.unicode": refused, "course.name.longest": refused, "course.free": refused,
	"jim1.presence.code": refused, "mentor.presence.code": refused, "mentor.exit.free": refused,
	"jim1.presence.taken.then": refused, "mentor.unknown.then": refused,
	"token.given": ".token is left out", "register.code": "response 400", "mentor.users": "response 400", "frame.message": "it comes twice",
}

// refused lets nobody in from where the rule is tried.
const refused = "from there on all is refused"

// forbidding are the checks in whose conversation something must not come: they must fail by that.
func forbidding(t *testing.T) map[string]bool {
	list := map[string]bool{}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) != 4 || fmt.Sprint(call.Fun) != "rule" {
				return true
			}
			id, ok := call.Args[0].(*ast.BasicLit)
			ast.Inspect(call.Args[3], func(n ast.Node) bool {
				if s, is := n.(*ast.SelectorExpr); ok && is && (s.Sel.Name == "none" || s.Sel.Name == "noAnswer") {
					list[strings.Trim(id.Value, `"`)] = true
				}
				return true
			})
			return true
		})
	}
	return list
}

// TestEveryCheckCanFail has our own server say one thing otherwise, for each check another one: the check fails where
// it looks at its rule, and says what was expected and what came. Which change that is stands in
// testdata/mutants.txt; no check may be missing there.
func TestEveryCheckCanFail(t *testing.T) {
	t.Parallel()
	table, forbids := readMutants(t), forbidding(t)
	if len(forbids) < 20 {
		t.Errorf("only %d checks forbid something", len(forbids))
	}
	rooms := examRooms(t)
	var all sync.WaitGroup
	var mu sync.Mutex
	for _, c := range check.ServerChecks() {
		known, there := table[c.ID]
		if !strings.HasPrefix(c.ID, *one) {
			continue
		}
		room := <-rooms
		all.Go(func() {
			defer func() { rooms <- room }()
			x := &exam{c: &c, over: check.Over(c.ID), to: room.of(&c), forbids: forbids[c.ID]}
			if c.ID == withAccount {
				x.accounts = room.accounts
			}
			err := fmt.Errorf("no mutant is named for it in %s", mutantsFile)
			if there {
				err = x.fails(t.Context(), known)
			}
			if err != nil && (there || *seek) { // on a busy machine things may come in another order than when it was found
				if known, err = x.seek(t.Context()); err == nil && *seek {
					t.Logf("%s: %+v", c.ID, known)
					mu.Lock()
					defer mu.Unlock()
					table[c.ID] = known
					writeMutants(t, table)
				}
			}
			if err != nil {
				t.Errorf("%s: %v", c.ID, err)
			}
		})
	}
	all.Wait()
}

// withAccount is the check that needs an account to log in with.
const withAccount = "jim1.authenticate.right"

// examRoom is our own server, for one check at a time: who speaks to everybody disturbs nobody else.
type examRoom struct {
	plain, limited, datagrams, registered string
	accounts                              []check.Account // on registered
}

// of is where a check is made.
func (r *examRoom) of(c *check.Check) string {
	switch {
	case check.Over(c.ID) == "udp":
		return r.datagrams
	case strings.HasPrefix(c.ID, "rate."):
		return r.limited
	case c.ID == withAccount:
		return r.registered
	}
	return r.plain
}

func examRooms(t *testing.T) chan *examRoom {
	const many = 32 // checks wait more than they work
	start := func(scheme string, noLimits bool) string {
		return strings.TrimPrefix(forgetful(t, scheme+"://127.0.0.1:0", noLimits).Addresses()[0], scheme+"://")
	}
	limited, datagrams, registered := start("tcp", false), start("udp", true), start("tcp", true)
	accounts := register(t, "tcp://"+registered, "ann", "bob", "carl")
	rooms := make(chan *examRoom, many)
	for range many {
		rooms <- &examRoom{start("tcp", true), limited, datagrams, registered, accounts}
	}
	return rooms
}

// found is by which mutant a check fails.
type found struct {
	conn, at int
	name     string
}

const mutantsFile = "testdata/mutants.txt"

func readMutants(t *testing.T) map[string]found {
	b, err := os.ReadFile(mutantsFile)
	if err != nil && !*seek {
		t.Fatal(err)
	}
	table := map[string]found{}
	for line := range strings.Lines(string(b)) {
		var id string
		var f found
		if _, err := fmt.Sscan(line, &id, &f.conn, &f.at); err != nil || strings.HasPrefix(line, "#") {
			continue
		}
		f.name = strings.TrimSpace(strings.SplitN(line, "\t", 4)[3])
		table[id] = f
	}
	return table
}

func writeMutants(t *testing.T, table map[string]found) {
	var b strings.Builder
	b.WriteString("# By which change of our own server each check fails: its id, on which connection and at which object of it, counted from 0,\n# and what is changed. go test ./check -run EveryCheckCanFail -seek writes those that are missing.\n")
	for _, c := range check.ServerChecks() {
		if f, ok := table[c.ID]; ok {
			fmt.Fprintf(&b, "%s\t%d\t%d\t%s\n", c.ID, f.conn, f.at, f.name)
		}
	}
	if err := os.WriteFile(mutantsFile, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

// exam is one check that must show that it can fail.
type exam struct {
	c        *check.Check
	over, to string // the transport, and where our own server is
	forbids  bool   // something must not come
	accounts []check.Account
}

// fails wants a check to fail by a mutant. What does not come is waited for shortly; on a busy machine things come in
// another order, or later, so it is tried again, and beside.
func (x *exam) fails(ctx context.Context, by found) (err error) {
	for _, patience := range []time.Duration{time.Second, 3 * time.Second, 10 * time.Second} {
		for _, beside := range []int{0, 1, -1} {
			near := by
			near.at = max(0, by.at+beside)
			if err = x.caught(ctx, byName(near), patience); err == nil {
				return nil
			}
		}
	}
	return err
}

// seek looks for a change of our own server by which the check fails where it looks at its rule.
func (x *exam) seek(ctx context.Context) (by found, err error) {
	r, _, tape, err := x.through(ctx, nil, 20*time.Second)
	if err != nil {
		return by, err
	}
	if r.State != check.Passed {
		return by, fmt.Errorf("it does not pass: %s %s %s", r.State, r.Came, r.Why)
	}
	list := mutants(tape)
	switch {
	case x.over == "http":
		list = onWeb(tape)
	case standing[x.c.ID] == refused:
		list = nil
		for _, p := range places(tape.down()) {
			list = append(list, refusing(p))
		}
	}
	patience := min(max(time.Second, 2*r.Took), 10*time.Second) // where passwords are hashed answers come late
	var weak error
	for _, m := range list {
		if weak = x.caught(ctx, m, patience); weak == nil {
			return found{m.conn, m.at, m.name}, nil
		}
	}
	return by, fmt.Errorf("it has never failed by its rule: %w", weak)
}

// caught wants the check to fail by a mutant where it looks at its rule.
func (x *exam) caught(ctx context.Context, m *mutant, patience time.Duration) error {
	r, way, _, err := x.through(ctx, m, patience)
	switch {
	case err != nil:
		return err
	case r.State != check.Failed:
		return fmt.Errorf("with %q it has %s %s", m.name, r.State, r.Why)
	case r.Expected == "" || r.Came == "":
		return fmt.Errorf("with %q it does not say what was expected, or what came", m.name)
	case x.forbids && !slices.Contains(way, "none") && !slices.Contains(way, "noAnswer"):
		return fmt.Errorf("with %q it does not fail by what must not come: expected %s, came %s", m.name, r.Expected, r.Came)
	case standing[x.c.ID] != m.name && slices.ContainsFunc(way, func(f string) bool { return slices.Contains(founding, f) }):
		return fmt.Errorf("with %q it fails before it has got to its rule: expected %s, came %s (%v)", m.name, r.Expected, r.Came, way)
	}
	return nil
}

func (x *exam) through(ctx context.Context, m *mutant, patience time.Duration) (check.Result, []string, *recording, error) {
	near, tape, end, err := changing(x.over, x.to, m)
	if err != nil {
		return check.Result{}, nil, nil, err
	}
	defer end()
	r, way, err := check.Exactly(ctx, check.Options{Address: near, Level: x.c.Levels[0], Patience: patience, Accounts: x.accounts}, x.c.ID)
	return r, way, tape, err
}
