package bench

import (
	"math/bits"
	"sync/atomic"
	"time"
)

// histogram counts durations in buckets that are at most 1/128 of their value wide, so a quantile is
// wrong by less than 0.8 %. Any number of goroutines may add at a time; it does not grow.
type histogram struct {
	counts [histogramSize]atomic.Uint64
}

const (
	fineBits      = 7                                        // 128 buckets for each doubling
	longestBits   = 40                                       // durations from 2^40 ns (18 minutes) count as that
	histogramSize = (longestBits - fineBits + 1) << fineBits // the first 128 have a width of 1 ns
)

func (h *histogram) add(d time.Duration) {
	h.counts[bucketOf(d)].Add(1)
}

func bucketOf(d time.Duration) int {
	v := min(uint64(max(d, 0)), 1<<longestBits-1)
	exp := max(bits.Len64(v)-fineBits-1, 0)
	return exp<<fineBits + int(v>>exp)
}

// middleOf is the middle of a bucket.
func middleOf(bucket int) time.Duration {
	exp := max(bucket>>fineBits-1, 0)
	low := uint64(bucket-exp<<fineBits) << exp
	return time.Duration(low + 1<<exp/2)
}

// n is how many durations were added.
func (h *histogram) n() (n uint64) {
	for i := range h.counts {
		n += h.counts[i].Load()
	}
	return n
}

// quantile is the duration that a share p of those added does not exceed; 0 when there is none.
func (h *histogram) quantile(p float64) time.Duration {
	n := h.n()
	if n == 0 {
		return 0
	}
	rank := uint64(p * float64(n-1)) // from 0, as of a sorted list
	for i := range h.counts {
		c := h.counts[i].Load()
		if rank < c {
			return middleOf(i)
		}
		rank -= c
	}
	return middleOf(histogramSize - 1)
}

// percentiles are the usual ones as figures.
func (h *histogram) percentiles(prefix, label string) Figures {
	var f Figures
	for _, p := range []struct {
		key, label string
		share      float64
	}{{"p50", "p50", .5}, {"p90", "p90", .9}, {"p99", "p99", .99}, {"p999", "p99.9", .999}} {
		f.add(prefix+"_"+p.key+"_ms", label+" "+p.label, "ms", ms(h.quantile(p.share)))
	}
	return f
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
func us(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }

// merge adds what other has.
func (h *histogram) merge(other *histogram) {
	for i := range h.counts {
		h.counts[i].Add(other.counts[i].Load())
	}
}

// reset forgets all. Nobody may add meanwhile.
func (h *histogram) reset() {
	for i := range h.counts {
		h.counts[i].Store(0)
	}
}
