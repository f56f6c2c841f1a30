package torture

import (
	"fmt"
	"strings"
	"testing"

	"jim/history"
)

// heard plays numbers to an ear that asks for what follows 2 before the n-th of them, and returns in which readings they were.
func heard(t *tape, asks map[int]bool, seqs ...int64) string {
	e := &ear{to: "#tea", place: "#tea", have: 2}
	var where []string
	asked := 0
	for i, seq := range seqs {
		if asks[i] {
			asked++
			e.ask(t, "ann", fmt.Sprint("ask", asked))
		}
		where = append(where, fmt.Sprint(seq, " ", e.hear(seq, "live", asked > 0)))
	}
	return strings.Join(where, ", ") + fmt.Sprint("; has ", e.have)
}

func TestEarTellsReadingsApart(t *testing.T) {
	for _, c := range []struct {
		asks map[int]bool
		seqs []int64
		want string
	}{
		{nil, []int64{3, 4}, "3 live, 4 live; has 4"},
		{map[int]bool{0: true}, []int64{3, 4}, "3 ask1, 4 ask1; has 4"},
		// told live while what was asked for is on its way
		{map[int]bool{0: true}, []int64{5, 3, 4, 6}, "5 live, 3 ask1, 4 ask1, 6 live; has 6"},
		// on its way already, and then a second time
		{map[int]bool{0: true, 1: true}, []int64{3, 4, 4, 5}, "3 ask1, 4 ask1, 4 ask2, 5 ask1; has 5"},
		// faults stay faults: a double, and a hole
		{map[int]bool{0: true}, []int64{3, 3}, "3 ask1, 3 ask1; has 3"},
		{map[int]bool{0: true}, []int64{3, 5}, "3 ask1, 5 ask1; has 3"},
	} {
		if got := heard(new(tape), c.asks, c.seqs...); got != c.want {
			t.Errorf("%v: got %s, want %s", c.seqs, got, c.want)
		}
	}
}

// TestEarKnowsARefusedReading: what is told live after a refused sync is no part of it.
func TestEarKnowsARefusedReading(t *testing.T) {
	log := new(tape)
	e := &ear{place: "#tea", have: 2}
	began := e.ask(log, "ann", "begun")
	if in := e.hear(3, "live", true); in != "begun" {
		t.Fatalf("3 was heard in %s", in)
	}
	refused := e.ask(log, "ann", "refused")
	e.refused(refused)
	if in := e.hear(9, "live", false); in != "begun" {
		t.Errorf("with a reading that goes on, 9 was heard in %s", in)
	}
	e.begin()
	e.refused(e.ask(log, "ann", "refused too"))
	if in := e.hear(12, "live", false); in != "live" {
		t.Errorf("after a refusal, 12 was heard in %s", in)
	}
	e.begin()
	e.add(began)
	e.refused(began)
	if in := e.hear(15, "live", false); in != "begun" {
		t.Errorf("a hole in what had begun was heard in %s", in)
	}
}

func TestEarClaimsOnlyWhatOneReadingHas(t *testing.T) {
	log := new(tape)
	e := &ear{place: "#tea"}
	r := e.ask(log, "ann", "s")
	e.hear(2, "live", true) // 1 and 2 are there; 2 was told live
	e.hear(1, "live", true)
	e.complete(log, "ann", r)
	r = e.ask(log, "ann", "t")
	e.complete(log, "ann", r)
	e.behind(log, "ann", 9)
	e.complete(log, "ann", r)
	claims := 0
	for _, entry := range log.take() {
		if entry.Kind == history.Complete {
			claims++
			if entry.Session != "t" || entry.Seq != 2 {
				t.Errorf("claimed: %s", entry)
			}
		}
	}
	if claims != 1 {
		t.Errorf("%d claims", claims)
	}
}
