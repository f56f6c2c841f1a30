package sim

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"jim/history"
	"jim/wire"
)

// device is a client: one of the devices of an account. It has no goroutine; the schedule
// tells it when to do something.
type device struct {
	w       *world
	n       int
	account string
	ids     int

	conn    *conn // nil = away
	known   bool  // the login was answered
	views   []*view
	asked   []*ask // sent on this connection and not answered
	unsure  []*ask // whose answer was lost, or said that it may be sent again
	settled []*ask // messages whose outcome is known
}

// ask is a request.
type ask struct {
	id      string
	action  string
	address string
	place   string
	body    string
	after   uint64  // history
	session string  // history: the reading
	views   []*view // sync
}

func newDevice(w *world, n int, account string) *device {
	return &device{w: w, n: n, account: account}
}

func (d *device) record(e history.Entry) {
	e.Client = d.account
	d.w.history = append(d.w.history, e)
}

func (d *device) newID() string {
	d.ids++
	return string(rune('A'+d.n)) + strconv.Itoa(d.ids)
}

// place is the one name of a conversation that the device calls address.
func (d *device) place(address string) string {
	if wire.IsRoom(address) {
		return address
	}
	return history.Pair(d.account, address)
}

func (d *device) view(address string) *view {
	for _, v := range d.views {
		if v.address == address {
			return v
		}
	}
	v := &view{address: address, place: d.place(address)}
	if d.conn != nil {
		v.connected(d.conn.label, false)
	}
	d.views = append(d.views, v)
	return v
}

// act does a few of the things that clients do.
func (d *device) act() {
	if d.conn == nil {
		d.come(d.w.r.IntN(3) > 0)
		return
	}
	if d.conn.half {
		return
	}
	for range 1 + d.w.r.IntN(d.w.plan.burst) {
		d.actOnce()
	}
}

func (d *device) actOnce() {
	r := d.w.r
	switch n := r.IntN(100); {
	case n < 50:
		d.say()
	case n < 58 && len(d.settled) > 0:
		d.send(d.settled[r.IntN(len(d.settled))]) // once more, although it is known
	case n < 66 && len(d.unsure) > 0:
		d.again(r.IntN(len(d.unsure)))
	case n < 69 && len(d.settled)+len(d.unsure) > 0:
		d.misuse()
	case n < 80:
		d.send(&ask{id: d.newID(), action: wire.ActJoin, address: d.room()})
	case n < 88:
		d.sync(func(v *view) bool { return r.IntN(3) > 0 })
	case n < 94:
		d.readHistory(d.someone(), uint64(r.IntN(3)))
	case n < 96 && d.w.plan.leaves:
		d.leave()
	case n < 97:
		d.send(&ask{id: d.newID(), action: wire.ActQuit})
	default:
		d.send(&ask{id: d.newID(), action: wire.ActPing})
	}
}

func (d *device) room() string { return "#" + string(rune('a'+d.w.r.IntN(d.w.plan.rooms))) }

// someone is an address that one can write to.
func (d *device) someone() string {
	if d.w.plan.direct && d.w.r.IntN(4) == 0 {
		others := slices.DeleteFunc(slices.Clone(accountNames[:d.w.plan.accounts]), func(a string) bool { return a == d.account })
		return others[d.w.r.IntN(len(others))]
	}
	return d.room()
}

func (d *device) say() {
	a := &ask{id: d.newID(), action: wire.ActMsg, address: d.someone()}
	a.body = "text of " + a.id
	if d.w.r.IntN(8) == 0 {
		a.body += strings.Repeat(" ж", d.w.r.IntN(60))
	}
	if wire.IsRoom(a.address) && d.w.r.IntN(12) == 0 {
		a.action = wire.ActTopic
	}
	d.send(a)
}

// again sends once more what has no answer yet.
func (d *device) again(i int) {
	a := d.unsure[i]
	d.unsure = slices.Delete(d.unsure, i, i+1)
	d.send(a)
}

// misuse uses an id once more for something else.
func (d *device) misuse() {
	all := slices.Concat(d.settled, d.unsure)
	a := *all[d.w.r.IntN(len(all))]
	if a.action == wire.ActMsg || a.action == wire.ActTopic {
		a.body += ", misused"
		d.send(&a)
	}
}

func (d *device) leave() {
	if len(d.views) == 0 {
		return
	}
	if v := d.views[d.w.r.IntN(len(d.views))]; wire.IsRoom(v.address) && v.pass && !v.left {
		d.send(&ask{id: d.newID(), action: wire.ActLeave, address: v.address})
	}
}

