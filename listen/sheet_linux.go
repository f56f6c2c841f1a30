package listen

import (
	"io"
	"runtime"
	"sync/atomic"

	"golang.org/x/sys/unix"

	"jim/wire"
)

// A sheet is what many readers are told, written once into memory of the system's
// (memfd_create(2)), from where it goes to each of them without being copied again
// (sendfile(2)). Copying is a third of what it costs to write 20 kB to one socket, and more of more.
//
// What is shorter, or for fewer, costs more to make than it saves.
const (
	sheetBytes   = 12 << 10
	sheetReaders = 16
	sheetsMost   = 64 // at the same time: descriptors, and memory while readers are slow
)

type sheet struct {
	fd, size  int
	forgotten runtime.Cleanup // closes it where a reader has never said Done
}

var (
	sheets    atomic.Int32 // that are open
	sheetless atomic.Bool  // this system does not send them
)

// sheetOf is the sheet of a batch, made by the first of its readers; nil where there
// is none, or not yet.
func sheetOf(b *wire.Batch) *sheet {
	if len(b.Bytes()) < sheetBytes || sheetless.Load() {
		return nil
	}
	s, _ := b.Made(func(b *wire.Batch) io.Closer {
		if b.Readers() < sheetReaders {
			return nil
		}
		return makeSheet(b.Bytes())
	}).(*sheet)
	return s
}

// makeSheet returns nil where there is no room.
func makeSheet(data []byte) io.Closer {
	if sheets.Add(1) > sheetsMost {
		sheets.Add(-1)
		return nil
	}
	fd, err := unix.MemfdCreate("jim-told", unix.MFD_CLOEXEC)
	if err != nil {
		sheets.Add(-1)
		return nil
	}
	s := &sheet{fd: fd, size: len(data)}
	s.forgotten = runtime.AddCleanup(s, closeSheet, fd)
	for at := 0; at < len(data); {
		n, err := unix.Pwrite(fd, data[at:], int64(at))
		if err != nil && err != unix.EINTR {
			s.Close()
			return nil
		}
		at += max(n, 0)
	}
	return s
}

// send writes as much to a socket as the system takes.
func (s *sheet) send(fd int) (int, error) {
	defer runtime.KeepAlive(s)
	at := int64(0)
	for at < int64(s.size) {
		_, err := unix.Sendfile(fd, s.fd, &at, s.size-int(at))
		switch err {
		case nil, unix.EINTR:
		case unix.EAGAIN:
			return int(at), nil
		case unix.EINVAL, unix.ENOSYS:
			sheetless.Store(true)
			return int(at), nil // the rest goes out as everything else does
		default:
			return int(at), err
		}
	}
	return int(at), nil
}

// Close lets go of the memory. The system keeps what is on its way until it is there.
func (s *sheet) Close() error {
	s.forgotten.Stop()
	closeSheet(s.fd)
	return nil
}

func closeSheet(fd int) {
	sheets.Add(-1)
	_ = unix.Close(fd) // memory has nothing left to write
}
