package check_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"jim/check"
)

// beside are checks that have nothing to do with most faults, by level.
var beside = map[check.Level][]string{
	check.JIM2:   {"login.welcome.name", "login.limits.name", "history.event.message", "create.code", "contact.add", "whois.name", "to.none.join"},
	check.JIM1:   {"jim1.contact.add", "jim1.join", "jim1.probe", "jim1.authenticate.words", "course.broken.words"},
	check.Mentor: {"mentor.add", "mentor.users", "mentor.account.text", "mentor.message.told", "course.broken.words"},
}

// TestWrongServersAreCaught has one thing done wrong in front of our own server, again and again: the check
// that is meant for it fails and says what is wrong, and those that have nothing to do with it pass.
func TestWrongServersAreCaught(t *testing.T) {
	t.Parallel()
	address := strings.TrimPrefix(forgetful(t, "tcp://127.0.0.1:0", true).Addresses()[0], "tcp://")
	faults := slices.Concat(wrongAnswers, wrongNumbers, wrongEvents, wrongPages, wrongRooms, wrongInput, wrongPeople, wrongCourse, wrongMentors)
	if len(faults) < 60 {
		t.Errorf("only %d faults", len(faults))
	}
	places := make(chan struct{}, 32) // they wait more than they work
	var all sync.WaitGroup
	for _, f := range faults {
		places <- struct{}{}
		all.Go(func() {
			defer func() { <-places }()
			caught(t, f, address)
		})
	}
	all.Wait()
}

// caught wants the checks that are meant for a fault to fail, and others not to. What does not come is waited
// for shortly; where a machine was too busy, once more with all patience.
func caught(t *testing.T, f *fault, to string) {
	address := wrongServer(t, f, to)
	var both sync.WaitGroup
	defer both.Wait()
	both.Go(func() { untouched(t, f, address) })
	const patience = 20 * time.Second
	if f.mute && len(misses(t, f, address, patience/8)) == 0 || !f.mute && len(misses(t, f, address, patience)) == 0 {
		return
	}
	for _, miss := range misses(t, f, address, patience) {
		t.Errorf("%s: %s", f.name, miss)
	}
}

// misses is what the checks that are meant for a fault did not see.
func misses(t *testing.T, f *fault, address string, patience time.Duration) (list []string) {
	r, err := check.Server(t.Context(), check.Options{Address: address, Level: f.level, Only: f.ids, Patience: patience, Jobs: 4})
	if err != nil {
		return []string{err.Error()}
	}
	met := 0
	for _, x := range r.Results {
		if !slices.Contains(f.ids, x.ID) {
			continue // its id begins with that of another
		}
		met++
		text := "expected " + x.Expected + ", came " + x.Came
		if x.State == check.Failed && strings.Contains(text, f.says) {
			continue
		}
		for _, l := range x.Talk {
			text += fmt.Sprintf("\n    %s %s %s", l.Who, l.Way, l.Text)
		}
		list = append(list, fmt.Sprintf("%s %s %s: %s", x.ID, x.State, x.Why, text))
	}
	if met != len(f.ids) || r.Passed() || r.Grade() == "A" {
		list = append(list, fmt.Sprintf("%d results, grade %s", met, r.Grade()))
	}
	return list
}

// untouched wants what has nothing to do with a fault to pass, but for what the fault is known to spoil too.
func untouched(t *testing.T, f *fault, address string) {
	others := slices.DeleteFunc(slices.Clone(beside[f.level]), func(id string) bool { return slices.Contains(f.ids, id) })
	r, err := check.Server(t.Context(), check.Options{Address: address, Level: f.level, Only: others, Patience: 20 * time.Second, Jobs: 4})
	if err != nil {
		t.Errorf("%s: %v", f.name, err)
		return
	}
	for _, x := range r.Results {
		if spoilt := slices.Contains(f.also, x.ID); spoilt == (x.State == check.Passed) {
			t.Errorf("%s: %s, which has nothing to do with it, has %s (named as spoilt: %v): expected %s, came %s", f.name, x.ID, x.State, spoilt, x.Expected, x.Came)
		}
	}
}
