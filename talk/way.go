package talk

import (
	"errors"
	"math/rand/v2"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
)

// way is between clients and a server of UDP, and loses, doubles and reorders what
// they send.
type way struct {
	front *net.UDPConn // where clients send to
	to    *net.UDPAddr
	all   sync.WaitGroup

	mu    sync.Mutex
	dice  *rand.Rand
	backs map[netip.AddrPort]*net.UDPConn // the socket of each client towards the server
}

// seeds gives each way a fate of its own: with one for all, what happens first to one conversation
// would happen first to each.
var seeds atomic.Uint64

// happened counts what all ways have done to datagrams.
var happened struct{ lost, doubled, reordered atomic.Int64 }

// Of a hundred datagrams in each direction.
const (
	lost      = 10
	doubled   = 5
	reordered = 10
)

func openWay(place string) (*way, error) {
	to, err := net.ResolveUDPAddr("udp", place)
	if err != nil {
		return nil, err
	}
	front, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return nil, err
	}
	w := &way{front: front, to: to, dice: rand.New(rand.NewPCG(1, seeds.Add(1))), backs: map[netip.AddrPort]*net.UDPConn{}}
	w.all.Go(w.forth)
	return w, nil
}

func (w *way) address() string { return w.front.LocalAddr().String() }

// forth carries what clients send.
func (w *way) forth() {
	held := map[netip.AddrPort][]byte{}
	buf := make([]byte, 2048)
	for {
		n, from, err := w.front.ReadFromUDPAddrPort(buf)
		if errors.Is(err, net.ErrClosed) {
			return
		}
		back := w.back(from)
		if err != nil || back == nil {
			continue
		}
		held[from] = w.carry(buf[:n], held[from], func(p []byte) { _, _ = back.Write(p) })
	}
}

// back is the socket of a client towards the server; nil = there cannot be one.
func (w *way) back(from netip.AddrPort) *net.UDPConn {
	w.mu.Lock()
	defer w.mu.Unlock()
	if c := w.backs[from]; c != nil {
		return c
	}
	c, err := net.DialUDP("udp", nil, w.to)
	if err != nil {
		return nil
	}
	w.backs[from] = c
	w.all.Go(func() {
		var held []byte
		buf := make([]byte, 2048)
		for {
			n, err := c.Read(buf)
			if errors.Is(err, net.ErrClosed) {
				return
			}
			if err == nil { // otherwise the server is not there just now
				held = w.carry(buf[:n], held, func(p []byte) { _, _ = w.front.WriteToUDPAddrPort(p, from) })
			}
		}
	})
	return c
}

// carry sends p, or does not, or twice, or after the next one, and returns what is held
// back then.
func (w *way) carry(p, held []byte, send func([]byte)) []byte {
	w.mu.Lock()
	fate := w.dice.IntN(100)
	w.mu.Unlock()
	switch {
	case fate < lost:
		happened.lost.Add(1)
	case fate < lost+doubled:
		happened.doubled.Add(1)
		send(p)
		send(p)
	case fate < lost+doubled+reordered && held == nil:
		return append([]byte(nil), p...)
	default:
		send(p)
		if held != nil {
			happened.reordered.Add(1)
		}
	}
	if held != nil {
		send(held)
	}
	return nil
}

func (w *way) close() {
	_ = w.front.Close()
	w.mu.Lock()
	for _, c := range w.backs {
		_ = c.Close()
	}
	w.mu.Unlock()
	w.all.Wait()
}
