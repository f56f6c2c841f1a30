//go:build unix

package web_test

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"jim/web/browser"
)

// lost allows the complaints of a browser about a server that is gone.
func lost(fault string) bool { return strings.Contains(fault, "WebSocket connection to") }

// serverIsKilled kills the server without a goodbye while people write, and starts it again.
func serverIsKilled(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ann, bob := s.comes(t, desktop, "ann"), s.comes(t, desktop, "bob")
	ann.allowed, bob.allowed = lost, lost
	ann.enters("#tea")
	bob.enters("#tea")
	want := []string{"before"}
	ann.says("before")
	bob.sees("before")

	s.end(syscall.SIGKILL)
	ann.until("document.querySelector('#dot.waiting, #dot.connecting')")
	ann.until("document.getElementById('trouble').textContent.startsWith('No connection')")
	for i := range 5 {
		text := fmt.Sprint("while it was away ", i)
		ann.says(text)
		want = append(want, text)
	}
	ann.until("document.querySelectorAll('.pending').length === 5")
	ann.until("document.querySelector('.pending .fate').textContent === 'sent when the connection is back'")
	ann.types("half a ")
	s.start()
	ann.until("document.querySelector('#dot.connected') && document.querySelectorAll('.pending').length === 0")
	bob.until("document.querySelector('#dot.connected')")
	bob.sees(want[5])
	bob.says("and you came back")
	want = append(want, "and you came back")
	ann.sees("and you came back")
	ann.holds("document.getElementById('text').value === 'half a '")
	bob.sees("and you came back")
	if a, b := ann.said(), bob.said(); !slices.Equal(a, want) || !slices.Equal(b, want) {
		t.Errorf("ann sees %q\nbob sees %q\nwant %q", a, b, want)
	}
	late := s.comes(t, desktop, "late")
	late.enters("#tea")
	if said := late.said(); !slices.Equal(said, want) {
		t.Errorf("the server keeps %q, want %q", said, want)
	}
}

// unsentOutlivesThePage loads the page again before a message could leave it.
func unsentOutlivesThePage(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ann := s.comes(t, desktop, "ann")
	ann.enters("#tea")
	ann.run("WebSocket.prototype.send = () => {}")
	ann.says("one")
	ann.says("two")
	ann.until("document.querySelectorAll('.pending').length === 2")
	ann.must(ann.page.Reload())
	ann.sees("two")
	if said := ann.said(); !slices.Equal(said, []string{"one", "two"}) {
		t.Errorf("said %q", said)
	}
	ann.until("document.querySelectorAll('.pending').length === 0 && !sessionStorage.getItem('jim.outbox')")
}

// killedAgainAndAgain kills the server at moments that nobody chose, while somebody
// goes on writing: everything is there once, in order.
func killedAgainAndAgain(t *testing.T) {
	t.Parallel()
	s := serve(t, "--limits", "off")
	ann, bob := s.comes(t, desktop, "ann"), s.comes(t, desktop, "bob")
	ann.allowed, bob.allowed = lost, lost
	ann.enters("#tea")
	bob.enters("#tea")
	var want []string
	for round := range 4 {
		for i := range 25 {
			text := fmt.Sprintf("%d.%d", round, i)
			want = append(want, text)
			ann.run("const text = document.getElementById('text'); text.value = " + quote(text) + "; document.getElementById('composer').requestSubmit()")
		}
		s.end(syscall.SIGKILL) // some are kept by now, some answers never come
		s.start()
		ann.run("dispatchEvent(new Event('online'))")
	}
	ann.sees(want[len(want)-1])
	bob.sees(want[len(want)-1])
	for _, r := range []*reader{ann, bob} {
		r.until("document.querySelectorAll('.pending').length === 0 && document.querySelectorAll('#log .said').length === 100")
		if said := r.said(); !slices.Equal(said, want) {
			t.Errorf("seen: %q", said)
		}
	}
}

// serverSaysGoodbye stops the server as an operator does.
func serverSaysGoodbye(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ann := s.comes(t, desktop, "ann")
	ann.allowed = lost
	ann.enters("#tea")
	s.end(syscall.SIGTERM)
	ann.until("document.getElementById('trouble').textContent.startsWith('No connection')")
	s.start()
	ann.click("#retry")
	ann.until("document.querySelector('#dot.connected')")
	ann.says("still here")
	ann.sees("still here")
}

