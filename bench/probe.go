package bench

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// probe is a connection between two goroutines of this process, over loopback as the server's are. What it
// takes is what the machine and the load itself add to each latency, whatever the server does: a wait for a processor twice, and the
// way through the system.
type probe struct {
	from, to net.Conn
	ages     atomic.Pointer[histogram]
	cancel   context.CancelFunc
	all      sync.WaitGroup
}

// newProbe sends at so many times a second, until close.
func newProbe(ctx context.Context, rate int) (*probe, error) {
	p := new(probe)
	if err := p.connect(); err != nil {
		return nil, err
	}
	p.ages.Store(new(histogram))
	ctx, p.cancel = context.WithCancel(ctx)
	epoch := time.Now()
	p.all.Go(func() {
		var b [8]byte
		for i := 1; sleepUntil(ctx, epoch.Add(time.Duration(float64(i)/float64(rate)*float64(time.Second)))) == nil; i++ {
			binary.BigEndian.PutUint64(b[:], uint64(time.Since(epoch)))
			if _, err := p.from.Write(b[:]); err != nil {
				return
			}
		}
	})
	p.all.Go(func() {
		var b [8]byte
		for {
			if _, err := io.ReadFull(p.to, b[:]); err != nil {
				return
			}
			p.ages.Load().add(time.Since(epoch) - time.Duration(binary.BigEndian.Uint64(b[:])))
		}
	})
	return p, nil
}

func (p *probe) connect() error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	defer l.Close()
	if p.from, err = net.Dial("tcp", l.Addr().String()); err != nil {
		return err
	}
	if p.to, err = l.Accept(); err != nil {
		return errors.Join(err, p.from.Close())
	}
	return nil
}

// fresh forgets what was measured and returns it.
func (p *probe) fresh() *histogram { return p.ages.Swap(new(histogram)) }

func (p *probe) close() {
	p.cancel()
	p.from.Close()
	p.to.Close()
	p.all.Wait()
}
