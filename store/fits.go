package store

import (
	"fmt"
	"os"
	"path/filepath"
)

// errStrangeLog means that a database and the log beside it were not written together, as where a copy was put in the
// place of the database of a server that was killed. What SQLite would make of the two is neither.
var errStrangeLog = fmt.Errorf("%w: the write-ahead log beside it belongs to another database, or to another time of this one; "+
	"if this one was copied here, remove %[2]s-wal and %[2]s-shm to go on with it as it is, else put the one back that was here before", ErrDamaged, FileName)

// lockPage is never used: SQLite takes locks on its bytes (https://sqlite.org/fileformat2.html#the_lock_byte_page).
const lockPage = 1<<30/pageBytes + 1

// ownLeftLog is [readLeftLog] of a log that must be the database's own.
func ownLeftLog(file string) (leftLog, error) {
	l, err := readLeftLog(file)
	if err == nil {
		err = l.fits(file)
	}
	return l, err
}

// fits is errStrangeLog where the size of the database shows that the log is not its own. A log is begun when the database has all of
// the one before, so each page that it does not have yet is in the log; and it becomes smaller by a VACUUM only, which writes every
// page to the log.
func (l leftLog) fits(file string) error {
	if l.kept == 0 {
		return nil
	}
	f, err := os.Stat(file)
	if err != nil {
		return err
	}
	has, size := f.Size()/pageBytes, int64(l.size)
	first := has + 1
	if has > size {
		first = 1
	}
	if size-first > int64(len(l.pages)) { // not all of them can be there
		return fmt.Errorf("%w (%s has %d pages, the log speaks of %d)", errStrangeLog, filepath.Base(file), has, size)
	}
	for page := first; page <= size; page++ {
		if page != lockPage && !l.pages[uint32(page)] {
			return fmt.Errorf("%w (%s has %d pages; page %d of %d is not in the log)", errStrangeLog, filepath.Base(file), has, page, size)
		}
	}
	return nil
}
