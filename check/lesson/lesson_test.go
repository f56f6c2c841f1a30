//go:build unix

package lesson

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"jim/check"
)

// A pupil is this test's own executable, started again with this variable set.
const pupilVariable = "JIM_PUPIL"

func TestMain(m *testing.M) {
	if text, ok := os.LookupEnv(pupilVariable); ok {
		var p pupil
		err := json.Unmarshal([]byte(text), &p)
		if err == nil {
			err = p.run()
		}
		fmt.Println("ended:", err)
		os.Exit(1)
	}
	flag.Parse()
	const sideBySide = "16" // lessons mostly wait
	if err := flag.Set("test.parallel", sideBySide); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

// pupilCommand is a command that starts a pupil.
func pupilCommand(t *testing.T, level check.Level, wrong string) []string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(pupil{Level: string(level), Wrong: wrong})
	if err != nil {
		t.Fatal(err)
	}
	return []string{"/usr/bin/env", pupilVariable + "=" + string(b), self}
}

// complain tells of everything that did not pass.
func complain(t *testing.T, r *check.Report) {
	t.Helper()
	for _, x := range r.Results {
		if x.State == check.Failed {
			t.Errorf("%s: expected %s, came %s", x.ID, x.Expected, x.Came)
			for _, l := range x.Talk {
				t.Logf("  %7v %-8s %.200s", l.At.Round(time.Millisecond), l.Way, l.Text)
			}
		}
	}
	t.Logf("%+v in %v", r.Sums(), r.Took)
}

func TestARightClientPasses(t *testing.T) {
	t.Parallel()
	for _, level := range check.Levels {
		t.Run(string(level), func(t *testing.T) {
			t.Parallel()
			r, err := Client(t.Context(), Options{Command: pupilCommand(t, level, ""), Level: level, Jobs: 32, Patience: 5 * time.Second})
			if err != nil {
				t.Fatal(err)
			}
			complain(t, r)
			for _, x := range r.Results {
				if x.State == check.Skipped && x.ID != "client.again.id" && x.ID != "client.again.comes" {
					t.Errorf("%s is skipped: %s", x.ID, x.Why)
				}
			}
			if !r.Passed() || r.Grade() != "A" {
				t.Errorf("the grade is %s", r.Grade())
			}
		})
	}
}

