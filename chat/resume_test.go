package chat_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"jim/chat"
)

var seqOf = regexp.MustCompile(`"to":"#tea".*"seq":(\d+)`)

// ear collects the numbers of #tea that a guest is told, and stops at an object that contains stop.
func (g *guest) ear(stop string, each func(seq uint64)) {
	g.t.Helper()
	for {
		object := g.hears()
		if m := seqOf.FindStringSubmatch(object); m != nil && strings.HasPrefix(object, `{"action"`) {
			seq, _ := strconv.ParseUint(m[1], 10, 64)
			each(seq)
		}
		if strings.Contains(object, stop) {
			return
		}
	}
}

// tea has ann in #tea, and bob a member who is away; two entries are in its log.
func (h *house) tea() (ann *guest) {
	h.t.Helper()
	ann = h.comes("ann")
	ann.say(`{"action":"join","to":"#tea"}`)
	ann.hears(`"response":201`)
	bob := h.comes("bob")
	bob.say(`{"action":"join","to":"#tea"}`)
	bob.hears(`"response":200`)
	bob.say(`{"action":"quit"}`)
	<-bob.closed
	return ann
}

// However often a reader is cut off and resumes in its presence, it is told every
// number once.
func TestResumeMissesNothingAndDoublesNothing(t *testing.T) {
	h := newHouse(t, chat.Options{NoLimits: true})
	defer h.close()
	ann := h.tea()

	const n = 600
	talk := make(chan struct{})
	go func() {
		defer close(talk)
		for i := range n {
			ann.say(`{"action":"msg","id":"%d","to":"#tea","message":"x"}`, i)
		}
	}()
	random := rand.New(rand.NewPCG(1, 2))
	told := uint64(2)
	next := func(seq uint64) {
		if seq != told+1 {
			t.Errorf("after %d comes %d", told, seq)
		}
		told = seq
	}
	for round := 0; told < n+2; round++ {
		g := h.connect(newPipe(1024))
		g.say(`{"action":"presence","jim":2,"user":{"account_name":"bob"},"since":{"#tea":%d}}`, told)
		if answer := g.hears(`"response":`); strings.Contains(answer, `"response":409`) {
			g.Close() // the connection before has not been noticed to be gone
			continue
		}
		g.hearRoom(round, random.IntN(40), next)
	}
	<-talk
	ann.drain(n)
}

// hearRoom hears some events, and then is cut off in the middle of things.
func (g *guest) hearRoom(round, some int, next func(uint64)) {
	g.t.Helper()
	g.say(`{"action":"ping","id":"p%d"}`, round)
	g.ear(fmt.Sprintf(`"id":"p%d"`, round), next)
	for i := range some {
		g.say(`{"action":"ping","id":"q%d"}`, i)
		g.ear(fmt.Sprintf(`"id":"q%d"`, i), next)
	}
	g.Close()
}

// drain takes the answers to n messages.
func (g *guest) drain(n int) {
	g.t.Helper()
	for answers := 0; answers < n; {
		if strings.Contains(g.hears(), `"response":201`) {
			answers++
		}
	}
}

// A first sync after the login does not repeat what was told live in between.
func TestSyncAfterLoginDoublesNothing(t *testing.T) {
	h := newHouse(t, chat.Options{NoLimits: true})
	defer h.close()
	ann := h.tea()
	for i := range 10 {
		ann.say(`{"action":"msg","id":"a%d","to":"#tea","message":"while away"}`, i)
	}
	ann.drain(10)
	bob := h.connect(newPipe(1024))
	for {
		bob.say(`{"action":"presence","jim":2,"user":{"account_name":"bob"}}`)
		if strings.Contains(bob.hears(), `"response":200`) {
			break
		}
	}
	for i := range 10 {
		ann.say(`{"action":"msg","id":"b%d","to":"#tea","message":"before the sync"}`, i)
	}
	ann.drain(10)
	bob.say(`{"action":"sync","id":"s","since":{"#tea":2}}`)
	told := map[uint64]int{}
	bob.ear(`"id":"s"`, func(seq uint64) { told[seq]++ })
	for seq := uint64(3); seq <= 22; seq++ {
		if told[seq] != 1 {
			t.Errorf("%d was told %d times", seq, told[seq])
		}
	}
}

// A sync while others go on talking tells every number once: what was told live
// before it, what it reads from the log, and what happens meanwhile.
func TestSyncWhileOthersTalkDoublesNothing(t *testing.T) {
	h := newHouse(t, chat.Options{NoLimits: true})
	defer h.close()
	ann := h.tea()

	const n = 1000
	talk := make(chan struct{})
	go func() {
		defer close(talk)
		for i := range n {
			ann.say(`{"action":"msg","id":"%d","to":"#tea","message":"x"}`, i)
			ann.drain(1) // so that commits come one after another all the time
		}
	}()
	told := uint64(2)
	for round := 0; told < n+2; round++ {
		g := h.connect(newPipe(1024))
		g.say(`{"action":"presence","jim":2,"user":{"account_name":"bob"}}`)
		if strings.Contains(g.hears(`"response":`), `"response":409`) {
			g.Close() // the connection before has not been noticed to be gone
			continue
		}
		g.say(`{"action":"sync","id":"s%d","since":{"#tea":%d}}`, round, told)
		g.say(`{"action":"ping","id":"p%d"}`, round)
		times := map[uint64]int{}
		g.ear(fmt.Sprintf(`"id":"p%d"`, round), func(seq uint64) {
			if seq > told { // else it was told live before the server knew what bob has
				times[seq]++
			}
		})
		g.Close()
		for range len(times) {
			told++
			if times[told] != 1 {
				t.Fatalf("round %d: %d was told %d times of %d", round, told, times[told], len(times))
			}
		}
	}
	<-talk
}

