package torture

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// proxy stands between clients and a server, and cuts connections after any byte, in both directions. What it lets
// through comes in pieces of any size, sometimes late.
type proxy struct {
	listener net.Listener
	to       string
	mean     int64 // how many bytes go through before a cut, on average, in each direction
	gentle   atomic.Bool
	cuts     atomic.Int64

	mu     sync.Mutex
	rand   *rand.Rand
	open   map[net.Conn]struct{}
	closed bool // what is opened now would be cut by nobody
	done   sync.WaitGroup
}

// newProxy listens on this machine. Close it.
func newProxy(to string, mean int64, seed uint64) (*proxy, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &proxy{
		listener: l, to: to, mean: mean, open: map[net.Conn]struct{}{},
		rand: rand.New(rand.NewPCG(seed, 0x70_72_6f_78)),
	}
	p.done.Go(p.accept)
	return p, nil
}

// host is where it listens.
func (p *proxy) host() string { return p.listener.Addr().String() }

// Close cuts everything and waits.
func (p *proxy) Close() error {
	err := p.listener.Close()
	p.mu.Lock()
	p.closed = true
	for c := range p.open {
		c.Close()
	}
	p.mu.Unlock()
	p.done.Wait()
	return err
}

func (p *proxy) accept() {
	for {
		in, err := p.listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			continue
		}
		p.done.Go(func() { p.carry(in) })
	}
}

// carry is one connection.
func (p *proxy) carry(in net.Conn) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	out, err := overTCP(p.to)(ctx)
	if err != nil {
		in.Close()
		return
	}
	p.mu.Lock()
	if p.closed {
		in.Close()
		out.Close()
	}
	p.open[in], p.open[out] = struct{}{}, struct{}{}
	up, down := rand.New(rand.NewPCG(p.rand.Uint64(), 1)), rand.New(rand.NewPCG(p.rand.Uint64(), 2))
	p.mu.Unlock()
	var once sync.Once
	end := func(reset bool) {
		once.Do(func() {
			for _, c := range []net.Conn{in, out} {
				if tcp, ok := c.(*net.TCPConn); ok && reset {
					_ = tcp.SetLinger(0) // what was on its way is lost on both sides
				}
				c.Close()
			}
		})
	}
	var both sync.WaitGroup
	both.Go(func() { p.pump(out, in, up, end) })
	both.Go(func() { p.pump(in, out, down, end) })
	both.Wait()
	p.mu.Lock()
	delete(p.open, in)
	delete(p.open, out)
	p.mu.Unlock()
}

// pump carries bytes one way until it cuts.
func (p *proxy) pump(to io.Writer, from io.Reader, random *rand.Rand, end func(reset bool)) {
	left := int64(random.ExpFloat64() * float64(p.mean))
	buf := make([]byte, 4096)
	for {
		n, err := from.Read(buf[:1+random.IntN(len(buf))])
		if err != nil {
			end(false)
			return
		}
		if random.IntN(50) == 0 {
			time.Sleep(time.Duration(random.Int64N(int64(5 * time.Millisecond))))
		}
		cut := int64(n) > left && !p.gentle.Load()
		if cut {
			n = int(left)
		}
		if _, err := to.Write(buf[:n]); err != nil {
			end(false)
			return
		}
		if left -= int64(n); cut {
			p.cuts.Add(1)
			end(random.IntN(2) == 0)
			return
		}
	}
}
