package torture

import (
	"bufio"
	"context"
	"io"
	"math/rand/v2"
	"net"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"jim/chat"
	"jim/history"
	"jim/store/under"
)

// A test that finds nothing must be known to find what is there. Each test here breaks
// something on purpose.

// newTrial is a trial that has a minute.
func newTrial(t *testing.T) *trial {
	return &trial{
		Options: &Options{Seed: 1, Dir: t.TempDir()}, name: "test", dir: t.TempDir(), ends: time.Now().Add(time.Minute),
		rand: rand.New(rand.NewPCG(1, 1)), counts: map[string]float64{},
	}
}

func (t *trial) found(kind string) bool {
	return slices.ContainsFunc(t.faults, func(f Fault) bool { return f.Kind == kind })
}

func TestPowerFindsWhatNormalLoses(t *testing.T) {
	tr := newTrial(t)
	if err := tr.seesLoss(t.Context()); err != nil {
		t.Fatal(err)
	}
	if tr.failed() || tr.counts["normal_lost"] == 0 {
		t.Errorf("lost %v of %v: %v", tr.counts["normal_lost"], tr.counts["normal_acknowledged"], tr.faults)
	}
}

func TestFullLosesNothing(t *testing.T) {
	for _, live := range []func(*trial) life{
		func(tr *trial) life { return tr.darkLife },
		func(tr *trial) life { return tr.failingLife },
	} {
		tr := newTrial(t)
		c, read, err := tr.darkChapter(t.Context(), 1, &inside{trial: tr}, 8, live(tr))
		if err != nil || !read {
			t.Fatalf("%v, %v", err, tr.faults)
		}
		tr.judge(c, read)
		tr.waiting.Wait()
		if tr.failed() || tr.counts["acknowledged"] == 0 || tr.counts["told"] == 0 || tr.counts["cuts"] < 8 {
			t.Errorf("%v, %v", tr.counts, tr.faults)
		}
	}
}

// eager says that what it was keeping is kept, when the disk says that it is not.
type eager struct {
	chat.Store
	mu      sync.Mutex
	pending []*chat.Entry
	last    map[chat.ConversationID]uint64
}

func (s *eager) Start(kept func([]*chat.Entry), fail func(error)) {
	s.Store.Start(func(group []*chat.Entry) {
		s.mu.Lock()
		for _, e := range group {
			s.pending = slices.DeleteFunc(s.pending, func(o *chat.Entry) bool { return o == e })
			if e.Err == nil && !e.Repeat {
				s.last[e.Conversation] = e.Seq
			}
		}
		s.mu.Unlock()
		kept(group)
	}, func(err error) {
		s.mu.Lock()
		defer s.mu.Unlock()
		for _, e := range s.pending {
			s.last[e.Conversation]++
			e.Seq = s.last[e.Conversation]
			kept([]*chat.Entry{e})
		}
		s.pending = nil
		pause(context.Background(), 100*time.Millisecond) // the answers go out
		fail(err)
	})
}

func (s *eager) Keep(e *chat.Entry) {
	if e.Kind == chat.Said {
		s.mu.Lock()
		s.pending = append(s.pending, e)
		s.mu.Unlock()
	}
	s.Store.Keep(e)
}

func TestAcknowledgementWithoutACommitIsFound(t *testing.T) {
	tr := newTrial(t)
	in := &inside{trial: tr, wrap: func(s chat.Store) chat.Store {
		return &eager{Store: s, last: map[chat.ConversationID]uint64{}}
	}}
	for chapter := 1; chapter < 6 && !tr.failed(); chapter++ { // a cut may take nothing that was answered
		c, read, err := tr.darkChapter(t.Context(), chapter, in, 5, tr.darkLife)
		if err != nil {
			t.Fatal(err)
		}
		tr.judge(c, read)
		tr.waiting.Wait()
	}
	// The number of what was lost may be another message's by now, and then these two disagree.
	if !tr.found(history.Lost) && !tr.found(history.Disagree) {
		t.Fatalf("found only %v", tr.faults)
	}
	if entries, faults := tr.wantKept(t, filepath.Base(tr.kept[0])); entries == 0 || len(faults) == 0 {
		t.Errorf("checked again: %d entries, %v", entries, faults)
	}
}

