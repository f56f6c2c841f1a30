package main

import "testing"

func TestPercentOfGarbage(t *testing.T) {
	for _, c := range []struct {
		busy bool
		live uint64
		want int
	}{
		{true, 0, percentMax},
		{true, 1 << 20, percentMax},
		{true, 4 << 20, 800},
		{true, 8 << 20, 400},
		{true, 32 << 20, 100},
		{true, 1 << 30, 100},
		{false, 0, 100},
		{false, 4 << 20, 100},
		{false, 16 << 20, 50},
	} {
		if got := percentFor(c.busy, c.live); got != c.want {
			t.Errorf("busy %v, %d bytes live: %d %%, want %d", c.busy, c.live, got, c.want)
		}
	}
}
