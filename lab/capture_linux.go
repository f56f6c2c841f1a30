package lab

import (
	"fmt"
	"net"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// snap is how much of a packet is taken. The loopback has packets of 64 KiB and, where the kernel joins
// several, of more.
const snap = 1 << 18

// glance is how often a capture looks whether it is to end: a raw socket cannot be woken by shutdown.
const glance = 200 * time.Millisecond

// Run captures until it is stopped, or Count lines were told.
func (c Capture) Run(l *Lab) error {
	i, err := net.InterfaceByName(c.Interface)
	if err != nil {
		return &InputError{sayInterface, c.Interface, whyNoInterface}
	}
	domains[unix.AF_PACKET] = "AF_PACKET"
	s, err := l.Socket(unix.AF_PACKET, unix.SOCK_RAW, 0)
	if err != nil {
		return err
	}
	defer s.Close()
	decode := decodeIP
	if i.Flags&net.FlagLoopback != 0 || len(i.HardwareAddr) == 6 {
		decode = decodeEthernet
		if err := s.filter(c.Port); err != nil {
			return err
		}
	}
	if err := s.open(i); err != nil {
		return err
	}
	l.say(sayCapture, c.Interface, c.Port)
	f, left := c.watch(l, time.Now)
	for buf := make([]byte, snap); left(); {
		p, ok, err := s.packet(buf, decode)
		if err != nil || l.Stopped() {
			s.account()
			return err
		}
		if ok && c.wants(p) {
			f.take(p)
		}
	}
	s.account()
	return nil
}

// open binds a raw socket to an interface.
func (s *Sock) open(i *net.Interface) error {
	if i.Flags&net.FlagLoopback != 0 {
		// There each packet passes twice, going out and coming in.
		if err := s.Setsockopt("SOL_PACKET, PACKET_IGNORE_OUTGOING", unix.SOL_PACKET, unix.PACKET_IGNORE_OUTGOING, 1); err != nil {
			return err
		}
	}
	s.roomForPackets()
	if err := s.patienceOf(glance); err != nil {
		return err
	}
	const all = unix.ETH_P_ALL<<8&0xff00 | unix.ETH_P_ALL>>8 // in the order of the network
	args := fmt.Sprintf(", {AF_PACKET, ETH_P_ALL, %s}", i.Name)
	return s.plain("bind", args, "bind AF_PACKET", func() error {
		return unix.Bind(s.fd, &unix.SockaddrLinklayer{Protocol: all, Ifindex: i.Index})
	})
}

// packet takes the next one. It is recvfrom again and again, until one comes or the command is to end;
// that is told as one call. ok tells whether decode understood it.
func (s *Sock) packet(b []byte, decode func([]byte) (packet, bool)) (p packet, ok bool, err error) {
	err = s.do("recvfrom", ", buf, "+strconv.Itoa(len(b)), "recvfrom packet", func() (string, string, error) {
		for {
			n, _, err := unix.Recvfrom(s.fd, b, 0)
			switch {
			case err == unix.EAGAIN && s.lab.Stopped():
				return "0", "recvfrom nothing", nil
			case err == unix.EAGAIN:
				continue
			case err != nil:
				return "", "", err
			}
			if p, ok = decode(b[:n]); !ok {
				return strconv.Itoa(n), "", nil
			}
			return fmt.Sprintf("%d  %v → %v %s %d", n, p.from, p.to, p.kind(), len(p.payload)), "", nil
		}
	})
	return p, ok, err
}

// account says how many packets the kernel threw away because they were not taken fast enough.
func (s *Sock) account() {
	_ = s.do("getsockopt", ", SOL_PACKET, PACKET_STATISTICS", "getsockopt PACKET_STATISTICS", func() (string, string, error) {
		stats, err := unix.GetsockoptTpacketStats(s.fd, unix.SOL_PACKET, unix.PACKET_STATISTICS)
		if err != nil {
			return "", "", err
		}
		if stats.Drops > 0 {
			defer s.lab.say(sayCaptureDropped, stats.Drops)
		}
		return fmt.Sprintf("0  {tp_packets: %d, tp_drops: %d}", stats.Packets, stats.Drops), "", nil
	})
}
