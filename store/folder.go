package store

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// ErrInUse means that another process has the data folder.
var ErrInUse = errors.New("the data folder is in use")

// lockName is the file in the data folder that the process that has it locks.
const lockName = "lock"

// lockFolder makes the folder dir if it is not there, and takes it for this
// process until the file it returns is closed, or the process ends in whatever
// way. The file stays in the folder: removing it would let two processes lock
// two files of one name.
func lockFolder(dir string) (*os.File, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(filepath.Join(dir, lockName), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	taken, err := lockFile(f)
	if err == nil && taken {
		err = inUse(dir, f)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	// The number only makes the message of the next one better.
	if f.Truncate(0) == nil {
		_, _ = f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	}
	return f, nil
}

func inUse(dir string, f *os.File) error {
	who := "another process"
	said, _ := io.ReadAll(io.NewSectionReader(f, 0, 20))
	if pid, err := strconv.Atoi(strings.TrimSpace(string(said))); err == nil {
		who = fmt.Sprintf("the process %d", pid)
	}
	return fmt.Errorf("%w: %s has %s; stop it first, or choose another folder", ErrInUse, who, dir)
}

// databaseIn is the path of the database in dir. Where a link stands there it is what
// the link leads to, since SQLite keeps the write-ahead log beside that.
func databaseIn(dir string) (string, error) {
	file := filepath.Join(dir, FileName)
	info, err := os.Lstat(file)
	if err != nil || info.Mode()&os.ModeSymlink == 0 {
		return file, nil // whoever opens it says what is wrong
	}
	there, err := filepath.EvalSymlinks(file)
	if errors.Is(err, os.ErrNotExist) {
		return "", fmt.Errorf("%s is a link, and what it leads to is not there: is that disk mounted? Without the link the server begins anew", file)
	}
	return there, err
}

// createPrivate makes an empty file that only its owner reads, if there is none.
func createPrivate(name string) error {
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}
