package sim

import (
	"bytes"
	"io"
	"slices"

	"jim/chat"
	"jim/history"
	"jim/wire"
)

// receive takes bytes from the server. over: the connection has ended.
func (d *device) receive(c *conn, got []byte, over bool) {
	c.rest = append(c.rest, got...)
	for {
		i := bytes.IndexByte(c.rest, '\n')
		if i < 0 {
			break
		}
		object, err := d.w.decode(c.rest[:i])
		if err != nil {
			d.w.breach("%s gets what is no object: %v: %s", d.account, err, c.rest[:i])
		}
		c.rest = c.rest[i+1:]
		switch {
		case object.Event != nil:
			d.told(object.Event)
		case object.Response != nil:
			d.answered(object.Response)
		}
	}
	if over && d.conn == c {
		if len(c.rest) > 0 {
			d.w.breach("the server closes in the middle of an object: %s", c.rest)
		}
		c.leave(io.EOF, false)
		d.away()
	}
}

// weigh checks that no more waited for a lagging client than may: the outbox's limit, what the network
// had taken, and one group that was told when there was room.
func (d *device) weigh(c *conn, got []byte) {
	c.weighs = false
	waited := 0
	for line := range bytes.Lines(got) {
		if bytes.HasPrefix(line, []byte(`{"action":`)) && bytes.Contains(line, []byte(`"from":`)) { // of a room
			waited += len(line)
		}
	}
	if most := d.w.plan.outbox + c.lagWindow + c.largest; waited > most {
		d.w.breach("%d bytes of events waited for %s, where %d may", waited, d.account, most)
	}
}

// decode decodes an object; what was told to others before it knows already.
func (w *world) decode(object []byte) (wire.FromServer, error) {
	if got, ok := w.decoded[string(object)]; ok {
		return got, nil
	}
	got, err := wire.DecodeFromServer(object)
	if got.Event != nil {
		w.decoded[string(object)] = got
	}
	return got, err
}

// told takes an event.
func (d *device) told(ev *wire.Event) {
	address := ev.Conversation(d.account)
	switch {
	case ev.Action == wire.ActBehind:
		d.w.counts["behind"]++
		v := d.view(address)
		v.behind = max(v.behind, ev.Seq)
		if came, left := d.movedUnseen(v, ev.Seq); came {
			d.epoch(v, left)
		}
		// A first sync is told of as well where nothing is dropped: of what the resume did not name.
		if s := v.sync; s != nil && !s.begun && (!s.first || d.w.plan.outbox > 0) {
			s.moot = true
		}
		d.record(history.Entry{Kind: history.Behind, Session: v.session, To: v.place, Seq: int64(ev.Seq)})
	case ev.Seq > 0:
		d.w.counts["events"]++
		v := d.view(address)
		e := d.entry(ev, v.place)
		own := e.From == d.account
		if v.unclear(ev.Seq) {
			v.note(ev.Seq)
		} else {
			d.read(v, ev.Seq, own && e.Action == wire.ActJoin)
			e.Session = v.session
			d.record(e)
		}
		if own {
			d.moved(v, ev.Seq, e.Action)
		}
	}
}

// moved takes an event by which the account joins or leaves, now or long ago.
func (d *device) moved(v *view, seq uint64, action string) {
	switch {
	case action == wire.ActJoin:
		v.left, v.joined = false, max(v.joined, seq)
	case action == wire.ActLeave && seq > v.joined:
		v.left = !d.w.members[v.place][d.account]
		v.murky = !v.left
		if v.sync == nil || !v.sync.begun {
			d.epoch(v, true)
		}
	}
}

// movedUnseen tells whether the account came, and whether it left, in what is not told up to seq: what the
// server knows of the device's place in the conversation is from after that.
func (d *device) movedUnseen(v *view, seq uint64) (came, left bool) {
	kept := d.w.kept[v.place]
	if !v.pass || v.top >= seq || seq > uint64(len(kept)) {
		return false, false
	}
	for _, k := range kept[v.top:seq] {
		if k.FromName == d.account {
			came = came || k.Kind == chat.Joined || k.Kind == chat.RoomOpened
			left = left || k.Kind == chat.Left
		}
	}
	return came, left
}

