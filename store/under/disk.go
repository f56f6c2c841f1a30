package under

import (
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"

	"github.com/ncruces/go-sqlite3/util/vfsutil"
	"github.com/ncruces/go-sqlite3/vfs"
)

// ErrPower is what every change gets from a disk without power.
var ErrPower = errors.New("the power is off")

// Disk is a disk whose faults can be chosen. Its files are those of the operating system,
// which play the part of the system's memory: what was written can be read there.
// What is stable is kept apart, and only what was synced is. The stable bytes are held in
// memory; nothing is synced in fact, so it is for tests only.
//
// All methods may be called from any goroutine.
type Disk struct {
	vfs.VFS

	mu      sync.Mutex
	rand    *rand.Rand
	files   map[string]*content // by path
	full    bool
	fullFor string // for files whose names end so
	off     bool   // the power
	hurt    bool   // a sync has failed
	steps   int    // changes and syncs so far
	cutAt   int    // the number of the step at which the power goes; 0 = none
	syncs   int    // so far
	failAt  int    // the number of the sync that fails; 0 = none
	failIn  string // a file whose name ends so cannot be synced, once; "" = all can
}

// content is what is stable of a file, and what would be after a sync.
type content struct {
	stable  []byte
	there   bool // the name is stable
	removed bool // the file is gone, and that is not stable yet
	pending []change
}

// change is a write, or a truncation to size at.
type change struct {
	at    int64
	data  []byte
	trunc bool
}

// NewDisk is a disk without faults. seed decides what survives a loss of power.
func NewDisk(seed uint64) *Disk {
	return &Disk{
		VFS: vfs.Find("os"), files: map[string]*content{},
		rand: rand.New(rand.NewPCG(seed, 0x64_69_73_6b)),
	}
}

// Load says that the files in dir are stable as they are. It is called before they
// are opened.
func (d *Disk) Load(dir string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	list, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range list {
		if !e.Type().IsRegular() || strings.HasSuffix(e.Name(), "-shm") {
			continue
		}
		name := filepath.Join(dir, e.Name())
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		d.files[name] = &content{stable: data, there: true}
	}
	return nil
}

// Fill says whether there is no room: then no file can grow.
func (d *Disk) Fill(full bool) { d.set(func() { d.full, d.fullFor = full, "" }) }

// FillFor says that there is no room for files whose names end in suffix.
func (d *Disk) FillFor(suffix string) { d.set(func() { d.full, d.fullFor = true, suffix }) }

// FailSync makes the next sync of a file whose name ends in suffix fail. As on a real
// system, what it was to save is then never saved, is still shown to whoever reads, and
// the sync after it succeeds.
func (d *Disk) FailSync(suffix string) { d.set(func() { d.failIn = suffix }) }

// FailSyncIn makes the n-th sync from now fail, like FailSync.
func (d *Disk) FailSyncIn(n int) { d.set(func() { d.failAt = d.syncs + n }) }

// Heal lets a disk whose sync has failed be opened again, by the next process on the same machine. What the sync was to
// save stays as it is: to be read, and not stable.
func (d *Disk) Heal() { d.set(func() { d.hurt, d.failIn, d.failAt = false, "", 0 }) }

// CutIn makes the power go at the n-th change or sync from now, in the middle of it. Everything after
// that fails with [ErrPower].
func (d *Disk) CutIn(n int) { d.set(func() { d.cutAt = d.steps + n }) }

// Cut makes the power go now.
func (d *Disk) Cut() { d.set(func() { d.off = true }) }

// Hurt tells whether the power went, or a sync has failed.
func (d *Disk) Hurt() (hurt bool) {
	d.set(func() { hurt = d.hurt || d.off })
	return hurt
}

// Syncs is how many syncs there were, failed ones included. Steps counts changes too.
func (d *Disk) Syncs() (n int) {
	d.set(func() { n = d.syncs })
	return n
}

// Steps is how many changes and syncs there were.
func (d *Disk) Steps() (n int) {
	d.set(func() { n = d.steps })
	return n
}

// FolderSynced says that the names in the folders of all files are stable now. A folder is not
// synced through SQLite, so the disk cannot see it.
func (d *Disk) FolderSynced() {
	d.set(func() {
		for name, c := range d.files {
			if c.removed {
				delete(d.files, name)
			}
		}
	})
}

