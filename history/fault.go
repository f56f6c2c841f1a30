package history

import (
	"fmt"
	"slices"
)

// The kinds of faults, in the order in which [Check] returns them.
const (
	Lost        = "lost"        // acknowledged, and not read by a reader who claims to be complete or was told later numbers
	Phantom     = "phantom"     // read or acknowledged, and never sent, or refused for ever
	Doubled     = "doubled"     // kept under two numbers, or told twice in one pass
	Gap         = "gap"         // a number that was left out in a pass, and that nobody was acknowledged
	Reordered   = "reordered"   // told in another order than the numbers', or numbered in another order than surely sent
	Disagree    = "disagree"    // two readers read different things under one number
	Diverged    = "diverged"    // after all edits and deletions somebody has another text than they made
	Misnumbered = "misnumbered" // acknowledged with another number than it is read with
	Renumbered  = "renumbered"  // acknowledged with two numbers
)

var faultKinds = []string{Lost, Phantom, Doubled, Gap, Reordered, Disagree, Diverged, Misnumbered, Renumbered}

// examples is how many faults of one kind are told.
const examples = 5

// Fault is a promise that was not kept.
type Fault struct {
	Kind    string  `json:"kind"`
	Words   string  `json:"words"`          // what happened, in one sentence
	Entries []Entry `json:"entries"`        // what proves it, in order
	More    int     `json:"more,omitempty"` // faults of the same kind that are not listed; on the last that is
}

// String is the kind and the words, and how many more of the kind there are.
func (f Fault) String() string {
	s := f.Kind + ": " + f.Words
	if f.More > 0 {
		s += fmt.Sprintf(" (and %d more)", f.More)
	}
	return s
}

// faults collects a bounded number of examples of each kind.
type faults struct {
	entries []Entry
	found   map[string][]Fault
}

// add notes a fault with the places of the entries that prove it; negative ones are left out.
func (fs *faults) add(kind string, proof []int32, format string, args ...any) {
	if fs.found == nil {
		fs.found = map[string][]Fault{}
	}
	list := fs.found[kind]
	if len(list) == examples {
		list[examples-1].More++
		return
	}
	proof = slices.Clone(proof)
	slices.Sort(proof)
	f := Fault{Kind: kind, Words: fmt.Sprintf(format, args...)}
	for i, at := range proof {
		if at >= 0 && (i == 0 || at != proof[i-1]) {
			f.Entries = append(f.Entries, fs.entries[at])
		}
	}
	fs.found[kind] = append(list, f)
}

func (fs *faults) list() []Fault {
	var all []Fault
	for _, kind := range faultKinds {
		all = append(all, fs.found[kind]...)
	}
	return all
}
