package store

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"jim/chat"
)

// backedUp is the backup of a folder that has lived.
func backedUp(t *testing.T) ([]byte, everything) {
	t.Helper()
	dir := t.TempDir()
	s := openTest(t, dir)
	lived(t, s, func() {})
	want, err := readEverything(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"self-signed.pem": "a key", "files/a/b.txt": "a file", "jim.db.before-2": "old", "x.part": "half"} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if _, err := Backup(t.Context(), dir, t.TempDir(), "1.2.3", &b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), want
}

func TestRestore(t *testing.T) {
	backup, want := backedUp(t)
	m, err := VerifyBackup(t.Context(), bytes.NewReader(backup), t.TempDir())
	if err != nil || m.Program != "1.2.3" || m.Inventory.Entries != 64 || m.Inventory.Last[1] != 13 || len(m.Files) != 3 {
		t.Fatalf("%+v, %v", m, err)
	}
	dir := filepath.Join(t.TempDir(), "new", "folder")
	if _, err := Restore(t.Context(), bytes.NewReader(backup), dir); err != nil {
		t.Fatal(err)
	}
	var names []string
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if got := strings.Join(names, " "); err != nil || got != "files jim.db lock self-signed.pem" {
		t.Errorf("in the folder: %s, %v", got, err)
	}
	for name, text := range map[string]string{"self-signed.pem": "a key", "files/a/b.txt": "a file"} {
		if got, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(got) != text {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	if info, err := os.Stat(filepath.Join(dir, FileName)); err != nil || info.Mode() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	if got := problems(t, dir); got != nil {
		t.Errorf("found %q", got)
	}
	if got, err := examined(t, dir); err != nil || !got.within(want) {
		t.Errorf("other content: %v", err)
	}
	if _, err := Restore(t.Context(), bytes.NewReader(backup), dir); !errors.Is(err, ErrNotEmpty) {
		t.Errorf("over what is there: %v", err)
	}
}

// TestRelativeFolders names every folder from where the program stands.
func TestRelativeFolders(t *testing.T) {
	t.Chdir(t.TempDir())
	s := openTest(t, "data")
	lived(t, s, func() {})
	var b bytes.Buffer
	m, err := Backup(t.Context(), "data", ".", "", &b)
	if err != nil || m.Inventory.Accounts != 5 {
		t.Fatalf("%+v, %v", m, err)
	}
	if m, err = VerifyBackup(t.Context(), bytes.NewReader(b.Bytes()), "."); err != nil || m.Inventory.Accounts != 5 {
		t.Fatalf("%+v, %v", m, err)
	}
	if m, err = Restore(t.Context(), &b, "new"); err != nil || m.Inventory.Accounts != 5 {
		t.Fatalf("%+v, %v", m, err)
	}
}

// TestDamagedBackup flips bits of a backup and cuts it.
func TestDamagedBackup(t *testing.T) {
	backup, _ := backedUp(t)
	refused := func(name string, bad []byte) {
		t.Helper()
		dir, err := os.MkdirTemp(t.TempDir(), "")
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(dir)
		if _, err := Restore(t.Context(), bytes.NewReader(bad), dir); !errors.Is(err, ErrBackup) {
			t.Errorf("%s: %v", name, err)
		}
		if err := mustBeEmpty(dir); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := os.Stat(filepath.Join(dir, restorePart)); err == nil {
			t.Errorf("%s: the half of it stayed", name)
		}
	}
	// the first header and the manifest are the head
	harm{bits: 20011, head: 3072, headBits: 97, sectors: 13}.each(t, backup, refused)
	refused("the last sector is missing", backup[:len(backup)-512])
	refused("something follows", append(bytes.Clone(backup), 0))
	refused("twice", append(bytes.Clone(backup), backup...))
}

// TestFalseBackup makes whole archives that are no backups.
func TestFalseBackup(t *testing.T) {
	backup, _ := backedUp(t)
	for _, c := range []struct {
		name   string
		change func(*Manifest)
		want   error
	}{
		{"as it was", func(*Manifest) {}, nil},
		{"more entries", func(m *Manifest) { m.Inventory.Entries++ }, ErrBackup},
		{"another number", func(m *Manifest) { m.Inventory.Last[1]++ }, ErrBackup},
		{"no conversation", func(m *Manifest) { delete(m.Inventory.Last, 1) }, ErrBackup},
		{"another schema", func(m *Manifest) { m.Schema++ }, ErrBackup},
		{"another form", func(m *Manifest) { m.Format = 2 }, ErrNewer},
		{"no form", func(m *Manifest) { m.Format = 0 }, ErrBackup},
		{"out of the folder", func(m *Manifest) { m.Files[1].Name = "../../evil" }, ErrBackup},
		{"an absolute path", func(m *Manifest) { m.Files[1].Name = "/evil" }, ErrBackup},
		{"over the database", func(m *Manifest) { m.Files[1].Name = FileName }, os.ErrExist},
		{"over the lock", func(m *Manifest) { m.Files[1].Name = lockName }, ErrBackup},
		{"a log of the database", func(m *Manifest) { m.Files[1].Name = FileName + "-wal" }, ErrBackup},
		{"no database", func(m *Manifest) { m.Files = m.Files[1:] }, ErrBackup},
		{"nothing", func(m *Manifest) { m.Files = nil }, ErrBackup},
	} {
		dir := t.TempDir()
		m, err := unpack(t.Context(), bytes.NewReader(backup), dir)
		if err != nil {
			t.Fatal(err)
		}
		for i := range m.Files {
			m.Files[i].from = filepath.Join(dir, m.Files[i].Name)
		}
		c.change(m)
		var b bytes.Buffer
		if err := m.write(&b); err != nil {
			t.Fatal(err)
		}
		if _, err := VerifyBackup(t.Context(), &b, t.TempDir()); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	var other bytes.Buffer
	w := tar.NewWriter(&other)
	if err := errors.Join(w.WriteHeader(&tar.Header{Name: manifestName, Typeflag: tar.TypeSymlink, Linkname: "/etc/passwd"}), w.Close()); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"nothing": "", "words": strings.Repeat("words ", 1000), "a link": other.String()} {
		if _, err := VerifyBackup(t.Context(), strings.NewReader(text), t.TempDir()); !errors.Is(err, ErrBackup) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestBackupOfDamaged must refuse, so that nobody believes to have a backup.
func TestBackupOfDamaged(t *testing.T) {
	dir := t.TempDir()
	s := openTest(t, dir)
	lived(t, s, func() {})
	s.Close()
	if _, err := Backup(t.Context(), t.TempDir(), t.TempDir(), "", io.Discard); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("of nothing: %v", err)
	}
	gap := t.TempDir()
	if err := os.CopyFS(gap, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	spoil(t, gap, `DELETE FROM log WHERE conv = 1 AND seq = 4`)
	if _, err := Backup(t.Context(), gap, t.TempDir(), "", io.Discard); !errors.Is(err, ErrDamaged) {
		t.Errorf("of one with a gap: %v", err)
	}
	data, err := os.ReadFile(filepath.Join(dir, FileName))
	if err != nil {
		t.Fatal(err)
	}
	data[len(data)-300] ^= 1
	if err := os.WriteFile(filepath.Join(dir, FileName), data, 0o600); err != nil {
		t.Fatal(err)
	}
	scratch := t.TempDir()
	if _, err := Backup(t.Context(), dir, scratch, "", io.Discard); !errors.Is(err, ErrDamaged) {
		t.Errorf("of one with a changed bit: %v", err)
	}
	if left, _ := os.ReadDir(scratch); len(left) > 0 {
		t.Errorf("%v was left", left)
	}
}

// TestBackupUnderLoad takes backups while people talk: what was acknowledged before
// a backup began is in it, and what is in it is the beginning of the log.
func TestBackupUnderLoad(t *testing.T) {
	dir := t.TempDir()
	s := openTest(t, dir)
	var acknowledged atomic.Uint64
	more := make(chan struct{}, 1)
	s.Start(func(group []*chat.Entry) {
		for _, e := range group {
			if e.Err != nil {
				t.Error(e.Err)
			}
			acknowledged.Store(e.Seq)
		}
		select {
		case more <- struct{}{}:
		default:
		}
	}, func(err error) { t.Error(err) })
	ann, convs := talkers(t, s)
	ctx, stop := context.WithCancel(t.Context())
	var talking sync.WaitGroup
	talking.Go(func() {
		for i := 0; ctx.Err() == nil; i++ {
			s.Keep(&chat.Entry{Conversation: convs, Kind: chat.Said, From: ann, ID: fmt.Sprint(i), Text: strings.Repeat("busy ", 20)})
		}
	})
	defer func() { stop(); talking.Wait() }()
	for last := uint64(0); last < 2000; {
		<-more
		before := acknowledged.Load()
		var b bytes.Buffer
		m, err := Backup(t.Context(), dir, t.TempDir(), "", &b)
		if err != nil {
			t.Fatal(err)
		}
		got := m.Inventory.Last[int64(convs)]
		if got < before || m.Inventory.Entries != int64(got) {
			t.Fatalf("%d were acknowledged, %d are in the backup, of which the last is %d", before, m.Inventory.Entries, got)
		}
		if _, err := VerifyBackup(t.Context(), &b, t.TempDir()); err != nil {
			t.Fatal(err)
		}
		last = got
	}
}

func talkers(t *testing.T, s *Store) (chat.AccountID, chat.ConversationID) {
	t.Helper()
	ann, err := s.AddAccount(t.Context(), chat.Account{Name: "ann", Key: "ann", UID: -1})
	if err != nil {
		t.Fatal(err)
	}
	ops, err := s.AddRoom(t.Context(), "#ops", "#ops")
	if err != nil {
		t.Fatal(err)
	}
	return ann.ID, ops.ID
}

// TestBackupThroughALink has a data folder that is a link to one on another disk.
func TestBackupThroughALink(t *testing.T) {
	dir, link := t.TempDir(), filepath.Join(t.TempDir(), "data")
	openTest(t, dir).Close()
	if err := errors.Join(os.WriteFile(filepath.Join(dir, "self-signed.pem"), nil, 0o600), os.Symlink(dir, link)); err != nil {
		t.Skip(err) // a system without links
	}
	m, err := Backup(t.Context(), link, t.TempDir(), "", io.Discard)
	if err != nil || len(m.Files) != 2 {
		t.Errorf("%+v, %v", m, err)
	}
}

// TestBackupOfANameThatIsNoText must refuse: a manifest cannot name such a file.
func TestBackupOfANameThatIsNoText(t *testing.T) {
	dir := t.TempDir()
	openTest(t, dir).Close()
	if err := os.WriteFile(filepath.Join(dir, "\xca\xd0.txt"), nil, 0o600); err != nil {
		t.Skip(err) // a system that has no such names
	}
	if _, err := Backup(t.Context(), dir, t.TempDir(), "", io.Discard); err == nil || !strings.Contains(err.Error(), `"\xca\xd0.txt"`) {
		t.Errorf("want an error that names the file, got %v", err)
	}
}

// TestBackupFromWhereNothingCanBeWritten has a folder on a disk that has become read-only,
// as a system makes it when a disk begins to fail.
func TestBackupFromWhereNothingCanBeWritten(t *testing.T) {
	dir := t.TempDir()
	openTest(t, dir).Close()
	if err := errors.Join(os.Chmod(filepath.Join(dir, FileName), 0o400), os.Chmod(dir, 0o500)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.Chmod(dir, 0o700) })
	if f, err := os.Create(filepath.Join(dir, "x")); err == nil {
		f.Close()
		t.Skip("nobody can be kept from writing here")
	}
	backupOf(t, dir)
}

// TestBackupThatCannotBeWritten says why once.
func TestBackupThatCannotBeWritten(t *testing.T) {
	dir := t.TempDir()
	openTest(t, dir).Close()
	r, w := io.Pipe()
	r.Close()
	if _, err := Backup(t.Context(), dir, t.TempDir(), "", w); err == nil || err.Error() != "store: "+io.ErrClosedPipe.Error() {
		t.Errorf("%q", err)
	}
}

// TestCompressedBackup is what the manual has people make of one.
func TestCompressedBackup(t *testing.T) {
	for by, first := range map[string]string{"gzip": "\x1f\x8b\x08\x00", "zstd": "\x28\xb5\x2f\xfd\x04"} {
		_, err := VerifyBackup(t.Context(), strings.NewReader(first+strings.Repeat("x", 2000)), t.TempDir())
		if !errors.Is(err, ErrBackup) || !strings.Contains(err.Error(), by+" -dc FILE") {
			t.Errorf("%s: %v", by, err)
		}
	}
}
