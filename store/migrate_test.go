package store

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ncruces/go-sqlite3"

	"jim/chat"
	"jim/store/under"
)

func openSteps(t *testing.T, dir string, steps []migration) (*Store, error) {
	t.Helper()
	s, err := openOn(t.Context(), dir, slog.New(slog.DiscardHandler), On{}, steps)
	if err == nil {
		t.Cleanup(func() { s.Close() })
	}
	return s, err
}

// more is what a later version of this program might add.
func more(sql string) []migration {
	steps := migrations()
	n := len(steps) + 1
	return append(steps, migration{n, fmt.Sprintf("%04d_more", n), sql})
}

func TestNewerRefused(t *testing.T) {
	dir := t.TempDir()
	s, err := openSteps(t, dir, more(`CREATE TABLE more (x INTEGER) STRICT`))
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
	before, err := os.ReadFile(filepath.Join(dir, FileName))
	if err != nil {
		t.Fatal(err)
	}
	_, err = openSteps(t, dir, migrations())
	if !errors.Is(err, ErrNewer) {
		t.Fatalf("want ErrNewer, got %v", err)
	}
	known := len(migrations())
	for _, want := range []string{fmt.Sprint("version ", known+1), fmt.Sprint("up to ", known), "use the newer program"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("want %q in %q", want, err)
		}
	}
	if after, _ := os.ReadFile(filepath.Join(dir, FileName)); string(after) != string(before) {
		t.Error("the database was changed")
	}
}

func TestOtherStepsRefused(t *testing.T) {
	dir := t.TempDir()
	openTest(t, dir).Close()
	steps := migrations()
	steps[0].sql += "\n-- changed after the release"
	if _, err := openSteps(t, dir, steps); err == nil || !strings.Contains(err.Error(), steps[0].name) {
		t.Errorf("want an error that names the step, got %v", err)
	}
}

func TestStepFails(t *testing.T) {
	dir := t.TempDir()
	openTest(t, dir).Close()
	_, err := openSteps(t, dir, more(`CREATE TABLE more (x INTEGER) STRICT; SELECT nonsense`))
	if err == nil || !strings.Contains(err.Error(), "_more") {
		t.Fatalf("want an error that names the step, got %v", err)
	}
	// Nothing of it stays: the same step, put right, can be applied.
	if _, err := openSteps(t, dir, more(`CREATE TABLE more (x INTEGER) STRICT`)); err != nil {
		t.Fatal(err)
	}
}

func TestUpgrade(t *testing.T) {
	dir := t.TempDir()
	s := openTest(t, dir)
	if copies, _ := fs.Glob(os.DirFS(dir), "*.before-*"); len(copies) > 0 {
		t.Errorf("a new database was copied: %v", copies)
	}
	ann, err := s.AddAccount(t.Context(), chat.Account{Name: "ann", Key: "ann", UID: -1})
	if err != nil {
		t.Fatal(err)
	}
	s.Close()

	steps := more(`CREATE TABLE more (x INTEGER) STRICT; INSERT INTO more VALUES (7)`)
	for range 2 { // the second time there is nothing to do
		s, err = openSteps(t, dir, steps)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := s.Account(t.Context(), "ann"); err != nil || got != ann {
			t.Errorf("want %+v, got %+v, %v", ann, got, err)
		}
		s.Close()
	}

	name := filepath.Join(dir, fmt.Sprintf("jim.db.before-%d", len(steps)))
	info, err := os.Stat(name)
	if err != nil || info.Mode() != 0o600 {
		t.Fatalf("the copy: %v, %v", info, err)
	}
	old := t.TempDir()
	if err := os.Rename(name, filepath.Join(old, FileName)); err != nil {
		t.Fatal(err)
	}
	if got, err := openTest(t, old).Account(t.Context(), "ann"); err != nil || got != ann {
		t.Errorf("in the copy: want %+v, got %+v, %v", ann, got, err)
	}
}

