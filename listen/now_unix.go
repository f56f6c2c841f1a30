//go:build unix

package listen

import (
	"sync"
	"syscall"

	"jim/wire"
)

// writeNow writes batches to a socket in the form that a transport gives them,
// until all are written or the system takes no more. It tells how many bytes it took, and
// whether that was all.
func writeNow(raw syscall.RawConn, batches []*wire.Batch, of form) (n int, all bool, err error) {
	w := eagers.Get().(*eager)
	defer eagers.Put(w)
	w.batches, w.of, w.n, w.err = batches, of, 0, nil
	defer func() { w.batches = nil }()
	if err := raw.Write(w.once); err != nil {
		return w.n, false, err
	}
	return w.n, len(w.batches) == 0, w.err
}

// eager is one writeNow. They are used again, as what raw.Write calls would be
// an allocation for each delivery.
type eager struct {
	batches []*wire.Batch // not begun, or not ended
	of      form
	n       int // bytes written
	err     error
	once    func(fd uintptr) bool // (*eager).write, made once
}

var eagers = sync.Pool{New: func() any {
	w := new(eager)
	w.once = w.write
	return w
}}

// write goes on until the system takes no more, which ends it, too: it is never
// waited for.
func (w *eager) write(fd uintptr) bool {
	for len(w.batches) > 0 {
		var want, got, taken int
		if s := w.sheet(); s != nil {
			want, taken = s.size, 1
			got, w.err = s.send(int(fd))
		} else {
			var piece, buf []byte
			piece, taken, buf = join(w.batches, w.of, 0)
			want = len(piece)
			got, w.err = writeSome(int(fd), piece)
			giveBuffer(buf)
		}
		w.n += got
		if got < want {
			return true
		}
		w.batches = w.batches[taken:]
	}
	return true
}

// sheet is that of the next batch, where it goes out as it is.
func (w *eager) sheet() *sheet {
	if w.of != nil {
		return nil
	}
	return sheetOf(w.batches[0])
}

// writeSome writes as much as the system takes.
func writeSome(fd int, p []byte) (int, error) {
	n := 0
	for n < len(p) {
		got, err := syscall.Write(fd, p[n:])
		switch {
		case err == syscall.EINTR:
		case err == syscall.EAGAIN:
			return n, nil
		case err != nil:
			return n, err
		default:
			n += got
		}
	}
	return n, nil
}
