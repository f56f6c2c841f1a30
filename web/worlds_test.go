//go:build unix

package web_test

import (
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"jim/client"
	"jim/wire"
)

var (
	worldSeeds = flag.Uint64("worlds", 2, "how many worlds of each kind the page lives through")
	worldFirst = flag.Uint64("world", 0, "the first of them")
)

// thePageShowsWhatIsThere has ann enter, leave and change rooms, write and load the page anew while its connections end after any byte, the server is
// killed, old backups are restored, and another device of hers does the like. In the end the page shows what is there, says how much of
// it was not read, and what was written in it is there once, in order.
func thePageShowsWhatIsThere(t *testing.T) {
	t.Parallel()
	for _, restores := range []bool{false, true} {
		for seed := *worldFirst; seed < *worldFirst+*worldSeeds; seed++ {
			t.Run(fmt.Sprint(map[bool]string{false: "killed", true: "restored"}[restores], "/", seed), func(t *testing.T) {
				t.Parallel()
				w := &pageWorld{T: t, rand: rand.New(rand.NewPCG(seed, 1)), restores: restores, wrote: map[string][]string{}}
				w.line = newFrailWay(t, rand.New(rand.NewPCG(seed, 2)))
				w.live()
			})
		}
	}
}

// pageWorld is a server, and a page that reaches it over a frail line.
type pageWorld struct {
	*testing.T
	rand     *rand.Rand
	restores bool
	s        *server
	line     *frailWay
	ann      *reader
	backups  []string
	said     int
	wrote    map[string][]string // in the page, by conversation
	trace    []string
}

const worldPassword = "correct horse"

func (w *pageWorld) room() string { return "#room-" + strconv.Itoa(w.rand.IntN(3)) }
func (w *pageWorld) other() string {
	return []string{"bob", "carl"}[w.rand.IntN(2)]
}

func (w *pageWorld) live() {
	w.s = serve(w.T, "--limits", "off")
	w.line.lead(w.s.address)
	w.Cleanup(func() {
		if w.Failed() {
			w.Logf("trace: %q", w.trace)
		}
	})
	w.ann = (&server{t: w.T, address: w.line.Addr().String()}).looks(w.T, desktop, "")
	w.ann.allowed = lost
	w.ann.click("#turn")
	w.ann.fill("#name", "ann")
	w.ann.fill("#password", worldPassword)
	w.ann.press("Enter")
	w.ann.until("document.querySelector('#dot.connected')")
	for i := range 3 {
		w.ann.enters("#room-" + strconv.Itoa(i))
	}
	w.talk("bob", 4)
	w.backUp()
	w.line.wear(true)
	for range 25 {
		w.step()
		w.ann.run("dispatchEvent(new Event('online'))")
	}
	w.line.wear(false)
	w.end()
}

func (w *pageWorld) did(what ...any) { w.trace = append(w.trace, fmt.Sprint(what...)) }

func (w *pageWorld) step() {
	n := w.rand.IntN(10)
	switch w.rand.IntN(15) {
	case 0:
		w.did("cut")
		w.line.cut()
	case 1, 2, 3:
		w.talk(w.other(), n)
	case 4:
		w.enter(w.room())
	case 5:
		w.did("leave")
		w.ann.run("const leave = document.getElementById('leave'); if (leave.checkVisibility()) leave.click()")
	case 6, 7:
		w.did("look elsewhere")
		w.ann.run("const all = document.querySelectorAll('[data-talk]'); all[" + strconv.Itoa(n) + " % all.length]?.click()")
	case 8, 9:
		w.write(1 + n/3)
	case 10:
		w.did("load")
		w.ann.must(w.ann.page.Reload())
	case 11:
		w.device(n)
	case 12:
		w.did("away")
		w.line.lead("")
		w.talk(w.other(), n)
		w.line.lead(w.s.address)
	case 13:
		w.backUp()
	case 14:
		w.restart()
	}
}

