package torture

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"jim/client"
	"jim/history"
	"jim/wire"
)

// guests are a few who use package client, in the first room of a crowd: what the client
// promises its callers is checked like what the server promises its clients.
type guests struct {
	crowd *crowd
	all   []*guest
	quiet atomic.Bool
	done  sync.WaitGroup
}

// guest is one of them.
type guest struct {
	*client.Client
	name string
	room string
	seq  atomic.Int64 // of the newest event that came
}

// guestsMax is how many there are.
const guestsMax = 4

// newGuests lets guests come to host; ctx ends them.
func (t *trial) newGuests(ctx context.Context, c *crowd, host string) (*guests, error) {
	gs := &guests{crowd: c}
	for i := range guestsMax {
		g := &guest{name: fmt.Sprintf("g%s-%d", c.chapter, i), room: c.places[0].to}
		var err error
		for deadline := time.Now().Add(patience); ; pause(ctx, 10*time.Millisecond) { // Dial tries once
			address := []string{"tcp://", "ws://"}[i%2] + host
			if g.Client, err = client.Dial(ctx, address, client.Options{Name: g.name}); err == nil {
				break
			}
			if ctx.Err() != nil || time.Now().After(deadline) {
				gs.close()
				return nil, err
			}
		}
		gs.all = append(gs.all, g)
		gs.done.Go(func() { gs.listen(g) })
		gs.done.Go(func() { gs.talk(ctx, g) })
	}
	return gs, nil
}

func (gs *guests) talk(ctx context.Context, g *guest) {
	for _, action := range []string{"join", "create"} {
		gs.crowd.tape.write(history.Entry{Kind: history.Send, Client: g.name, Session: "client", To: g.room, Action: action})
	}
	if _, err := g.Do(ctx, wire.Request{Action: wire.ActJoin, To: g.room}); err != nil {
		gs.fault(ctx, g, err)
		return
	}
	for n := 1; ctx.Err() == nil && !gs.quiet.Load(); n++ {
		e := history.Entry{
			Kind: history.Send, Client: g.name, Session: "client", To: g.room,
			ID: fmt.Sprint(g.name, ".", n), Action: wire.ActMsg, Body: fmt.Sprint(g.name, " says ", n),
		}
		gs.crowd.tape.write(e)
		r, err := g.Do(ctx, wire.Request{Action: wire.ActMsg, To: g.room, ID: e.ID, Message: e.Body})
		if err != nil {
			gs.fault(ctx, g, err)
			return
		}
		e.Kind, e.Seq = history.Ack, int64(r.Seq)
		gs.crowd.tape.write(e)
		pause(ctx, gs.crowd.interval)
	}
}

func (gs *guests) fault(ctx context.Context, g *guest, err error) {
	if ctx.Err() == nil {
		gs.crowd.fault(FaultRefused, "%s, by package client: %v", g.name, err)
	}
}

// listen writes down what a guest is told. Where a guest came in and lost the answer, the first that is told is that
// there is something, and the room begins behind that: package client says so at Events.
func (gs *guests) listen(g *guest) {
	for e := range g.Events() {
		if e.Seq == 0 || e.To != g.room {
			continue
		}
		at := history.Entry{Kind: history.Read, Client: g.name, Session: "client", To: g.room, From: e.From, ID: e.ID, Seq: int64(e.Seq), Action: e.Action, Body: e.Message}
		if e.Topic != nil {
			at.Body = *e.Topic
		}
		if e.Action == wire.ActBehind {
			at = history.Entry{Kind: history.Behind, Client: g.name, Session: "client", To: g.room, Seq: int64(e.Seq)}
			if g.seq.Load() == 0 {
				at.Kind = history.Since
			}
		}
		gs.crowd.tape.write(at)
		g.seq.Store(int64(e.Seq))
	}
}

// hush ends the talk.
func (gs *guests) hush() { gs.quiet.Store(true) }

// settle waits until everybody has heard what was said last, and tells false after a fault.
func (gs *guests) settle(ctx context.Context) bool {
	var last int64
	for _, v := range gs.crowd.voices {
		if e := v.ears[gs.crowd.places[0].to]; e != nil {
			last = max(last, e.have)
		}
	}
	for _, g := range gs.all {
		for deadline := time.Now().Add(settling); g.seq.Load() < last; pause(ctx, 10*time.Millisecond) {
			if ctx.Err() != nil {
				return false
			}
			if time.Now().After(deadline) {
				gs.crowd.fault(FaultStuck, "%s, by package client, has heard %d of %d", g.name, g.seq.Load(), last)
				return false
			}
		}
		gs.crowd.tape.write(history.Entry{Kind: history.Complete, Client: g.name, Session: "client", To: g.room, Seq: last})
	}
	return true
}

// close ends their connections and waits for them.
func (gs *guests) close() {
	for _, g := range gs.all {
		g.Close()
	}
	gs.done.Wait()
}
