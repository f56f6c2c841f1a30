package talk

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"

	"jim/chat"
	"jim/client"
	"jim/store"
	"jim/wire"
)

// TestDevicesThatComeAndGo has two devices of one account enter and leave rooms while their connections end after any byte,
// their readers are slow, their queues are small, and old backups are restored. What each was told must be what is there, without a hole that it was
// not told of, up to the end of every room that the account is in.
func TestDevicesThatComeAndGo(t *testing.T) {
	for _, kind := range []devicesKind{
		{name: "few rooms", transport: "tcp", rooms: 3, queue: 3},
		{name: "restored", transport: "tcp", rooms: 3, queue: 2, restores: true},
		{name: "datagrams", transport: "lossy", rooms: 40, queue: 16, restores: true},
	} {
		for _, seed := range envSeeds() {
			t.Run(kind.name+"/"+strconv.FormatUint(seed, 10), func(t *testing.T) {
				t.Parallel()
				ctx, cancel := context.WithTimeout(t.Context(), 6*Patience)
				defer cancel()
				w := &devices{T: t, kind: kind, rand: rand.New(rand.NewPCG(seed, 1)), ctx: ctx}
				w.live(seed)
			})
		}
	}
}

func envSeeds() []uint64 {
	from, n := uint64(0), uint64(2)
	if s := os.Getenv("H3_SEEDS"); s != "" {
		fmt.Sscanf(s, "%d+%d", &from, &n)
	}
	var all []uint64
	for i := range n {
		all = append(all, from+i)
	}
	return all
}

type devicesKind struct {
	name, transport string
	rooms, queue    int
	restores        bool
}

// devices is a house with two devices of bob's.
type devices struct {
	*testing.T
	ctx     context.Context
	kind    devicesKind
	rand    *rand.Rand
	house   *House
	two     [2]*device
	backups [][]byte
	talks   int
	said    int
	trace   []string
}

// device is one of them, and what it was told.
type device struct {
	client *client.Client
	line   frail
	may    chan struct{} // each lets it read one event; closed, all

	mu    sync.Mutex
	rooms map[string]*told
	goal  map[string]uint64 // what it has to come to
	done  chan error        // takes one
	all   []string
}

// told is what a device was told of a room.
type told struct {
	have uint64
	out  bool // the account is not in it, as far as the device was told
	text map[uint64]string
}

func (w *devices) must(err error) {
	w.Helper()
	if err != nil {
		for _, d := range w.two {
			if d != nil {
				d.mu.Lock()
				w.Logf("told %q", d.all)
				d.mu.Unlock()
			}
		}
		w.Logf("trace %q", w.trace)
		w.Fatal(err)
	}
}

func (w *devices) room(i int) string { return "#room-with-a-long-name-" + strconv.Itoa(i) }

func (w *devices) lead(d *device) {
	to := w.house.place()
	if w.house.way != nil {
		to = w.house.way.address()
	}
	d.line.lead(to)
}

func (w *devices) live(seed uint64) {
	folder, err := TempFolder()
	w.must(err)
	w.Cleanup(func() { os.RemoveAll(folder) })
	w.house, err = Open(w.kind.transport, folder, chat.Options{Guests: chat.Local, NoLimits: true, OperatorUID: -1})
	w.must(err)
	w.Cleanup(func() { w.must(w.house.Close()) })
	token := ""
	for i := range w.two {
		d := &device{
			line: frail{rand: rand.New(rand.NewPCG(seed, uint64(10+i))), whole: true},
			may:  make(chan struct{}, 10000), rooms: map[string]*told{}, done: make(chan error, 1),
		}
		w.lead(d)
		o := client.Options{Name: "bob", Queue: w.kind.queue, Token: token, Dial: d.line.dial, OnToken: func(s string) { token = s }}
		if i == 0 {
			o.Device = "first"
		}
		d.client, err = client.Dial(w.ctx, clientAddress(w.house), o)
		w.must(err)
		defer d.client.Close()
		w.two[i] = d
		go d.read(w.ctx)
	}
	for i := range w.kind.rooms {
		_, err := w.two[0].client.Do(w.ctx, wire.Request{Action: wire.ActJoin, To: w.room(i)})
		w.must(err)
	}
	w.backUp()
	for _, d := range w.two {
		d.line.wear(w.kind.transport == "tcp")
	}
	for range 25 {
		w.step()
	}
	w.end()
}

