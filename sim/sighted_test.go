package sim

import (
	"bytes"
	"slices"
	"testing"
	"testing/synctest"

	"jim/chat"
	"jim/history"
	"jim/store/ram"
	"jim/wire"
)

// swap puts two entries of one sender in one conversation into the other order.
func swap(group []*chat.Entry) {
	for i, e := range group {
		j := slices.IndexFunc(group[i+1:], func(o *chat.Entry) bool { return o.From == e.From && o.Conversation == e.Conversation })
		if j >= 0 {
			group[i], group[i+1+j] = group[i+1+j], group[i]
			return
		}
	}
}

// everyFifth hands what is told of messages to spoil, one time in five.
func everyFifth(spoil func(b *wire.Batch) []*wire.Batch) func() rewrite {
	return func() rewrite {
		n := 0
		return func(batches []*wire.Batch) (to []*wire.Batch) {
			for _, b := range batches {
				written := []*wire.Batch{b}
				if bytes.HasPrefix(b.Bytes(), []byte(`{"action":"msg"`)) {
					if n++; n%5 == 0 {
						written = spoil(b)
					}
				}
				to = append(to, written...)
			}
			return to
		}
	}
}

// overtaken lets one of five messages be told after the next one.
func overtaken() rewrite {
	var held *wire.Batch
	n := 0
	return func(batches []*wire.Batch) (to []*wire.Batch) {
		for _, b := range batches {
			told := bytes.HasPrefix(b.Bytes(), []byte(`{"action":"msg"`))
			if n++; told && held == nil && n%5 == 0 {
				held = b
				continue
			}
			to = append(to, b)
			if told && held != nil {
				to, held = append(to, held), nil
			}
		}
		return to
	}
}

// A simulation that finds nothing must be known to find what is there: what is broken here on purpose is found within
// so many worlds, and by what the clients lived through, not only by what the world sees for itself.
func TestWhatIsWrongIsFound(t *testing.T) {
	const worlds = 50
	for _, c := range []struct {
		what  string
		wrong wrong
		kinds []string // one of them is found
	}{
		{"a store that acknowledges too early", wrong{early: true}, []string{history.Lost, history.Misnumbered, history.Disagree}},
		{"a store that loses the newest in a crash", wrong{boot: (*ram.Disk).LoseNewest}, []string{history.Lost, history.Disagree, history.Misnumbered}},
		{"a store that forgets ids", wrong{boot: (*ram.Disk).ForgetIDs}, []string{history.Doubled, history.Renumbered}},
		{"a store that swaps two messages of a sender", wrong{order: swap}, []string{history.Reordered}},
		{"a core that leaves something out", wrong{write: everyFifth(func(*wire.Batch) []*wire.Batch { return nil })}, []string{history.Lost, history.Gap}},
		{"a core that tells twice", wrong{write: everyFifth(func(b *wire.Batch) []*wire.Batch { return []*wire.Batch{b, b} })}, []string{history.Doubled}},
		{"a core that tells in another order", wrong{write: overtaken}, []string{history.Reordered, history.Gap}},
	} {
		t.Run(c.what, func(t *testing.T) {
			seen := map[string]int{}
			for seed := range uint64(worlds) {
				var o *Outcome
				synctest.Test(t, func(*testing.T) { o = play(seed, c.wrong) })
				for _, f := range o.Faults {
					seen[f.Kind]++
					if slices.Contains(c.kinds, f.Kind) {
						t.Logf("seed %d: %s", seed, f)
						return
					}
				}
			}
			t.Errorf("found only %v in %d worlds, want one of %v", seen, worlds, c.kinds)
		})
	}
}

// What is right is not found wrong where nothing but the place of a fault is there.
func TestWhatIsRightIsNotFoundWrong(t *testing.T) {
	right := wrong{
		order: func([]*chat.Entry) {}, boot: func(*ram.Disk) {},
		write: everyFifth(func(b *wire.Batch) []*wire.Batch { return []*wire.Batch{b} }),
	}
	for seed := range uint64(100) {
		synctest.Test(t, func(t *testing.T) {
			if o := play(seed, right); len(o.Faults) > 0 {
				t.Errorf("seed %d: %v", seed, o.Faults)
			}
		})
	}
}
