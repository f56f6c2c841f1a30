package store

import (
	"fmt"
	"os"
	"strconv"
	"testing"
)

// sector is what a disk writes whole or not at all.
const sector = 512

// harm is in how many ways a test damages a file: all of them take hours.
//
// JIM_EVERY_BIT=1 flips each bit and cuts at each byte. With any other number n it flips
// each n-th bit and cuts at each n-th byte, and at each sector at least. JIM_PART=k/n does the k-th of n parts of
// that, for several processes.
type harm struct {
	bits     int // distance of the bits that are flipped
	headBits int // likewise, in the first head bytes
	head     int
	sectors  int // distance of the cuts; 0 = none
	from     int // the size of the smallest that is left
}

// asTold is h with the distances that the environment asks for.
func (h harm) asTold(t testing.TB) harm {
	said := os.Getenv("JIM_EVERY_BIT")
	if said == "" {
		h.sectors *= sector
		return h
	}
	n, err := strconv.Atoi(said)
	if err != nil || n < 1 {
		t.Fatalf("JIM_EVERY_BIT=%q is no distance", said)
	}
	h.bits, h.headBits, h.sectors = n, min(n, h.headBits), min(n, h.sectors*sector, sector)
	return h
}

// partAsTold is the part that the environment asks for, and how many there are.
func partAsTold(t testing.TB) (part, parts int) {
	said := os.Getenv("JIM_PART")
	if said == "" {
		return 1, 1
	}
	if n, err := fmt.Sscanf(said, "%d/%d", &part, &parts); n != 2 || err != nil || part < 1 || part > parts {
		t.Fatalf("JIM_PART=%q is no part; 1/2 and 2/2 are", said)
	}
	return part, parts
}

// each calls try with every damaged variant of good, which is the same slice each time, and
// says how many there were.
func (h harm) each(t testing.TB, good []byte, try func(name string, bad []byte)) {
	t.Helper()
	h = h.asTold(t)
	part, parts := partAsTold(t)
	bad := append([]byte(nil), good...)
	flips, cuts, nth := 0, 0, 0
	mine := func() bool { nth++; return nth%parts == part%parts }
	flip := func(bit int) {
		if !mine() {
			return
		}
		bad[bit/8] ^= 1 << (bit % 8)
		try(fmt.Sprintf("bit %d of byte %d", bit%8, bit/8), bad)
		bad[bit/8] = good[bit/8]
		flips++
	}
	for bit := 0; bit < len(good)*8; bit += h.bits {
		flip(bit)
	}
	if h.headBits < h.bits {
		for bit := 0; bit < min(h.head, len(good))*8; bit += h.headBits {
			flip(bit)
		}
	}
	if h.sectors > 0 {
		for size := h.from; size < len(good); size += h.sectors {
			if !mine() {
				continue
			}
			try(fmt.Sprint("cut to ", size), bad[:size])
			cuts++
		}
	}
	t.Logf("%d bytes: %d flips, %d cuts", len(good), flips, cuts)
}
