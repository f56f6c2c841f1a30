package store

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"math"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/vfs"

	"jim/chat"
)

// A name of the logs is 16 hexadecimal digits. Of those that a restore gives, the
// first half says which backup it was.
const backupDigits = 8

// lineageSchema is the first version of the schema with names.
const lineageSchema = 3

// LogName is what the logs are called. See [chat.Store].
func (s *Store) LogName() string { return s.name }

// Shared is up to where the logs of that name and these are the same. See
// [chat.Store]. Of a name that was given after the same backup was restored to
// another folder, it is known too: both begin with the backup.
func (s *Store) Shared(ctx context.Context, name string, v chat.ConversationID) (seq uint64, err error) {
	if name == s.name {
		return math.MaxInt64, nil
	}
	err = s.look(ctx, func(c *conn) error {
		nth, err := c.lineage(name)
		if err != nil || nth == 0 {
			return err
		}
		err = c.row(func(st *sqlite3.Stmt) { seq = uint64(st.ColumnInt64(0)) },
			`SELECT seq FROM shared WHERE nth = ?1 AND conv = ?2`, nth, v)
		if errors.Is(err, chat.ErrNotFound) {
			err = nil
		}
		return err
	})
	return seq, err
}

// lineage is which of the names before ended where the logs that are called name
// and these part; 0 = it is not known.
func (c *conn) lineage(name string) (nth int, err error) {
	nth, err = c.number(`SELECT coalesce(max(nth), 0) FROM lineage WHERE log = ?1`, name)
	if err != nil || nth > 0 || len(name) < backupDigits {
		return nth, err
	}
	return c.number(`SELECT coalesce(min(nth), 1) - 1 FROM lineage WHERE nth > 1 AND substr(log, 1, ?2) = ?1`,
		name[:backupDigits], backupDigits)
}

// logName is the name that the logs have.
func (c *conn) logName() (name string, err error) {
	err = c.row(func(st *sqlite3.Stmt) { name = st.ColumnText(0) }, `SELECT log FROM lineage ORDER BY nth DESC LIMIT 1`)
	return name, err
}

// rename gives another name to the logs of a database that was restored from the
// backup with that checksum, and notes how far each conversation has come. A
// database from before there were names gets its first when it is upgraded.
//
// All of it is in the file afterwards, on the disk under, and nothing in a log beside it.
func rename(ctx context.Context, under vfs.VFS, file string, sum []byte) error {
	d := mount(under, true)
	defer d.unmount()
	c, err := openConn(ctx, file, d.name, forWriting)
	if err != nil {
		return asDamage(d.explain(err))
	}
	err = c.rename(sum)
	return asDamage(d.explain(errors.Join(err, c.closeWhole())))
}

func (c *conn) rename(sum []byte) (err error) {
	schema, err := c.number(`PRAGMA user_version`)
	if err != nil || schema < lineageSchema {
		return err
	}
	tx, err := c.db.BeginImmediate()
	if err != nil {
		return err
	}
	defer tx.End(&err)
	_, err = c.exec(`INSERT INTO shared (nth, conv, seq)
		SELECT (SELECT max(nth) FROM lineage), c.id, coalesce((SELECT max(seq) FROM log WHERE conv = c.id), 0) FROM conversation c`)
	if err != nil {
		return err
	}
	random := make([]byte, backupDigits/2)
	_, _ = rand.Read(random) // never fails
	_, err = c.exec(`INSERT INTO lineage (nth, log) SELECT max(nth) + 1, ?1 FROM lineage`,
		hex.EncodeToString(sum)[:backupDigits]+hex.EncodeToString(random))
	return err
}
