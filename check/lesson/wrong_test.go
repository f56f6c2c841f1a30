//go:build unix

package lesson

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"jim/check"
)

// breaksAnywhere is what a client may fail that breaks when an answer and an event come in one segment, which is after
// any message of its own.
const breaksAnywhere = "again.id behind.goes-on crash error.400 error.402 error.404 error.409 error.410 error.500 error.told events.others " +
	"gap.asks msg.quotes msg.unicode notice pieces.event pieces.login probe.again slow.login together.login twice.once " +
	"unknown.event unknown.event.members unknown.members together.events"

// wrongPupils are ways in which a client is wrong: the checks that must find it, and those that may besides, for a
// client that breaks this rule breaks them too, or does not come to where it could keep them. All others must not.
var wrongPupils = []struct {
	level          check.Level
	wrong          string
	finds, besides string // ids, with spaces between
}{
	{check.JIM1, "never connects", "presence.comes", ""},
	{check.JIM1, "talks first", "presence.first rule.old-login", "error.words refused.400.stops refused.401.stops refused.402.stops refused.409.stops refused.500.stops slow.patient"},
	{check.JIM2, "talks first", "rule.first", "error.words presence.first refused.400.stops refused.401.stops refused.402.stops refused.409.stops refused.500.stops"},
	{check.JIM2, "no version", "presence.version", ""},
	{check.Mentor, "another name", "presence.name", "rule.old-from"},
	{check.JIM1, "no time", "rule.old-time", "presence.clock"},
	{check.Mentor, "time as a text", "rule.old-time", "presence.clock"},
	{check.JIM1, "milliseconds", "presence.clock", ""},
	{check.JIM1, "does not wait", "presence.waits", "segment.one"},
	{check.Mentor, "two in one", "segment.one", "msg.sent"},
	{check.JIM1, "in halves", "segment.whole", ""},
	{check.Mentor, "impatient", "slow.login", "pieces.login"},
	{check.JIM1, "says before it is in", "slow.patient", "refused.400.stops refused.401.stops refused.402.stops refused.409.stops refused.500.stops"},
	{check.JIM1, "says it again", "slow.once", "msg.sent limit.message rule.old-long"},
	{check.JIM2, "says it again", "slow.once", "msg.sent limit.announced rule.too-long"},
	{check.JIM2, "no id", "msg.id", ""},
	{check.JIM2, "one id for all", "rule.id-reused", ""},
	{check.JIM2, "to nobody", "msg.to rule.member-missing", ""},
	{check.JIM1, "somebody else", "rule.old-from", ""},
	{check.JIM2, "no action", "rule.action-missing", "events.others msg.sent notice pieces.login probe.again slow.login unknown.event unknown.members"},
	{check.Mentor, "an action of its own", "rule.old-action", ""},
	{check.JIM2, "an action of its own", "rule.action-unknown", ""},
	{check.JIM2, "no quoting", "msg.quotes rule.json", ""},
	{check.JIM1, "cp1251", "rule.utf8 msg.unicode", ""},
	{check.JIM2, "a key twice", "rule.duplicate-key", ""},
	{check.JIM2, "a NUL", "rule.nul", "events.others msg.sent notice pieces.login probe.again slow.login unknown.event unknown.members"},
	{check.JIM2, "a text for a number", "rule.kind", "rule.first"},
	{check.JIM1, "too long", "limit.message rule.old-long", ""},
	{check.JIM2, "too long", "limit.announced rule.too-long", ""},
	{check.JIM1, "escapes", "limit.escapes rule.old-size", ""},
	{check.Mentor, "prints nothing", "shows.text", "pieces.event together.events together.login unknown.event.members"},
	{check.JIM2, "a small buffer", "shows.large", breaksAnywhere + " shows.numbers"},
	{check.JIM2, "one recv is one object", "together.events", breaksAnywhere},
	{check.Mentor, "one recv is one object", "pieces.event", "crash pieces.login together.events together.login"},
	{check.JIM1, "one recv is one object", "pieces.login crash", "pieces.event together.events together.login"},
	{check.JIM1, "the rest is lost", "together.login", "crash pieces.event pieces.login together.events"},
	{check.JIM2, "knows every member", "unknown.members", "crash events.others unknown.event unknown.event.members"},
	{check.Mentor, "knows every member", "unknown.event.members", "crash unknown.event unknown.members"},
	{check.JIM1, "knows every action", "unknown.event", "crash"},
	{check.JIM2, "knows every action", "events.others", "behind.goes-on crash unknown.event"},
	{check.JIM2, "an answer is 200", "notice", ""},
	{check.Mentor, "dies of a probe", "probe.again", "crash"},
	{check.JIM2, "goes on though refused", "refused.401.stops refused.402.stops", "refused.400.stops refused.409.stops refused.500.stops"},
	{check.JIM1, "goes on though refused", "refused.409.stops refused.500.stops", "refused.400.stops refused.401.stops refused.402.stops slow.patient"},
	{check.Mentor, "goes on though refused", "refused.400.stops", "slow.patient"},
	{check.JIM1, "says nothing of errors", "refused.words", "error.told error.words"},
	{check.JIM2, "says nothing of errors", "error.words error.told", "refused.words"},
	{check.JIM2, "hammers", "refused.calm", ""},
	{check.JIM1, "closes on an error", "error.402 error.404 error.410", "error.400 error.409 error.500"},
	{check.JIM2, "closes on an error", "error.500 error.400 error.409", "error.402 error.404 error.410"},
	{check.Mentor, "hangs at the end", "closed.noticed", ""},
	{check.JIM2, "comes back at once", "bye.stays bye.waits again.comes", ""},
	{check.JIM2, "misses things", "gap.asks", ""},
	{check.JIM2, "prints everything", "twice.once", ""},
	{check.JIM2, "prints only ASCII", "shows.unicode", "shows.escapes"},
	{check.JIM1, "prints no quotes", "shows.escapes", ""},
	{check.Mentor, "knows no whole time", "shows.numbers", ""},
	{check.JIM2, "stops at behind", "behind.goes-on", ""},
	{check.JIM2, "says nothing", "msg.sent", "events.others notice pieces.login probe.again slow.login unknown.event unknown.members"},
	{check.JIM1, "nobody says it", "msg.from", "rule.old-member"},
	{check.JIM2, alsoSends + `{"action":"ping","id":"l","x":"` + strings.Repeat("x", 70000) + `"}`, "rule.too-large", ""},
	{check.JIM1, alsoSends + `{"action":"msg","time":1,"message":"x"}`, "rule.old-member", "segment.one"},
	{check.JIM2, alsoSends + `{"action":"msg","id":"e","to":"#tea","message":""}`, "rule.empty", "again.id"},
	{check.JIM2, alsoSends + `{"action":"quit","id":"q"}`, "rule.after-quit", "error.400 error.402 error.404 error.409 error.410 error.500 msg.quotes msg.unicode slow.login"},
	{check.JIM1, alsoSends + `[1]`, "rule.not-object", ""},
	{check.Mentor, alsoSends + `{"action":"x","x":"\ud800"}`, "rule.surrogate", "segment.one"},
	{check.JIM2, alsoSends + `{"action":"msg","id":"z","to":"#tea","room":"#other","message":"x"}`, "rule.to-contradicts", "again.id"},
	{check.JIM2, alsoSends + `{"action":"history","id":"h","to":"#tea","limit":1.5}`, "rule.whole", ""},
	{check.JIM2, alsoSends + `{"action":"presence","id":"p","jim":2,"user":{"account_name":"a b"}}`, "rule.name", "presence.once"},
	{check.JIM2, alsoSends + `{"action":"presence","id":"p","jim":2,"user":{"account_name":"ann"}}`, "presence.once", ""},
}