// between changes what a server says: line gets each object and hands on what is to be said.
func between(dial dialer, line func(object string, say func(string))) dialer {
	return func(ctx context.Context) (net.Conn, error) {
		server, err := dial(ctx)
		if err != nil {
			return nil, err
		}
		here, there := net.Pipe()
		go func() {
			defer server.Close()
			_, _ = io.Copy(server, there)
		}()
		go func() {
			defer there.Close()
			for in := bufio.NewScanner(server); in.Scan(); {
				line(in.Text(), func(s string) { _, _ = io.WriteString(there, s+"\n") })
			}
		}()
		return here, nil
	}
}

func TestFaultsOnTheWayAreFound(t *testing.T) {
	said := func(object string) bool { return strings.HasPrefix(object, `{"action":"msg"`) }
	var n atomic.Int64
	for _, test := range []struct {
		kind string
		line func(string, func(string))
	}{
		{history.Doubled, func(o string, say func(string)) {
			say(o)
			if said(o) {
				say(o)
			}
		}},
		{history.Lost, func(o string, say func(string)) {
			if !said(o) || n.Add(1)%3 != 0 {
				say(o)
			}
		}},
		{history.Disagree, func(o string, say func(string)) {
			if said(o) {
				o = strings.Replace(o, " says ", " said ", 1)
			}
			say(o)
		}},
		{history.Misnumbered, func(o string, say func(string)) {
			if strings.HasPrefix(o, `{"response":201`) {
				o = strings.Replace(o, `"seq":`, `"seq":9`, 1)
			}
			say(o)
		}},
	} {
		t.Run(test.kind, func(t *testing.T) {
			tr := newTrial(t)
			tr.oneChapter(t, func(c *crowd, straight dialer) { c.voices[0].dial = between(straight, test.line) }, nil)
			if !tr.found(test.kind) {
				t.Errorf("found only %v", tr.faults)
			}
			tr.wantKept(t, "history-1.jsonl")
		})
	}
}

// oneChapter lets a crowd talk for a moment over a server without a fault, and judges it. Both may be nil: spoil makes
// it a worse crowd, then gets what was read in the end.
func (tr *trial) oneChapter(t *testing.T, spoil func(c *crowd, straight dialer), then func(c *crowd, digests map[string][32]byte)) {
	t.Helper()
	in := &inside{trial: tr}
	straight := join(in.serve)
	c := tr.newCrowd(1, shape{voices: 4, rooms: 1, members: 4, interval: time.Millisecond}, straight)
	if spoil != nil {
		spoil(c, straight)
	}
	dir, err := in.folder()
	if err != nil {
		t.Fatal(err)
	}
	talk, stop := context.WithTimeout(t.Context(), 10*time.Second)
	defer stop()
	if _, err := in.start(talk, dir, under.NewDisk(1)); err != nil {
		t.Fatal(err)
	}
	c.gate(true)
	c.begin(talk)
	for c.heard() < 400 && talk.Err() == nil {
		pause(talk, 5*time.Millisecond)
	}
	c.settle(talk, stop)
	for _, v := range c.voices {
		v.dial = straight
	}
	digests, read := c.readAll(t.Context())
	c.end(stop, &read)
	tr.waiting.Wait()
	if then != nil {
		then(c, digests)
	}
	if err := in.stop(); err != nil {
		t.Error(err)
	}
}

// wantKept wants that history to be kept, and no other one. It returns what is in it.
func (tr *trial) wantKept(t *testing.T, name string) (entries int, faults []history.Fault) {
	t.Helper()
	if len(tr.kept) != 1 || filepath.Base(tr.kept[0]) != name {
		t.Fatalf("kept %v, want %s; %v", tr.kept, name, tr.faults)
	}
	c, err := Check(tr.kept[0])
	if err != nil || !c.Whole {
		t.Fatalf("%+v, %v", c, err)
	}
	return c.Entries, c.Faults
}

// heard is how much has happened.
func (c *crowd) heard() int {
	c.tape.mu.Lock()
	defer c.tape.mu.Unlock()
	return len(c.tape.entries)
}