// enter has ann enter a room or turn to a person in the page, whether there is a connection or not.
func (w *pageWorld) enter(name string) {
	w.did("enter ", name)
	w.ann.run("document.getElementById('goTo').value = " + quote(name) + "; document.getElementById('go').requestSubmit()")
}

// write has ann write in what the page shows.
func (w *pageWorld) write(n int) {
	for range n {
		w.said++
		text := strconv.Itoa(w.said)
		to := value[string](w.ann, `(() => {
			if (!document.getElementById('text').checkVisibility()) return '';
			document.getElementById('text').value = `+quote(text)+`;
			document.getElementById('composer').requestSubmit();
			return document.getElementById('title').textContent;
		})()`)
		w.did("write ", text, " to ", to)
		if to != "" {
			w.wrote[to] = append(w.wrote[to], text)
		}
	}
}

// as does something as somebody, past the frail line. What is not there (any more) is no fault.
func (w *pageWorld) as(name string, requests ...wire.Request) (answers []*wire.Response) {
	w.Helper()
	o := client.Options{Name: name, Quiet: true}
	if name == "ann" {
		o.Password = worldPassword
	}
	c, err := client.Dial(w.Context(), "tcp://"+w.s.address, o)
	if err != nil {
		w.Fatal(err)
	}
	defer c.Close()
	for _, q := range requests {
		r, err := c.Do(w.Context(), q)
		var refused *client.Error
		if err != nil && !errors.As(err, &refused) {
			w.Fatal(err)
		}
		answers = append(answers, r)
	}
	return answers
}

func (w *pageWorld) talk(name string, n int) {
	w.Helper()
	var all []wire.Request
	for range n {
		w.said++
		to := w.room()
		if w.rand.IntN(4) == 0 {
			to = "ann"
		}
		all = append(all, wire.Request{Action: wire.ActMsg, ID: client.NewID(), To: to, Message: strconv.Itoa(w.said)})
	}
	w.did(name, " says ", n)
	w.as(name, all...)
}

// device has another device of ann's do something.
func (w *pageWorld) device(n int) {
	q := wire.Request{To: w.room(), ID: client.NewID()}
	switch n % 4 {
	case 0:
		q.Action = wire.ActJoin
	case 1:
		q.Action = wire.ActLeave
	case 2:
		w.said++
		q.Action, q.Message = wire.ActMsg, strconv.Itoa(w.said)
	case 3:
		q.Action, q.Seq = wire.ActRead, uint64(1+w.rand.IntN(20))
	}
	w.did("device: ", q.Action, " ", q.To, " ", q.Message)
	w.as("ann", q)
}

func (w *pageWorld) program(args ...string) {
	w.Helper()
	if out, err := exec.Command(shared.program, args...).CombinedOutput(); err != nil {
		w.Fatalf("%v: %s", err, out)
	}
}

func (w *pageWorld) backUp() {
	w.Helper()
	w.did("backup")
	path := filepath.Join(w.TempDir(), "saved.tar")
	w.program("backup", "--data", w.s.data, path)
	w.backups = append(w.backups, path)
}

// restart kills the server and starts it again, with what it had or with an old backup. Ann's page may come back when others have talked, or before.
func (w *pageWorld) restart() {
	w.Helper()
	w.line.lead("")
	w.s.end(syscall.SIGKILL)
	if w.restores && w.rand.IntN(3) > 0 {
		w.did("restore")
		w.s.data = filepath.Join(w.TempDir(), "restored")
		w.program("restore", w.backups[w.rand.IntN(len(w.backups))], "--data", w.s.data)
	}
	w.did("start")
	w.s.start()
	if w.rand.IntN(2) == 0 {
		w.talk(w.other(), w.rand.IntN(15))
	}
	w.line.lead(w.s.address)
}

