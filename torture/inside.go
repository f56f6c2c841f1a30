package torture

import (
	"context"
	"log/slog"
	"os"
	"sync"
	"time"

	"jim/chat"
	"jim/store"
	"jim/store/under"
)

// inside is a hub over a store in this process, on a disk that can be hurt. It lives many lives: each
// begins with what the disk kept of the one before.
type inside struct {
	trial  *trial
	noSync bool // see [store.On]
	wrap   func(chat.Store) chat.Store

	dir   string // of this life
	disk  *under.Disk
	kept  *store.Store
	hub   *chat.Hub
	ended chan struct{} // closed when the storage has failed

	mu       sync.Mutex
	closed   bool // nobody comes in any more
	sessions sync.WaitGroup
}

// folder makes the folder of the next life.
func (in *inside) folder() (string, error) {
	return os.MkdirTemp(in.trial.dir, "life-")
}

// start opens what is in dir, on disk. When that fails because the disk was hurt, it tells false.
func (in *inside) start(ctx context.Context, dir string, disk *under.Disk) (bool, error) {
	in.dir, in.disk, in.kept, in.hub = dir, disk, nil, nil
	log := slog.New(slog.DiscardHandler)
	kept, err := store.OpenOn(ctx, dir, log, store.On{Disk: disk, NoSync: in.noSync})
	if err != nil {
		if disk.Hurt() {
			return false, nil
		}
		return false, err
	}
	disk.FolderSynced()
	in.kept, in.ended = kept, make(chan struct{})
	var s chat.Store = kept
	if in.wrap != nil {
		s = in.wrap(s)
	}
	in.hub = chat.New(s, chat.Options{Log: log, NoLimits: true})
	in.mu.Lock()
	in.closed = false
	in.mu.Unlock()
	go func(failed <-chan error, ended chan struct{}) { // stop lets it end
		<-failed
		close(ended)
	}(in.hub.Failed(), in.ended)
	return true, nil
}

// serve is one side of a connection.
func (in *inside) serve(c chat.Conn) {
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.closed || in.hub == nil {
		c.Close()
		return
	}
	hub := in.hub
	in.sessions.Go(func() { hub.Serve(context.Background(), c) })
}

// stop ends a life. After a fault of the disk it ends at once, as `jim serve` does then.
func (in *inside) stop() error {
	if in.hub == nil {
		return nil
	}
	in.mu.Lock()
	in.closed = true
	in.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	if in.disk.Hurt() {
		cancel()
	}
	defer cancel()
	if err := in.hub.Shutdown(ctx, time.Millisecond); err != nil && !in.disk.Hurt() {
		return err
	}
	in.sessions.Wait()
	err := in.kept.Close()
	in.hub = nil
	if in.disk.Hurt() {
		return nil
	}
	return err
}

// survive ends a life by a loss of power, and returns the folder with what the disk kept. The one
// before is removed.
func (in *inside) survive() (string, error) {
	dir, err := in.folder()
	if err != nil {
		return "", err
	}
	if err := in.disk.Survive(dir); err != nil {
		return "", err
	}
	return dir, os.RemoveAll(in.dir)
}