// ids are the ids in a list of a pupil's.
func ids(list string) (all []string) {
	for _, id := range strings.Fields(list) {
		all = append(all, idPrefix+id)
	}
	return all
}

// TestEveryClientCheckHasItsPupil wants a client that is wrong in that way for each check, but for those named: the
// pupil does not come back by itself with what it had said.
func TestEveryClientCheckHasItsPupil(t *testing.T) {
	has := map[string]bool{"client.again.id": true}
	known := map[string]bool{}
	for _, w := range wrongPupils {
		for _, id := range ids(w.finds) {
			has[id] = true
		}
	}
	for _, c := range Checks() {
		known[c.ID] = true
		if !has[c.ID] {
			t.Errorf("no pupil is wrong in the way of %s: %s", c.ID, c.Rule)
		}
	}
	for _, w := range wrongPupils {
		for _, id := range ids(w.finds + " " + w.besides) {
			if !known[id] {
				t.Errorf("%s %.60q names %s, which is no check", w.level, w.wrong, id)
			}
		}
	}
}

// TestWrongClientsAreCaught plays the whole level with each wrong client: the checks that are meant for it must fail, with
// words, and no others but those that it names. What is not so is tried once more when the machine is quiet, with more
// patience: a busy machine is nobody's fault.
func TestWrongClientsAreCaught(t *testing.T) {
	t.Parallel()
	places := make(chan struct{}, 10)
	again := make([]bool, len(wrongPupils))
	var all sync.WaitGroup
	for i, w := range wrongPupils {
		o := Options{Command: pupilCommand(t, w.level, w.wrong), Level: w.level, Jobs: 16, Patience: 2 * time.Second, tries: 1}
		all.Go(func() {
			places <- struct{}{}
			defer func() { <-places }()
			again[i] = len(isCaught(t, o, ids(w.finds), ids(w.besides))) > 0
		})
	}
	all.Wait()
	for i, w := range wrongPupils {
		if !again[i] {
			continue
		}
		o := Options{Command: pupilCommand(t, w.level, w.wrong), Level: w.level, Jobs: 8, Patience: 5 * time.Second, tries: 2}
		for _, fault := range isCaught(t, o, ids(w.finds), ids(w.besides)) {
			t.Errorf("%s %.60q: %s", w.level, w.wrong, fault)
		}
	}
}

// isCaught says what is wrong with how a wrong client was judged.
func isCaught(t *testing.T, o Options, finds, besides []string) (faults []string) {
	r, err := Client(t.Context(), o)
	if err != nil {
		return []string{err.Error()}
	}
	found := map[string]bool{}
	for _, x := range r.Results {
		switch {
		case x.State != check.Failed:
		case x.Expected == "" || x.Came == "":
			faults = append(faults, x.ID+" does not say what is wrong")
		case slices.Contains(finds, x.ID):
			found[x.ID] = true
		case !slices.Contains(besides, x.ID):
			faults = append(faults, x.ID+" fails, too: expected "+x.Expected+", came "+x.Came)
		}
	}
	for _, id := range finds {
		if !found[id] {
			faults = append(faults, "it is not caught by "+id)
		}
	}
	return faults
}