// entry is an event as the history has it. It must have been committed.
func (d *device) entry(ev *wire.Event, place string) history.Entry {
	e := history.Entry{
		Kind: history.Read, To: place, From: ev.From, ID: ev.ID, Seq: int64(ev.Seq), Action: ev.Action, Body: ev.Message,
	}
	if ev.Topic != nil && ev.Action == wire.ActTopic {
		e.Body = *ev.Topic
	}
	if ev.Action == wire.ActCreate {
		e.Action = wire.ActJoin
	}
	if kept := d.w.kept[place]; ev.Seq > uint64(len(kept)) {
		d.w.breach("%s is told %d of %s before it is committed", d.account, ev.Seq, place)
	} else if k := kept[ev.Seq-1]; k.ID != ev.ID || k.FromName != ev.From || k.Text != e.Body {
		d.w.breach("%s is told something else than is kept as %d of %s", d.account, ev.Seq, place)
	}
	return e
}

// answered takes an answer.
func (d *device) answered(r *wire.Response) {
	if r.ID == "login" {
		d.known = r.Code == wire.OK
		if !d.known && r.Code < wire.Internal {
			d.w.breach("%s cannot log in: %v %s", d.account, r.Code, r.Error)
		}
		return
	}
	i := slices.IndexFunc(d.asked, func(a *ask) bool { return a.id == r.ID })
	if i < 0 {
		d.w.breach("%s gets an answer to nothing: %v %q", d.account, r.Code, r.ID)
		return
	}
	if i > 0 {
		d.w.breach("%s gets the answer to %q before that to %q", d.account, r.ID, d.asked[0].id)
	}
	a := d.asked[i]
	d.asked = slices.Delete(d.asked, i, i+1)
	if a.action == wire.ActSync {
		d.conn.syncing.Store(false)
	}
	switch {
	case !r.Code.IsError():
		d.done(a, r)
	case r.Code.Retryable():
		d.w.counts["try again"]++
		d.putOff(a)
	case r.Code == wire.Conflict && (a.action == wire.ActMsg || a.action == wire.ActTopic):
		d.w.counts["conflicts"]++
		d.record(history.Entry{Kind: history.Refuse, Session: d.conn.label, To: a.place, ID: a.id, Action: a.action, Body: a.body})
	case r.Code == wire.NotFound && wire.IsRoom(a.address): // nobody has made it yet
		d.record(history.Entry{Kind: history.Refuse, Session: d.conn.label, To: a.place, ID: recorded(a), Action: a.action, Body: a.body})
	default:
		d.w.breach("%s is answered %v %s to %s %s", d.account, r.Code, r.Error, a.action, a.address)
	}
}

// recorded is the id of a request in the history.
func recorded(a *ask) string {
	if a.action == wire.ActMsg || a.action == wire.ActTopic {
		return a.id
	}
	return ""
}

// done takes the answer that something has been done.
func (d *device) done(a *ask, r *wire.Response) {
	switch a.action {
	case wire.ActMsg, wire.ActTopic:
		d.record(history.Entry{Kind: history.Ack, Session: d.conn.label, To: d.place(r.To), ID: a.id, Seq: int64(r.Seq), Action: a.action, Body: a.body})
		if r.Seq > uint64(len(d.w.kept[a.place])) {
			d.w.breach("%s is acknowledged %d of %s before it is committed", d.account, r.Seq, a.place)
		}
		if !slices.ContainsFunc(d.settled, func(o *ask) bool { return o.id == a.id }) {
			d.settled = append(d.settled, a)
		}
	case wire.ActSync:
		for _, v := range a.views {
			d.endSync(v)
		}
	case wire.ActHistory:
		d.page(a, r)
	}
}

// page takes a page of history, and asks for the next.
func (d *device) page(a *ask, r *wire.Response) {
	for i := range r.Events {
		e := d.entry(&r.Events[i], a.place)
		e.Session = a.session
		d.record(e)
		a.after = r.Events[i].Seq
	}
	switch {
	case !r.More:
		d.record(history.Entry{Kind: history.Complete, Session: a.session, To: a.place, Seq: int64(a.after)})
	case !d.conn.half:
		d.send(&ask{id: d.newID(), action: wire.ActHistory, address: a.address, after: a.after, session: a.session})
	}
}

// noteKept notes what has been committed.
func (w *world) noteKept(group []*chat.Entry) {
	for _, e := range group {
		if e.Err != nil || e.Repeat {
			continue
		}
		w.counts["kept"]++
		place := w.name(e.Conversation)
		w.kept[place] = append(w.kept[place], *e)
		if w.members[place] == nil {
			w.members[place] = map[string]bool{}
		}
		switch e.Kind {
		case chat.Joined, chat.RoomOpened:
			w.members[place][e.FromName] = true
		case chat.Left:
			w.members[place][e.FromName] = false
		}
	}
}

// noteTold notes what is about to be told, for those who lag.
func (w *world) noteTold(group []*chat.Entry) {
	size := 0
	for _, e := range group {
		size += len(e.Text) + 150
	}
	for _, c := range w.conns {
		c.largest = max(c.largest, size)
	}
}
