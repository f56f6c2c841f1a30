package torture

import (
	"context"
	"fmt"
	"time"

	"jim/wire"
)

// fullDisk fills the disk of a process and frees it again, while a crowd talks. Reading goes on, what
// would be kept is refused with 507, and afterwards everything is kept.
func fullDisk(ctx context.Context, t *trial) error {
	s := t.newServer(true)
	if up, err := s.start(ctx); !up {
		return err
	}
	defer s.kill()
	if !t.readsOn(ctx, s, "#lobby") { // the reader's name is kept while there is room
		return nil
	}
	for chapter := 1; t.goesOn(ctx, chapter); chapter++ {
		c := t.newCrowd(chapter, aVillage, s.ways()...)
		refused := make(chan struct{}, 1)
		c.onFull = func() {
			t.count("refused_full", 1)
			select {
			case refused <- struct{}{}:
			default:
			}
		}
		err := t.village(ctx, c, func() (bool, error) { return t.fillOnce(ctx, s, c, refused) }, t.ends)
		if err != nil {
			return err
		}
	}
	return nil
}

// fillOnce fills the disk, waits until somebody is refused, reads, and frees it. It tells false after a fault.
func (t *trial) fillOnce(ctx context.Context, s *server, c *crowd, refused <-chan struct{}) (bool, error) {
	pause(ctx, time.Duration(t.rand.Int64N(int64(200*time.Millisecond))))
	if err := s.order("full"); err != nil {
		s.died(ctx, "it ended by itself")
		return false, nil
	}
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-refused:
	case <-timer.C:
		t.fault(FaultStuck, "the disk is full, and nobody is refused")
		return false, nil
	case <-ctx.Done():
		return false, ctx.Err()
	}
	pause(ctx, time.Duration(t.rand.Int64N(int64(200*time.Millisecond))))
	if !t.readsOn(ctx, s, c.places[0].to) {
		return false, nil
	}
	t.count("fills", 1)
	if err := s.order("free"); err != nil {
		s.died(ctx, "it ended by itself")
		return false, nil
	}
	return true, nil
}

// readsOn wants the log of a room to be read whatever the disk does.
func (t *trial) readsOn(ctx context.Context, s *server, room string) bool {
	const reader = "lobby-reader"
	r, err := func() (*wire.Response, error) {
		conn, err := overTCP(s.host())(ctx)
		if err != nil {
			return nil, err
		}
		defer conn.Close()
		v := &voice{name: reader}
		l, err := v.present(conn)
		if err != nil {
			return nil, err
		}
		return l.ask(request("history", "page").text("to", room), "page")
	}()
	if err != nil {
		s.died(ctx, fmt.Sprintf("%s cannot be read, whatever the disk does: %v", room, err))
		return false
	}
	if r.Code != wire.OK && r.Code != wire.NotFound { // the room may not be made yet
		t.fault(FaultRefused, "the disk is full, and %s cannot be read: %s %s", room, r.Code, r.Error)
		return false
	}
	return true
}
