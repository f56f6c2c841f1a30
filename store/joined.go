package store

import "github.com/ncruces/go-sqlite3/vfs"

// joinedMost is how many bytes of the write-ahead log are held at most: the
// frames of some fifteen pages.
const joinedMost = 64 << 10

// joined holds back what SQLite writes to the end of its write-ahead log, so that
// the frames of a commit go to the system in one write. SQLite writes each frame
// as a header and a page of its own, which costs as much as all else there is to a
// commit.
//
// Nobody misses what is held. A frame means something to other connections only
// when the index of the log says so, and SQLite says that after the sync, which
// lets go of it first (walFrames in wal.c of SQLite, synchronous=FULL). Whoever
// reads through the same file lets go of it as well.
type joined struct {
	at   int64
	data []byte
}

// write holds p, which belongs at off. What does not follow what is held, or does
// not fit, lets go of that before.
func (j *joined) write(to vfs.File, p []byte, off int64) (int, error) {
	if len(j.data) > 0 && (off != j.at+int64(len(j.data)) || len(j.data)+len(p) > joinedMost) {
		if err := j.flush(to); err != nil {
			return 0, err
		}
	}
	if len(j.data) == 0 {
		j.at = off
	}
	j.data = append(j.data, p...)
	return len(p), nil
}

// flush writes what is held. After an error nothing is: SQLite takes back the
// transaction that it belonged to.
func (j *joined) flush(to vfs.File) error {
	if len(j.data) == 0 {
		return nil
	}
	_, err := to.WriteAt(j.data, j.at)
	j.data = j.data[:0]
	return err
}
