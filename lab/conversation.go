//go:build unix

package lab

import (
	"time"

	"golang.org/x/sys/unix"
)

// conversation is one connection on which both sides speak when they like: one thread waits in recv,
// another for the person.
type conversation struct {
	*Lab
	s         *Sock
	datagrams bool   // it has no end of its own
	peer      string // as it is shown
}

// lastDatagrams is how long datagrams may still come after everything was sent.
const lastDatagrams = time.Second

// run sends each line that is typed until hear, which runs in a thread of its own, has heard the end.
func (c conversation) run(hear func() error) error {
	heard := make(chan error, 1)
	c.Go(func() { heard <- hear() })
	typed := c.Typed()
	for {
		select {
		case err := <-heard:
			if err == nil && !c.Stopped() && !c.datagrams {
				c.say(sayClosed, c.peer)
			}
			return err
		case line, ok := <-typed:
			if !ok {
				typed = nil
				c.end()
				continue
			}
			if err := c.s.SendAll([]byte(line + "\n")); err != nil {
				c.s.wake("enough")
				<-heard
				return err
			}
		}
	}
}

// end ends our direction when nothing more will be typed.
func (c conversation) end() {
	if !c.datagrams {
		_ = c.s.Shutdown(unix.SHUT_WR) // told; hear finds out what became of the connection
		return
	}
	c.Go(func() {
		select {
		case <-time.After(lastDatagrams):
			c.s.wake("enough")
		case <-c.Done():
		}
	})
}
