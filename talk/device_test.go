package talk

import (
	"context"
	"fmt"
	"sync"

	"jim/client"
	"jim/wire"
)

// device is one of several of an account, and what it was told.
type device struct {
	client *client.Client
	line   frail
	may    chan struct{} // each lets it read one event; closed, all

	mu    sync.Mutex
	rooms map[string]*told
	goal  map[string]uint64 // what it has to come to
	done  chan error        // takes one
	all   []string          // what it was told, in order
}

// told is what a device was told of a room.
type told struct {
	have uint64
	out  bool // the account may not be in it, as far as the device was told
	text map[uint64]string
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
			select {
			case d.done <- err:
			case <-ctx.Done():
			}
			return
		}
	}
}

// note takes in an event of a conversation. Each must follow the one before, but where the device begins anew: where the account comes in, or
// is in without the device having been told how, or somebody wrote before the device had asked for the first time. Then it says no more what was there before.
func (d *device) note(e *wire.Event) error {
	if e.To == "" || e.Seq == 0 && e.Action != client.Reset {
		return nil
	}
	name := d.client.Conversation(e)
	d.all = append(d.all, fmt.Sprint(name, " ", e.Seq, " ", entryText(e)))
	s := d.rooms[name]
	if s == nil {
		s = &told{text: map[uint64]string{}, out: wire.IsRoom(name)}
		if s.out {
			s.have = e.Seq - 1
		}
		d.rooms[name] = s
	}
	mine := e.From == "bob"
	in := mine && (e.Action == wire.ActJoin || e.Action == wire.ActCreate)
	switch {
	case s.out && in, e.Action == wire.ActBehind && (s.out || s.have == 0): // what it had before it left is nothing to it
		s.have, s.out = e.Seq, false
		clear(s.text)
		if in {
			s.text[e.Seq] = entryText(e)
		}
		return nil
	case e.Action == client.Reset:
		for seq := range s.text {
			if seq > e.Seq {
				delete(s.text, seq)
			}
		}
		s.have = e.Seq
		s.out = wire.IsRoom(name) // as far as is known: it is what it was then
		return nil
	case e.Action == wire.ActBehind, e.Seq != s.have+1:
		return fmt.Errorf("%s %d of %s after %d", e.Action, e.Seq, name, s.have)
	}
	s.have, s.text[e.Seq] = e.Seq, entryText(e)
	s.out = s.out || mine && e.Action == wire.ActLeave
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
