package talk

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"jim/chat"
	"jim/client"
	"jim/store"
	"jim/wire"
)

// TestAReaderKnowsWhatIsThere restores backups, new ones and old ones, under a reader whose connection is cut after any
// byte, and lets others talk before he is back. What he was told, less what he was told is not there any more, must be
// what is there.
func TestAReaderKnowsWhatIsThere(t *testing.T) {
	for seed := range uint64(8) {
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
			t.Parallel()
			w := restoring{T: t, rand: rand.New(rand.NewPCG(seed, 1)), line: frail{rand: rand.New(rand.NewPCG(seed, 2)), whole: true}}
			ctx, cancel := context.WithTimeout(t.Context(), 6*Patience)
			defer cancel()
			w.live(ctx)
		})
	}
}

// restoring is a house to which backups are restored, and one who reads there.
type restoring struct {
	*testing.T
	rand    *rand.Rand
	house   *House
	line    frail
	backups [][]byte
	talks   int
	said    int
}

var restoredRooms = []string{"#tea", "#milk"}

func (w *restoring) live(ctx context.Context) {
	folder, err := TempFolder()
	w.must(err)
	w.Cleanup(func() { os.RemoveAll(folder) })
	w.house, err = Open("tcp", folder, chat.Options{Guests: chat.Local, NoLimits: true, OperatorUID: -1})
	w.must(err)
	w.Cleanup(func() { w.must(w.house.Close()) })
	w.line.lead(w.house.place())
	bob, err := client.Dial(ctx, w.house.Address, client.Options{
		Name: "bob", Dial: w.line.dial, Since: map[string]uint64{"#tea": 0, "#milk": 0},
	})
	for _, room := range restoredRooms {
		if err == nil {
			_, err = bob.Do(ctx, wire.Request{Action: wire.ActJoin, To: room})
		}
	}
	w.must(err)
	defer bob.Close()
	read := make(chan error, 1)
	view := map[string][]string{}
	go func() { read <- readRestored(ctx, bob, view) }()
	w.backUp(ctx)
	w.line.wear(true)
	const rounds = 12
	for range rounds {
		switch w.rand.IntN(5) {
		case 0:
			w.line.cut()
		case 1:
			w.backUp(ctx)
		case 2, 3:
			w.talk(ctx, w.rand.IntN(12))
		case 4:
			w.restore(ctx)
		}
	}
	w.restore(ctx)
	w.line.wear(false)
	w.talk(ctx, -1)
	w.must(<-read)
	w.compare(ctx, view)
}

func (w *restoring) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// readRestored notes what bob is told of each room, until he is told the end of all.
func readRestored(ctx context.Context, bob *client.Client, view map[string][]string) error {
	for {
		select {
		case e, ok := <-bob.Events():
			if !ok {
				return fmt.Errorf("bob has given up: %w", bob.Err())
			}
			had := view[e.To]
			switch {
			case e.Action == client.Reset && e.Seq > uint64(len(had)):
				return fmt.Errorf("%s has come to %d only, and is set back to %d", e.To, len(had), e.Seq)
			case e.Action == client.Reset:
				view[e.To] = had[:e.Seq]
			case e.Seq == 0:
			case e.Action == wire.ActBehind || e.Seq != uint64(len(had))+1:
				return fmt.Errorf("%s %d of %s after %d", e.Action, e.Seq, e.To, len(had))
			default:
				view[e.To] = append(had, entryText(e))
			}
		case <-ctx.Done():
			return fmt.Errorf("the end did not come: %v", view)
		}
		ended := true
		for _, room := range restoredRooms {
			had := view[room]
			ended = ended && len(had) > 0 && strings.HasSuffix(had[len(had)-1], " end")
		}
		if ended {
			return nil
		}
	}
}

func entryText(e *wire.Event) string { return e.Action + " " + e.From + " " + e.Message }

