package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"jim/store/under"
)

// problems are the kinds of what was found, each once.
func problems(t *testing.T, dir string) []Problem {
	t.Helper()
	e, err := Examine(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	var list []Problem
	for _, f := range e.Found {
		if f.Where == "" {
			t.Errorf("%s is nowhere", f.Problem)
		}
		if !slices.Contains(list, f.Problem) {
			list = append(list, f.Problem)
		}
	}
	return list
}

// spoil changes the database of a closed store with SQL.
func spoil(t *testing.T, dir, sql string) {
	t.Helper()
	d := mount(under.NewDisk(1), true)
	defer d.unmount()
	c, err := openConn(t.Context(), filepath.Join(dir, FileName), d.name, forWriting)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(c.db.Exec("PRAGMA foreign_keys=off;"+sql), c.close()); err != nil {
		t.Fatal(err)
	}
}

func TestExamine(t *testing.T) {
	good := t.TempDir()
	s := openTest(t, good)
	lived(t, s, func() {})
	e, err := Examine(t.Context(), good)
	if err != nil || len(e.Found) > 0 || !e.Running || e.Inventory.Accounts != 5 || e.Inventory.Entries != 64 {
		t.Errorf("beside a server: %+v, %v", e, err)
	}
	s.Close()
	const left = `DELETE FROM member WHERE conv = 1; INSERT INTO log VALUES (1, 14, 1, 3, 1, NULL, '');`
	for _, c := range []struct {
		name string
		sql  string
		want []Problem
	}{
		{"whole", `SELECT 1`, nil},
		{"an entry is missing", `DELETE FROM log WHERE conv = 1 AND seq = 4`, []Problem{BadNumbers}},
		{"the first entries are missing", `DELETE FROM log WHERE conv = 1 AND seq <= 4`, []Problem{BadNumbers}},
		{"a number before the first", `UPDATE log SET seq = 0 WHERE conv = 1 AND seq = 13`, []Problem{BadNumbers}},
		{"what was read is missing at the end", `DELETE FROM log WHERE conv = 1 AND seq >= 3`, []Problem{BadNumbers}},
		{"all that was read is missing", `UPDATE member SET read = 1 WHERE conv = 5; DELETE FROM log WHERE conv = 5`, []Problem{BadNumbers}},
		{"a member came with what is missing", `DELETE FROM log WHERE conv = 2; UPDATE conversation SET topic = '' WHERE id = 2`, []Problem{BadNumbers}},
		{"a member left with what is missing", `DELETE FROM member WHERE conv = 3`, []Problem{BadNumbers}},
		{"a topic is missing at the end", `UPDATE conversation SET topic = 'another' WHERE id = 4`, []Problem{BadNumbers}},
		{"who left is no member", left, nil},
		{"who left and came again is none", left + `INSERT INTO log VALUES (1, 15, 1, 2, 1, NULL, '')`, []Problem{BadNumbers}},
		{"messages that nobody has read are missing at the end", `DELETE FROM log WHERE conv = 1 AND seq >= 4`, nil}, // nothing knows of them
		{"an account is missing", `DELETE FROM account WHERE id = 2`, []Problem{BadLinks}},
		{"a room is missing", `DELETE FROM member WHERE conv = 2; DELETE FROM conversation WHERE id = 2`, []Problem{BadLinks}},
		{"an index is wrong", `PRAGMA writable_schema=on; UPDATE sqlite_schema SET sql = replace(sql, 'id IS NOT NULL', 'id IS NULL') WHERE name = 'log_once'`, []Problem{BadTrees}},
		{"a newer program", `PRAGMA user_version = 99`, []Problem{NewSchema}},
		{"no sums", `PRAGMA application_id = 0`, []Problem{NoSums}},
	} {
		dir := t.TempDir()
		if err := os.CopyFS(dir, os.DirFS(good)); err != nil {
			t.Fatal(err)
		}
		spoil(t, dir, c.sql)
		if got := problems(t, dir); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	if e, err := Examine(t.Context(), t.TempDir()); err != nil || !e.None || e.Running {
		t.Errorf("nothing there: %+v, %v", e, err)
	}
}

// TestExamineFindsEveryBit looks for what a reader may never come across, such as
// pages that are not in use.
func TestExamineFindsEveryBit(t *testing.T) {
	dir := t.TempDir()
	s := openTest(t, dir)
	lived(t, s, func() {})
	s.Close()
	spoil(t, dir, `CREATE TABLE big (x); INSERT INTO big VALUES (zeroblob(30000)); DROP TABLE big`)
	file := filepath.Join(dir, FileName)
	good, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got := problems(t, dir); got != nil {
		t.Fatalf("undamaged: %q", got)
	}
	harm{bits: 19997, head: headerBytes, headBits: 7, sectors: 2}.each(t, good, func(name string, bad []byte) {
		if err := os.WriteFile(file, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		if len(problems(t, dir)) == 0 {
			t.Errorf("%s: nothing was found", name)
		}
	})
}

// TestExamineLeftLog looks at what a server that was killed left, and leaves it as
// it is.
func TestExamineLeftLog(t *testing.T) {
	files, _ := killed(t, t.TempDir(), lived)
	wal := files[FileName+"-wal"]
	for _, c := range []struct {
		name string
		wal  func([]byte) []byte
		shm  bool
		want []Problem
	}{
		{"whole", func(b []byte) []byte { return b }, true, nil},
		{"a bit in the middle", func(b []byte) []byte { b[len(b)/2] ^= 1; return b }, true, []Problem{Unreadable}},
		{"cut", func(b []byte) []byte { return b[:len(b)/2] }, true, []Problem{Unreadable}},
		{"a bit at the end", func(b []byte) []byte { b[len(b)-9] ^= 1; return b }, false, []Problem{LostTail}},
	} {
		dir := t.TempDir()
		left := map[string][]byte{FileName: files[FileName], FileName + "-wal": c.wal(slices.Clone(wal))}
		if c.shm {
			left[FileName+"-shm"] = files[FileName+"-shm"]
		}
		for name, data := range left {
			if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		for again := range 2 { // what was found must not be gone the next time
			if got := problems(t, dir); !slices.Equal(got, c.want) {
				t.Errorf("%s, %d: %q, want %q", c.name, again, got, c.want)
			}
		}
		for _, name := range []string{FileName, FileName + "-wal"} {
			if now, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(now) != string(left[name]) {
				t.Errorf("%s: %s was changed: %v", c.name, name, err)
			}
		}
		if _, err := lockFolder(dir); err != nil {
			t.Errorf("%s: the folder was not let go: %v", c.name, fmt.Sprint(err))
		}
	}
}
