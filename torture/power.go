package torture

import (
	"context"
	"errors"
	"time"

	"jim/history"
	"jim/store/under"
)

// inTheDark is the crowd for losses of power: few voices, who talk as fast as they can.
var inTheDark = shape{voices: 6, rooms: 2, members: 4, pairs: 1, interval: time.Millisecond, burst: 2, long: 40}

// livesMax is how many lives a chapter has, livesBlind how many where they are known to lose something; and
// stepsMax how many changes and syncs a disk sees before its power goes.
const (
	livesMax   = 40
	livesBlind = 8
	stepsMax   = 600
)

// power cuts the power of the disk under a store and a hub, thousands of times, each time at another
// change or sync. At first it shows that it finds what is lost: in a store that does not sync.
func power(ctx context.Context, t *trial) error {
	if err := t.seesLoss(ctx); err != nil {
		return err
	}
	return t.darkChapters(ctx, func() *inside { return &inside{trial: t} }, t.darkLife)
}

// darkChapters lets one crowd after the other live such lives, and has judged what they lived through.
func (t *trial) darkChapters(ctx context.Context, in func() *inside, live life) error {
	for chapter := 1; t.goesOn(ctx, chapter); chapter++ {
		c, read, err := t.darkChapter(ctx, chapter, in(), livesMax, live)
		t.judge(c, read)
		if err != nil {
			return err
		}
	}
	return nil
}

// seesLoss wants the cuts to be found in a store with synchronous=NORMAL.
func (t *trial) seesLoss(ctx context.Context) error {
	blind := &trial{
		Options: t.Options, name: t.name, dir: t.dir, ends: time.Now().Add(time.Minute), rand: t.rand, counts: map[string]float64{}, end: t.end,
	}
	for chapter := 1001; chapter < 1010; chapter++ {
		c, read, err := blind.darkChapter(ctx, chapter, &inside{trial: blind, noSync: true}, livesBlind, blind.darkLife)
		if err != nil {
			return err
		}
		if ctx.Err() != nil {
			return nil
		}
		if !read {
			continue // a database that was not synced need not even open
		}
		entries := c.tape.take()
		lost, acked := lostOf(entries)
		t.count("normal_lost", lost)
		t.count("normal_acknowledged", acked)
		if lost > 0 && len(history.Check(entries)) > 0 {
			return nil
		}
	}
	if ctx.Err() == nil {
		t.fault(FaultBlind, "a store that does not sync loses nothing here, so this test finds nothing")
	}
	return nil
}

// lostOf counts what was acknowledged, and what of it is not in the whole logs at the end.
func lostOf(entries []history.Entry) (lost, acked int) {
	type key struct{ client, id string }
	there := map[key]bool{}
	for i := range entries {
		if e := &entries[i]; e.Kind == history.Read && e.Session == wholeSession {
			there[key{e.From, e.ID}] = true
		}
	}
	for i := range entries {
		if e := &entries[i]; e.Kind == history.Ack && e.ID != "" {
			acked++
			if !there[key{e.Client, e.ID}] {
				lost++
			}
		}
	}
	return lost, acked
}

// wholeSession is the session in which whole logs are read at the end of a chapter.
const wholeSession = "whole"

// life is one life of a hub over what is in dir. It returns what is left for the next; errFault after a fault.
type life func(ctx context.Context, c *crowd, in *inside, dir string) (string, error)

// errFault says that a fault was noted, after which there is nothing more to be done in a chapter.
var errFault = errors.New("there was a fault")

// darkChapter lets a crowd live through lives that end badly, most of them at most, and then through one that does
// not, and tells whether all was read then.
func (t *trial) darkChapter(ctx context.Context, chapter int, in *inside, most int, live life) (c *crowd, read bool, err error) {
	c = t.newCrowd(chapter, inTheDark, join(in.serve))
	talk, stop := context.WithCancel(ctx)
	defer func() {
		stop()
		c.run.Wait()
		if errors.Is(err, errFault) || ctx.Err() != nil {
			err = nil // it is noted; what was stopped from outside says what it has found
		}
	}()
	dir, err := in.folder()
	if err != nil {
		return c, false, err
	}
	c.begin(talk)
	began := time.Now()
	for lives := 1; lives <= most && (lives == 1 || !t.over(ctx)); lives++ {
		if dir, err = live(ctx, c, in, dir); err != nil {
			return c, false, err
		}
		t.count("cuts", 1)
		t.say("chapter %d: %d cuts", chapter, t.counted("cuts"))
	}
	t.talking(time.Since(began))
	read, err = t.lastLife(ctx, stop, c, in, dir)
	return c, read, err
}

// darkLife is a life that ends with a loss of power. It returns what is left.
func (t *trial) darkLife(ctx context.Context, c *crowd, in *inside, dir string) (string, error) {
	disk := under.NewDisk(t.rand.Uint64())
	if err := disk.Load(dir); err != nil {
		return "", err
	}
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

// stopped ends a life, which must come to its end.
func (t *trial) stopped(in *inside) error {
	if err := in.stop(); err != nil {
		t.fault(FaultServer, "stopping: %v", err)
		return errFault
	}
	return nil
}

// until lets the crowd talk until the storage fails. Nobody may have anything to say: then it is over
// after a second. A database that does not open, though the disk is in order, is a fault.
func (t *trial) until(ctx context.Context, c *crowd, in *inside, dir string, disk *under.Disk) error {
	alive, err := in.start(ctx, dir, disk)
	if err != nil {
		return t.unopened(ctx, err, "what was left")
	}
	if !alive {
		return nil
	}
	c.gate(true)
	timer := time.NewTimer(time.Second)
	defer timer.Stop()
	select {
	case <-in.ended:
	case <-timer.C:
	case <-ctx.Done():
	}
	c.gate(false)
	return nil
}

// unopened notes that a store does not open, except when all is being ended.
func (t *trial) unopened(ctx context.Context, err error, what string) error {
	if ctx.Err() != nil {
		return err
	}
	t.fault(FaultServer, "opening %s: %v", what, err)
	return errFault
}

// lastLife is a life without a fault, in which all that is left is said and everything read. It tells whether it was.
func (t *trial) lastLife(ctx context.Context, stop context.CancelFunc, c *crowd, in *inside, dir string) (read bool, err error) {
	disk := under.NewDisk(t.rand.Uint64())
	if err := disk.Load(dir); err != nil {
		return false, err
	}
	if _, err := in.start(ctx, dir, disk); err != nil {
		return false, t.unopened(ctx, err, "what was left in the end")
	}
	c.gate(true)
	if c.settle(ctx, stop) {
		_, read = c.readAll(ctx)
	}
	c.gate(false)
	return read, t.stopped(in)
}