// talk lets somebody say n things in rooms by lot; -1 = "end" in each.
func (w *restoring) talk(ctx context.Context, n int) {
	w.Helper()
	w.talks++
	ann, err := client.Dial(ctx, w.house.Address, client.Options{Name: fmt.Sprint("ann", w.talks), Quiet: true})
	w.must(err)
	defer ann.Close()
	for range n {
		w.said++
		_, err := ann.Send(ctx, restoredRooms[w.rand.IntN(2)], strconv.Itoa(w.said))
		w.must(err)
	}
	if n < 0 {
		for _, room := range restoredRooms {
			_, err := ann.Send(ctx, room, "end")
			w.must(err)
		}
	}
}

func (w *restoring) backUp(ctx context.Context) {
	w.Helper()
	var b bytes.Buffer
	_, err := store.Backup(ctx, filepath.Join(w.house.folder, "data"), w.house.folder, "", &b)
	w.must(err)
	w.backups = append(w.backups, b.Bytes())
}

// restore restores one of the backups. Bob comes back when ann has talked, or before, or not yet.
func (w *restoring) restore(ctx context.Context) {
	w.Helper()
	w.line.lead("")
	w.must(w.house.end())
	data := filepath.Join(w.house.folder, "data")
	w.must(os.RemoveAll(data))
	_, err := store.Restore(ctx, bytes.NewReader(w.backups[w.rand.IntN(len(w.backups))]), data)
	w.must(err)
	w.must(w.house.start())
	w.talk(ctx, w.rand.IntN(15))
	w.line.lead(w.house.place())
}

// compare looks whether bob's view is what is there.
func (w *restoring) compare(ctx context.Context, view map[string][]string) {
	w.Helper()
	eve, err := client.Dial(ctx, w.house.Address, client.Options{Name: "eve", Quiet: true})
	w.must(err)
	defer eve.Close()
	for _, room := range restoredRooms {
		r, err := eve.Do(ctx, wire.Request{Action: wire.ActHistory, To: room, HasAfter: true, Limit: wire.JIM2.Page})
		w.must(err)
		var there []string
		for i := range r.Events {
			there = append(there, entryText(&r.Events[i]))
		}
		if r.More || fmt.Sprint(there) != fmt.Sprint(view[room]) {
			w.Errorf("in %s is\n%q, bob has\n%q", room, there, view[room])
		}
	}
}

// frail leads to an address, over connections that end after any byte.
type frail struct {
	mu    sync.Mutex // guards what follows
	rand  *rand.Rand
	to    string
	conns []net.Conn
	whole bool // no more cuts
}

// lead leads all new connections to an address, "" = nowhere, and cuts those that are there.
func (f *frail) lead(to string) {
	f.mu.Lock()
	f.to = to
	f.mu.Unlock()
	f.cut()
}

func (f *frail) cut() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, c := range f.conns {
		_ = c.Close()
	}
	f.conns = nil
}

// wear lets new connections end after some bytes, or not any more.
func (f *frail) wear(frail bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.whole = !frail
}

func (f *frail) dial(ctx context.Context, network, _ string) (net.Conn, error) {
	f.mu.Lock()
	to, left := f.to, -1
	if !f.whole && len(f.conns) < 2 && f.rand.IntN(3) > 0 {
		left = f.rand.IntN(3000)
	}
	f.mu.Unlock()
	if to == "" {
		return nil, errors.New("nobody is there")
	}
	c, err := new(net.Dialer).DialContext(ctx, network, to)
	if err != nil {
		return nil, err
	}
	f.mu.Lock()
	f.conns = append(f.conns, c)
	f.mu.Unlock()
	return &cutAfter{c, left}, nil
}

// cutAfter is a connection on which so many bytes can be read; -1 = as many as come.
type cutAfter struct {
	net.Conn
	left int
}

func (c *cutAfter) Read(p []byte) (int, error) {
	if c.left < 0 {
		return c.Conn.Read(p)
	}
	if c.left == 0 {
		_ = c.Close()
		return 0, net.ErrClosed
	}
	n, err := c.Conn.Read(p[:min(len(p), c.left)])
	c.left -= n
	return n, err
}