func (w *devices) step() {
	d := w.two[w.rand.IntN(2)]
	room := w.room(w.rand.IntN(w.kind.rooms))
	n := w.rand.IntN(12)
	switch w.rand.IntN(12) {
	case 0, 1:
		w.trace = append(w.trace, "cut")
		d.line.cut()
	case 2, 3, 4:
		w.trace = append(w.trace, "talk")
		w.talk(n)
	case 5:
		w.trace = append(w.trace, "join "+room)
		_, err := d.client.Do(w.ctx, wire.Request{Action: wire.ActJoin, To: room})
		w.must(err)
	case 6:
		w.trace = append(w.trace, "leave "+room)
		_, err := d.client.Do(w.ctx, wire.Request{Action: wire.ActLeave, To: room})
		var refused *client.Error
		if !errors.As(err, &refused) {
			w.must(err)
		}
	case 7, 8:
		w.trace = append(w.trace, "read")
		for range n {
			d.may <- struct{}{}
		}
	case 9:
		w.trace = append(w.trace, "away")
		d.line.lead("")
		w.talk(n)
		w.lead(d)
	case 10:
		w.backUp()
	case 11:
		w.trace = append(w.trace, "restart")
		w.restart(w.kind.restores && w.rand.IntN(2) == 0)
	}
}

func (w *devices) talk(n int) {
	w.Helper()
	w.talks++
	ann, err := client.Dial(w.ctx, clientAddress(w.house), client.Options{Name: fmt.Sprint("ann", w.talks), Quiet: true})
	w.must(err)
	defer ann.Close()
	for range n {
		w.said++
		_, err := ann.Send(w.ctx, w.room(w.rand.IntN(w.kind.rooms)), strconv.Itoa(w.said))
		w.must(err)
	}
}

func (w *devices) backUp() {
	w.Helper()
	w.trace = append(w.trace, "backup")
	var b bytes.Buffer
	_, err := store.Backup(w.ctx, filepath.Join(w.house.folder, "data"), w.house.folder, "", &b)
	w.must(err)
	w.backups = append(w.backups, b.Bytes())
}

func (w *devices) restart(restored bool) {
	w.Helper()
	for _, d := range w.two {
		d.line.lead("")
	}
	w.must(w.house.end())
	if restored {
		w.trace = append(w.trace, "restored")
		data := filepath.Join(w.house.folder, "data")
		w.must(os.RemoveAll(data))
		_, err := store.Restore(w.ctx, bytes.NewReader(w.backups[w.rand.IntN(len(w.backups))]), data)
		w.must(err)
	}
	w.must(w.house.start())
	if w.rand.IntN(2) == 0 {
		w.talk(w.rand.IntN(15))
	}
	for _, d := range w.two {
		w.lead(d)
	}
}

