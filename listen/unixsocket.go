package listen

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"syscall"
	"time"
)

// socketFile is the file of a UNIX socket.
type socketFile struct {
	path string
	made fs.FileInfo
}

// bindUNIX opens a UNIX socket. A file that an earlier server left is replaced,
// one on which somebody listens is not.
func bindUNIX(ctx context.Context, a address) (*door, error) {
	if err := a.clear(ctx); err != nil {
		return nil, err
	}
	config := net.ListenConfig{Control: func(_, _ string, c syscall.RawConn) error {
		// From its first moment on the file is its owner's alone, where the
		// system lets a socket have a mode before it has a file (Linux).
		return c.Control(restrictMode)
	}}
	l, err := config.Listen(ctx, "unix", a.path)
	if err != nil {
		return nil, a.explainUNIX(err)
	}
	l.(*net.UnixListener).SetUnlinkOnClose(false) // it would remove another server's file as well
	d := &door{Listener: l, address: a, unix: &socketFile{path: a.path}}
	err = os.Chmod(a.path, a.mode)
	if err == nil {
		d.unix.made, err = os.Lstat(a.path)
	}
	if err != nil {
		l.Close()
		_ = os.Remove(a.path) // err says why there is none to listen on
		return nil, a.explainUNIX(err)
	}
	return d, nil
}

// clear removes the socket file of a server that is gone.
func (a *address) clear(ctx context.Context) error {
	info, err := os.Lstat(a.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return a.explainUNIX(err)
	case info.Mode().Type() != fs.ModeSocket:
		return a.wrong("there is a file of that name that is no socket", "remove it, or choose another name")
	}
	dialer := net.Dialer{Timeout: time.Second}
	c, err := dialer.DialContext(ctx, "unix", a.path)
	if err == nil {
		c.Close()
	}
	if !errors.Is(err, syscall.ECONNREFUSED) && !errors.Is(err, fs.ErrNotExist) {
		return &AddressError{a.text, "something listens there already", "stop that program, or choose another name", syscall.EADDRINUSE}
	}
	if err := os.Remove(a.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return a.explainUNIX(err)
	}
	return nil
}

func (a *address) explainUNIX(err error) error {
	e := &AddressError{URI: a.text, Err: err}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		e.Reason, e.Advice = "its folder is not there", "make the folder, or choose another name"
	case errors.Is(err, fs.ErrPermission):
		e.Reason, e.Advice = "this user may not make files there", "choose a folder of this user's"
	case errors.Is(err, syscall.EADDRINUSE):
		e.Reason, e.Advice = "something listens there already", "stop that program, or choose another name"
	case errors.Is(err, syscall.EINVAL):
		e.Reason, e.Advice = fmt.Sprintf("its path has %d characters", len(a.path)), "a path of a socket may have about 100"
	default:
		e.Reason, e.Advice = lastWords(err), "write it as unix:///run/jim.sock"
	}
	return e
}

// remove removes the file, unless it is another's by now.
func (f *socketFile) remove() {
	if now, err := os.Lstat(f.path); err == nil && os.SameFile(now, f.made) {
		// Nobody can be told of a failure, and the next server clears it away.
		_ = os.Remove(f.path)
	}
}
