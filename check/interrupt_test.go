package check_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"jim/check"
)

// TestInterruptedBlamesNobody ends a run of each level in its midst: what was being checked is skipped, and a
// right server has neither a failure nor a grade.
func TestInterruptedBlamesNobody(t *testing.T) {
	t.Parallel()
	address := forgetful(t, "tcp://127.0.0.1:0", true).Addresses()[0]
	for _, level := range check.Levels {
		t.Run(string(level), func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancelCause(t.Context())
			defer cancel(nil)
			done := 0
			r, err := check.Server(ctx, check.Options{
				Address: address, Level: level, Patience: 30 * time.Second,
				Done: func(*check.Result) {
					if done++; done == 10 {
						cancel(errors.New("enough of it"))
					}
				},
			})
			if err != nil {
				t.Fatal(err)
			}
			s := r.Sums()
			if s.Failed != 0 || s.Passed == 0 || s.Skipped < s.Total/2 || !r.Interrupted || r.Grade() != "" || r.Passed() {
				t.Errorf("%+v, grade %q, stopped %q", s, r.Grade(), r.Stopped)
			}
			for _, x := range r.Results {
				if x.State == check.Failed || x.State == check.Skipped && !x.Elsewhere() && !strings.Contains(x.Why, "enough of it") {
					t.Errorf("%s %s: %s%s", x.ID, x.State, x.Came, x.Why)
				}
			}
		})
	}
}
