//go:build unix && !linux

package lab

import "errors"

// Run says that it cannot: other systems have no AF_PACKET.
func (c Capture) Run(l *Lab) error {
	return errors.New(sayCaptureLinux.in(l.Language))
}

var sayCaptureLinux = phrase{
	"jim lab capture works on Linux only: it uses AF_PACKET sockets; elsewhere tcpdump shows the packets",
	"jim lab capture работает только в Linux: нужны сокеты AF_PACKET; в других системах пакеты покажет tcpdump",
	"jim lab capture 只能在 Linux 上运行：它使用 AF_PACKET 套接字；在其他系统上可以用 tcpdump 查看数据包",
}