// serverIsSetBack restores a backup under a page that has seen what came after it.
func serverIsSetBack(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ann := s.comes(t, desktop, "ann")
	ann.allowed = lost
	ann.enters("#tea")
	ann.says("kept")
	ann.sees("kept")
	saved := filepath.Join(t.TempDir(), "saved.tar")
	run := func(args ...string) {
		if out, err := exec.Command(shared.program, args...).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	run("backup", "--data", s.data, saved)
	for _, text := range []string{"lost one", "lost two", "lost three"} {
		ann.says(text)
		ann.sees(text)
	}
	s.end(syscall.SIGTERM)
	s.data = filepath.Join(t.TempDir(), "restored")
	run("restore", saved, "--data", s.data)
	s.start()
	ann.click("#retry")
	ann.until("document.querySelector('#dot.connected')")
	s.peer(t, "bot").says("#tea", "said since")
	ann.sees("said since")
	if said := ann.said(); !slices.Equal(said, []string{"kept", "said since"}) {
		t.Errorf("seen: %q", said)
	}

	// The same while the page is away, and until the room has come further than it has seen.
	s.end(syscall.SIGTERM)
	other := &server{t: t, data: filepath.Join(t.TempDir(), "again"), address: "127.0.0.1:0"}
	run("restore", saved, "--data", other.data)
	other.start()
	bot := other.peer(t, "bot")
	bot.says("#tea", "one")
	bot.says("#tea", "two")
	bot.says("#tea", "three")
	other.end(syscall.SIGTERM)
	s.data = other.data
	s.start()
	ann.click("#retry")
	ann.until("document.querySelector('#dot.connected')")
	ann.sees("three")
	if said := ann.said(); !slices.Equal(said, []string{"kept", "one", "two", "three"}) {
		t.Errorf("seen after another restore: %q", said)
	}
}

// silenceIsNoticed whatever the clock does: a connection on which nothing comes is given up when the server was asked and did not answer.
func silenceIsNoticed(t *testing.T) {
	t.Parallel()
	s := serve(t)
	for name, jump := range map[string]float64{"": 0, "the clock is set back": -3600, "the clock is set forward": 3600, "a day asleep": 86400} {
		r := s.looks(t, desktop, "")
		faults := value[string](r, fmt.Sprintf(`(async () => {
			const { Line } = await import(document.querySelector('link[href$="line.js"]').href);
			let now = Date.now(), tick, socket, state;
			const sent = [];
			Date.now = () => now;
			window.setInterval = f => { tick = f; return 1 };
			window.WebSocket = class { constructor() { socket = this } send(text) { sent.push(JSON.parse(text)) } close() {} };
			const line = new Line({ hello: () => ({ action: 'presence' }), welcome() {}, told() {}, travel() {}, state: name => { state = name } });
			line.start();
			socket.onopen();
			socket.onmessage({ data: JSON.stringify({ response: 200, id: sent[0].id }) });
			const pings = () => sent.filter(one => one.action === 'ping').length;
			const wait = seconds => { for (let i = 0; i < seconds; i += 5) { now += 5e3; tick(); } };
			wait(10);
			now += %v * 1e3;
			for (let i = 0; i < 8 && !pings(); i++) wait(5);
			if (pings() !== 1 || state !== 'connected') return 'asked ' + pings() + ' times, ' + state;
			socket.onmessage({ data: JSON.stringify({ response: 200, id: sent.at(-1).id }) });
			wait(30);
			if (pings() !== 2 || state !== 'connected') return 'then asked ' + pings() + ' times, ' + state;
			wait(15);
			return state === 'waiting' ? '' : 'still ' + state;
		})()`, jump))
		if faults != "" {
			t.Errorf("%s: %s", name, faults)
		}
	}
}

// goodbyeIsRead on a phone: all of its words, and how to come back, whether a conversation is shown or not.
func goodbyeIsRead(t *testing.T) {
	t.Parallel()
	s := serve(t)
	for _, inside := range []bool{true, false} {
		ann := s.looks(t, browser.Look{Width: 320, Height: 640, Touch: true}, "")
		ann.run(`const take = Object.getOwnPropertyDescriptor(WebSocket.prototype, 'onmessage');
			Object.defineProperty(WebSocket.prototype, 'onmessage', { set(f) { window.hear = f; take.set.call(this, f) } })`)
		ann.fill("#name", fmt.Sprint("ann-", inside))
		ann.click("#enter")
		if inside {
			ann.enters("#tea")
		}
		ann.until("document.querySelector('#dot.connected')")
		ann.run(`hear({ data: '{"action":"bye","alert":"this device was logged out by another one, or by a new password"}' })`)
		ann.until("document.querySelector('#dot.over')")
		ann.holds(`[...document.querySelectorAll('#trouble, #trouble2')].some(e => e.checkVisibility() && e.textContent.endsWith('new password') &&
			e.scrollWidth <= e.clientWidth && e.scrollHeight <= e.parentElement.clientHeight + 1)`)
		ann.fits("goodbye-" + fmt.Sprint(inside))
		ann.run("const l = document.getElementById('language2'); l.value = 'ru'; l.onchange()")
		ann.holds(`document.getElementById('link').textContent === 'Сервер попрощался' && document.getElementById('trouble').textContent.startsWith('Сервер попрощался: ') &&
			document.getElementById('retry').textContent === 'Вернуться'`)
		ann.click(map[bool]string{true: "#retry", false: "#retry2"}[inside])
		ann.until("document.querySelector('#dot.connected')")
	}
}

// waitingIsExplained where the server is there and says why it lets nobody in at the moment.
func waitingIsExplained(t *testing.T) {
	t.Parallel()
	s := serve(t)
	s.comes(t, desktop, "ann")
	bob := s.comes(t, desktop, "bob")
	bob.run("sessionStorage.setItem('jim.login', JSON.stringify({ name: 'ann' }))") // a tab that was doubled begins so
	bob.must(bob.page.Reload())
	bob.until("document.getElementById('refusal').textContent.startsWith('Again in ') && document.getElementById('refusal').textContent.includes('(409:')")
	eve := s.looks(t, desktop, "")
	for range 13 {
		eve.run("document.getElementById('refusal').textContent = ''")
		eve.fill("#name", "nobody")
		eve.fill("#password", "wrong horse")
		eve.press("Enter")
		eve.until("document.getElementById('refusal').textContent.includes('(4')")
	}
	eve.until("document.getElementById('refusal').textContent.startsWith('Again in ') && document.getElementById('refusal').textContent.includes('(429:')")
}

// guestComesBackTooEarly loses a connection that the server does not know to be lost: so the name
// is taken, by the same guest.
func guestComesBackTooEarly(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ann := s.comes(t, desktop, "ann")
	ann.enters("#tea")
	ann.run(`window.sockets = [];
		const { send, close } = WebSocket.prototype;
		WebSocket.prototype.send = function (text) { if (!sockets.includes(this)) sockets.push(this); send.call(this, text) };
		WebSocket.prototype.close = () => {};
		window.end = () => { WebSocket.prototype.close = close; sockets[0].close() }`)
	ann.says("one")
	ann.sees("one")
	ann.run("sockets[0].onclose()")
	ann.until("sockets.length >= 3") // it was refused, and tries again
	ann.says("two")
	ann.run("end()")
	ann.until("document.querySelector('#dot.connected')")
	ann.sees("two")
	ann.holds("!document.getElementById('entry').checkVisibility()")
}

// behindIsReadUp hands the page a "behind" and a hole, as a slow reader gets them.
func behindIsReadUp(t *testing.T) {
	t.Parallel()
	s := serve(t, "--limits", "off")
	ann := s.looks(t, desktop, "")
	// From now on the page does not hear what is said in #tea, until it is told that it is behind.
	ann.run(`const take = Object.getOwnPropertyDescriptor(WebSocket.prototype, 'onmessage');
		window.deaf = false;
		Object.defineProperty(WebSocket.prototype, 'onmessage', { set(f) {
			window.hear = f;
			take.set.call(this, f && (m => { if (m.data.startsWith('{"action":"msg"')) window.last = m; if (!deaf || !m.data.startsWith('{"action":"msg"')) f(m) }));
		} })`)
	ann.fill("#name", "ann")
	ann.click("#enter")
	ann.enters("#tea")
	bot := s.peer(t, "bot", "#tea")
	bot.says("#tea", "heard")
	ann.sees("heard")
	ann.run("hear(last); hear(last)") // what comes twice is shown once
	ann.sees("heard")
	ann.run("window.deaf = true")
	for i := range 300 {
		bot.says("#tea", fmt.Sprint("missed ", i))
	}
	ann.run(`hear({ data: '{"action":"behind","to":"#tea","seq":302}' })`)
	ann.sees("missed 298")
	bot.says("#tea", "missed too")
	ann.run("window.deaf = false")
	bot.says("#tea", "after the hole") // the page sees by its number that something is missing
	ann.sees("after the hole")
	said := ann.said()
	if len(said) != 303 || said[300] != "missed 299" || said[301] != "missed too" {
		t.Errorf("%d messages, the last %q", len(said), said[max(0, len(said)-3):])
	}

	// Very far behind, only the newest are read; the rest comes when it is scrolled to.
	ann.run("window.deaf = true")
	for i := range 700 {
		bot.says("#tea", fmt.Sprint("far ", i))
	}
	ann.run(`hear({ data: '{"action":"behind","to":"#tea","seq":1005}' }); window.deaf = false`)
	ann.sees("far 699")
	ann.until("document.querySelectorAll('#log .said').length <= 100")
}
