package torture

import (
	"context"
	"errors"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"jim/history"
)

// TestAFullDiskEndsARun long before its time, as no fault of anybody, and leaves nothing on it.
func TestAFullDiskEndsARun(t *testing.T) {
	dir := t.TempDir()
	var looks atomic.Int32
	var results []*Result
	o := Options{Seed: 1, For: 24 * time.Hour, Only: []string{"power"}, Dir: dir, Full: func() bool { return looks.Add(1) > 1 }}
	err := Run(t.Context(), o, func(r *Result) { results = append(results, r) })
	if !errors.Is(err, ErrFull) || len(results) != 1 || len(results[0].Faults) > 0 || !results[0].Stopped {
		t.Errorf("%v, %+v", err, results)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left: %v, %v", left, err)
	}
}

// TestFaultsOfAFullDisk are none of the server's, but what was told wrongly is.
func TestFaultsOfAFullDisk(t *testing.T) {
	for _, full := range []bool{false, true} {
		tr := newTrial(t)
		tr.Full = func() bool { return full }
		ctx, end := context.WithCancelCause(t.Context())
		tr.end = end
		tr.fault(FaultServer, "it does not start")
		tr.fault(FaultStuck, "it waits")
		if tr.failed() == full || errors.Is(context.Cause(ctx), ErrFull) != full {
			t.Errorf("full: %v, %v; ended with %v", full, tr.faults, context.Cause(ctx))
		}
		tr.fault(history.Doubled, "it was kept twice")
		if !tr.found(history.Doubled) {
			t.Errorf("full: %v, %v", full, tr.faults)
		}
	}
}
