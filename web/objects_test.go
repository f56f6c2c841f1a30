//go:build unix

package web_test

import (
	"slices"
	"strings"
	"testing"
)

// shows is the objects that are shown under the message with a text, as the page has them.
func (r *reader) shows(text string) []string {
	r.t.Helper()
	return value[[]string](r, "[...[...document.querySelectorAll('#log .said')].find(e => e.querySelector('.text').textContent === "+
		quote(text)+").querySelectorAll('.objects pre')].map(p => p.textContent)")
}

// objectsAreShown wants under what was said what travelled for it, byte for byte: by a switch that is remembered, and
// by the keyboard for one message alone.
func objectsAreShown(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ann := s.looks(t, desktop, "")
	// A space after the brace makes events differ from what a browser would write itself.
	ann.run(`window.wire = { sent: [], got: [] };
		const { send } = WebSocket.prototype, take = Object.getOwnPropertyDescriptor(WebSocket.prototype, 'onmessage');
		WebSocket.prototype.send = function (text) { wire.sent.push(text); send.call(this, text) };
		Object.defineProperty(WebSocket.prototype, 'onmessage', { set(f) { take.set.call(this, f && (m => {
			const data = m.data.replace('{"action":"msg"', '{ "action":"msg"');
			wire.got.push(data);
			f({ data });
		})) } })`)
	ann.fill("#name", "ann")
	ann.click("#enter")
	ann.enters("#tea")
	bot := s.peer(t, "bot", "#tea")
	const mine, theirs = "tea, \"чай\", 茶 \\o/ <b>", "2 < 3 & 4"
	bot.says("#tea", theirs)
	ann.says(mine)
	ann.sees(mine)
	ann.sees(theirs)

	// The sign beside a message is seen without a mouse, and pressed by a keyboard.
	ann.holds("[...document.querySelectorAll('.json')].every(b => Number(getComputedStyle(b).opacity) >= 0.5 && b.checkVisibility())")
	ann.run("document.getElementById('scroll').focus()")
	for range 10 {
		ann.press("Tab")
		if value[bool](ann, "document.activeElement === document.querySelector('.said.mine .json')") {
			break
		}
	}
	ann.holds("document.activeElement === document.querySelector('.said.mine .json')")
	ann.press("Enter")
	ann.until("document.querySelector('.said.mine .objects')")
	travelled := func(way, part string) string {
		return value[string](ann, "wire."+way+".find(text => text.includes("+quote(part)+") && text.includes("+quote("чай")+")) ?? ''")
	}
	id := value[string](ann, "JSON.parse(document.querySelector('.said.mine .objects pre').textContent).id")
	answer := value[string](ann, "wire.got.find(text => text.startsWith('{\"response\":201') && text.includes("+quote(id)+"))")
	want := []string{travelled("sent", `"action":"msg"`), strings.TrimSpace(answer), strings.TrimSpace(travelled("got", `"action":"msg"`))}
	if got := ann.shows(mine); !slices.Equal(got, want) || len(want[0]) < 20 || len(want[2]) < 20 {
		t.Errorf("shown is %q\nwhat travelled is %q", got, want)
	}
	if got := ann.shows(theirs); len(got) != 0 {
		t.Errorf("nobody asked for %q", got)
	}

	// Nothing lies over what is shown, at the newest and above it.
	uncovered := `[...document.querySelectorAll('.objects pre')].every(p => { const b = p.getBoundingClientRect(), s = document.getElementById('scroll').getBoundingClientRect();
		const y = Math.min(b.bottom, s.bottom) - 4; return b.top > s.bottom - 8 || b.bottom < s.top + 8 || document.elementFromPoint(b.x + b.width / 2, y) === p })`
	ann.holds(uncovered)

	// The switch opens all, for good; a single one may be closed again.
	ann.click("#under")
	if got := ann.shows(theirs); len(got) != 1 || got[0] != value[string](ann, "wire.got.find(text => text.startsWith('{ \"action\":\"msg\"') && text.includes('2 < 3')).trim()") {
		t.Errorf("shown is %q", got)
	}
	ann.holds(uncovered)
	for i := range 12 {
		bot.says("#tea", strings.Repeat("more ", i+1))
	}
	ann.until("document.querySelectorAll('#log .said .objects').length === 14")
	ann.run("document.getElementById('scroll').scrollTop = 30")
	ann.until("!document.getElementById('down').hidden")
	ann.holds(uncovered)
	ann.run("document.querySelector('.said .json').click()")
	ann.until("document.querySelectorAll('#log .said .objects').length === 13")
	ann.must(ann.page.Reload())
	ann.until("document.getElementById('under').checked && document.querySelectorAll('#log .said .objects').length === 14")
}