func (d *Disk) set(do func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	do()
}

// step counts a change or a sync, and tells whether it may be done. d.mu is held.
func (d *Disk) step() error {
	if d.off {
		return ErrPower
	}
	d.steps++
	if d.steps == d.cutAt {
		d.off = true
	}
	return nil
}

// Open opens a file without a name of its own, such as a temporary one, which needs to survive nothing.
func (d *Disk) Open(name string, flags vfs.OpenFlag) (vfs.File, vfs.OpenFlag, error) {
	return vfsutil.WrapOpen(d.VFS, name, flags)
}

// OpenFilename opens a file.
func (d *Disk) OpenFilename(name *vfs.Filename, flags vfs.OpenFlag) (vfs.File, vfs.OpenFlag, error) {
	f, flags, err := vfsutil.WrapOpenFilename(d.VFS, name, flags)
	if err != nil || name == nil {
		return f, flags, err
	}
	return d.hold(f, name.String()), flags, nil
}

// hold puts an open file on the disk.
func (d *Disk) hold(f vfs.File, name string) *diskFile {
	d.mu.Lock()
	defer d.mu.Unlock()
	c := d.files[name]
	if c == nil {
		c = found(name)
		d.files[name] = c
	} else if c.removed { // the old one may come back, or the new one be there
		c.removed = false
		c.pending = append(c.pending, change{trunc: true})
	}
	return &diskFile{File{f}, d, c, name}
}

// found is a file that is opened for the first time. What is in it was put there by
// other means than SQLite, whose business it was to sync it.
func found(name string) *content {
	data, _ := os.ReadFile(name) // what cannot be read was not put there
	return &content{stable: data, there: len(data) > 0}
}

// Delete removes a file. That is stable when the folder is synced.
func (d *Disk) Delete(name string, syncDir bool) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.step(); err != nil {
		return err
	}
	switch c := d.files[name]; {
	case c == nil:
	case d.off || !syncDir:
		c.removed = true
	default:
		delete(d.files, name)
	}
	if d.off {
		return ErrPower
	}
	return d.VFS.Delete(name, syncDir)
}

// diskFile is a file on a Disk.
type diskFile struct {
	File
	disk *Disk
	c    *content
	name string
}

// grows tells whether there is room for the file to become so long. disk.mu is held.
func (f *diskFile) grows(to int64) error {
	if !f.disk.full || !strings.HasSuffix(f.name, f.disk.fullFor) {
		return nil
	}
	if size, err := f.Size(); err != nil || to <= size {
		return err
	}
	return &fs.PathError{Op: "write", Path: f.name, Err: syscall.ENOSPC} // as os.File says it
}

// change makes a change. disk.mu is held.
func (f *diskFile) change(c change) error {
	if err := f.disk.step(); err != nil {
		return err
	}
	f.c.pending = append(f.c.pending, c)
	if f.disk.off {
		return ErrPower
	}
	return nil
}

func (f *diskFile) WriteAt(p []byte, off int64) (int, error) {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	if err := f.grows(off + int64(len(p))); err != nil {
		return 0, err
	}
	if err := f.change(change{at: off, data: append([]byte(nil), p...)}); err != nil {
		return 0, err
	}
	return f.File.WriteAt(p, off)
}

func (f *diskFile) Truncate(size int64) error {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	if err := f.change(change{at: size, trunc: true}); err != nil {
		return err
	}
	return f.File.Truncate(size)
}

func (f *diskFile) SizeHint(size int64) error {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	if err := f.grows(size); err != nil {
		return err
	}
	return nil // room is reserved by the writes
}

func (f *diskFile) Sync(vfs.SyncFlag) error {
	d := f.disk
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.step(); err != nil {
		return err
	}
	if d.off {
		return ErrPower // some of it may have come through: what is pending decides by lot
	}
	d.syncs++
	if d.syncs == d.failAt || d.failIn != "" && strings.HasSuffix(f.name, d.failIn) {
		d.failIn, d.hurt = "", true
		f.c.pending = nil
		return syscall.EIO
	}
	for _, c := range f.c.pending {
		f.c.stable = c.apply(f.c.stable)
	}
	f.c.pending, f.c.there = nil, true
	return nil
}
