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
		{name: "devices", transport: "tcp", rooms: 3, queue: 3, seeds: 3},
		{name: "restored", transport: "tcp", rooms: 3, queue: 2, restores: true, seeds: 4},
		{name: "web", transport: "ws", rooms: 3, queue: 2, restores: true, seeds: 2},
		{name: "QUIC", transport: "quic", rooms: 3, queue: 2, restores: true, seeds: 1},
	} {
		for seed := range kind.seeds {
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

// devicesKind is a kind of world. Where connections are not cut by bytes they end when the house does.
type devicesKind struct {
	name, transport string
	rooms, queue    int
	restores        bool
	seeds           uint64
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
	trace   []string // what was done
}

// must ends the test with all that happened.
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

func (w *devices) room(i int) string { return "#room-" + strconv.Itoa(i) }

func (w *devices) address() string {
	if w.kind.transport == "ws" {
		return "ws://" + w.house.place() + "/jim/ws"
	}
	return clientAddress(w.house)
}

// lead lets a device find the house.
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
		d.client, err = client.Dial(w.ctx, w.address(), o)
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
		d.line.wear(w.kind.transport == "tcp" || w.kind.transport == "ws")
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
	switch w.rand.IntN(13) {
	case 12:
		w.said++
		_, err := d.client.Send(w.ctx, fmt.Sprint("ann", w.rand.IntN(w.talks+1)), strconv.Itoa(w.said))
		var refused *client.Error // there may be nobody of that name
		if !errors.As(err, &refused) {
			w.must(err)
		}
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
		var refused *client.Error // the room may not be there any more
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
	ann, err := client.Dial(w.ctx, w.address(), client.Options{Name: fmt.Sprint("ann", w.talks), Quiet: true})
	w.must(err)
	defer ann.Close()
	for range n {
		w.said++
		to := w.room(w.rand.IntN(w.kind.rooms))
		if w.rand.IntN(3) == 0 {
			to = "bob"
		}
		_, err := ann.Send(w.ctx, to, strconv.Itoa(w.said))
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

// restart ends the house and starts it again, with an old backup or with what it had.
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

// end lets the devices come to the end of the rooms that the account is in, and compares what they were told with what is there.
func (w *devices) end() {
	w.Helper()
	for _, d := range w.two {
		d.line.wear(false)
		d.line.cut()
		close(d.may)
	}
	mine, err := w.two[0].client.Do(w.ctx, wire.Request{Action: wire.ActRooms})
	w.must(err)
	goal := map[string]uint64{}
	for _, r := range mine.Rooms {
		if r.Member {
			goal[r.Name] = r.Seq
		}
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
			w.must(fmt.Errorf("device %d does not come to %v", i, goal))
		}
	}
	for room := range goal {
		there := w.log(room)
		for i, d := range w.two {
			d.mu.Lock()
			for seq, text := range d.rooms[room].text {
				if there[seq] != text {
					w.Errorf("device %d was told %q as %d of %s, where %q is", i, text, seq, room, there[seq])
				}
			}
			d.mu.Unlock()
		}
	}
	if w.Failed() {
		w.must(errors.New("what was told is not what is there"))
	}
}

// log is what is there of a room.
func (w *devices) log(room string) map[uint64]string {
	all := map[uint64]string{}
	for after := uint64(0); ; {
		r, err := w.two[0].client.Do(w.ctx, wire.Request{Action: wire.ActHistory, To: room, After: after, HasAfter: true})
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
