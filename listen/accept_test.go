package listen

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"net"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// shortListener is a listener whose process has no file descriptors left for a while.
type shortListener struct {
	mu     sync.Mutex
	when   []time.Time
	fail   func(attempt int) error // nil = a connection
	closed chan struct{}
}

func (l *shortListener) Accept() (net.Conn, error) {
	l.mu.Lock()
	l.when = append(l.when, time.Now())
	attempt := len(l.when) - 1
	l.mu.Unlock()
	if err := l.fail(attempt); err != nil {
		return nil, err
	}
	if attempt == 13 { // a connection between two bursts
		c, other := net.Pipe()
		other.Close()
		return c, nil
	}
	<-l.closed
	return nil, net.ErrClosed
}

func (l *shortListener) Close() error   { close(l.closed); return nil }
func (l *shortListener) Addr() net.Addr { return &net.TCPAddr{} }

// TestAcceptDoesNotSpin goes through two bursts of failures in virtual time.
func TestAcceptDoesNotSpin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &shortListener{closed: make(chan struct{}), fail: func(attempt int) error {
			if attempt == 13 || attempt > 15 {
				return nil
			}
			return &net.OpError{Op: "accept", Err: []error{syscall.EMFILE, syscall.ENFILE, errors.New("unheard of")}[attempt%3]}
		}}
		var logged bytes.Buffer
		ls := &Listeners{log: slog.New(slog.NewTextHandler(&logged, nil)), stopped: make(chan struct{}), closing: true}
		d := &door{Listener: l, address: address{scheme: "tcp"}}
		done := make(chan struct{})
		go func() { ls.accept(d); close(done) }()
		<-time.After(time.Minute) // virtual
		synctest.Wait()
		if n := len(l.when); n != 17 {
			t.Fatalf("it tried %d times, want 17", n)
		}
		want := shortestPause
		for i := range 13 {
			if got := l.when[i+1].Sub(l.when[i]); got != min(want, longestPause) {
				t.Errorf("pause %d is %v, want %v", i, got, min(want, longestPause))
			}
			want *= 2
		}
		if got := l.when[15].Sub(l.when[14]); got != shortestPause {
			t.Errorf("the first pause of the second burst is %v", got)
		}
		if n := strings.Count(logged.String(), "\n"); n != 2 || !strings.Contains(logged.String(), "too many open files") {
			t.Errorf("it was logged %d times, want once per burst: %s", n, &logged)
		}
		d.Close()
		<-done
	})
}

// TestAcceptStopsWhilePausing stops a listener that can only fail.
func TestAcceptStopsWhilePausing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &shortListener{closed: make(chan struct{}), fail: func(int) error { return io.ErrNoProgress }}
		ls := &Listeners{log: slog.New(slog.DiscardHandler), stopped: make(chan struct{})}
		done := make(chan struct{})
		go func() { ls.accept(&door{Listener: l}); close(done) }()
		synctest.Wait()
		close(ls.stopped)
		<-done
	})
}
