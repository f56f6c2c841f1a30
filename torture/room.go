package torture

import (
	"context"
	"errors"
	"time"
)

// ErrFull means that the disk became full in fact. Then servers refuse what is right, do not start, and have those
// wait who wait for a word to be kept: all that is the disk's fault, and nobody would wait less for it than for ever.
var ErrFull = errors.New("the disk is full, so nothing can be found out on it: make room, or take another one")

func (o *Options) full() bool { return o.Full != nil && o.Full() }

// watchRoom ends the work where the disk becomes full.
func (t *trial) watchRoom(ctx context.Context) {
	const often = 500 * time.Millisecond
	for ; ctx.Err() == nil; pause(ctx, often) {
		if t.full() {
			t.end(ErrFull)
		}
	}
}

// excused tells whether a fault that was seen while it happened is the disk's, and ends the work then.
func (t *trial) excused(kind string) bool {
	switch kind {
	case FaultServer, FaultStuck, FaultRefused, FaultBlind:
	default: // of what was told, and not of what could not be done
		return false
	}
	full := t.full()
	if full {
		t.end(ErrFull)
	}
	return full
}
