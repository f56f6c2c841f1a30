package chat

import (
	"testing"
	"time"
)

// Passwords rest only while much is being said, and then so long that they take a
// tenth of the processors, of which half may be hashing.
func TestPasswordsRestWhileMuchIsSaid(t *testing.T) {
	for _, c := range []struct {
		said uint64
		want time.Duration
	}{
		{0, 0},
		{19, 0}, // 950 a second
		{20, 80 * time.Millisecond},
		{5000, 80 * time.Millisecond},
	} {
		if got := restAfter(20*time.Millisecond, c.said); got != c.want {
			t.Errorf("after a hash of 20 ms with %d messages: %v, not %v", c.said, got, c.want)
		}
	}
	if got := restAfter(0, 0); got != 0 {
		t.Errorf("after a hash of no time: %v", got)
	}
}
