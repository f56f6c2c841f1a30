package store

import (
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"jim/chat"
	"jim/store/under"
)

// rig is a store on a faulty disk, with one person in one room.
type rig struct {
	*testing.T
	*Store
	disk *under.Disk
	ann  chat.Account
	ops  chat.ConversationID
	back chan *chat.Entry
	fail chan error
}

func newRig(t *testing.T, dir string, disk *under.Disk) *rig {
	t.Helper()
	r, err := tryRig(t, dir, disk)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func tryRig(t *testing.T, dir string, disk *under.Disk) (*rig, error) {
	r := &rig{T: t, disk: disk, back: make(chan *chat.Entry, 4096), fail: make(chan error, 10)}
	s, err := OpenOn(t.Context(), dir, slog.New(slog.DiscardHandler), On{Disk: disk})
	if err != nil {
		return nil, err
	}
	t.Cleanup(func() { s.Close() })
	disk.FolderSynced()
	r.Store = s
	s.Start(func(group []*chat.Entry) {
		for _, e := range group {
			r.back <- e
		}
	}, func(err error) { r.fail <- err })
	if r.ann, err = s.Account(t.Context(), "ann"); errors.Is(err, chat.ErrNotFound) {
		r.ann, err = s.AddAccount(t.Context(), chat.Account{Name: "ann", Key: "ann", UID: -1})
	}
	if err != nil {
		return nil, err
	}
	v, err := s.Room(t.Context(), "#ops")
	if errors.Is(err, chat.ErrNotFound) {
		v, err = s.AddRoom(t.Context(), "#ops", "#ops")
	}
	r.ops = v.ID
	return r, err
}

// keep keeps a message and returns how it came back, or how the storage failed.
func (r *rig) keep(id, text string) (*chat.Entry, error) {
	r.Helper()
	r.Store.Keep(&chat.Entry{Conversation: r.ops, Kind: chat.Said, From: r.ann.ID, ID: id, Text: text})
	select {
	case e := <-r.back:
		return e, e.Err
	case err := <-r.fail:
		r.fail <- err
		return nil, err
	case <-time.After(30 * time.Second):
		r.Fatal("neither kept nor failed")
		return nil, nil
	}
}

// texts is the log of the room.
func (r *rig) texts() []string {
	r.Helper()
	list, err := r.Log(r.Context(), r.ops, 0, 0, 1<<20, false)
	if err != nil {
		r.Fatal(err)
	}
	var texts []string
	for i, e := range list {
		if e.Seq != uint64(i+1) {
			r.Errorf("entry %d has seq %d", i, e.Seq)
		}
		texts = append(texts, e.Text)
	}
	return texts
}

// mustKeep is keep that must succeed.
func (r *rig) mustKeep(id, text string) {
	r.Helper()
	if _, err := r.keep(id, text); err != nil {
		r.Fatal(err)
	}
}

func TestDiskFull(t *testing.T) {
	dir := t.TempDir()
	r := newRig(t, dir, under.NewDisk(1))
	r.mustKeep("k1", "one")
	token, err := r.AddToken(t.Context(), chat.Token{Account: r.ann.ID, Hash: [32]byte{1}})
	if err != nil {
		t.Fatal(err)
	}

	r.disk.Fill(true)
	for range 3 {
		e, err := r.keep("k2", "two")
		if err != chat.ErrFull || e.Seq != 0 || e.Time != 0 {
			t.Fatalf("want ErrFull and no number, got %+v", e)
		}
		if _, err := r.AddRoom(t.Context(), "#dev", "#dev"); err != chat.ErrFull {
			t.Fatalf("want ErrFull, got %v", err)
		}
	}
	if _, _, err := r.TokenAccount(t.Context(), token.Hash); err != nil {
		t.Errorf("logging in: %v", err)
	}
	if got := fmt.Sprint(r.texts()); got != "[one]" {
		t.Errorf("reading: %v", got)
	}

	r.disk.Fill(false)
	r.mustKeep("k2", "two")
	r.mustKeep("k3", "three")
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if len(r.fail) > 0 {
		t.Errorf("a full disk is no failure: %v", <-r.fail)
	}
	if got := fmt.Sprint(newRig(t, dir, under.NewDisk(1)).texts()); got != "[one two three]" {
		t.Errorf("after a restart: %v", got)
	}
}

// TestDatabaseFull is the other way to SQLITE_FULL, from inside of SQLite.
func TestDatabaseFull(t *testing.T) {
	r := newRig(t, t.TempDir(), under.NewDisk(1))
	limit := func(pages int) {
		t.Helper()
		err := r.change(t.Context(), func(w *writer) error {
			return w.c.db.Exec(fmt.Sprint("PRAGMA max_page_count = ", pages))
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	limit(40)
	text := strings.Repeat("x", 3000)
	kept := 0
	for ; kept < 1000; kept++ {
		if _, err := r.keep("", text); err != nil {
			if err != chat.ErrFull {
				t.Fatal(err)
			}
			break
		}
	}
	limit(400)
	r.mustKeep("", text)
	if got := len(r.texts()); got != kept+1 || kept == 0 {
		t.Errorf("want %d entries, got %d", kept+1, got)
	}
}

func TestSyncFails(t *testing.T) {
	dir := t.TempDir()
	r := newRig(t, dir, under.NewDisk(1))
	r.mustKeep("k1", "one")
	r.disk.FailSync("-wal")
	_, err := r.keep("k2", "two")
	if err == nil || !strings.Contains(err.Error(), syscall.EIO.Error()) {
		t.Fatalf("want an error in the words of the system, got %v", err)
	}
	// The disk works again, and that means nothing.
	if _, err := r.AddRoom(t.Context(), "#dev", "#dev"); err == nil {
		t.Error("a failed store keeps")
	}
	if _, err := r.Account(t.Context(), "ann"); err == nil {
		t.Error("a failed store reads")
	}
	for range groupJobs + 1 { // dropped, and nobody waits for ever
		r.Store.Keep(&chat.Entry{Conversation: r.ops, Kind: chat.Said, From: r.ann.ID, Text: "x"})
	}
	syncs := r.disk.Syncs()
	if r.Close() == nil {
		t.Error("want the failure from Close")
	}
	if r.disk.Syncs() != syncs {
		t.Error("Close syncs again")
	}
	if len(r.back) != 0 || len(r.fail) != 1 {
		t.Errorf("%d entries came back, and fail was called %d times", len(r.back), len(r.fail))
	}

	// Whether "two" is there is unknown. Sent again, it is there once.
	again := newRig(t, dir, under.NewDisk(1))
	again.mustKeep("k2", "two")
	if got := fmt.Sprint(again.texts()); got != "[one two]" {
		t.Errorf("after a restart: %v", got)
	}
}

// TestEverySyncFails lets each sync of a short life fail, one after the other,
// and looks for what had been acknowledged before: where the process is started
// again, and where the power goes as well and nothing is left that was not synced.
func TestEverySyncFails(t *testing.T) {
	for k := 1; k < 100; k++ {
		disk := under.NewDisk(1)
		dir := t.TempDir()
		newRig(t, dir, disk).Close() // the schema is there
		before := disk.Syncs()
		disk.FailSyncIn(k)
		var acked []string
		if r, err := tryRig(t, dir, disk); err == nil {
			for i := range 5 {
				if _, err := r.keep(fmt.Sprint(i), fmt.Sprint(i)); err != nil {
					break
				}
				acked = append(acked, fmt.Sprint(i))
			}
			r.Close()
		}
		for what, after := range map[string][]string{
			"on the disk": survivors(t, disk).texts(), "in memory": newRig(t, dir, under.NewDisk(1)).texts(),
		} {
			if len(after) > len(acked)+1 || !slices.Equal(after[:min(len(acked), len(after))], acked) {
				t.Errorf("sync %d failed: acknowledged %v, found %v %s", k, acked, after, what)
			}
		}
		if disk.Syncs() < before+k {
			if k < 5 {
				t.Errorf("only %d syncs", k)
			}
			return
		}
	}
	t.Error("the syncs have no end")
}

func TestCheckpointSyncFails(t *testing.T) {
	dir := t.TempDir()
	r := newRig(t, dir, under.NewDisk(1))
	r.disk.FailSync(".db")
	text := strings.Repeat("x", 64<<10)
	kept := 0
	for ; kept < 1000; kept++ {
		if _, err := r.keep("", text); err != nil {
			break
		}
	}
	if r.Close() == nil {
		t.Error("want the failure from Close")
	}
	if got := len(survivors(t, r.disk).texts()); got < kept || kept == 0 {
		t.Errorf("%d were acknowledged, %d are on the disk", kept, got)
	}
	if got := len(newRig(t, dir, under.NewDisk(1)).texts()); got < kept {
		t.Errorf("%d were acknowledged, %d are in memory", kept, got)
	}
}

// TestPowerLoss opens, after every acknowledgement, what was synced by then and
// nothing else.
func TestPowerLoss(t *testing.T) {
	disk := under.NewDisk(1)
	r := newRig(t, t.TempDir(), disk)
	want := []string{}
	for i := range 20 {
		text := fmt.Sprint("entry ", i)
		r.mustKeep("", text)
		want = append(want, text)
		loss(t, disk, want)
	}
}

// TestPowerLossAfterFailedSync: a sync fails, the server is started again, and
// reads from memory what the disk never got. A second try must not be told that
// it is safe before it is.
func TestPowerLossAfterFailedSync(t *testing.T) {
	disk := under.NewDisk(1)
	dir := t.TempDir()
	r := newRig(t, dir, disk)
	r.mustKeep("k1", "one")
	disk.FailSync("-wal")
	if _, err := r.keep("k2", "two"); err == nil {
		t.Fatal("kept without a sync")
	}
	r.Close()
	loss(t, disk, []string{"one"})

	again := newRig(t, dir, disk)
	e, err := again.keep("k2", "two")
	if err != nil || !e.Repeat {
		t.Fatalf("want a repeat of what is in memory, got %+v, %v", e, err)
	}
	loss(t, disk, []string{"one", "two"})
}

// TestPowerLossInOpenAfterFailedSync: a sync of the write-ahead log fails, and what
// it was to save can be read and is not stable. The next start writes it to the
// database, and loses its power at each step of that, in several ways. What is
// left must be whole, with the lost transaction or without it.
func TestPowerLossInOpenAfterFailedSync(t *testing.T) {
	for seed := range uint64(4) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel() // most of it is waiting for a disk
			step := 1
			for !lossInOpen(t, step, seed) {
				step++
			}
			if step < 20 {
				t.Errorf("only %d steps", step)
			}
		})
	}
}

// lossInOpen loses the power at a step of an Open that has a lost transaction to
// bring to the database. It tells whether it was opened before that.
func lossInOpen(t *testing.T, step int, seed uint64) bool {
	t.Helper()
	disk, dir, after := under.NewDisk(seed), t.TempDir(), t.TempDir()
	r := newRig(t, dir, disk)
	r.mustKeep("k1", "one")
	disk.FailSync("-wal")
	err := r.change(t.Context(), func(w *writer) error {
		for i := range 30 {
			_, err := w.c.exec(`INSERT INTO conversation (name, key, topic, created) VALUES (?2, ?1, '', 0)`,
				fmt.Sprint("#", i), strings.Repeat("x", 500))
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		t.Fatal("kept without a sync")
	}
	r.Close()
	disk.Heal()
	disk.CutIn(step)
	s, err := OpenOn(t.Context(), dir, slog.New(slog.DiscardHandler), On{Disk: disk})
	if err == nil {
		s.Close()
	}
	if err := disk.Survive(after); err != nil {
		t.Fatal(err)
	}
	seen, err := Examine(t.Context(), after)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range seen.Found {
		if f.Problem != LostTail {
			t.Errorf("power lost at step %d, seed %d: %s: %s", step, seed, f.Problem, f.Where)
		}
	}
	if seen.Inventory.Entries != 1 || seen.Inventory.Rooms != 31 && (seen.Inventory.Rooms != 1 || s != nil) {
		t.Errorf("power lost at step %d, seed %d: %d entries, %d rooms", step, seed, seen.Inventory.Entries, seen.Inventory.Rooms)
	}
	return s != nil
}

// survivors opens what is stable, and nothing else.
func survivors(t *testing.T, disk *under.Disk) *rig {
	t.Helper()
	after := t.TempDir()
	if err := disk.SurviveLeast(after); err != nil {
		t.Fatal(err)
	}
	return newRig(t, after, under.NewDisk(1))
}

// loss opens what is stable and compares it with what must be there.
func loss(t *testing.T, disk *under.Disk, want []string) {
	t.Helper()
	r := survivors(t, disk)
	if got := fmt.Sprint(r.texts()); got != fmt.Sprint(want) {
		t.Fatalf("after a loss of power\n got %s\nwant %s", got, want)
	}
	r.Close()
}
