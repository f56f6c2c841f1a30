package store

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/ncruces/go-sqlite3"

	"jim/store/under"
)

// killed is what a server that was killed leaves in its folder, and what it told
// after each change of live.
func killed(t *testing.T, dir string, live func(testing.TB, *Store, func())) (files map[string][]byte, told []everything) {
	t.Helper()
	s := openTest(t, dir)
	tell := func() {
		all, err := readEverything(t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		told = append(told, all)
	}
	tell()
	live(t, s, tell)
	files = map[string][]byte{}
	for _, name := range []string{FileName, FileName + "-wal", FileName + "-shm"} {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		files[name] = data
	}
	return files, told
}

// TestDamagedLog flips bits of a write-ahead log that was left behind, and cuts
// it: one that holds all that was ever kept, and a short one over a database. With
// the index of the log beside it, all is told or it is refused. Without, as after
// a loss of power, the last group may be missing, and if more than that was lost,
// it is said.
func TestDamagedLog(t *testing.T) {
	t.Run("all", func(t *testing.T) {
		files, told := killed(t, t.TempDir(), lived)
		damagedLog(t, files, told, harm{bits: 299993, sectors: 197, from: walHeader})
	})
	t.Run("short", func(t *testing.T) {
		dir := t.TempDir()
		s := openTest(t, dir)
		lived(t, s, func() {})
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		files, told := killed(t, dir, livedOn)
		damagedLog(t, files, told, harm{bits: 19997, sectors: 17, from: walHeader})
	})
}

// damagedLog damages the log among files by h.
func damagedLog(t *testing.T, files map[string][]byte, told []everything, h harm) {
	last := told[len(told)-1]
	if got, err := damagedFolder(t, files); err != nil || !reflect.DeepEqual(got, last) {
		t.Fatalf("undamaged: %v", err)
	}
	wal, shm := FileName+"-wal", FileName+"-shm"
	try := func(name string, bad map[string][]byte, indexed bool) {
		got, err := damagedFolder(t, bad)
		switch {
		case err != nil && !errors.Is(err, ErrDamaged):
			t.Errorf("%s: %v", name, err)
		case indexed && !got.within(last):
			t.Errorf("%s: other content was told", name)
		case !slices.ContainsFunc(told, got.within):
			t.Errorf("%s: what was never so was told", name)
		}
	}
	for _, indexed := range []bool{true, false} {
		bad := map[string][]byte{FileName: files[FileName]}
		if indexed {
			bad[shm] = files[shm]
		}
		h.each(t, files[wal], func(name string, damaged []byte) {
			bad[wal] = damaged
			try(fmt.Sprintf("%s, index %v", name, indexed), bad, indexed)
		})
	}
	bad := map[string][]byte{FileName: files[FileName], wal: files[wal]}
	harm{bits: 61}.each(t, files[shm][:200], func(name string, damaged []byte) { // a damaged index harms nothing
		bad[shm] = append(damaged[:200:200], files[shm][200:]...)
		try(name+" of the index", bad, true)
	})
}

// TestLeftLogFrames changes one thing in each part of the last frames.
func TestLeftLogFrames(t *testing.T) {
	files, _ := killed(t, t.TempDir(), lived)
	wal := files[FileName+"-wal"]
	read := func(change func([]byte)) (leftLog, error) {
		t.Helper()
		bad := bytes.Clone(wal)
		change(bad)
		file := filepath.Join(t.TempDir(), FileName)
		if err := os.WriteFile(file+"-wal", bad, 0o600); err != nil {
			t.Fatal(err)
		}
		return readLeftLog(file)
	}
	frames := (len(wal) - walHeader) / frameBytes
	if l, err := read(func([]byte) {}); err != nil || l.kept != frames || l.lost != 0 {
		t.Fatalf("want %d frames, got %+v, %v", frames, l, err)
	}
	var commits []int // the frames that end a group, from 0
	for i := range frames {
		if binary.BigEndian.Uint32(wal[walHeader+i*frameBytes+4:]) != 0 {
			commits = append(commits, i)
		}
	}
	end, before := commits[len(commits)-1], commits[len(commits)-2]
	at := func(frame, n int) int { return walHeader + frame*frameBytes + n }
	for _, c := range []struct {
		name    string
		at      int
		damaged bool
		lost    int
	}{
		{"the magic number", 0, true, 0},
		{"the salts of the header", 16, true, 0},
		{"the page number of the first frame", at(0, 3), true, 0},
		{"the size in a commit with a successor", at(before, 7), true, 0},
		{"the salt of a frame in the middle", at(3, 9), true, 0},
		{"the sum of a frame in the middle", at(3, 17), true, 0},
		{"the page of a frame in the middle", at(3, frameHead+100), true, 0},
		{"the page of a commit with a successor", at(before, frameHead+100), true, 0},
		{"the salt of the last frame", at(end, 9), true, 0},
		{"the page of the last frame", at(end, frameHead+100), false, 1},
	} {
		l, err := read(func(b []byte) { b[c.at] ^= 0x10 })
		if errors.Is(err, ErrDamaged) != c.damaged || err == nil && l.lost != c.lost {
			t.Errorf("%s: %+v, %v", c.name, l, err)
		}
	}
	// What an earlier round through the log left is no loss, nor is a log that
	// was made and never written.
	if l, err := read(func(b []byte) { clear(b) }); err != nil || l.kept != 0 || l.lost != 0 {
		t.Errorf("zeros: %+v, %v", l, err)
	}
	l, err := read(func(b []byte) {
		for i := before + 1; i < frames; i++ {
			b[at(i, 8)]++
			b[at(i, 16)]++
		}
	})
	if err != nil || l.kept != before+1 || l.lost != 0 {
		t.Errorf("an earlier round: %+v, %v", l, err)
	}
}

// TestLostFolderRefused has a folder that lost its database, or what is in it.
func TestLostFolderRefused(t *testing.T) {
	files, _ := killed(t, t.TempDir(), lived)
	wal := files[FileName+"-wal"]
	for name, folder := range map[string]map[string][]byte{
		"nothing in it":   {FileName: {}},
		"a few bytes":     {FileName: files[FileName][:99]},
		"its log is left": {FileName + "-wal": wal},
		"empty, and log":  {FileName: {}, FileName + "-wal": wal},
		"words":           {FileName: bytes.Repeat([]byte("these are words "), 1000)},
	} {
		if _, err := damagedFolder(t, folder); !errors.Is(err, ErrDamaged) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// What was never finished is begun again.
	if _, err := damagedFolder(t, map[string][]byte{FileName + ".part": files[FileName][:512], FileName + ".part-wal": wal}); err != nil {
		t.Error(err)
	}
}

// TestDamageBehindTheBack changes files of a store that is open.
func TestDamageBehindTheBack(t *testing.T) {
	for _, c := range []struct {
		name string
		file string
		at   int64
	}{
		{"the log", FileName + "-wal", -2000},
		{"the database", FileName, -2000},
		{"what the header says of sums", FileName, reservedAt},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			s := openTest(t, dir)
			lived(t, s, func() {})
			want, err := readEverything(t.Context(), s)
			if err != nil {
				t.Fatal(err)
			}
			if c.file == FileName {
				s.Close()
				s = openTest(t, dir)
			}
			changeBytes(t, filepath.Join(dir, c.file), c.at)
			if c.file != FileName { // a change, so that readers look again
				if _, err := s.AddRoom(t.Context(), "#new", "#new"); err != nil {
					t.Fatal(err)
				}
			}
			got, err := readEverything(t.Context(), s)
			if c.file != FileName {
				delete(got, "rooms")
			}
			if !got.within(want) {
				t.Error("other content was told")
			}
			if !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), "conversation 1, between the entries") {
				t.Errorf("want ErrDamaged and where, got %v", err)
			}
		})
	}
}