// sync asks for what is missing in some conversations.
func (d *device) sync(want func(*view) bool) {
	if slices.ContainsFunc(d.asked, func(a *ask) bool { return a.action == wire.ActSync }) {
		return
	}
	a := &ask{id: d.newID(), action: wire.ActSync}
	for _, v := range d.views {
		if v.left || v.murky || !want(v) {
			continue
		}
		after := v.has
		if d.w.r.IntN(6) == 0 && !d.w.calm.Load() {
			after = uint64(d.w.r.IntN(int(after) + 1))
		}
		v.sync = &syncing{after: after, first: !v.synced}
		v.synced = true
		a.views = append(a.views, v)
	}
	d.conn.syncing.Store(true)
	d.send(a)
}

// readHistory begins to read a conversation page by page.
func (d *device) readHistory(address string, after uint64) {
	a := &ask{id: d.newID(), action: wire.ActHistory, address: address, after: after}
	a.session = fmt.Sprint(d.conn.label, "/", a.id)
	d.record(history.Entry{Kind: history.Since, Session: a.session, To: d.place(address), Seq: int64(after)})
	d.send(a)
}

// come opens a connection and logs in.
func (d *device) come(resumes bool) {
	d.conn = d.w.connect(d)
	d.known, d.conn.resumes = false, resumes
	b := fmt.Appendf(nil, `{"action":"presence","jim":2,"id":"login","user":{"account_name":%q,"token":%q}`, d.account, tokenOf(d.account))
	if resumes {
		b = append(b, `,"since":{`...)
	}
	n := 0
	for _, v := range d.views {
		since := resumes && !v.left && (v.has > 0 || d.w.r.IntN(2) == 0)
		v.connected(d.conn.label, since)
		if !since {
			continue
		}
		if n++; n > 1 {
			b = append(b, ',')
		}
		b = fmt.Appendf(b, "%q:%d", v.address, v.has)
		d.record(history.Entry{Kind: history.Since, Session: v.session, To: v.place, Seq: int64(v.has)})
	}
	if resumes {
		b = append(b, '}')
	}
	d.conn.up = append(append(d.conn.up, b...), "}\n"...)
}

// send sends a request, and records it if it is one that is kept.
func (d *device) send(a *ask) {
	a.place = d.place(a.address)
	d.asked = append(d.asked, a)
	b := fmt.Appendf(nil, `{"action":%q,"id":%q`, a.action, a.id)
	if a.address != "" {
		b = fmt.Appendf(b, `,"to":%q`, a.address)
	}
	e := history.Entry{Kind: history.Send, Session: d.conn.label, To: a.place, ID: a.id, Action: a.action, Body: a.body}
	switch a.action {
	case wire.ActMsg:
		b = fmt.Appendf(b, `,"message":%q`, a.body)
		d.record(e)
	case wire.ActTopic:
		b = fmt.Appendf(b, `,"topic":%q`, a.body)
		d.record(e)
	case wire.ActJoin, wire.ActLeave:
		e.ID = "" // it does not go into the log
		d.record(e)
	case wire.ActSync:
		b = append(b, `,"since":{`...)
		for i, v := range a.views {
			if i > 0 {
				b = append(b, ',')
			}
			b = fmt.Appendf(b, "%q:%d", v.address, v.sync.after)
		}
		b = append(b, '}')
	case wire.ActHistory:
		b = fmt.Appendf(b, `,"after":%d,"limit":%d`, a.after, 1+d.w.r.IntN(40))
	}
	d.conn.up = append(append(d.conn.up, b...), "}\n"...)
}

// away forgets the connection. What was not answered may have happened.
func (d *device) away() {
	for _, v := range d.views {
		if v.sync != nil && v.sync.begun {
			d.record(history.Entry{Kind: history.End, Session: v.session, To: v.place})
		}
	}
	d.conn.device = nil
	d.conn, d.known = nil, false
	for _, a := range d.asked {
		d.putOff(a)
	}
	d.asked = nil
}

// putOff keeps a request whose outcome matters and is not known, to be sent again.
func (d *device) putOff(a *ask) {
	if (a.action == wire.ActMsg || a.action == wire.ActTopic) && !slices.Contains(d.unsure, a) && !slices.Contains(d.settled, a) {
		d.unsure = append(d.unsure, a)
	}
}
