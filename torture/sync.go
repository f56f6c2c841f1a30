package torture

import (
	"context"
	"fmt"
	"time"

	"jim/store/under"
)

// failedSync lets syncs fail, once each: in a process, which must end with the code of a broken disk, and
// hundreds of times in a hub in this one, where the machine then loses its power as well.
func failedSync(ctx context.Context, t *trial) error {
	half := t.ends.Add(-time.Until(t.ends) / 2)
	if err := t.failingServer(ctx, half); err != nil || t.failed() {
		return err
	}
	return t.darkChapters(ctx, func() *inside { return &inside{trial: t} }, t.failingLife)
}

// syncsMax is how many syncs a disk does before one fails.
const syncsMax = 40

// failingLife is a life that ends with a failed sync, and one after it, in which what the sync did not save can be
// read as if it had, and which ends with a loss of power.
func (t *trial) failingLife(ctx context.Context, c *crowd, in *inside, dir string) (string, error) {
	disk := under.NewDisk(t.rand.Uint64())
	if err := disk.Load(dir); err != nil {
		return "", err
	}
	disk.FailSyncIn(1 + t.rand.IntN(syncsMax))
	if err := t.until(ctx, c, in, dir, disk); err != nil {
		return "", err
	}
	if err := t.stopped(in); err != nil {
		return "", err
	}
	t.count("syncs", 1)
	disk.Heal()
	disk.CutIn(1 + t.rand.IntN(stepsMax))
	if err := t.until(ctx, c, in, dir, disk); err != nil {
		return "", err
	}
	disk.Cut()
	if err := t.stopped(in); err != nil {
		return "", err
	}
	return in.survive()
}

// aVillage is the crowd that a process is hurt under.
var aVillage = shape{voices: 24, rooms: 4, members: 6, pairs: 1, interval: 15 * time.Millisecond, burst: 1, long: 50}

// exitStorage is the code with which a server ends whose disk has failed (EX_IOERR of sysexits.h).
const exitStorage = 74

// villageHurts is how often a process is hurt while one crowd talks.
const villageHurts = 8

// failingServer lets syncs of a process fail.
func (t *trial) failingServer(ctx context.Context, ends time.Time) error {
	s := t.newServer(true)
	if up, err := s.start(ctx); !up {
		return err
	}
	defer s.kill()
	for chapter := 1; t.goesOn(ctx, chapter) && (chapter == 1 || time.Now().Before(ends)); chapter++ {
		c := t.newCrowd(1000+chapter, aVillage, s.ways()...)
		err := t.village(ctx, c, func() (bool, error) {
			pause(ctx, time.Duration(t.rand.Int64N(int64(300*time.Millisecond))))
			return t.failOnce(ctx, s, c)
		}, ends)
		if err != nil {
			return err
		}
	}
	return nil
}

// failOnce lets a sync fail, wants the process to end as it must, and starts the next. It tells false after a fault.
func (t *trial) failOnce(ctx context.Context, s *server, c *crowd) (bool, error) {
	if err := s.order("sync -wal"); err != nil {
		s.died(ctx, "it ended by itself")
		return false, nil
	}
	code := s.await(ctx)
	c.gate(false)
	if ctx.Err() != nil {
		return false, ctx.Err()
	}
	t.count("syncs", 1)
	if code != exitStorage {
		s.died(ctx, fmt.Sprintf("after a failed sync it ends with %d and not with %d", code, exitStorage))
		return false, nil
	}
	t.count("exits", 1)
	up, err := s.start(ctx)
	c.gate(up)
	return up, err
}

// village lets a crowd talk while hurt is called, and then checks what it has lived through.
func (t *trial) village(ctx context.Context, c *crowd, hurt func() (bool, error), ends time.Time) error {
	read := false
	talk, stop := context.WithCancel(ctx)
	defer c.end(stop, &read)
	c.gate(true)
	c.begin(talk)
	began := time.Now()
	for hurts := 0; hurts < villageHurts && ctx.Err() == nil && (hurts == 0 || time.Now().Before(ends)); hurts++ {
		if goOn, err := hurt(); !goOn {
			return err
		}
		t.say("chapter %s, %d times hurt", c.chapter, hurts+1)
	}
	t.talking(time.Since(began))
	if !c.settle(ctx, stop) {
		return ctx.Err()
	}
	_, read = c.readAll(ctx)
	return nil
}
