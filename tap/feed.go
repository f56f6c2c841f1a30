package tap

import (
	"sync"
	"time"

	"jim/check"
)

// feed is between those who hand on and the one who shows: it never makes anybody wait.
type feed struct {
	show    func(Item)
	summary Summary // of run alone, until it has ended

	mu    sync.Mutex
	more  sync.Cond
	list  []glimpse
	bytes int
	ended bool
}

// What waits to be shown is bounded; a glimpse takes memory besides its bytes.
const (
	feedBytes    = 8 << 20
	glimpseBytes = 160
)

// glimpse is what was seen of a connection: bytes, or that something happened.
type glimpse struct {
	conn *conn
	kind Kind // Bytes: what is in data; Opened, Failed, Ended, Closed, Lost
	side check.Side
	at   time.Time
	data []byte
	lost int
	note string
}

func newFeed(show func(Item)) *feed {
	f := &feed{show: show, summary: Summary{Broken: map[string]int{}}}
	f.more.L = &f.mu
	return f
}

// push takes a glimpse and a copy of its data. Where too much waits already, the
// data is only counted.
func (f *feed) push(g glimpse) {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := len(g.data) + glimpseBytes
	if g.kind == Bytes && f.bytes+n > feedBytes {
		if last := len(f.list) - 1; last >= 0 && f.list[last].kind == Lost && f.list[last].conn == g.conn && f.list[last].side == g.side {
			f.list[last].lost += len(g.data)
			return
		}
		g.kind, g.lost, g.data = Lost, len(g.data), nil
		n = glimpseBytes
	}
	if g.data != nil {
		g.data = append([]byte(nil), g.data...)
	}
	f.bytes += n
	f.list = append(f.list, g)
	f.more.Signal()
}

// end lets run end when everything was shown.
func (f *feed) end() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.ended = true
	f.more.Signal()
}

// run shows until the end.
func (f *feed) run() {
	for {
		f.mu.Lock()
		for len(f.list) == 0 && !f.ended {
			f.more.Wait()
		}
		list := f.list
		f.list, f.bytes = nil, 0
		f.mu.Unlock()
		if len(list) == 0 {
			return
		}
		for i := range list {
			g := &list[i]
			f.count(g)
			for _, item := range g.conn.see(g) {
				f.tell(g.conn, item)
			}
			g.data = nil
		}
	}
}

// count counts what was handed on.
func (f *feed) count(g *glimpse) {
	switch g.kind {
	case Opened:
		f.summary.Connections++
	case Bytes:
		f.summary.Bytes[g.side] += int64(len(g.data))
	case Lost:
		f.summary.Bytes[g.side] += int64(g.lost)
		f.summary.Lost += int64(g.lost)
	}
}

// tell shows an item, with what is known of its connection.
func (f *feed) tell(c *conn, i Item) {
	i.Conn, i.Level = c.number, c.judge.Level()
	if !c.last.IsZero() {
		i.Gap = i.At.Sub(c.last)
	}
	c.last = i.At
	if i.Kind == Object {
		f.summary.Objects[i.Side]++
	}
	for _, v := range i.Broken {
		f.summary.Broken[v.ID]++
	}
	if i.Trip > f.summary.Slowest {
		f.summary.Slowest, f.summary.SlowestConn, f.summary.SlowestText = i.Trip, i.Conn, i.Text
	}
	f.show(i)
}
