package store

import (
	"errors"
	"fmt"
	"os"
)

// errMoved means that what is committed goes to files that are not in the data folder.
var errMoved = errors.New("it is not in its place any more: the data folder, or a file in it, was moved, removed or replaced while the server ran. " +
	"Stop the server before you do that; what was acknowledged until then is in the files that were there")

// stands are the files of an open database, as they stood in the data folder when it
// was opened. A system lets go on writing to a file that was removed, and a commit
// succeeds, of which nothing can be found later.
type stands []standing

type standing struct {
	name string
	is   os.FileInfo
}

// standsOf looks at the files of a database that is open.
func standsOf(file string) (all stands, err error) {
	for _, end := range []string{"", "-wal", "-shm"} {
		is, err := os.Stat(file + end)
		if errors.Is(err, os.ErrNotExist) && end != "" {
			continue // SQLite does without it on some systems
		}
		if err != nil {
			return nil, err
		}
		all = append(all, standing{file + end, is})
	}
	return all, nil
}

// still is errMoved when one of the files is gone, or another one has its name. What
// cannot be found out is no such thing.
func (all stands) still() error {
	for _, s := range all {
		now, err := os.Stat(s.name)
		if errors.Is(err, os.ErrNotExist) || err == nil && !os.SameFile(s.is, now) {
			return fmt.Errorf("%s: %w", s.name, errMoved)
		}
	}
	return nil
}