// wrongPupils are ways in which a client is wrong, and the check that must find it.
var wrongPupils = []struct {
	level        check.Level
	wrong, check string
}{
	{check.JIM1, "never connects", "presence.comes"},
	{check.JIM1, "talks first", "presence.first"},
	{check.JIM2, "talks first", "rule.first"},
	{check.JIM2, "no version", "presence.version"},
	{check.Mentor, "another name", "presence.name"},
	{check.JIM1, "no time", "rule.old-time"},
	{check.Mentor, "time as a text", "rule.old-time"},
	{check.JIM1, "milliseconds", "presence.clock"},
	{check.JIM1, "does not wait", "presence.waits"},
	{check.Mentor, "two in one", "segment.one"},
	{check.JIM1, "in halves", "segment.whole"},
	{check.Mentor, "impatient", "slow.login"},
	{check.JIM1, "says before it is in", "slow.patient"},
	{check.JIM1, "says it again", "slow.once"},
	{check.JIM2, "says it again", "slow.once"},
	{check.JIM2, "no id", "msg.id"},
	{check.JIM2, "one id for all", "rule.id-reused"},
	{check.JIM2, "to nobody", "msg.to"},
	{check.JIM2, "to nobody", "rule.member-missing"},
	{check.JIM1, "somebody else", "rule.old-from"},
	{check.JIM2, "no action", "rule.action-missing"},
	{check.Mentor, "an action of its own", "rule.old-action"},
	{check.JIM2, "an action of its own", "rule.action-unknown"},
	{check.JIM2, "no quoting", "msg.quotes"},
	{check.JIM2, "no quoting", "rule.json"},
	{check.JIM1, "cp1251", "rule.utf8"},
	{check.JIM2, "a key twice", "rule.duplicate-key"},
	{check.JIM2, "a NUL", "rule.nul"},
	{check.JIM2, "a text for a number", "rule.kind"},
	{check.JIM1, "too long", "limit.message"},
	{check.JIM1, "too long", "rule.old-long"},
	{check.JIM2, "too long", "limit.announced"},
	{check.JIM1, "escapes", "limit.escapes"},
	{check.Mentor, "prints nothing", "shows.text"},
	{check.JIM2, "a small buffer", "shows.large"},
	{check.JIM2, "one recv is one object", "together.events"},
	{check.Mentor, "one recv is one object", "pieces.event"},
	{check.JIM1, "one recv is one object", "pieces.login"},
	{check.JIM1, "one recv is one object", "crash"},
	{check.JIM1, "the rest is lost", "together.login"},
	{check.JIM2, "knows every member", "unknown.members"},
	{check.Mentor, "knows every member", "unknown.event.members"},
	{check.JIM1, "knows every action", "unknown.event"},
	{check.JIM2, "knows every action", "events.others"},
	{check.JIM2, "an answer is 200", "notice"},
	{check.Mentor, "dies of a probe", "probe.again"},
	{check.JIM2, "goes on though refused", "refused.401.stops"},
	{check.JIM1, "goes on though refused", "refused.409.stops"},
	{check.Mentor, "goes on though refused", "refused.400.stops"},
	{check.JIM1, "says nothing of errors", "refused.words"},
	{check.JIM2, "says nothing of errors", "error.words"},
	{check.JIM2, "says nothing of errors", "error.told"},
	{check.JIM2, "hammers", "refused.calm"},
	{check.JIM1, "closes on an error", "error.402"},
	{check.JIM2, "closes on an error", "error.500"},
	{check.Mentor, "hangs at the end", "closed.noticed"},
	{check.JIM2, "comes back at once", "bye.stays"},
	{check.JIM2, "comes back at once", "bye.waits"},
	{check.JIM2, "comes back at once", "again.comes"},
	{check.JIM2, "misses things", "gap.asks"},
	{check.JIM2, "prints everything", "twice.once"},
	{check.JIM2, "closes on an error", "error.400"},
	{check.JIM1, "closes on an error", "error.404"},
	{check.JIM2, "closes on an error", "error.409"},
	{check.JIM1, "closes on an error", "error.410"},
	{check.JIM2, "goes on though refused", "refused.402.stops"},
	{check.JIM1, "goes on though refused", "refused.500.stops"},
	{check.JIM2, "prints only ASCII", "shows.unicode"},
	{check.JIM1, "prints no quotes", "shows.escapes"},
	{check.Mentor, "knows no whole time", "shows.numbers"},
	{check.JIM2, "stops at behind", "behind.goes-on"},
	{check.JIM1, "cp1251", "msg.unicode"},
	{check.JIM2, "says nothing", "msg.sent"},
	{check.JIM1, "nobody says it", "msg.from"},
	{check.JIM1, "escapes", "rule.old-size"},
	{check.JIM2, "too long", "rule.too-long"},
	{check.JIM2, alsoSends + `{"action":"ping","id":"l","x":"` + strings.Repeat("x", 70000) + `"}`, "rule.too-large"},
	{check.JIM1, "talks first", "rule.old-login"},
	{check.JIM1, alsoSends + `{"action":"msg","time":1,"message":"x"}`, "rule.old-member"},
	{check.JIM2, alsoSends + `{"action":"msg","id":"e","to":"#tea","message":""}`, "rule.empty"},
	{check.JIM2, alsoSends + `{"action":"quit","id":"q"}`, "rule.after-quit"},
	{check.JIM1, alsoSends + `[1]`, "rule.not-object"},
	{check.Mentor, alsoSends + `{"action":"x","x":"\ud800"}`, "rule.surrogate"},
	{check.JIM2, alsoSends + `{"action":"msg","id":"z","to":"#tea","room":"#other","message":"x"}`, "rule.to-contradicts"},
	{check.JIM2, alsoSends + `{"action":"history","id":"h","to":"#tea","limit":1.5}`, "rule.whole"},
	{check.JIM2, alsoSends + `{"action":"presence","id":"p","jim":2,"user":{"account_name":"a b"}}`, "rule.name"},
	{check.JIM2, alsoSends + `{"action":"presence","id":"p","jim":2,"user":{"account_name":"ann"}}`, "presence.once"},
}

// TestEveryClientCheckHasItsPupil wants a client that is wrong in that way for each check, but for those named: the
// pupil does not come back by itself with what it had said.
func TestEveryClientCheckHasItsPupil(t *testing.T) {
	has := map[string]bool{"client.again.id": true}
	for _, w := range wrongPupils {
		has[idPrefix+w.check] = true
	}
	for _, c := range Checks() {
		if !has[c.ID] {
			t.Errorf("no pupil is wrong in the way of %s: %s", c.ID, c.Rule)
		}
	}
}

