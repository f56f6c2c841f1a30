package main

import "testing"

func TestPercentOfGarbage(t *testing.T) {
	for _, c := range []struct {
		busy, coming bool
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
		{false, true, 4 << 20, 100},
		{false, true, 16 << 20, 50},
		{false, false, 16 << 20, 150},
	} {
		if got := percentFor(c.busy, c.coming, c.live); got != c.want {
			t.Errorf("busy %v, coming %v, %d bytes live: %d %%, want %d", c.busy, c.coming, c.live, got, c.want)
		}
	}
}

// TestCrowd tells seconds apart in which people come from those in which they are here.
func TestCrowd(t *testing.T) {
	type second struct {
		there uint64
		want  bool
	}
	hours := []second{{5000, true}}
	for range 60 {
		hours = append(hours, second{10, false})
	}
	for name, seconds := range map[string][]second{
		"all at once":            {{10, true}, {5010, true}, {5010, false}, {5010, false}},
		"a thousand a second":    {{10, true}, {1010, true}, {2010, true}, {3010, true}, {4010, true}, {4010, false}},
		"some come and go":       {{5000, true}, {4600, false}, {4900, false}, {4500, false}, {4950, false}, {4700, false}},
		"a few come each second": {{5000, true}, {5010, false}, {5020, false}, {5030, false}},
		"all return at once":     {{5000, true}, {10, false}, {10, false}, {4900, false}, {5000, false}},
		"others come much later": append(hours, second{2000, true}, second{5000, true}, second{5000, false}),
	} {
		var c collector
		for i, s := range seconds {
			if got := c.grows(s.there); got != s.want {
				t.Errorf("%s, second %d: %v", name, i, got)
			}
		}
	}
}

func TestGivingBack(t *testing.T) {
	const mib = 1 << 20
	for _, c := range []struct {
		name                 string
		free, garbage, asked uint64
		want                 bool
	}{
		{"after a burst", 250 * mib, 40 * mib, 2 * mib, true},
		{"thousands who say nothing", 0, 12 * mib, 1 * mib, true},
		{"nothing to be had", 3 * mib, 3 * mib, 0, false},
		{"under attack", 20 * mib, 60 * mib, 53 * mib, false},
		{"some talk", mib, 8 * mib, 2 * mib, false},
	} {
		if got := worthGivingBack(c.free, c.garbage, c.asked); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}
