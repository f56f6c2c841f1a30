package store

import (
	"errors"
	"fmt"
	"io"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/vfs"
)

// saveLog writes the first frames of the write-ahead log once more, as they are, and
// syncs them.
//
// When a sync fails, the system keeps what it could not save in its memory, shows it
// to whoever reads, and does not try to save it again: a later sync of the file
// succeeds without it. So the log of a run that ended so must not be trusted to be on
// the disk, and SQLite trusts it: it syncs the log, copies pages from there to the
// database, and would find a half of that copy, and no log to complete it with, when
// power is lost in the middle. What is written anew is saved anew.
func (c *conn) saveLog(frames int) error {
	if _, err := c.number(`PRAGMA schema_version`); err != nil { // opens the log, as SQLite does it
		return err
	}
	log, err := c.logFile()
	if err != nil {
		return err
	}
	var head [walHeader]byte
	var frame [frameBytes]byte
	if err := again(log, head[:], 0); err != nil {
		return err
	}
	for i := range int64(frames) {
		at := walHeader + i*frameBytes
		if err := again(log, frame[:frameHead], at); err != nil {
			return err
		}
		if err := again(log, frame[frameHead:frameBytes], at+frameHead); err != nil {
			return err
		}
	}
	return log.Sync(vfs.SYNC_FULL)
}

// again writes a part of f that is as long as p once more, in the shape in which SQLite wrote it.
func again(f vfs.File, p []byte, at int64) error {
	if n, err := f.ReadAt(p, at); n < len(p) {
		if err == nil || errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return fmt.Errorf("reading the write-ahead log: %w", err)
	}
	if _, err := f.WriteAt(p, at); err != nil {
		return fmt.Errorf("writing the write-ahead log once more: %w", err)
	}
	return nil
}

// logFile is the write-ahead log behind c, once something was read through c.
func (c *conn) logFile() (vfs.File, error) {
	log, err := c.db.FileControl("main", sqlite3.FCNTL_JOURNAL_POINTER)
	if err != nil {
		return nil, err
	}
	f, ok := log.(vfs.File)
	if !ok {
		return nil, errors.New("the write-ahead log cannot be reached")
	}
	return f, nil
}