func TestWrongClientsAreCaught(t *testing.T) {
	t.Parallel()
	places := make(chan struct{}, 24)
	var all sync.WaitGroup
	for _, w := range wrongPupils {
		command := pupilCommand(t, w.level, w.wrong)
		all.Go(func() {
			places <- struct{}{}
			defer func() { <-places }()
			o := Options{Command: command, Level: w.level, Only: []string{"client." + w.check}, Jobs: 1, Patience: 2 * time.Second, tries: 1}
			if strings.HasPrefix(w.check, rulePrefix) || w.check == "crash" {
				o.Only = append(o.Only, "client.msg", "client.together", "client.limit")
			}
			r, err := Client(t.Context(), o)
			if err != nil {
				t.Error(err)
				return
			}
			for _, x := range r.Results {
				if x.ID == "client."+w.check && x.State == check.Failed {
					if x.Expected == "" || x.Came == "" {
						t.Errorf("%s %q: %s does not say what is wrong", w.level, w.wrong, x.ID)
					}
					return
				}
			}
			var found []string
			for _, x := range r.Results {
				if x.State != check.Passed {
					found = append(found, fmt.Sprintf("%s %s: %s%s", x.ID, x.State, x.Came, x.Why))
				}
			}
			t.Errorf("%s %q is not caught by %s; not passed: %s", w.level, w.wrong, w.check, strings.Join(found, "; "))
		})
	}
	all.Wait()
}

// TestNothingIsLeftOfAClient has a client that starts another process, and does not end.
func TestNothingIsLeftOfAClient(t *testing.T) {
	t.Parallel()
	file := t.TempDir() + "/pid"
	shell := `sleep 1000 & echo $! > ` + file + `; trap "" TERM; while :; do wait; done`
	r, err := Client(t.Context(), Options{Command: []string{"sh", "-c", shell}, Level: check.JIM1, Patience: 200 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	if r.Grade() != "F" || !r.Spoiled {
		t.Errorf("a client that does nothing has an %s", r.Grade())
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(20 * time.Second); syscall.Kill(pid, 0) == nil && !isZombie(pid); <-time.After(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("what the client has started goes on")
		}
	}
}

// isZombie tells whether a process has ended, and its parent has not asked how.
func isZombie(pid int) bool {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && regexp.MustCompile(`\) [ZX] `).Match(b)
}

func TestWhatMakesNoSenseIsRefused(t *testing.T) {
	for _, o := range []Options{
		{Level: check.JIM1},
		{Command: []string{"true"}, Level: "jim9"},
		{Command: []string{"true"}, Level: check.JIM1, Only: []string{"dance"}},
		{Command: []string{"/nonexistent/program"}, Level: check.JIM1},
	} {
		if _, err := Client(t.Context(), o); err == nil {
			t.Errorf("%+v makes sense", o)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r, err := Client(ctx, Options{Command: pupilCommand(t, check.JIM1, ""), Level: check.JIM1})
	if err != nil || r.Stopped == "" || r.Passed() {
		t.Errorf("a run that was stopped is %+v, %v", r, err)
	}
}

// TestInterruptedBlamesNobody ends a run while clients are waited for: a right one has neither a failure nor a
// grade.
func TestInterruptedBlamesNobody(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	o := Options{Command: pupilCommand(t, check.JIM1, ""), Level: check.JIM1, Jobs: 8, Patience: 5 * time.Second}
	done := 0
	o.Done = func(*check.Result) {
		if done++; done == 8 {
			cancel()
		}
	}
	r, err := Client(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	s := r.Sums()
	if s.Failed != 0 || s.Passed == 0 || s.Skipped < s.Total/2 || !r.Interrupted || r.Grade() != "" || r.Passed() {
		t.Errorf("%+v, grade %q, stopped %q", s, r.Grade(), r.Stopped)
	}
	for _, x := range r.Results {
		if x.State == check.Failed || x.State == check.Skipped && !x.Unfinished() {
			t.Errorf("%s %s: %s%s", x.ID, x.State, x.Came, x.Why)
		}
	}
}

// TestChecksStandInTheDocuments: what a check quotes are words of its section's document.
func TestChecksStandInTheDocuments(t *testing.T) {
	seen := map[string]bool{}
	count := map[check.Level]int{}
	for _, c := range Checks() {
		page, err := os.ReadFile("../../" + c.Section.File())
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(page), c.Says) || c.Section.Title() == "" {
			t.Errorf("%s quotes %q, which is not in %s", c.ID, c.Says, c.Section)
		}
		if seen[c.ID] || c.Rule == "" || len(c.Levels) == 0 || !strings.HasPrefix(c.ID, idPrefix) {
			t.Errorf("%s stands twice, or has no rule", c.ID)
		}
		seen[c.ID] = true
		for _, l := range c.Levels {
			count[l]++
		}
	}
	if len(seen) < 80 || count[check.JIM2] < 60 || count[check.JIM1] < 50 || count[check.Mentor] < 40 {
		t.Errorf("there are %d checks: %v", len(seen), count)
	}
}
