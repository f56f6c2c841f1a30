package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"sync"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/vfs"
)

// Every page of the database ends in eight bytes with a sum over the rest of it,
// in the form of SQLite's own checksum VFS (https://sqlite.org/cksumvfs.html).
// The module computes it when a page is written and compares it when one is read,
// as soon as the header says that eight bytes of each page are reserved. What a
// flipped bit there could switch off, and what the sums leave out, is here.
const (
	pageBytes    = 4096
	reservedAt   = 20 // in the header of the database (https://sqlite.org/fileformat2.html)
	reservedSums = 8
	appIDAt      = 68
	headerBytes  = 100
)

// appID marks a database of this program all of whose pages have sums: "JIM2".
const appID = 0x4a494d32

// ErrDamaged means that what is on the disk is not what was written there.
var ErrDamaged = errors.New("the database is damaged")

// seal gives the pages of the database behind c sums, if they have none.
func seal(c *conn) error {
	id, err := c.number(`PRAGMA application_id`)
	if err != nil || id == appID {
		return err
	}
	if err := c.db.EnableChecksums("main"); err != nil {
		return fmt.Errorf("giving every page a checksum: %w", err)
	}
	return c.db.Exec(fmt.Sprintf("PRAGMA application_id = %d", appID))
}

// sealed tells of the header of a database whether it says that all pages have
// sums; an error, when only half of it says so.
func sealed(header []byte) (bool, error) {
	marked := binary.BigEndian.Uint32(header[appIDAt:]) == appID
	if marked && header[reservedAt] != reservedSums {
		return false, fmt.Errorf("%w: its first page says that there are no checksums, which this program never writes", ErrDamaged)
	}
	return marked, nil
}

// checkRead looks at what was read from the database file: of a page there is
// all or nothing, since SQLite would take the rest for zeros; and a first page
// that was made to say that there are no sums is not believed.
func checkRead(p []byte, n int, off int64) error {
	if n > 0 && n < len(p) {
		return tornRead(off)
	}
	if off == 0 && n >= headerBytes {
		_, err := sealed(p)
		return vfs.SystemError(err, sqlite3.IOERR_DATA)
	}
	return nil
}

func tornRead(off int64) error {
	return vfs.SystemError(fmt.Errorf("%w: the file ends inside of page %d", ErrDamaged, off/pageBytes+1), sqlite3.IOERR_DATA)
}

// sealPage gives a page its sum.
func sealPage(page []byte) {
	s := pageSum(page)
	copy(page[pageBytes-reservedSums:], s[:])
}

// pageSum is the sum that a page should end in.
func pageSum(page []byte) (sum [reservedSums]byte) {
	s := logSum(binary.LittleEndian, [2]uint32{}, page[:pageBytes-reservedSums])
	binary.LittleEndian.PutUint32(sum[:], s[0])
	binary.LittleEndian.PutUint32(sum[4:], s[1])
	return sum
}

// The write-ahead log: a header, and then frames of one page each
// (https://sqlite.org/fileformat2.html#walformat).
const (
	walHeader  = 32
	frameHead  = 24
	frameBytes = frameHead + pageBytes
)

// logSums remembers a sum of each page in the write-ahead log from when it was
// written until it is written over. SQLite compares the log's own sums when it
// recovers, and not when it reads a page.
type logSums struct {
	mu   sync.RWMutex
	sums []uint64 // by frame; 0: not known
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// sumOf is never 0.
func sumOf(page []byte) uint64 { return 1<<32 | uint64(crc32.Checksum(page, castagnoli)) }

// frameOf is the frame whose page is at an offset of the log; false for anything
// that is not a page.
func frameOf(size int, off int64) (int, bool) {
	at := off - walHeader - frameHead
	return int(at / frameBytes), size == pageBytes && at >= 0 && at%frameBytes == 0
}

func (l *logSums) wrote(p []byte, off int64) {
	frame, is := frameOf(len(p), off)
	if !is {
		return
	}
	sum := sumOf(p)
	l.mu.Lock()
	defer l.mu.Unlock()
	for len(l.sums) <= frame {
		l.sums = append(l.sums, 0)
	}
	l.sums[frame] = sum
}

func (l *logSums) check(p []byte, off int64) error {
	frame, is := frameOf(len(p), off)
	if !is {
		return nil
	}
	l.mu.RLock()
	want := uint64(0)
	if frame < len(l.sums) {
		want = l.sums[frame]
	}
	l.mu.RUnlock()
	if want == 0 || want == sumOf(p) {
		return nil
	}
	return vfs.SystemError(fmt.Errorf("%w: page %d of its write-ahead log has another checksum than when it was written",
		ErrDamaged, frame+1), sqlite3.IOERR_DATA)
}

// forget is for a log that was cut.
func (l *logSums) forget() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sums = l.sums[:0]
}
