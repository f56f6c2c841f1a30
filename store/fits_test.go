package store

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"jim/chat"
)

// grown is the files of a server that keeps n more messages of a kilobyte and is killed, or stopped. The folder is left as that of
// one that was stopped.
func grown(t *testing.T, dir string, n int, killed bool) map[string][]byte {
	t.Helper()
	s := openTest(t, dir)
	ops, err := s.Room(t.Context(), "#ops")
	if errors.Is(err, chat.ErrNotFound) {
		_, ops.ID = talkers(t, s)
	} else if err != nil {
		t.Fatal(err)
	}
	for range n {
		e := chat.Entry{Conversation: ops.ID, Kind: chat.Said, From: 1, Text: strings.Repeat("k", 1000)}
		if err := s.change(t.Context(), func(w *writer) error { return w.keep(&e) }); err != nil {
			t.Fatal(err)
		}
	}
	files := filesOf(t, dir)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if !killed {
		files = filesOf(t, dir)
	}
	return files
}

// filesOf reads a database and its log.
func filesOf(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	for _, name := range []string{FileName, FileName + "-wal"} {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
		files[name] = data
	}
	return files
}

// TestTheLogOfAnotherDatabase puts a copy in the place of the database of a server that was killed, whose log is still there.
// What SQLite would make of the two is neither, so they are refused.
func TestTheLogOfAnotherDatabase(t *testing.T) {
	dir := t.TempDir()
	older := grown(t, dir, 0, false)
	begun := grown(t, dir, 40, false)
	killed := grown(t, dir, 8, true)
	ended := grown(t, dir, 0, false)
	newer := grown(t, dir, 30, false)
	other := grown(t, t.TempDir(), 0, false)
	for name, c := range map[string]struct {
		copied map[string][]byte
		fits   bool
	}{
		"its own":                      {killed, true},
		"that at which the log begins": {begun, true},
		"that which has all of it":     {ended, true},
		"an older copy":                {older, false},
		"a newer copy":                 {newer, false},
		"another database":             {other, false},
	} {
		files := maps.Clone(killed)
		files[FileName] = c.copied[FileName]
		if _, err := damagedFolder(t, files); c.fits != (err == nil) || !c.fits && !errors.Is(err, errStrangeLog) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestTheLogOfAVacuumFits has a server that was killed while it gave the pages of an older database sums, which makes a database
// with free pages smaller: all of it is in the log.
func TestTheLogOfAVacuumFits(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, FileName)
	c, err := openConn(t.Context(), file, "", forWriting)
	if err != nil {
		t.Fatal(err)
	}
	defer c.close()
	err = errors.Join(c.db.Exec(`CREATE TABLE t (x); INSERT INTO t SELECT randomblob(3000) FROM json_each('[1,2,3,4,5,6,7,8,9]')`),
		c.checkpointAll(), c.db.Exec(`DELETE FROM t WHERE rowid > 2; PRAGMA wal_checkpoint(TRUNCATE); VACUUM`))
	if err != nil {
		t.Fatal(err)
	}
	l, err := ownLeftLog(file)
	if size, _ := sizeOf(file); err != nil || int64(l.size) >= size/pageBytes {
		t.Errorf("%d pages in %d bytes, %v", l.size, size, err)
	}
}
