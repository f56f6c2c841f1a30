package lab

import "golang.org/x/sys/unix"

// truncFlag is how the flag of recvfrom is told. With it, the result is the length of the whole datagram,
// also where the buffer is shorter.
const truncFlag = ", MSG_TRUNC"

func recvfrom(fd int, b []byte) (whole int, from unix.Sockaddr, err error) {
	return unix.Recvfrom(fd, b, unix.MSG_TRUNC)
}
