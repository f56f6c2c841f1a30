package store

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"time"
	"unicode/utf8"
)

// A backup is a tar archive (POSIX.1-2001 pax): manifest.json, then
// manifest.sha256 in the form of sha256sum(1), then the files that the manifest
// names, in its order. Every byte of it follows from these, so that no bit of a
// backup can change unseen.
const (
	manifestName = "manifest.json"
	manifestSum  = "manifest.sha256"
	manifestMax  = 256 << 20 // bytes; a conversation takes about 20
)

// Manifest says what a backup holds.
type Manifest struct {
	Format    int          `json:"format"`  // 1
	Program   string       `json:"program"` // the version that made it
	Made      time.Time    `json:"made"`
	Schema    int          `json:"schema"`
	Inventory Inventory    `json:"inventory"`
	Files     []BackupFile `json:"files"` // the database is the first

	sum []byte // its checksum, where it was read
}

// BackupFile is a file in a backup. Name is its path in the data folder, with /.
type BackupFile struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"` // hexadecimal

	from string // where it is while the backup is made
}

// Backup writes a backup of the data folder dir to w: the database as it was
// committed when Backup began to copy it, so with everything that was acknowledged
// before, and all other files of the folder but the socket, the lock, copies made
// before upgrades and what was never finished. A server may run. The copy is made
// in the folder scratch, proved there, and removed.
//
// program is the version of the program, for the manifest. The errors are those of
// [Open], and [os.ErrNotExist] where there is no database.
func Backup(ctx context.Context, dir, scratch, program string, w io.Writer) (*Manifest, error) {
	m, err := backup(ctx, dir, scratch, program, w)
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	return m, nil
}

func backup(ctx context.Context, dir, scratch, program string, w io.Writer) (*Manifest, error) {
	own, err := os.MkdirTemp(scratch, "jim-backup-*.part") // with mode 0700
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(own)
	copied := filepath.Join(own, FileName)
	if err := copyDatabase(ctx, dir, copied); err != nil {
		return nil, err
	}
	m := &Manifest{Format: 1, Program: program, Made: time.Now().UTC().Truncate(time.Second)}
	if err := m.prove(ctx, own); err != nil {
		return nil, err
	}
	if err := m.add(FileName, copied); err != nil {
		return nil, err
	}
	if err := m.addOthers(dir); err != nil {
		return nil, err
	}
	return m, m.write(until{ctx, w})
}

// until is a writer until its context ends.
type until struct {
	ctx context.Context
	to  io.Writer
}

func (u until) Write(p []byte) (int, error) {
	if u.ctx.Err() != nil {
		return 0, u.ctx.Err()
	}
	return u.to.Write(p)
}

func copyDatabase(ctx context.Context, dir, to string) error {
	o, err := lookAt(ctx, dir)
	if err != nil {
		return err
	}
	defer o.close()
	if _, err := o.schema(); err != nil {
		return err
	}
	if err := createPrivate(to); err != nil {
		return err
	}
	// The connection only reads; what VACUUM INTO writes is another file.
	if err := o.c.db.Exec(`PRAGMA query_only=off`); err != nil {
		return err
	}
	return asDamage(o.disk.explain(o.disk.copyInto(o.c, to)))
}

// prove examines the database in the folder at, which must be without fault, and
// enters what it holds.
func (m *Manifest) prove(ctx context.Context, at string) error {
	e, err := examine(ctx, at)
	if err != nil {
		return err
	}
	for _, f := range e.Found {
		switch f.Problem {
		case NoSums:
		case NewSchema:
			return fmt.Errorf("%w: schema %s", ErrNewer, f.Where)
		default:
			return fmt.Errorf("%w: %s: %s", ErrDamaged, f.Problem, f.Where)
		}
	}
	m.Schema, m.Inventory = e.Schema, e.Inventory
	return nil
}

// notKept are the files of a data folder that a backup does without. Names that
// begin with that of the database are the database itself, or copies of it. What is
// in the folder of the file system's own is not the server's to read.
var notKept = regexp.MustCompile(`^(` + regexp.QuoteMeta(FileName) + `.*|` + lockName + `|` + regexp.QuoteMeta(diskOwn) + `|.*\.part(-[a-z]+)?|.*\.sock)$`)

// addOthers adds all files of the data folder but those named above.
func (m *Manifest) addOthers(dir string) error {
	dir, err := filepath.EvalSymlinks(dir) // a walk does not begin at a link
	if err != nil {
		return err
	}
	return filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || path == dir {
			return err
		}
		name, err := filepath.Rel(dir, path)
		switch {
		case err != nil:
			return err
		case notKept.MatchString(d.Name()) && d.IsDir():
			return fs.SkipDir
		case notKept.MatchString(d.Name()) || !d.Type().IsRegular():
			return nil
		}
		return m.add(filepath.ToSlash(name), path)
	})
}

func (m *Manifest) add(name, from string) error {
	if !utf8.ValidString(name) {
		return fmt.Errorf("no backup can be restored that has in it a file called %q, which is not UTF-8: rename it, or move it away", name)
	}
	f, err := os.Open(from)
	if err != nil {
		return err
	}
	defer f.Close()
	h := sha256.New()
	n, err := io.Copy(h, f)
	m.Files = append(m.Files, BackupFile{name, n, hex.EncodeToString(h.Sum(nil)), from})
	return err
}

// write writes the archive. A file that changed since it was added is an error.
func (m *Manifest) write(w io.Writer) error {
	text, err := json.MarshalIndent(m, "", "\t")
	if err != nil {
		return err
	}
	t := tar.NewWriter(w)
	if err := m.put(t, manifestName, text); err != nil {
		return err
	}
	err = m.put(t, manifestSum, sumLine(text))
	for _, f := range m.Files {
		if err == nil {
			err = m.copy(t, f)
		}
	}
	if err != nil {
		return err
	}
	return t.Close()
}

func sumLine(manifest []byte) []byte {
	return fmt.Appendf(nil, "%x  %s\n", sha256.Sum256(manifest), manifestName)
}

// head is what stands before a file in the archive.
func (m *Manifest) head(name string, size int64) *tar.Header {
	return &tar.Header{Typeflag: tar.TypeReg, Name: name, Size: size, Mode: 0o600, ModTime: m.Made, Format: tar.FormatPAX}
}

func (m *Manifest) put(t *tar.Writer, name string, data []byte) error {
	if err := t.WriteHeader(m.head(name, int64(len(data)))); err != nil {
		return err
	}
	_, err := t.Write(data)
	return err
}

func (m *Manifest) copy(t *tar.Writer, f BackupFile) error {
	from, err := os.Open(f.from)
	if err != nil {
		return err
	}
	defer from.Close()
	if err := t.WriteHeader(m.head(f.Name, f.Size)); err != nil {
		return err
	}
	h := sha256.New()
	n, err := io.CopyN(io.MultiWriter(t, h), from, f.Size)
	if err == nil && hex.EncodeToString(h.Sum(nil)) != f.SHA256 || errors.Is(err, io.EOF) {
		return fmt.Errorf("%s changed while it was copied (%d bytes)", f.Name, n)
	}
	return err
}
