package store

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"jim/chat"
)

// smallBackup is a backup of next to nothing.
func smallBackup(f *testing.F) []byte {
	dir := f.TempDir()
	s := openTest(f, dir)
	if _, err := s.AddAccount(f.Context(), chat.Account{Name: "ann", Key: "ann", UID: -1}); err != nil {
		f.Fatal(err)
	}
	if err := errors.Join(s.Close(), os.WriteFile(filepath.Join(dir, "key.pem"), []byte("key"), 0o600)); err != nil {
		f.Fatal(err)
	}
	var b bytes.Buffer
	if _, err := Backup(f.Context(), dir, f.TempDir(), "1", &b); err != nil {
		f.Fatal(err)
	}
	return b.Bytes()
}

// FuzzUnpack reads anything as a backup. Nothing gets out of the folder, and what
// is taken is what its manifest says.
func FuzzUnpack(f *testing.F) {
	good := smallBackup(f)
	f.Add(good[:4096])
	f.Add([]byte(""))
	m, err := unpack(f.Context(), bytes.NewReader(good), f.TempDir())
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range []string{"../evil", "/evil", "a/../../evil", "..", FileName} {
		var b bytes.Buffer
		bad := Manifest{Format: 1, Files: []BackupFile{{Name: FileName, SHA256: m.Files[0].SHA256}, {Name: name, SHA256: m.Files[0].SHA256}}}
		for i := range bad.Files {
			bad.Files[i].from = filepath.Join(f.TempDir(), "empty")
			if err := os.WriteFile(bad.Files[i].from, nil, 0o600); err != nil {
				f.Fatal(err)
			}
		}
		_ = bad.write(&b) // the sums are wrong on purpose
		f.Add(b.Bytes())
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		outside := t.TempDir()
		inside := filepath.Join(outside, "a", "b")
		if err := os.MkdirAll(inside, 0o700); err != nil {
			t.Fatal(err)
		}
		m, err := unpack(t.Context(), bytes.NewReader(data), inside)
		for _, dir := range []string{outside, filepath.Dir(inside)} {
			if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
				t.Fatalf("%v beside the folder, %v", entries, err)
			}
		}
		if err != nil {
			return
		}
		for i := range m.Files {
			m.Files[i].from = filepath.Join(inside, filepath.FromSlash(m.Files[i].Name))
		}
		var again bytes.Buffer
		if err := m.write(&again); err != nil {
			t.Fatal(err)
		}
	})
}

// FuzzLeftLog reads anything as a log that was left behind.
func FuzzLeftLog(f *testing.F) {
	dir := f.TempDir()
	s := openTest(f, dir)
	for _, name := range []string{"ann", "bob"} {
		if _, err := s.AddAccount(f.Context(), chat.Account{Name: name, Key: name, UID: -1}); err != nil {
			f.Fatal(err)
		}
	}
	log, err := os.ReadFile(filepath.Join(dir, FileName+"-wal"))
	if err != nil {
		f.Fatal(err)
	}
	index, err := os.ReadFile(filepath.Join(dir, FileName+"-shm"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(log, index[:48])
	f.Add(log[:walHeader+frameBytes], index[:48])
	f.Add(log[:walHeader], []byte{})
	f.Add([]byte{}, []byte{})
	file := filepath.Join(f.TempDir(), FileName)
	f.Fuzz(func(t *testing.T, log, index []byte) {
		if err := errors.Join(os.WriteFile(file+"-wal", log, 0o600), os.WriteFile(file+"-shm", index, 0o600)); err != nil {
			t.Fatal(err)
		}
		l, err := readLeftLog(file)
		if err != nil && !errors.Is(err, ErrDamaged) {
			t.Fatal(err)
		}
		known, _ := indexed(file + "-shm")
		gone := l.kept == 0 && l.lost == known // all of a log whose beginning is not there
		if l.kept+l.lost > len(log)/frameBytes && !gone {
			t.Fatalf("%+v of %d bytes, where the index knows of %d frames", l, len(log), known)
		}
	})
}
