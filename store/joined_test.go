package store

import (
	"log/slog"
	"testing"

	"jim/chat"
	"jim/store/under"
)

// TestACommitIsOneWrite counts what a commit asks of the disk: its frames, in one
// piece, and the sync.
func TestACommitIsOneWrite(t *testing.T) {
	disk := under.NewDisk(1)
	r := newRig(t, t.TempDir(), disk)
	r.mustKeep("1", "the first also asks who ann is")
	before := disk.Steps()
	r.mustKeep("2", "the second changes pages of the log and of the index of ids")
	if n := disk.Steps() - before; n != 2 {
		t.Errorf("a commit took %d steps, not 2: a write and a sync", n)
	}
	if got := r.texts(); len(got) != 2 {
		t.Errorf("read %q", got)
	}
}

// TestNothingIsHeldWithoutASync: where no sync follows a commit, what is kept can be
// read through another connection all the same.
func TestNothingIsHeldWithoutASync(t *testing.T) {
	s, err := OpenOn(t.Context(), t.TempDir(), slog.New(slog.DiscardHandler), On{Disk: under.NewDisk(1), NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	s.Start(func([]*chat.Entry) {}, func(error) {})
	for _, name := range []string{"ann", "bob"} { // the first commit in a log asks for its size, which lets go
		if _, err := s.AddAccount(t.Context(), chat.Account{Name: name, Key: name, UID: -1}); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Account(t.Context(), name); err != nil {
			t.Errorf("%s, who was kept: %v", name, err)
		}
	}
}

// TestWhatIsHeldWhenThereIsNoRoom: the write that was put off until the sync finds the
// disk full. That is no failed sync: the message comes back, and the next one is kept.
func TestWhatIsHeldWhenThereIsNoRoom(t *testing.T) {
	disk := under.NewDisk(1)
	r := newRig(t, t.TempDir(), disk)
	r.mustKeep("1", "before")
	disk.Fill(true)
	for i := range 3 {
		if _, err := r.keep("2", "no room"); err != chat.ErrFull {
			t.Fatalf("try %d: %v", i, err)
		}
	}
	disk.Fill(false)
	r.mustKeep("2", "no room")
	if got := r.texts(); len(got) != 2 {
		t.Errorf("read %q", got)
	}
}
