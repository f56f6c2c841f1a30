package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
)

// leftLog is what the last run left in the write-ahead log, which it does when it
// was killed. SQLite reads such a log up to the first frame whose sum is wrong,
// and takes that for its end: rightly where power was lost while a group was
// being written, and wrongly where a bit has changed.
type leftLog struct {
	kept int // frames up to the last commit that can be read
	lost int // frames behind, of the same log, that cannot

	pages map[uint32]bool // those in the kept frames: what the database has of them does not count
	size  uint32          // how many pages the database has after the last of them
}

// readLeftLog looks at the log. ErrDamaged means that more was on the disk than
// can be read: the header is wrong, which is synced before anything follows it; or
// behind a frame that is wrong a commit has a successor, which is never written
// before the commit was synced; or the index of the log knows of more, which
// learns of a commit when it has been synced.
//
// A fault in the last group cannot be told from a group that was being written,
// where there is no index. It is in lost. So is all of a log that is not there, or
// empty, and of which the index knows: somebody took it away, or power was lost, after
// which the index, which is never synced, may be one of before.
func readLeftLog(file string) (l leftLog, err error) {
	known, salts := indexed(file + "-shm")
	f, err := os.Open(file + "-wal")
	if errors.Is(err, os.ErrNotExist) {
		return leftLog{lost: known}, nil
	}
	if err != nil {
		return l, err
	}
	defer f.Close()
	r := logReader{from: f}
	if ok, err := r.begin(); !ok || err != nil {
		return leftLog{lost: known}, err
	}
	if l, err = r.all(); err != nil {
		return l, err
	}
	if salts == r.salts && known > l.kept {
		return l, wrongFrame(l.kept + 1)
	}
	return l, nil
}

// indexed is how many frames were synced, as far as the index of the log knows, and
// the salts of their log; 0 when it cannot be read, since nobody promises that
// it can (https://sqlite.org/walformat.html#the_wal_index_file_format).
func indexed(name string) (frames int, salts [8]byte) {
	f, err := os.Open(name)
	if err != nil {
		return 0, salts
	}
	defer f.Close()
	var head [48]byte
	if _, err := io.ReadFull(f, head[:]); err != nil {
		return 0, salts
	}
	own := binary.NativeEndian
	sum := logSum(own, [2]uint32{}, head[:40])
	if sum != [2]uint32{own.Uint32(head[40:]), own.Uint32(head[44:])} {
		return 0, salts
	}
	return int(own.Uint32(head[16:])), [8]byte(head[32:40])
}

// all reads the frames.
func (r *logReader) all() (l leftLog, err error) {
	l.pages = make(map[uint32]bool)
	var begun []uint32 // the pages since the last commit
	for frame := 1; r.next(); frame++ {
		if !r.follows(r.claimed) {
			return r.behind(l, frame)
		}
		if !r.same() {
			return l, wrongFrame(frame)
		}
		begun = append(begun, binary.BigEndian.Uint32(r.head[:]))
		if r.commits() {
			for _, page := range begun {
				l.pages[page] = true
			}
			l.kept, l.size, begun = frame, binary.BigEndian.Uint32(r.head[4:]), begun[:0]
		}
		r.claimed = claim(r.head[16:])
	}
	return l, r.err
}

func wrongFrame(frame int) error {
	return fmt.Errorf("%w: frame %d of its write-ahead log is wrong, and what was kept after it cannot be read", ErrDamaged, frame)
}

// logReader reads frames one after another.
type logReader struct {
	from io.Reader
	err  error

	order   binary.ByteOrder
	salts   [8]byte
	claimed [2]uint32 // the sum of everything up to the frame before, as that says

	head [frameHead]byte
	page [pageBytes]byte
}

// begin reads the header. It tells false for a log in which nothing ever was.
func (r *logReader) begin() (bool, error) {
	var head [walHeader]byte
	n, err := io.ReadFull(r.from, head[:])
	if n == 0 || errors.Is(err, io.ErrUnexpectedEOF) || head == [walHeader]byte{} {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	magic := binary.BigEndian.Uint32(head[:])
	r.order = binary.LittleEndian
	if magic&1 == 1 {
		r.order = binary.BigEndian
	}
	r.claimed = logSum(r.order, [2]uint32{}, head[:24])
	if magic&^1 != 0x377f0682 || binary.BigEndian.Uint32(head[8:]) != pageBytes || r.claimed != claim(head[24:]) {
		return false, fmt.Errorf("%w: the beginning of its write-ahead log cannot be read", ErrDamaged)
	}
	copy(r.salts[:], head[16:24])
	return true, nil
}

func (r *logReader) next() bool {
	if _, err := io.ReadFull(r.from, r.head[:]); err != nil {
		return r.ended(err)
	}
	if _, err := io.ReadFull(r.from, r.page[:]); err != nil {
		return r.ended(err)
	}
	return true
}

func (r *logReader) ended(err error) bool {
	if !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		r.err = err
	}
	return false
}

// same tells whether the frame was written since the log was begun anew.
func (r *logReader) same() bool    { return [8]byte(r.head[8:16]) == r.salts }
func (r *logReader) commits() bool { return binary.BigEndian.Uint32(r.head[4:]) != 0 }

// follows tells whether the frame is whole and was written after one with the sum
// before. The salts are not in the sum.
func (r *logReader) follows(before [2]uint32) bool {
	s := logSum(r.order, before, r.head[:8])
	return logSum(r.order, s, r.page[:]) == claim(r.head[16:])
}

// behind reads on from a frame that is wrong, or of the log before this one, which
// is written over from its beginning: frames of that one prove nothing.
func (r *logReader) behind(l leftLog, frame int) (leftLog, error) {
	wrong, committed := frame, false
	for ; ; frame++ {
		if committed && r.same() && r.follows(r.claimed) {
			return l, wrongFrame(wrong)
		}
		if r.same() {
			l.lost++
		}
		committed, r.claimed = r.same() && r.commits(), claim(r.head[16:])
		if !r.next() {
			return l, r.err
		}
	}
}

func claim(b []byte) [2]uint32 {
	return [2]uint32{binary.BigEndian.Uint32(b), binary.BigEndian.Uint32(b[4:])}
}

// logSum goes on with the sum s over b, whose length divides by eight.
func logSum(order binary.ByteOrder, s [2]uint32, b []byte) [2]uint32 {
	for ; len(b) >= 8; b = b[8:] {
		s[0] += order.Uint32(b) + s[1]
		s[1] += order.Uint32(b[4:]) + s[0]
	}
	return s
}
