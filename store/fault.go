package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/ncruces/go-sqlite3"

	"jim/chat"
)

// full tells whether err means that there is no room on the disk. IOERR_SHMSIZE
// is what SQLite says when the file of shared memory cannot grow.
func full(err error) bool {
	return errors.Is(err, sqlite3.FULL) || errors.Is(err, sqlite3.IOERR_SHMSIZE)
}

// broken tells whether, after err, nothing is known about what is on the disk,
// or what is there makes no sense.
func broken(err error) bool {
	if full(err) {
		return false
	}
	return errors.Is(err, sqlite3.IOERR) || errors.Is(err, sqlite3.CORRUPT) || errors.Is(err, sqlite3.NOTADB)
}

// damaged tells whether err means that what was read is not what was written.
func damaged(err error) bool {
	return errors.Is(err, ErrDamaged) || errors.Is(err, sqlite3.CORRUPT) || errors.Is(err, sqlite3.NOTADB) ||
		errors.Is(err, sqlite3.IOERR_DATA)
}

// outcome is err as it crosses the border of the package: the errors of package
// chat and of contexts bare, all others with the name of this package.
func outcome(err error) error {
	switch {
	case err == nil:
		return nil
	case full(err):
		return chat.ErrFull
	}
	for _, plain := range []error{
		chat.ErrNotFound, chat.ErrExists, chat.ErrAlike, chat.ErrConflict, chat.ErrFull, chat.ErrChanged,
		context.Canceled, context.DeadlineExceeded, ErrClosed,
	} {
		if errors.Is(err, plain) {
			return plain
		}
	}
	return fmt.Errorf("store: %w", asDamage(err))
}

// asDamage makes an error that says that the database is damaged an ErrDamaged.
func asDamage(err error) error {
	if damaged(err) && !errors.Is(err, ErrDamaged) {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return err
}

// inserted reads the error of an INSERT: what was there already, and what it
// refers to that is not there.
func inserted(err error) error {
	switch {
	case errors.Is(err, sqlite3.CONSTRAINT_UNIQUE), errors.Is(err, sqlite3.CONSTRAINT_PRIMARYKEY):
		return chat.ErrExists
	case errors.Is(err, sqlite3.CONSTRAINT_FOREIGNKEY):
		return chat.ErrNotFound
	}
	return err
}
