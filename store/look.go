package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/vfs"
)

// onlooker reads the database of a data folder from outside of the store: beside
// a server that runs, whose writing it does not hold up, or in its place. It
// changes nothing but SQLite's own index of the write-ahead log.
type onlooker struct {
	c    *conn
	disk *disk
	lock *os.File // nil when a server runs
	file string
	left leftLog
}

// lookAt opens the database in dir for reading. Where no server runs, none can
// start until the onlooker is closed. Its errors are those of [Open], and
// [os.ErrNotExist] where there is no database.
func lookAt(ctx context.Context, dir string) (*onlooker, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	file, err := databaseIn(dir)
	if err != nil {
		return nil, err
	}
	o := &onlooker{file: file, disk: mount(vfs.Find("os"), false)}
	if err := o.open(ctx, dir); err != nil {
		o.close()
		return nil, fmt.Errorf("%s: %w", o.file, asDamage(o.disk.explain(err)))
	}
	return o, nil
}

func (o *onlooker) open(ctx context.Context, dir string) (err error) {
	if o.lock, err = standIn(dir); err != nil {
		return err
	}
	if err := present(o.file); err != nil {
		if o.lock == nil && errors.Is(err, errCutOff) {
			err = fmt.Errorf("%w: a restore into it has not come to its end; wait for that", ErrInUse)
		}
		return err
	}
	if _, err := header(o.file); err != nil {
		return err
	}
	query := "vfs=" + o.disk.name
	if o.lock != nil {
		if o.left, err = ownLeftLog(o.file); err != nil {
			return err
		}
		// Without a log to be read, SQLite need not make files beside the
		// database, which would belong to whoever looks, and nothing needs to be
		// written on a disk that cannot be any more.
		if size, err := sizeOf(o.file + "-wal"); size <= 0 {
			query += "&immutable=1&mode=ro"
			if err != nil {
				return err
			}
		}
	}
	if o.c, err = openURI(ctx, o.file, query, forReading); err != nil {
		return err
	}
	o.c.leaveLog()
	o.c.db.SetInterrupt(ctx)
	return nil
}

// errCutOff means that a restore has left its beginning in a folder.
var errCutOff = fmt.Errorf("%w: it is not there, and a restore into the folder was cut off; "+
	"restore the backup again, or remove %s to begin anew", ErrDamaged, restorePart)

// present is ErrDamaged where a folder has lost its database, or did not get it
// since a restore was cut off, and
// [os.ErrNotExist] where it never had one.
func present(file string) error {
	size, err := sizeOf(file)
	if err != nil || size >= headerBytes {
		return err
	}
	if size >= 0 {
		return fmt.Errorf("%w: there is no database in it, only %d bytes; restore a backup, or remove the file to begin anew", ErrDamaged, size)
	}
	logged, err := sizeOf(file + "-wal")
	if err != nil {
		return err
	}
	if logged > 0 {
		return fmt.Errorf("%w: it is gone, and its write-ahead log is there; restore a backup, or remove %s-wal to begin anew", ErrDamaged, FileName)
	}
	switch _, err := os.Lstat(filepath.Join(filepath.Dir(file), restorePart)); {
	case err == nil:
		return errCutOff
	case !errors.Is(err, os.ErrNotExist):
		return err
	}
	return os.ErrNotExist
}

func (o *onlooker) close() {
	if o.c != nil {
		o.c.close()
		for _, end := range []string{"-wal", "-shm"} {
			_ = os.Chmod(o.file+end, 0o600) // one that SQLite made is as open as the umask lets it be
			giveTo(o.file, o.file+end)
		}
	}
	o.disk.unmount()
	if o.lock != nil {
		o.lock.Close()
	}
}

// standIn takes the lock of a folder where nobody has it, and makes nothing; the
// file is nil when somebody has.
func standIn(dir string) (*os.File, error) {
	f, err := os.Open(filepath.Join(dir, lockName))
	if errors.Is(err, os.ErrNotExist) {
		return os.Open(dir) // nobody ever ran here
	}
	if err != nil {
		return nil, err
	}
	taken, err := lockFile(f)
	if err != nil || taken {
		f.Close()
		return nil, err
	}
	return f, nil
}

// schema is the version of the schema that the database has, and whether it is
// one that this program knows.
func (o *onlooker) schema() (int, error) {
	has, err := o.c.number(`PRAGMA user_version`)
	if err == nil && has > len(migrations()) {
		err = fmt.Errorf("%w: it has schema version %d and this program knows versions up to %d", ErrNewer, has, len(migrations()))
	}
	return has, err
}

// Inventory is what a database holds.
type Inventory struct {
	Accounts int64            `json:"accounts"`
	Rooms    int64            `json:"rooms"`
	Entries  int64            `json:"entries"` // of all logs, of every kind
	Last     map[int64]uint64 `json:"last"`    // the newest seq of each conversation that has entries
	Newest   int64            `json:"newest"`  // when the newest entry was kept, in microseconds since 1970
}

func (o *onlooker) inventory() (n Inventory, err error) {
	n.Last = map[int64]uint64{}
	err = errors.Join(
		o.c.row(func(st *sqlite3.Stmt) { n.Accounts, n.Rooms = st.ColumnInt64(0), st.ColumnInt64(1) },
			`SELECT (SELECT count(*) FROM account), (SELECT count(key) FROM conversation)`),
		o.c.rows(func(st *sqlite3.Stmt) {
			n.Last[st.ColumnInt64(0)] = uint64(st.ColumnInt64(1))
			n.Entries += st.ColumnInt64(2)
			n.Newest = max(n.Newest, st.ColumnInt64(3))
		}, `SELECT conv, max(seq), count(*), max(time) FROM log GROUP BY conv`))
	return n, err
}
