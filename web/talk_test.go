//go:build unix

package web_test

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"jim/client"
	"jim/wire"
)

// peer is somebody who talks by the Go client.
type peer struct {
	t *testing.T
	*client.Client
}

func (s *server) peer(t *testing.T, name string, rooms ...string) *peer {
	t.Helper()
	c, err := client.Dial(t.Context(), "tcp://"+s.address, client.Options{Name: name})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	p := &peer{t, c}
	for _, room := range rooms {
		p.does(wire.Request{Action: wire.ActJoin, To: room})
	}
	return p
}

func (p *peer) does(r wire.Request) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), 20*time.Second)
	defer cancel()
	if _, err := p.Do(ctx, r); err != nil {
		p.t.Fatal(err)
	}
}

func (p *peer) says(to, text string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), 20*time.Second)
	defer cancel()
	if _, err := p.Send(ctx, to, text); err != nil {
		p.t.Fatal(err)
	}
}

// hears waits for a message.
func (p *peer) hears(text string) *wire.Event {
	p.t.Helper()
	timeout := time.After(20 * time.Second)
	for {
		select {
		case e, ok := <-p.Events():
			if !ok {
				p.t.Fatal("no more events")
			}
			if e.Message == text {
				return e
			}
		case <-timeout:
			p.t.Fatalf("%q was not heard", text)
		}
	}
}

// tongue is somebody on a plain connection, who says and hears lines.
type tongue struct {
	net.Conn
	t     *testing.T
	lines *bufio.Reader
}