// changeBytes flips a bit of each page from an offset on, which is counted from
// the end of the page when it is negative; of the header only one.
func changeBytes(t *testing.T, name string, at int64) {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if at >= 0 {
		data[at] ^= 8
	} else {
		for end := len(data); end > headerBytes+pageBytes; end -= frameBytes {
			data[end+int(at)] ^= 8
		}
	}
	if err := os.WriteFile(name, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestUnsealed gives sums to a database that has none.
func TestUnsealed(t *testing.T) {
	dir := t.TempDir()
	s := openTest(t, dir)
	lived(t, s, func() {})
	want, err := readEverything(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
	file := filepath.Join(dir, FileName)
	d := mount(under.NewDisk(1), true)
	defer d.unmount()
	c, err := openConn(t.Context(), file, d.name, forWriting)
	if err != nil {
		t.Fatal(err)
	}
	// Without sums it is what a program before them has written.
	if _, err := c.db.FileControl("main", sqlite3.FCNTL_RESERVE_BYTES, 0); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(c.db.Exec("PRAGMA application_id = 0; PRAGMA journal_mode = delete; VACUUM"), c.close()); err != nil {
		t.Fatal(err)
	}
	if is, err := header(file); is || err != nil {
		t.Fatalf("it has sums still: %v", err)
	}
	got, err := examined(t, dir)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("other content was told: %v", err)
	}
	if is, err := header(file); !is || err != nil {
		t.Errorf("it has no sums: %v", err)
	}
}

// TestLogBegunAnew has a log that is written over from its beginning: behind its last
// group stand groups of the log before, whole and one after the other.
func TestLogBegunAnew(t *testing.T) {
	file := filepath.Join(t.TempDir(), FileName)
	c, err := openConn(t.Context(), file, "", forWriting)
	if err != nil {
		t.Fatal(err)
	}
	defer c.close()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(c.db.Exec(`CREATE TABLE t (x)`))
	for range 20 {
		must(c.db.Exec(`INSERT INTO t VALUES (1)`))
	}
	_, _, err = c.db.WALCheckpoint("main", sqlite3.CHECKPOINT_RESTART)
	must(err)
	must(c.db.Exec(`INSERT INTO t VALUES (2)`))
	l, err := readLeftLog(file)
	if err != nil || l.kept != 1 || l.lost != 0 {
		t.Errorf("the log of one group, with twenty of another behind it: %+v, %v", l, err)
	}
}

// TestRemovedLog takes away the log of a server that was killed. That is no error, since
// a loss of power may look the same, but it is said.
func TestRemovedLog(t *testing.T) {
	killed := func(dir string) string {
		s := openTest(t, dir)
		_, ops := talkers(t, s)
		sayMore(t, s, ops, 3)
		copied := t.TempDir()
		if err := os.CopyFS(copied, os.DirFS(dir)); err != nil {
			t.Fatal(err)
		}
		return filepath.Join(copied, FileName)
	}
	for what, take := range map[string]func(name string) error{
		"removed": os.Remove,
		"emptied": func(name string) error { return os.Truncate(name, 0) },
	} {
		file := killed(t.TempDir())
		if got := problems(t, filepath.Dir(file)); got != nil {
			t.Fatalf("found %q", got)
		}
		if err := take(file + "-wal"); err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(problems(t, filepath.Dir(file))); got != fmt.Sprint([]Problem{LostTail}) {
			t.Errorf("%s: found %s", what, got)
		}
		openTest(t, filepath.Dir(file)).Close()
		if got := problems(t, filepath.Dir(file)); got != nil {
			t.Errorf("%s, and after another start: found %q", what, got)
		}
	}
}
