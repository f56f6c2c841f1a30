package store

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/ncruces/go-sqlite3"

	"jim/chat"
	"jim/wire"
)

// ErrNewer means that the database was written by a newer program.
var ErrNewer = errors.New("the database is of a newer version")

//go:embed sql/*.sql
var sqlFiles embed.FS

// migration is one step of the schema. A step that was released never changes,
// and there is none back.
type migration struct {
	version int
	name    string
	sql     string
}

// checksum tells one text of a step from another.
func (m migration) checksum() string {
	sum := sha256.Sum256([]byte(m.sql))
	return hex.EncodeToString(sum[:])
}

// migrations are the embedded steps, from version 1 without gaps.
func migrations() []migration {
	names, err := fs.Glob(sqlFiles, "sql/*.sql")
	if err != nil {
		panic(err)
	}
	steps := make([]migration, 0, len(names)) // Glob sorts
	for _, name := range names {
		text, err := sqlFiles.ReadFile(name)
		if err != nil {
			panic(err)
		}
		base := strings.TrimSuffix(filepath.Base(name), ".sql")
		number, _, _ := strings.Cut(base, "_")
		version, err := strconv.Atoi(number)
		if err != nil || version != len(steps)+1 {
			panic("store: migrations are numbered 0001, 0002 … without gaps, and not " + name)
		}
		steps = append(steps, migration{version, base, string(text)})
	}
	return steps
}

// migrate brings the database behind c, which is on d, up to the last of the steps. It writes
// nothing into a database that is newer, or whose steps were other ones.
func migrate(ctx context.Context, c *conn, d *disk, file string, steps []migration, log *slog.Logger) error {
	c.db.SetInterrupt(ctx)
	defer c.db.SetInterrupt(context.Background())
	has, err := c.number(`PRAGMA user_version`)
	if err != nil {
		return err
	}
	switch {
	case has > len(steps):
		return fmt.Errorf("%w: it has schema version %d and this program knows versions up to %d; "+
			"use the newer program, or restore a backup made before the upgrade", ErrNewer, has, len(steps))
	case has > 0:
		err = sameSteps(c, steps[:has])
	default:
		err = c.ours()
	}
	if err != nil {
		return err
	}
	if has == len(steps) {
		return nil
	}
	if err := c.db.CreateFunction("skeleton", 1, sqlite3.DETERMINISTIC, skeleton); err != nil {
		return err
	}
	if has > 0 {
		copied, err := copyBefore(c, d, file, len(steps))
		if err != nil {
			return fmt.Errorf("copying the database before its upgrade: %w", err)
		}
		log.Info("copied the database before its upgrade", "copy", copied, "from", has, "to", len(steps))
	}
	if err := applyAll(c, steps[has:]); err != nil {
		return err
	}
	if has > 0 {
		log.Info("brought the schema of the database to a new version", "file", file, "version", len(steps))
	}
	return nil
}

// applyAll runs the steps in one transaction. When it is cut off, the database is the
// one that was copied before, and the next try copies the same again.
func applyAll(c *conn, steps []migration) (err error) {
	tx, err := c.db.BeginImmediate()
	if err != nil {
		return err
	}
	defer tx.End(&err)
	for _, m := range steps {
		if err := apply(c, m); err != nil {
			return fmt.Errorf("migration %s: %w", m.name, err)
		}
	}
	return nil
}

// ours is ErrDamaged for a database of version 0 that has something in it: another
// program's, to which nothing must be done.
func (c *conn) ours() error {
	tables, err := c.number(`SELECT count(*) FROM sqlite_schema`)
	if err == nil && tables > 0 {
		err = fmt.Errorf("%w: it is one of another program", ErrDamaged)
	}
	return err
}

// skeleton is [chat.Skeleton] for the steps.
func skeleton(ctx sqlite3.Context, name ...sqlite3.Value) {
	ctx.ResultText(chat.Skeleton(name[0].Text()))
}

// sameSteps makes sure that what was applied is what this program would apply.
func sameSteps(c *conn, steps []migration) error {
	for _, m := range steps {
		sum := ""
		err := c.row(func(st *sqlite3.Stmt) { sum = st.ColumnText(0) },
			`SELECT checksum FROM migration WHERE version = ?1`, m.version)
		if err != nil {
			return fmt.Errorf("reading which migrations were applied: %w", err)
		}
		if sum != m.checksum() {
			return fmt.Errorf("the database went through another migration %d than this program's %s: "+
				"it was made by a different program, perhaps by one that was never released; use that one", m.version, m.name)
		}
	}
	return nil
}

// apply runs one step and notes its version and checksum.
func apply(c *conn, m migration) error {
	const table = `CREATE TABLE IF NOT EXISTS migration (
		version  INTEGER PRIMARY KEY,
		name     TEXT    NOT NULL,
		checksum TEXT    NOT NULL,
		applied  INTEGER NOT NULL
	) STRICT;`
	if err := c.db.Exec(table + m.sql); err != nil {
		return err
	}
	_, err := c.exec(`INSERT INTO migration (version, name, checksum, applied) VALUES (?1, ?2, ?3, ?4)`,
		m.version, m.name, m.checksum(), wire.At(time.Now()))
	if err != nil {
		return err
	}
	return c.db.Exec("PRAGMA user_version = " + strconv.Itoa(m.version))
}

// copyBefore copies the database to file.before-N, whole or not at all.
func copyBefore(c *conn, d *disk, file string, version int) (string, error) {
	to := file + ".before-" + strconv.Itoa(version)
	part := to + ".part"
	if err := removeDatabase(part); err != nil {
		return "", err
	}
	if err := createPrivate(part); err != nil { // VACUUM INTO takes an empty file
		return "", err
	}
	if err := d.copyInto(c, part); err != nil {
		return "", errors.Join(err, removeDatabase(part))
	}
	if err := syncFile(part); err != nil {
		return "", err
	}
	if err := os.Rename(part, to); err != nil {
		return "", err
	}
	return to, syncFolder(filepath.Dir(to))
}

// removeDatabase removes a database, if it is there, with all that SQLite makes beside it.
func removeDatabase(file string) error {
	for _, end := range []string{"", "-wal", "-shm", "-journal"} {
		if err := os.Remove(file + end); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}

func syncFile(name string) error {
	f, err := os.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// number runs a query for one number.
func (c *conn) number(sql string, args ...any) (int, error) {
	n := 0
	err := c.row(func(st *sqlite3.Stmt) { n = st.ColumnInt(0) }, sql, args...)
	return n, err
}
