package torture

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"jim/store/under"
)

// Frail is what a server stands on that can be told to misbehave: a disk and a clock. [Frail.Obey] takes
// the orders, one in a line:
//
//	full             nothing can grow on the disk any more
//	free             there is room again
//	sync SUFFIX      the next sync of a file whose name ends so fails, once
//	clock SECONDS    the clock is so far off, forwards or backwards
type Frail struct {
	Disk   *under.Disk
	offset atomic.Int64 // nanoseconds
}

// NewFrail is a disk and a clock without faults.
func NewFrail() *Frail { return &Frail{Disk: under.NewDisk(0)} }

// Now is the time that the clock shows.
func (f *Frail) Now() time.Time { return time.Now().Add(time.Duration(f.offset.Load())) }

// Obey takes orders until there are no more. After each that was carried out it calls done with it.
func (f *Frail) Obey(orders io.Reader, done func(order string)) error {
	for lines := bufio.NewScanner(orders); lines.Scan(); {
		if err := f.obey(strings.Fields(lines.Text())); err != nil {
			return fmt.Errorf("the order %q: %w", lines.Text(), err)
		}
		done(lines.Text())
	}
	return nil
}

var errOrder = errors.New("not understood")

func (f *Frail) obey(words []string) error {
	switch {
	case len(words) == 1 && words[0] == "full":
		f.Disk.Fill(true)
	case len(words) == 1 && words[0] == "free":
		f.Disk.Fill(false)
	case len(words) == 2 && words[0] == "sync":
		f.Disk.FailSync(words[1])
	case len(words) == 2 && words[0] == "clock":
		seconds, err := strconv.ParseInt(words[1], 10, 64)
		if err != nil || max(seconds, -seconds) > maxOffset {
			return errOrder
		}
		f.offset.Store(seconds * int64(time.Second))
	default:
		return errOrder
	}
	return nil
}

// maxOffset is 100 years in seconds.
const maxOffset = 100 * 366 * 24 * 60 * 60
