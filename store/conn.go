package store

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/vfs"

	"jim/chat"
	"jim/wire"
)

// What a connection is for, in pragmas. Foreign keys hold everywhere but in the
// log, which has none. Temporary data stays in memory, so that a full /tmp is
// nobody's trouble. Nothing is mapped: an I/O error in a mapped file is a signal
// that ends the process, and not an error.
const (
	forAll = `
		PRAGMA busy_timeout=5000;
		PRAGMA mmap_size=0;
		PRAGMA temp_store=memory;
		PRAGMA foreign_keys=on;`

	forWriting = forAll + `
		PRAGMA journal_mode=wal;
		PRAGMA synchronous=full;
		PRAGMA wal_autocheckpoint=0;
		PRAGMA journal_size_limit=67108864;
		PRAGMA cache_size=-4096;`

	forReading = forAll + `
		PRAGMA query_only=on;
		PRAGMA cache_size=-2048;`
)

// conn is a connection with the statements it has prepared. One goroutine at a
// time uses it.
type conn struct {
	db    *sqlite3.Conn
	stmts map[string]*sqlite3.Stmt
}

func openConn(ctx context.Context, file, vfsName, pragmas string) (*conn, error) {
	return openURI(ctx, file, "vfs="+vfsName, pragmas)
}

// openURI opens a file with parameters of https://sqlite.org/uri.html.
func openURI(ctx context.Context, file, query, pragmas string) (*conn, error) {
	path := filepath.ToSlash(file)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path // file:///C:/…
	}
	uri := url.URL{Scheme: "file", OmitHost: true, Path: path, RawQuery: query}
	db, err := sqlite3.OpenContext(ctx, uri.String())
	if err != nil {
		return nil, err
	}
	c := &conn{db: db, stmts: make(map[string]*sqlite3.Stmt)}
	// Without this (the "query planner stability guarantee") SQLite plans a
	// statement anew whenever a bound of a range changes, and a page of a log
	// takes twice as long.
	_, err = db.Config(sqlite3.DBCONFIG_ENABLE_QPSG, true)
	if err == nil {
		err = db.Exec(pragmas)
	}
	if err != nil {
		c.leaveLog()
		c.close()
		return nil, err
	}
	return c, nil
}

func (c *conn) close() error {
	for _, st := range c.stmts {
		st.Close()
	}
	return c.db.Close()
}

// closeWhole closes a database that is going to be moved without its write-ahead log:
// close alone says nothing of a log that could not be written to the database.
func (c *conn) closeWhole() error {
	err := c.checkpointAll()
	if err != nil {
		c.leaveLog()
	}
	return errors.Join(err, c.close())
}

// leaveLog makes close leave the write-ahead log as it is.
func (c *conn) leaveLog() {
	c.db.Config(sqlite3.DBCONFIG_NO_CKPT_ON_CLOSE, true)
}

// checkpointAll writes all of the write-ahead log to the database and syncs it,
// empties the log and syncs that too: SQLite does without the last, but a log that
// comes back half after a loss of power would undo half of what was written.
func (c *conn) checkpointAll() error {
	if _, _, err := c.db.WALCheckpoint("main", sqlite3.CHECKPOINT_TRUNCATE); err != nil {
		return err
	}
	log, err := c.logFile()
	if err != nil {
		return err
	}
	return log.Sync(vfs.SYNC_FULL)
}

// stmt returns the prepared form of sql, which is one statement and a constant
// of the program.
func (c *conn) stmt(sql string) (*sqlite3.Stmt, error) {
	if st, ok := c.stmts[sql]; ok {
		return st, nil
	}
	st, _, err := c.db.PrepareFlags(sql, sqlite3.PREPARE_PERSISTENT)
	if err != nil {
		return nil, fmt.Errorf("%w in %q", err, sql)
	}
	c.stmts[sql] = st
	return st, nil
}

// exec runs a statement that returns no rows, and tells how many it changed.
func (c *conn) exec(sql string, args ...any) (int64, error) {
	st, err := c.stmt(sql)
	if err != nil {
		return 0, err
	}
	if err := bind(st, args); err != nil {
		return 0, err
	}
	if err := st.Exec(); err != nil {
		return 0, err
	}
	return c.db.Changes(), nil
}

// rows runs a query and calls row for each row of the answer.
func (c *conn) rows(row func(*sqlite3.Stmt), sql string, args ...any) error {
	st, err := c.stmt(sql)
	if err != nil {
		return err
	}
	if err := bind(st, args); err != nil {
		return err
	}
	for st.Step() {
		row(st)
	}
	return finish(st)
}

// finish ends a query and returns its error. A statement that is not reset keeps
// its snapshot, and with it the write-ahead log from being emptied.
func finish(st *sqlite3.Stmt) error {
	err := st.Err()
	if reset := st.Reset(); err == nil {
		err = reset
	}
	return err
}

// row runs a query and calls row for the first row; [chat.ErrNotFound] when
// there is none.
func (c *conn) row(row func(*sqlite3.Stmt), sql string, args ...any) error {
	found := false
	err := c.rows(func(st *sqlite3.Stmt) {
		if !found {
			row(st)
		}
		found = true
	}, sql, args...)
	if err == nil && !found {
		return chat.ErrNotFound
	}
	return err
}

// has tells whether a query finds a row.
func (c *conn) has(sql string, args ...any) (bool, error) {
	found := false
	err := c.rows(func(*sqlite3.Stmt) { found = true }, sql, args...)
	return found, err
}

func bind(st *sqlite3.Stmt, args []any) error {
	for i, arg := range args {
		if err := bindOne(st, i+1, arg); err != nil {
			return err
		}
	}
	return nil
}

func bindOne(st *sqlite3.Stmt, i int, arg any) error {
	switch v := arg.(type) {
	case nil:
		return st.BindNull(i)
	case bool:
		return st.BindBool(i, v)
	case int:
		return st.BindInt(i, v)
	case int64:
		return st.BindInt64(i, v)
	case wire.Time:
		return st.BindInt64(i, int64(v))
	case chat.AccountID:
		return st.BindInt64(i, int64(v))
	case chat.ConversationID:
		return st.BindInt64(i, int64(v))
	case string:
		return st.BindText(i, v)
	case []byte:
		return st.BindBlob(i, v)
	}
	return fmt.Errorf("no way to bind a %T", arg)
}