// TestPragmas makes sure that SQLite took what it was told: it takes no notice of
// a pragma that it does not understand.
func TestPragmas(t *testing.T) {
	s := openTest(t, t.TempDir())
	read := func(c *conn, pragma string) (value string) {
		t.Helper()
		if err := c.row(func(st *sqlite3.Stmt) { value = st.ColumnText(0) }, "PRAGMA "+pragma); err != nil {
			t.Error(err)
		}
		return value
	}
	check := func(who string, c *conn, want map[string]string) {
		for pragma, value := range want {
			if got := read(c, pragma); got != value {
				t.Errorf("%s of the %s: want %s, got %s", pragma, who, value, got)
			}
		}
	}
	check("writer", s.writer.c, map[string]string{
		"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "wal_autocheckpoint": "0",
		"busy_timeout": "5000", "temp_store": "2", "cache_size": "-4096",
	})
	err := s.look(t.Context(), func(c *conn) error {
		check("reader", c, map[string]string{"journal_mode": "wal", "query_only": "1", "busy_timeout": "5000", "temp_store": "2"})
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// TestNamesThatWereAlikeBeforeGoOn has a database of before skeletons were kept.
func TestNamesThatWereAlikeBeforeGoOn(t *testing.T) {
	dir := t.TempDir()
	const old = `
		INSERT INTO account (name, key, password, owner, disabled, created) VALUES
			('bill', 'bill', '', 0, 0, 1), ('bi1l', 'bi1l', '', 0, 0, 1), ('ann', 'ann', '', 0, 0, 1);
		INSERT INTO conversation (name, key, topic, created) VALUES ('#bill', '#bill', '', 1), ('#bi1l', '#bi1l', '', 1);
		INSERT INTO conversation (name, low, high, topic, created) VALUES ('', 1, 2, '', 1), ('', 1, 3, '', 1)`
	file := filepath.Join(dir, FileName)
	c, err := openConn(t.Context(), file, "os", forWriting)
	if err != nil {
		t.Fatal(err)
	}
	err = migrate(t.Context(), c, nil, file, migrations()[:1], slog.New(slog.DiscardHandler))
	if err := errors.Join(err, c.db.Exec(old), c.close()); err != nil {
		t.Fatal(err)
	}

	s := openTest(t, dir)
	for _, key := range []string{"bill", "bi1l", "ann"} {
		if _, err := s.Account(t.Context(), key); err != nil {
			t.Errorf("%s: %v", key, err)
		}
		if _, err := s.AddAccount(t.Context(), chat.Account{Name: key, Key: key, UID: -1}); err != chat.ErrExists {
			t.Errorf("%s could be added again: %v", key, err)
		}
	}
	if _, err := s.Room(t.Context(), "#bi1l"); err != nil {
		t.Error(err)
	}
	if _, err := s.AddAccount(t.Context(), chat.Account{Name: "biIl", Key: "biil", UID: -1}); err != chat.ErrAlike {
		t.Errorf("want ErrAlike for what looks like an older name, got %v", err)
	}
	if _, err := s.AddRoom(t.Context(), "#BI11", "#bi11"); err != nil {
		t.Errorf("what looks like nobody's name: %v", err)
	}
}

// TestUpgradeInSeveralSteps fails in the second step. The next try must not copy what
// the first step left over the copy that the program before understands.
func TestUpgradeInSeveralSteps(t *testing.T) {
	dir, old := t.TempDir(), t.TempDir()
	openTest(t, dir).Close()
	steps := more(`CREATE TABLE more (x INTEGER) STRICT`)
	n := len(steps) + 1
	last := migration{n, fmt.Sprintf("%04d_last", n), `CREATE TABLE last (x INTEGER) STRICT; SELECT nonsense`}
	if _, err := openSteps(t, dir, append(steps, last)); err == nil || !strings.Contains(err.Error(), last.name) {
		t.Fatalf("want an error that names the step, got %v", err)
	}
	last.sql = `CREATE TABLE last (x INTEGER) STRICT`
	s, err := openSteps(t, dir, append(steps, last))
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
	if err := os.Rename(filepath.Join(dir, fmt.Sprintf("jim.db.before-%d", n)), filepath.Join(old, FileName)); err != nil {
		t.Fatal(err)
	}
	openTest(t, old)
}

// TestUpgradeWithoutRoom has no room for the copy before it. Nothing of the copy stays.
func TestUpgradeWithoutRoom(t *testing.T) {
	dir := large(t)
	disk := under.NewDisk(1)
	disk.FillFor(".part")
	steps := more(`CREATE TABLE more (x INTEGER) STRICT`)
	_, err := openOn(t.Context(), dir, slog.New(slog.DiscardHandler), On{Disk: disk}, steps)
	if !full(err) {
		t.Errorf("want no room, got %v", err)
	}
	if left, err := filepath.Glob(filepath.Join(dir, "*.part*")); err != nil || left != nil {
		t.Errorf("left: %v, %v", left, err)
	}
	if got := problems(t, dir); got != nil {
		t.Errorf("found %q", got)
	}
}

// TestBeforeTheFirstStep has a database whose first start was cut off, and one of another
// program.
func TestBeforeTheFirstStep(t *testing.T) {
	dir := t.TempDir()
	s, err := openSteps(t, dir, nil)
	if err == nil {
		t.Fatalf("opened %+v without a schema", s)
	}
	e, err := Examine(t.Context(), dir)
	if err != nil || len(e.Found) > 0 || e.Schema != 0 {
		t.Errorf("%+v, %v", e, err)
	}
	r, _ := restored(t, backupOf(t, dir))
	if r.LogName() == "" {
		t.Error("what was restored is no store")
	}
	openTest(t, dir).Close()
	other := t.TempDir()
	c, err := openConn(t.Context(), filepath.Join(other, FileName), "os", forWriting)
	if err := errors.Join(err, c.db.Exec(`CREATE TABLE theirs (x)`), c.close()); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), other, slog.New(slog.DiscardHandler)); !errors.Is(err, ErrDamaged) {
		t.Errorf("another program's: %v", err)
	}
	if got := fmt.Sprint(problems(t, other)); got != fmt.Sprint([]Problem{NoSums, Unreadable}) {
		t.Errorf("found %s", got)
	}
}
