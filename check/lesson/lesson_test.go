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
