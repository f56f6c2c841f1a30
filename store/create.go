package store

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
)

// ensure makes the database when there is none. It comes into being whole: an
// empty file of its name is therefore never one that was just begun, and is not
// taken for a new one. Neither is a folder that has lost it and still has its log.
func (s *Store) ensure(ctx context.Context) error {
	err := present(s.file)
	if !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return s.create(ctx)
}

// create makes an empty database with sums, under another name until it is on
// stable storage.
func (s *Store) create(ctx context.Context) error {
	part := s.file + ".part"
	if err := removeDatabase(part); err != nil {
		return err
	}
	if err := createPrivate(part); err != nil {
		return err
	}
	c, err := openConn(ctx, part, s.disk.name, forWriting)
	if err != nil {
		return err
	}
	if err := errors.Join(seal(c), c.closeWhole()); err != nil {
		return err
	}
	if err := syncFile(part); err != nil {
		return err
	}
	if err := os.Rename(part, s.file); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(s.file))
}

// header reads the header of the database; false when it has no sums.
func header(file string) (bool, error) {
	f, err := os.Open(file)
	if err != nil {
		return false, err
	}
	defer f.Close()
	var head [headerBytes]byte
	if _, err := io.ReadFull(f, head[:]); err != nil {
		return false, err
	}
	return sealed(head[:])
}

// sizeOf is the size of a file; -1 when it is not there.
func sizeOf(name string) (int64, error) {
	info, err := os.Stat(name)
	if errors.Is(err, os.ErrNotExist) {
		return -1, nil
	}
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}