// end compares what the devices were told with what is there.
func (w *devices) end() {
	w.Helper()
	goal := map[string]uint64{}
	log := map[string]map[uint64]string{}
	for _, d := range w.two {
		d.line.wear(false)
		d.line.cut()
		close(d.may)
	}
	mine, err := w.two[0].client.Do(w.ctx, wire.Request{Action: wire.ActRooms})
	for err == nil {
		for _, r := range mine.Rooms {
			if r.Member {
				goal[r.Name] = r.Seq
			}
		}
		if !mine.More {
			break
		}
		mine, err = w.two[0].client.Do(w.ctx, wire.Request{Action: wire.ActRooms, Mark: mine.Next})
	}
	w.must(err)
	for i := range w.kind.rooms {
		log[w.room(i)] = w.log(w.room(i))
	}
	for i, d := range w.two {
		d.mu.Lock()
		d.goal = goal
		d.look()
		d.mu.Unlock()
		select {
		case err := <-d.done:
			w.must(err)
		case <-w.ctx.Done():
			d.mu.Lock()
			for room, last := range goal {
				if s := d.rooms[room]; s == nil || s.have != last {
					w.Logf("device %d is at %v of %d in %s", i, s, last, room)
				}
			}
			d.mu.Unlock()
			w.must(fmt.Errorf("device %d does not come to the end of what there is", i))
		}
		d.mu.Lock()
		for room, s := range d.rooms {
			for seq, text := range s.text {
				if there := log[room][seq]; there != text {
					w.Errorf("device %d was told %q as %d of %s, where %q is", i, text, seq, room, there)
				}
			}
		}
		d.mu.Unlock()
	}
	if w.Failed() {
		w.must(errors.New("see above"))
	}
}

func (w *devices) log(room string) map[uint64]string {
	all := map[uint64]string{}
	for after := uint64(0); ; {
		r, err := w.two[0].client.Do(w.ctx, wire.Request{Action: wire.ActHistory, To: room, After: after, HasAfter: true, Limit: 50})
		var refused *client.Error
		if errors.As(err, &refused) {
			return all
		}
		w.must(err)
		for i := range r.Events {
			after = r.Events[i].Seq
			all[after] = entryText(&r.Events[i])
		}
		if !r.More {
			return all
		}
	}
}

// read notes what the device is told, and ends with the first thing that may not be.
func (d *device) read(ctx context.Context) {
	for {
		select {
		case <-d.may:
		case <-ctx.Done():
			return
		}
		var e *wire.Event
		select {
		case e = <-d.client.Events():
		case <-ctx.Done():
			return
		}
		if e == nil {
			return
		}
		d.mu.Lock()
		err := d.note(e)
		d.look()
		d.mu.Unlock()
		if err != nil {
			d.done <- err
			return
		}
	}
}

func (d *device) note(e *wire.Event) error {
	if !wire.IsRoom(e.To) || e.Seq == 0 && e.Action != client.Reset {
		return nil
	}
	d.all = append(d.all, fmt.Sprint(e.To[len(e.To)-2:], " ", e.Seq, " ", entryText(e)))
	s := d.rooms[e.To]
	if s == nil {
		s = &told{have: e.Seq - 1, text: map[uint64]string{}, out: true}
		d.rooms[e.To] = s
	}
	mine := e.From == "bob"
	in := mine && (e.Action == wire.ActJoin || e.Action == wire.ActCreate)
	switch {
	case e.Action == client.Reset:
		for seq := range s.text {
			if seq > e.Seq {
				delete(s.text, seq)
			}
		}
		s.have = e.Seq
		s.out = true // or in, as it was then
		return nil
	case e.Action == wire.ActBehind && !s.out:
		return fmt.Errorf("behind %d of %s after %d", e.Seq, e.To, s.have)
	case e.Seq <= s.have, e.Seq != s.have+1 && !s.out:
		return fmt.Errorf("%s %d of %s after %d", e.Action, e.Seq, e.To, s.have)
	case e.Action == wire.ActBehind:
		s.have, s.out = e.Seq, false
		return nil
	case e.Seq != s.have+1 && !in:
		return fmt.Errorf("%s %d of %s after %d", e.Action, e.Seq, e.To, s.have)
	}
	s.have, s.text[e.Seq] = e.Seq, entryText(e)
	s.out = mine && e.Action == wire.ActLeave || s.out && !in
	return nil
}

// look tells when the device has come to its goal.
func (d *device) look() {
	if d.goal == nil {
		return
	}
	for room, last := range d.goal {
		if s := d.rooms[room]; s == nil || s.have != last {
			return
		}
	}
	select {
	case d.done <- nil:
	default:
	}
}
