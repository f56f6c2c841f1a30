package store

import (
	"archive/tar"
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/ncruces/go-sqlite3/vfs"
)

// ErrBackup means that a backup is not whole: cut short, changed, or none at all.
var ErrBackup = errors.New("this is not a whole backup")

// ErrNotEmpty means that there is something in a folder already.
var ErrNotEmpty = errors.New("the folder is not empty")

// VerifyBackup reads a backup to its end and proves that it could be restored:
// that no bit of it has changed, that its database is without fault and holds what
// the manifest says. It needs as much room as the backup in the folder scratch
// meanwhile.
//
// It fails with [ErrBackup] or [ErrDamaged], and with [ErrNewer] when the backup is
// of a newer program.
func VerifyBackup(ctx context.Context, r io.Reader, scratch string) (*Manifest, error) {
	own, err := os.MkdirTemp(scratch, "jim-verify-*.part")
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	defer os.RemoveAll(own)
	m, err := unpackAndProve(ctx, r, own)
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	return m, nil
}

// Restore puts a backup into the folder dir, which it makes when it is not there,
// and in which nothing may be but the lock and lost+found. Nothing is put in place before all of
// the backup was proved as [VerifyBackup] does, and the database is the last that
// is. What it returns is on stable storage.
//
// It fails as VerifyBackup does, with [ErrNotEmpty], and with [ErrInUse] when a
// server has the folder. Then nothing of it is in the folder.
func Restore(ctx context.Context, r io.Reader, dir string) (*Manifest, error) {
	m, err := restore(ctx, r, dir)
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	return m, nil
}

// restorePart is the folder in which a restore begins; one that is left was cut off.
const restorePart = "restore.part"

func restore(ctx context.Context, r io.Reader, dir string) (*Manifest, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	if err := mustBeEmpty(dir); err != nil {
		return nil, err
	}
	lock, err := lockFolder(dir)
	if err != nil {
		return nil, err
	}
	defer lock.Close()
	if err := mustBeEmpty(dir); err != nil { // another restore may have ended just now
		return nil, err
	}
	part := filepath.Join(dir, restorePart)
	if err := errors.Join(os.RemoveAll(part), os.Mkdir(part, 0o700)); err != nil {
		return nil, err
	}
	defer os.RemoveAll(part)
	m, err := unpackAndProve(ctx, r, part)
	if err != nil {
		return nil, err
	}
	if err := rename(ctx, vfs.Find("os"), filepath.Join(part, FileName), m.sum); err != nil {
		return nil, err
	}
	return m, m.place(part, dir)
}

// place moves the files from the folder part to the folder dir, the database last:
// while it is not there, a server does not start in dir. After an error nothing of it
// is in dir.
func (m *Manifest) place(part, dir string) (err error) {
	if err := syncAll(part); err != nil {
		return err
	}
	var placed []string
	defer func() {
		if err != nil {
			for _, name := range placed {
				err = errors.Join(err, os.RemoveAll(name))
			}
		}
	}()
	for i := range m.Files { // the database, which is the first, comes last
		top, _, _ := strings.Cut(m.Files[len(m.Files)-1-i].Name, "/")
		to := filepath.Join(dir, top)
		if slices.Contains(placed, to) {
			continue
		}
		if top == FileName {
			err = syncFolder(dir)
		}
		if err = errors.Join(err, os.Rename(filepath.Join(part, top), to)); err != nil {
			return err
		}
		placed = append(placed, to)
	}
	return errors.Join(syncFolder(dir), syncFolder(filepath.Dir(dir)))
}

// syncAll puts a folder with all that is in it on stable storage.
func syncAll(dir string) error {
	return filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir():
			return syncFolder(path)
		}
		return syncFile(path)
	})
}

// diskOwn is a folder that file systems of Linux make for themselves at their top,
// which may be a data folder.
const diskOwn = "lost+found"

func mustBeEmpty(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	next := "choose another one, or move it away"
	for _, e := range entries {
		if e.Name() == restorePart {
			next = "a restore into it was cut off: remove what is in it, and restore again"
		}
	}
	for _, e := range entries {
		if e.Name() != lockName && e.Name() != restorePart && e.Name() != diskOwn {
			return fmt.Errorf("%w: %s is in %s; %s", ErrNotEmpty, e.Name(), dir, next)
		}
	}
	return err
}

// unpackAndProve puts the files of a backup into the folder to.
func unpackAndProve(ctx context.Context, r io.Reader, to string) (*Manifest, error) {
	m, err := unpack(ctx, r, to)
	if err != nil {
		return nil, err
	}
	var now Manifest
	if err := now.prove(ctx, to); err != nil {
		return nil, err
	}
	has, says := now.Inventory, m.Inventory
	if now.Schema != m.Schema || has.Accounts != says.Accounts || has.Rooms != says.Rooms ||
		has.Entries != says.Entries || has.Newest != says.Newest || !maps.Equal(has.Last, says.Last) {
		return nil, fmt.Errorf("%w: its database does not hold what its manifest says", ErrBackup)
	}
	return m, nil
}

