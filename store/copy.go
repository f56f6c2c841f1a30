package store

import (
	"github.com/ncruces/go-sqlite3"
)

// copyInto writes a copy of the database behind c, which is on d, to the empty file
// to. It does not sync it.
//
// SQLite writes the pages of a copy that its memory does not hold as it comes to
// them, and the first one last. The module gives sums to what is written after the
// first page, which says that there are any, so here the pages get them from d.
func (d *disk) copyInto(c *conn, to string) error {
	if _, err := c.number(`PRAGMA schema_version`); err != nil { // has SQLite read the first page
		return err
	}
	reserved, err := c.db.FileControl("main", sqlite3.FCNTL_RESERVE_BYTES)
	if err != nil {
		return err
	}
	d.seals.Store(reserved == reservedSums)
	defer d.seals.Store(false)
	_, err = c.exec(`VACUUM INTO ?1`, to)
	return err
}
