package torture

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// What a crowd lived through is kept after every fault, also one that the history checker does not see.

func TestAChapterWithoutAFaultIsNotKept(t *testing.T) {
	tr := newTrial(t)
	tr.oneChapter(t, nil, nil)
	if tr.failed() || len(tr.kept) > 0 || tr.counts["checked"] == 0 {
		t.Errorf("%v, kept %v, %v", tr.faults, tr.kept, tr.counts)
	}
}

func TestAChapterIsKeptAfterARefusal(t *testing.T) {
	tr := newTrial(t)
	var once sync.Once
	tr.oneChapter(t, func(c *crowd, straight dialer) {
		c.voices[0].dial = between(straight, func(object string, say func(string)) {
			once.Do(func() { object = `{"response":403,"error":"never"}` }) // what presence is answered
			say(object)
		})
	}, nil)
	if len(tr.faults) != 1 || tr.faults[0].Kind != FaultRefused {
		t.Fatalf("found %v", tr.faults)
	}
	if entries, faults := tr.wantKept(t, "history-1.jsonl"); entries < 400 || len(faults) > 0 {
		t.Errorf("%d entries are kept, with %v", entries, faults)
	}
}

// A database that does not open between two lives is what this is all about.
func TestADatabaseThatDoesNotOpenIsAFault(t *testing.T) {
	for name, at := range map[string]int{"between two lives": 2, "in the end": 3} {
		t.Run(name, func(t *testing.T) {
			tr := newTrial(t)
			lives := 0
			live := func(ctx context.Context, c *crowd, in *inside, dir string) (string, error) {
				dir, err := tr.darkLife(ctx, c, in, dir)
				if lives++; err == nil && lives == at {
					err = os.WriteFile(filepath.Join(dir, "jim.db"), []byte("no database at all"), 0o600)
				}
				return dir, err
			}
			c, read, err := tr.darkChapter(t.Context(), 1, &inside{trial: tr}, 3, live)
			if err != nil || read {
				t.Fatalf("read %v, %v", read, err)
			}
			tr.judge(c, read)
			tr.waiting.Wait()
			if len(tr.faults) != 1 || tr.faults[0].Kind != FaultServer || !strings.Contains(tr.faults[0].Words, "opening what was left") {
				t.Fatalf("found %v", tr.faults)
			}
			if entries, _ := tr.wantKept(t, "history-1.jsonl"); entries == 0 {
				t.Error("nothing is kept")
			}
		})
	}
}

// Whoever ends a run has not found a fault.
func TestWhatIsStoppedIsNoFault(t *testing.T) {
	tr := newTrial(t)
	ctx, stop := context.WithCancel(t.Context())
	live := func(ctx context.Context, c *crowd, in *inside, dir string) (string, error) {
		dir, err := tr.darkLife(ctx, c, in, dir)
		stop()
		return dir, err
	}
	c, read, err := tr.darkChapter(ctx, 1, &inside{trial: tr}, 3, live)
	if tr.judge(c, read); err != nil || read || tr.failed() || len(tr.kept) > 0 {
		t.Errorf("read %v, %v; %v, kept %v", read, err, tr.faults, tr.kept)
	}
}

func TestALogThatChangesIsKept(t *testing.T) {
	tr := newTrial(t)
	tr.oneChapter(t, nil, func(c *crowd, digests map[string][32]byte) {
		past := chapterPast{c.chapter, c.places, digests}
		if err := tr.again(t.Context(), []chapterPast{past}); err != nil || tr.failed() || len(tr.kept) > 0 {
			t.Errorf("nothing has changed: %v, %v, kept %v", err, tr.faults, tr.kept)
		}
		digests[c.places[0].name] = [32]byte{1}
		if err := tr.again(t.Context(), []chapterPast{past}); err != nil {
			t.Error(err)
		}
	})
	if len(tr.faults) != 1 || !strings.Contains(tr.faults[0].Words, "is not what it was") {
		t.Fatalf("found %v", tr.faults)
	}
	if entries, _ := tr.wantKept(t, "history-1-again.jsonl"); entries == 0 {
		t.Error("nothing is kept")
	}
}

// What cannot be read in the end is a fault too.
func TestALogThatCannotBeReadIsAFault(t *testing.T) {
	tr := newTrial(t)
	tr.oneChapter(t, nil, func(c *crowd, digests map[string][32]byte) {
		for i := range c.places {
			c.places[i].to = "#nobody may be here"
		}
		if err := tr.again(t.Context(), []chapterPast{{c.chapter, c.places, digests}}); err != nil {
			t.Error(err)
		}
	})
	if len(tr.faults) != 1 || tr.faults[0].Kind != FaultServer {
		t.Fatalf("found %v", tr.faults)
	}
	tr.wantKept(t, "history-1-again.jsonl")
}
