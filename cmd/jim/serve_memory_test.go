package main

import "testing"

func TestPercentOfGarbage(t *testing.T) {
	for _, c := range []struct {
		live uint64
		want int
	}{{0, percentMax}, {1 << 20, percentMax}, {4 << 20, 800}, {8 << 20, 400}, {32 << 20, 100}, {1 << 30, 100}} {
		if got := percentFor(c.live); got != c.want {
			t.Errorf("%d bytes live: %d %%, want %d", c.live, got, c.want)
		}
	}
}
