package main

import "testing"

func TestPercentOfGarbage(t *testing.T) {
	for _, c := range []struct {
		busy, churns bool
		live         uint64
		want         int
	}{
		{true, false, 0, percentMax},
		{true, false, 1 << 20, percentMax},
		{true, false, 4 << 20, 800},
		{true, true, 8 << 20, 400},
		{true, false, 32 << 20, 100},
		{true, true, 1 << 30, 100},
		{false, false, 0, 100},
		{false, false, 4 << 20, 100},
		{false, false, 16 << 20, 50},
		{false, true, 16 << 20, 150},
	} {
		if got := percentFor(c.busy, c.churns, c.live); got != c.want {
			t.Errorf("busy %v, churns %v, %d bytes live: %d %%, want %d", c.busy, c.churns, c.live, got, c.want)
		}
	}
}

// TestChurn tells seconds apart in which garbage is collected from those in which people come.
func TestChurn(t *testing.T) {
	type second struct {
		live, cycles uint64 // in all; live in MiB
		want         bool
	}
	over := []second{{80, 1, false}}
	for range churnHolds {
		over = append(over, second{80, 2, true})
	}
	for name, seconds := range map[string][]second{
		"attacked":   {{80, 1, false}, {80, 2, true}, {83, 3, true}, {81, 3, true}, {81, 3, true}, {95, 4, true}},
		"logging in": {{4, 1, false}, {6, 2, false}, {9, 3, false}, {12, 4, false}, {16, 5, false}},
		"quiet":      {{16, 1, false}, {16, 1, false}, {16, 1, false}, {16, 1, false}},
		"over":       append(over, second{80, 2, false}, second{80, 2, false}),
	} {
		var c collector
		for i, s := range seconds {
			if got := c.churns(s.live<<20, s.cycles); got != s.want {
				t.Errorf("%s, second %d: %v", name, i, got)
			}
		}
	}
}