// end compares what the page shows in the end with what is there.
func (w *pageWorld) end() {
	w.ann.until("(dispatchEvent(new Event('online')), document.querySelector('#dot.connected') && !JSON.parse(sessionStorage.getItem('jim.outbox') ?? '{}').left?.length)" +
		map[bool]string{false: "", true: " || document.querySelector('#dot.connected')"}[w.restores])
	w.ann.until("document.getElementById('talk').hidden || document.querySelector('#log[aria-busy=false]')")
	w.enter("#end")
	w.ann.until("document.getElementById('title').textContent === '#end' && document.querySelector('#log[aria-busy=false]')")
	w.talk("bob", 3)
	rooms := w.as("ann", wire.Request{Action: wire.ActRooms})[0].Rooms
	var want []string
	logs := map[string][]string{}
	for _, r := range rooms {
		if r.Name == "#end" || !r.Member || r.Seq == 0 {
			continue
		}
		entries, unread := w.log(r.Name, r.Read)
		logs[r.Name] = entries
		want = append(want, fmt.Sprint(r.Name, " ", unread))
	}
	slices.Sort(want)
	const rows = `[...document.querySelectorAll('#lists section')].filter(one => ['Rooms', 'People'].includes(one.querySelector('h3').textContent))
		.flatMap(one => [...one.querySelectorAll('[data-talk]')]).filter(one => one.dataset.talk !== '#end')
		.map(one => one.dataset.talk + ' ' + (one.querySelector('.count')?.textContent ?? 0)).sort().join()`
	if err := w.ann.page.Until(rows + " === " + quote(strings.Join(want, ","))); err != nil {
		w.Fatalf("the list should be %q and is %q", want, value[string](w.ann, rows))
	}
	for name, entries := range logs {
		w.compare(name, entries)
	}
}

// log is all entries of a conversation, and how many messages of others behind a number.
func (w *pageWorld) log(name string, read uint64) (entries []string, unread int) {
	w.Helper()
	for after, more := uint64(0), true; more; {
		r := w.as("ann", wire.Request{Action: wire.ActHistory, To: name, After: after, HasAfter: true})[0]
		for i := range r.Events {
			e := &r.Events[i]
			after = e.Seq
			entries = append(entries, fmt.Sprint(e.Seq, " ", e.Message))
			if e.Action == wire.ActMsg && e.From != "ann" && e.Seq > read {
				unread++
			}
		}
		more = r.More
	}
	return entries, unread
}

// compare looks whether the page shows these entries of a conversation, and among them once and in order what was written in it.
func (w *pageWorld) compare(name string, want []string) {
	w.Helper()
	w.ann.click("[data-talk=" + quote(name) + "]")
	w.ann.until("document.getElementById('title').textContent === " + quote(name) + " && document.querySelector('#log[aria-busy=false]')")
	const entries = `[...document.querySelectorAll('#log [data-seq]')].map(one => one.dataset.seq + ' ' + (one.querySelector('p.text')?.textContent ?? '')).join()`
	scrolled := "(document.getElementById('scroll').scrollTop = 0, " + entries + ")"
	if err := w.ann.page.Until(scrolled + " === " + quote(strings.Join(want, ","))); err != nil {
		w.Errorf("of %s the page shows\n%s, there is\n%s", name, value[string](w.ann, entries), strings.Join(want, ","))
	}
	w.ann.holds("!document.querySelector('.pending .fate:not(.failed)')")
	var there []string
	for _, entry := range want {
		if _, text, _ := strings.Cut(entry, " "); slices.Contains(w.wrote[name], text) {
			there = append(there, text)
		}
	}
	if !w.restores && !slices.Equal(there, w.wrote[name]) {
		w.Errorf("in %s was written %q, there is %q", name, w.wrote[name], there)
	}
	if once := slices.Clone(there); len(slices.Compact(once)) != len(there) {
		w.Errorf("in %s is twice what was written once: %q", name, there)
	}
}