// archive reads a backup, and writes what it should be to compare with it.
type archive struct {
	*tar.Reader
	all    io.Reader // what tar reads from
	is     hash.Hash // of what was read
	should hash.Hash // of what it should be
	again  *tar.Writer
}

func unpack(ctx context.Context, r io.Reader, to string) (*Manifest, error) {
	a, in := archive{is: sha256.New(), should: sha256.New()}, bufio.NewReader(r)
	if by := compressed(in); by != "" {
		return nil, fmt.Errorf("%w: it is compressed; unpack it first, as with %s -dc FILE | jim restore -", ErrBackup, by)
	}
	a.all = io.TeeReader(in, a.is)
	a.Reader, a.again = tar.NewReader(a.all), tar.NewWriter(a.should)
	m, err := a.manifest()
	if err != nil {
		return nil, err
	}
	for _, f := range m.Files {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err := a.file(m, f, to); err != nil {
			return nil, err
		}
	}
	if _, err := a.Next(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%w: something follows its last file", ErrBackup)
	}
	if _, err := io.Copy(io.Discard, a.all); err != nil { // what tar does not look at
		return nil, err
	}
	if err := a.again.Close(); err != nil {
		return nil, err
	}
	if !bytes.Equal(a.is.Sum(nil), a.should.Sum(nil)) {
		return nil, fmt.Errorf("%w: something in it has changed", ErrBackup)
	}
	return m, nil
}

// compressed is the program that made something else of a backup, by its first bytes; "" = none.
func compressed(in *bufio.Reader) string {
	for by, first := range map[string]string{"gzip": "\x1f\x8b", "zstd": "\x28\xb5\x2f\xfd", "xz": "\xfd7zXZ\x00", "bzip2": "BZh"} {
		if is, _ := in.Peek(len(first)); string(is) == first {
			return by
		}
	}
	return ""
}

// manifest reads what a backup begins with.
func (a *archive) manifest() (*Manifest, error) {
	text, err := a.text(manifestName)
	if err != nil {
		return nil, err
	}
	line, err := a.text(manifestSum)
	if err != nil {
		return nil, err
	}
	m := new(Manifest)
	switch err := json.Unmarshal(text, m); {
	case !bytes.Equal(line, sumLine(text)):
		return nil, fmt.Errorf("%w: its manifest has another checksum than it should", ErrBackup)
	case err != nil:
		return nil, fmt.Errorf("%w: its manifest: %w", ErrBackup, err)
	case m.Format < 1:
		return nil, fmt.Errorf("%w: its manifest does not say of what form it is", ErrBackup)
	case m.Format > 1:
		return nil, fmt.Errorf("%w: it is a backup of form %d, and this program knows form 1", ErrNewer, m.Format)
	case len(m.Files) == 0 || m.Files[0].Name != FileName:
		return nil, fmt.Errorf("%w: it holds no database", ErrBackup)
	}
	sum := sha256.Sum256(text)
	m.sum = sum[:]
	return m, errors.Join(m.put(a.again, manifestName, text), m.put(a.again, manifestSum, line))
}

func (a *archive) text(name string) ([]byte, error) {
	if _, err := a.next(name); err != nil {
		return nil, err
	}
	text, err := io.ReadAll(io.LimitReader(a, manifestMax))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBackup, err)
	}
	return text, nil
}

// next goes on to the file that must come next.
func (a *archive) next(name string) (*tar.Header, error) {
	h, err := a.Next()
	switch {
	case err != nil:
		return nil, fmt.Errorf("%w: where %s should begin: %w", ErrBackup, name, err)
	case h.Name != name || h.Typeflag != tar.TypeReg:
		return nil, fmt.Errorf("%w: %s should come where %.40q is", ErrBackup, name, h.Name)
	}
	return h, nil
}

// file unpacks one file.
func (a *archive) file(m *Manifest, f BackupFile, to string) error {
	name := filepath.FromSlash(f.Name)
	switch {
	case !filepath.IsLocal(name):
		return fmt.Errorf("%w: %q leads out of the folder", ErrBackup, f.Name)
	case f.Name != FileName && slices.ContainsFunc(strings.Split(f.Name, "/"), notKept.MatchString):
		return fmt.Errorf("%w: %q is never in one", ErrBackup, f.Name)
	}
	h, err := a.next(f.Name)
	if err != nil {
		return err
	}
	if h.Size != f.Size {
		return fmt.Errorf("%w: %s has %d bytes and should have %d", ErrBackup, f.Name, h.Size, f.Size)
	}
	path := filepath.Join(to, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	out, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer out.Close()
	if err := a.again.WriteHeader(m.head(f.Name, f.Size)); err != nil {
		return err
	}
	sum := sha256.New()
	if _, err := io.Copy(io.MultiWriter(out, sum, a.again), a); err != nil {
		if errors.Is(err, io.ErrUnexpectedEOF) {
			return fmt.Errorf("%w: it ends inside of %s", ErrBackup, f.Name)
		}
		return err
	}
	if hex.EncodeToString(sum.Sum(nil)) != f.SHA256 {
		return fmt.Errorf("%w: %s has another checksum than it should", ErrBackup, f.Name)
	}
	return out.Close()
}