// lateStore is a store whose answer about somebody's memberships may come late.
type lateStore struct {
	chat.Store
	meanwhile func()
	reading   func() // while the log is read
}

func (l *lateStore) Log(ctx context.Context, v chat.ConversationID, after, before uint64, limit int, newest bool) ([]chat.Entry, error) {
	if do := l.reading; do != nil {
		l.reading = nil
		do()
	}
	return l.Store.Log(ctx, v, after, before, limit, newest)
}

func (l *lateStore) Memberships(ctx context.Context, id chat.AccountID) ([]chat.Membership, error) {
	list, err := l.Store.Memberships(ctx, id)
	if l.meanwhile != nil {
		l.meanwhile()
	}
	return list, err
}

// lateHouse has ann in #tea on one device; the token lets another in.
func lateHouse(t *testing.T) (h *house, late *lateStore, one *guest, token string) {
	late = new(lateStore)
	h = houseOver(t, late, &late.Store, chat.Options{NoLimits: true})
	one = h.connect(newPipe(1024))
	one.say(`{"action":"presence","jim":2,"device":"one","user":{"account_name":"ann"}}`)
	token = regexp.MustCompile(`"token":"([^"]+)"`).FindStringSubmatch(one.hears(`"response":200`))[1]
	one.say(`{"action":"join","to":"#tea"}`)
	one.hears(`"response":201`)
	one.hears(`"seq":1`)
	return h, late, one, token
}

// What another device does while one resumes changes nothing: the log comes first, and
// then what is said live.
func TestResumeWhileAnotherDeviceJoins(t *testing.T) {
	h, late, one, token := lateHouse(t)
	defer h.close()
	say := func(seq int) {
		one.say(`{"action":"msg","id":"%d","to":"#tea","message":"x"}`, seq)
		one.hears(`"response":201`)
		one.hears(fmt.Sprintf(`"seq":%d`, seq))
	}
	say(2)
	say(3)
	late.meanwhile = func() {
		late.meanwhile = nil
		one.say(`{"action":"join","to":"#tea"}`) // once more, which makes all devices hear the room
		one.hears(`"response":200`)
		say(4)
	}
	two := h.connect(newPipe(1024))
	two.say(`{"action":"presence","jim":2,"user":{"token":%q},"since":{"#tea":1}}`, token)
	two.hears(`"response":200`)
	for seq := 2; seq <= 4; seq++ {
		two.hears(fmt.Sprintf(`"seq":%d`, seq))
	}
	say(5)
	two.hears(`"seq":5`)
}

// An account that leaves a room and joins it again on another device, while one resumes there, is told nothing
// twice: what is told live waits for the log.
func TestResumeWhileAnotherDeviceLeavesAndJoins(t *testing.T) {
	h, late, one, token := lateHouse(t)
	defer h.close()
	one.say(`{"action":"msg","to":"#tea","message":"x"}`)
	one.hears(`"response":201`)
	one.hears(`"seq":2`)
	late.reading = func() {
		one.say(`{"action":"leave","to":"#tea"}`)
		one.hears(`"response":200`)
		one.hears(`"seq":3`)
		one.say(`{"action":"join","to":"#tea"}`)
		one.hears(`"response":200`)
		one.hears(`"seq":4`)
	}
	two := h.connect(newPipe(1024))
	two.say(`{"action":"presence","jim":2,"user":{"token":%q},"since":{"#tea":1}}`, token)
	two.hears(`"response":200`)
	for seq := 2; seq <= 4; seq++ {
		two.hears(fmt.Sprintf(`"seq":%d`, seq))
	}
	one.say(`{"action":"msg","to":"#tea","message":"y"}`)
	two.hears(`"seq":5`)
}

// A device that was away when its account left a room learns of it when it resumes. What is not there, or not any
// more, is passed over.
func TestResumeTellsThatTheAccountHasLeft(t *testing.T) {
	h, _, one, token := lateHouse(t)
	defer h.close()
	one.say(`{"action":"leave","to":"#tea"}`)
	one.hears(`"response":200`)
	one.hears(`"seq":2`)
	two := h.connect(newPipe(1024))
	two.say(`{"action":"presence","jim":2,"user":{"token":%q},"since":{"#nowhere":3,"nobody":1,"#tea":1}}`, token)
	two.hears(`"response":200`)
	two.hears(`"action":"leave"`, `"to":"#tea"`, `"seq":2`)
	one.say(`{"action":"join","to":"#tea"}`)
	two.hears(`"action":"join"`, `"seq":3`)
}
