package lab

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// send is send(2), which Linux has as sendto(2) without an address. Package unix has it only without
// its result.
func send(fd int, b []byte) (int, error) {
	n, _, errno := unix.Syscall6(unix.SYS_SENDTO, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(b))), uintptr(len(b)), 0, 0, 0)
	if errno != 0 {
		return 0, errno
	}
	return int(n), nil
}