func (s *server) tongue(t *testing.T) *tongue {
	t.Helper()
	c, err := net.Dial("tcp", s.address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if err := c.SetDeadline(time.Now().Add(40 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return &tongue{c, t, bufio.NewReader(c)}
}

func (o *tongue) says(line string) {
	o.t.Helper()
	if _, err := fmt.Fprintln(o, line); err != nil {
		o.t.Fatal(err)
	}
}

// hears reads until a line has all parts in it.
func (o *tongue) hears(parts ...string) {
	o.t.Helper()
	for missing := true; missing; {
		line, err := o.lines.ReadString('\n')
		if err != nil {
			o.t.Fatalf("waiting for %q: %v", parts, err)
		}
		missing = slices.ContainsFunc(parts, func(part string) bool { return !strings.Contains(line, part) })
	}
}

// twoPagesAndOthersTalk is an ordinary conversation: two pages, a program of JIM/2, two programs of the course, one of
// the specification and one of the mentors', and somebody at a terminal. Each hears all others.
func twoPagesAndOthersTalk(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ann := s.comes(t, desktop, "ann")
	ann.enters("#tea")
	boris := s.comes(t, desktop, "Борис")
	boris.enters("#tea")
	bot := s.peer(t, "bot", "#tea")
	student, mentor, terminal := s.tongue(t), s.tongue(t), s.tongue(t)
	student.says(`{"action":"presence","time":1763694000,"type":"status","user":{"account_name":"student","status":"here"}}`)
	student.hears(`"response":200`)
	student.says(`{"action":"join","time":1763694001,"room":"#tea"}`)
	student.hears(`"response":200`)
	mentor.says(`{"action":"presence","time":1763694000.5,"user":{"account_name":"mentor"}}`)
	mentor.hears(`"response":200`)
	mentor.says(`{"action":"join","time":1763694001.5,"room":"#tea"}`)
	mentor.hears(`"response":200`)
	terminal.says("/nick typist")
	terminal.says("/join tea")
	terminal.hears("You are in #tea")

	all := []struct{ name, text, toAnn string }{
		{"ann", "the kettle is on", ""},
		{"Борис", "иду", ""},
		{"bot", "one\n  two", "from the program"},
		{"student", "hi from the course", "from the student"},
		{"mentor", "привет от наставника", "от наставника"},
		{"typist", "typed by hand", "from a terminal"},
	}
	for _, one := range all {
		switch one.name {
		case "ann":
			ann.says(one.text)
		case "Борис":
			boris.says(one.text)
		case "bot":
			bot.says("#tea", one.text)
			bot.says("ann", one.toAnn)
		case "student":
			student.says(`{"action":"msg","time":1763694002,"to":"#tea","from":"student","message":"` + one.text + `"}`)
			student.says(`{"action":"msg","time":1763694002,"to":"ann","from":"student","message":"` + one.toAnn + `"}`)
		case "mentor":
			mentor.says(`{"action":"message","time":1763694002.5,"to":"#tea","from":"mentor","mess_text":"` + one.text + `"}`)
			mentor.says(`{"action":"message","time":1763694002.5,"to":"ann","from":"mentor","mess_text":"` + one.toAnn + `"}`)
		case "typist":
			terminal.says(one.text)
			terminal.says("/msg ann " + one.toAnn)
		}
		ann.sees(one.text)
		boris.sees(one.text)
		last := one.text[strings.LastIndexByte(one.text, '\n')+1:]
		if one.name != "bot" {
			if e := bot.hears(one.text); e.From != one.name || e.To != "#tea" {
				t.Errorf("the program heard %+v", e)
			}
		}
		if one.name != "student" {
			student.hears(`"action":"msg"`, `"from":"`+one.name+`"`, last)
		}
		if one.name != "mentor" {
			mentor.hears(`"action":"message"`, `"from":"`+one.name+`"`, `"#tea: `, last)
		}
		if one.name != "typist" {
			terminal.hears(last)
		}
	}
	if a, b := ann.said(), boris.said(); !slices.Equal(a, b) || len(a) != len(all) {
		t.Errorf("ann sees %q, boris %q", a, b)
	}

	// Names and groups: whose is what.
	ann.holds("document.querySelector('.said.mine .text').textContent === 'the kettle is on'")
	ann.holds("document.querySelectorAll('.said.mine').length === 1")
	ann.holds("[...document.querySelectorAll('.who')].map(e => e.textContent).join() === 'ann,Борис,bot,student,mentor,typist'")
	ann.holds("document.querySelectorAll('.note').length === 6") // created, and five who joined

	// Each with each other: the page with all of them.
	for _, one := range all[2:] {
		ann.enters(one.name)
		ann.sees(one.toAnn)
		ann.says("back to " + one.name)
	}
	bot.hears("back to bot")
	student.hears(`"to":"student"`, `"from":"ann"`, "back to student")
	mentor.hears(`"to":"mentor"`, `"from":"ann"`, "back to mentor")
	terminal.hears("[ann] <ann> back to typist")
}

func typingShowsAndVanishes(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ann, bob := s.comes(t, desktop, "ann"), s.comes(t, desktop, "bob")
	ann.enters("#tea")
	bob.enters("#tea")
	bob.click("#text")
	bob.types("well")
	ann.until("document.getElementById('typing').textContent === 'bob is typing…'")
	before := value[float64](ann, "document.getElementById('composer').getBoundingClientRect().top")
	bob.press("Enter")
	ann.sees("well")
	ann.until("document.getElementById('typing').textContent === ''")
	bob.types("never mind")
	ann.until("document.getElementById('typing').textContent === 'bob is typing…'")
	ann.until("document.getElementById('typing').textContent === ''") // by itself
	if after := value[float64](ann, "document.getElementById('composer').getBoundingClientRect().top"); after != before {
		t.Errorf("the composer jumped from %v to %v", before, after)
	}
}

func presenceIsSeen(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ann := s.comes(t, desktop, "ann")
	ann.enters("#tea")
	ann.until("document.getElementById('about').textContent === '1 here · ann'")
	bot := s.peer(t, "bot", "#tea")
	ann.until("document.getElementById('about').textContent === '2 here · ann, bot'")
	bot.says("ann", "psst")
	ann.until("document.querySelector('[data-talk=bot] .dot.connected')")
	bot.Close()
	ann.until("document.getElementById('about').textContent === '1 here · ann'")
	ann.until("document.querySelector('[data-talk=bot] .dot.gone')")
	topic := "milk"
	s.peer(t, "passer-by").does(wire.Request{Action: wire.ActTopic, To: "#tea", ID: "t", Topic: &topic})
	ann.until("document.getElementById('about').textContent === 'milk · 1 here · ann'")
}

// Messages to two people who look elsewhere are counted, until they have been seen.
func unreadIsCounted(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ann := s.comes(t, desktop, "ann")
	ann.enters("#tea")
	bot := s.peer(t, "bot", "#tea")
	ann.enters("#work")
	for i := range 3 {
		bot.says("#tea", fmt.Sprint("tea ", i))
	}
	bot.says("ann", "and you?")
	ann.until("document.querySelector('[data-talk=\"#tea\"] .count').textContent === '3'")
	ann.until("document.querySelector('[data-talk=bot] .count').textContent === '1'")
	ann.until("document.title === '(4) #work · JIM'")
	ann.must(ann.page.Reload())
	ann.until("document.querySelector('[data-talk=\"#tea\"] .count').textContent === '3'") // the server knows
	ann.click(`[data-talk="#tea"]`)
	ann.sees("tea 2")
	ann.until("document.querySelector('.fresh + .said .text').textContent === 'tea 0'")
	ann.until("!document.querySelector('[data-talk=\"#tea\"] .count') && document.title === '(1) #tea · JIM'")
	ann.run("sessionStorage.setItem('jim.shown', '#work')")
	ann.must(ann.page.Reload())
	ann.until("document.title === '(1) #work · JIM'") // the server knows this too
	ann.holds("!document.querySelector('[data-talk=\"#tea\"] .count')")
}

// newIsMarked where the page begins: in what it showed before, or, with a new tab, in what has something new.
func newIsMarked(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ann := s.comes(t, desktop, "ann")
	ann.enters("#aaa")
	ann.enters("#tea")
	bot := s.peer(t, "bot", "#tea")
	ann.enters("#work")
	for _, shown := range []string{"sessionStorage.setItem('jim.shown', '#tea')", "sessionStorage.removeItem('jim.shown')"} {
		bot.says("#tea", "new "+shown)
		ann.until("document.querySelector('[data-talk=\"#tea\"] .count').textContent === '1'")
		ann.run(shown)
		ann.must(ann.page.Reload())
		ann.until("document.getElementById('title').textContent === '#tea'")
		ann.until("document.querySelector('.fresh + .said .text').textContent === " + quote("new "+shown))
		ann.until("document.title === '#tea · JIM'")
		ann.enters("#work")
	}
}

// daysGoBy under a page that stays open: what was said yesterday stands under that name.
func daysGoBy(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ann := s.comes(t, desktop, "ann")
	ann.enters("#tea")
	ann.says("good night")
	ann.sees("good night")
	days := "[...document.querySelectorAll('.day')].map(e => e.textContent).join()"
	ann.until(days + " === 'Today'")
	ann.run(`const Real = Date, later = 86400e3;
		window.Date = class extends Real {
			constructor(...about) { super(...(about.length ? about : [Real.now() + later])) }
			static now() { return Real.now() + later }
		};
		document.dispatchEvent(new Event('visibilitychange'))`)
	ann.until(days + " === 'Yesterday'")
	ann.run("const Real = Object.getPrototypeOf(Date); Date.now = () => Real.now() + 2 * 86400e3; window.Date = class extends Date { constructor(...about) { super(...(about.length ? about : [Date.now()])) } }")
	s.peer(t, "bot").says("#tea", "good morning")
	ann.sees("good morning")
	ann.holds(days + ".includes('Yesterday') === false && document.querySelectorAll('.day').length === 1")
}

// clicksAreTaken though what is clicked on is drawn anew in the middle of it, as in a list of rooms in which much is said.
func clicksAreTaken(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ann := s.comes(t, desktop, "ann")
	ann.enters("#tea")
	bot := s.peer(t, "bot", "#tea")
	ann.enters("#work")
	release, err := ann.page.Hold(`[data-talk="#tea"]`)
	ann.must(err)
	bot.says("#tea", "one")
	ann.until("document.title === '(1) #work · JIM'")
	ann.holds("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))")
	ann.must(release())
	ann.until("document.getElementById('title').textContent === '#tea'")

	// What came meanwhile is shown, though the button is let go somewhere else.
	ann.run("document.querySelector('[data-talk=\"#tea\"]').dispatchEvent(new PointerEvent('pointerdown', { button: 0, bubbles: true }))")
	bot.says("ann", "psst")
	ann.until("document.title === '(1) #tea · JIM'")
	ann.holds("!document.querySelector('[data-talk=bot]')")
	ann.run("document.getElementById('about').dispatchEvent(new PointerEvent('pointerup', { bubbles: true }))")
	ann.until("document.querySelector('[data-talk=bot] .count').textContent === '1'")

	// Of a scroll bar the page hears only that it is pressed.
	ann.run("document.getElementById('lists').dispatchEvent(new PointerEvent('pointerdown', { button: 0 }))")
	bot.says("ann", "and")
	ann.until("document.querySelector('[data-talk=bot] .count').textContent === '2'")
}

// strangersAreAskedFor since nobody tells whether somebody is here with whom one shares no room.
func strangersAreAskedFor(t *testing.T) {
	t.Parallel()
	s := serve(t, "--limits", "off")
	ann := s.comes(t, desktop, "ann")
	var all []*peer
	for i := range 40 {
		all = append(all, s.peer(t, fmt.Sprint("peer-", i)))
		all[i].says("ann", "psst")
	}
	ann.until("document.querySelectorAll('#lists .dot.connected').length === 40")
	ann.must(ann.page.Reload())
	ann.until("document.querySelectorAll('#lists .dot.connected').length === 40")
	for _, one := range all[:20] {
		one.Close()
	}
	ann.enters("peer-0")
	ann.until("document.getElementById('about').textContent === 'not here'")
	ann.run("const { now } = Date; Date.now = () => now.call(Date) + 90e3; dispatchEvent(new Event('focus'))") // who comes back to the page after a while
	ann.until("document.querySelectorAll('#lists .dot.connected').length === 20")
}

// hiddenPageCounts counts in the title where the page is in a tab that nobody sees: such a tab is given no frames to draw in.
func hiddenPageCounts(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ann := s.comes(t, desktop, "ann")
	ann.enters("#tea")
	bot := s.peer(t, "bot", "#tea")
	ann.enters("#work")
	ann.until("document.title === '#work · JIM'")
	ann.run("window.frames = []; window.requestAnimationFrame = f => frames.push(f)")
	bot.says("#tea", "one")
	bot.says("#tea", "two")
	ann.until("document.title === '(2) #work · JIM'")
	ann.run("for (const f of frames) f()")
	ann.until("document.querySelector('[data-talk=\"#tea\"] .count').textContent === '2'")
}

// historyScrolls reads 230 messages backwards; what is looked at stays where it is.
func historyScrolls(t *testing.T) {
	t.Parallel()
	s := serve(t, "--limits", "off")
	bot := s.peer(t, "bot", "#tea")
	for i := range 230 {
		bot.says("#tea", fmt.Sprint("message ", i))
	}
	ann := s.comes(t, desktop, "ann")
	ann.enters("#tea")
	ann.sees("message 229")
	ann.holds("document.querySelectorAll('.said').length < 60")
	ann.run("window.at = document.getElementById('scroll')")
	ann.until("at.scrollHeight - at.scrollTop - at.clientHeight < 2")
	for _, oldest := range []int{131, 81, 31, 0} {
		ann.run(`const top = at.getBoundingClientRect().top;
			at.scrollTop = 40;
			window.seen = [...document.querySelectorAll('.said')].find(e => e.getBoundingClientRect().top > top);
			window.was = { seq: seen.dataset.seq, y: seen.getBoundingClientRect().top }`)
		ann.until(fmt.Sprintf("[...document.querySelectorAll('.said .text')].some(p => p.textContent === 'message %d')", oldest))
		ann.until("Math.abs(document.querySelector('[data-seq=\"' + was.seq + '\"]').getBoundingClientRect().top - was.y) < 2")
	}
	ann.until("document.querySelector('#log .hint').textContent === 'This is where the conversation begins.'")
	if said := ann.said(); len(said) != 230 || said[0] != "message 0" || said[229] != "message 229" {
		t.Errorf("%d messages, from %s to %s", len(said), said[0], said[len(said)-1])
	}

	// Who reads what was before is not moved by what is said now, and is told of it.
	ann.run("at.scrollTop = 900; window.was = at.scrollTop")
	bot.says("#tea", "new")
	ann.until("document.getElementById('down').textContent === '1 new ↓' && at.scrollTop === was")
	ann.click("#down")
	ann.until("document.getElementById('down').hidden && at.scrollHeight - at.scrollTop - at.clientHeight < 2")
	bot.says("#tea", "newer")
	ann.sees("newer")
	ann.holds("at.scrollHeight - at.scrollTop - at.clientHeight < 2")
}
