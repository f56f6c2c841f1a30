package bench

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"jim/wire"
)

// logins are people who log in with a password all the time, each as often as the
// server lets them.
type logins struct {
	server *Server
	name   string
	done   atomic.Int64 // logins that were answered
	failed atomic.Pointer[error]
}

const loginPassword = "correct horse battery"

// loginsOn registers the account that they log in to.
func loginsOn(ctx context.Context, s *Server) (*logins, error) {
	if s.tongue != &jimTongue {
		return nil, errors.New("logging in with passwords is measured on a server of JIM only")
	}
	l := &logins{server: s, name: "l" + newTag()}
	c, err := l.ask(ctx, "register", wire.Created)
	if err != nil {
		return nil, fmt.Errorf("registering %s: %w", l.name, err)
	}
	c.Close()
	return l, nil
}

// ask connects and proves who it is.
func (l *logins) ask(ctx context.Context, action string, want wire.Code) (*conn, error) {
	raw, err := l.server.dial(ctx, 0)
	if err != nil {
		return nil, err
	}
	c := &conn{Conn: raw, server: l.server, name: l.name}
	r, err := c.ask("1", fmt.Sprintf(`{"action":"%s","jim":2,"id":"1","user":{"account_name":"%s","password":"%s"}}`, action, l.name, loginPassword))
	if err == nil && r.Code != want {
		err = fmt.Errorf("%s was answered with %d", action, r.Code)
	}
	if err != nil {
		c.Close()
		return nil, err
	}
	return c, nil
}

// during lets n people log in for as long as do takes.
func (l *logins) during(ctx context.Context, n int, do func() error) error {
	ctx, stop := context.WithCancel(ctx)
	var all sync.WaitGroup
	for range n {
		all.Go(func() {
			for ctx.Err() == nil {
				c, err := l.ask(ctx, "authenticate", wire.OK)
				if err != nil {
					if ctx.Err() == nil {
						l.failed.Store(&err)
					}
					return
				}
				l.done.Add(1)
				c.Close()
			}
		})
	}
	err := do()
	stop()
	all.Wait()
	if failed := l.failed.Load(); failed != nil && err == nil {
		err = fmt.Errorf("logging in: %w", *failed)
	}
	return err
}

// beside measures the traffic in turns without and with n people who log in.
func (l *logins) beside(c *crowd, n int, d time.Duration, say Say) (Figures, error) {
	var quiet, beset float64 // messages
	const turns = 3
	measure := func(sum *float64, doing string) error {
		start := c.count()
		err := c.watch(d/turns, doing, say)
		end := c.count()
		*sum += float64(end.sent-start.sent) / end.at.Sub(start.at).Seconds() / turns
		return err
	}
	began := l.done.Load()
	for range turns {
		if err := measure(&quiet, "without logins"); err != nil {
			return nil, err
		}
		err := l.during(c.ctx, n, func() error { return measure(&beset, "with logins") })
		if err != nil {
			return nil, err
		}
	}
	var f Figures
	f.add("messages_quiet_s", "messages a second, nobody logging in", "", quiet)
	f.add("messages_beset_s", fmt.Sprintf("the same while %d log in with a password", n), "", beset)
	f.add("beset_ratio", "of the traffic that is left", "×", beset/quiet)
	f.add("passwords_s", "passwords checked a second meanwhile", "", float64(l.done.Load()-began)/d.Seconds())
	return f, nil
}
