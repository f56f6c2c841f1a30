//go:build unix

package web_test

import (
	"syscall"
	"testing"

	"jim/web/browser"
)

// draftsAreKept leaves texts unfinished: they are there when the page comes back to their conversation, whatever happened.
func draftsAreKept(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ann := s.comes(t, desktop, "ann")
	ann.allowed = lost
	has := func(text string) {
		t.Helper()
		ann.until("document.getElementById('text').value === " + quote(text))
	}
	ann.enters("#tea")
	ann.click("#text")
	ann.types("half a\n")
	ann.types("cup")
	ann.fill("#goTo", "nobody")
	ann.press("Enter")
	ann.until("document.getElementById('goFault').textContent.includes('404')")
	ann.enters("#milk")
	ann.click("#text")
	ann.types("white")
	ann.must(ann.page.Reload())
	ann.until("document.getElementById('title').textContent === '#milk'")
	has("white")
	ann.click(`[data-talk="#tea"]`)
	has("half a\ncup")
	s.end(syscall.SIGTERM)
	ann.until("document.getElementById('trouble').textContent.startsWith('No connection')")
	ann.click("#text")
	ann.types("!")
	s.start()
	ann.click("#retry")
	ann.until("document.querySelector('#dot.connected')")
	has("half a\ncup!")
	ann.click("#leave")
	ann.until("document.getElementById('choose').checkVisibility()")
	ann.enters("#tea")
	has("half a\ncup!")
	ann.click("#text")
	ann.press("Enter")
	ann.sees("half a\ncup!")
	ann.must(ann.page.Reload())
	ann.until("document.getElementById('title').textContent === '#tea'")
	has("")

	// They are those of one person, and forgotten when he logs out.
	ann.click(`[data-talk="#milk"]`)
	has("white")
	ann.click("#logout")
	ann.until("!document.getElementById('entry').hidden && !sessionStorage.getItem('jim.drafts')")
}

// logoutAsks before it throws away what was not sent yet.
func logoutAsks(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ann := s.comes(t, desktop, "ann")
	ann.enters("#tea")
	ann.run("WebSocket.prototype.send = () => {}; window.asked = []; window.confirm = words => { asked.push(words); return asked.length > 1 }")
	ann.says("one")
	ann.says("two")
	ann.until("document.querySelectorAll('.pending').length === 2")
	ann.click("#logout")
	ann.until("asked.join() === 'Messages that are not sent yet: 2. Log out and discard them?'")
	ann.holds("!document.getElementById('chat').hidden && JSON.parse(sessionStorage.getItem('jim.outbox')).left.length === 2")
	ann.click("#logout")
	ann.until("!document.getElementById('entry').hidden && !sessionStorage.getItem('jim.outbox')")
}

// anotherSeesNothing of what somebody had before him in the same tab, who is not let in any more.
func anotherSeesNothing(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ann := s.comes(t, browser.Look{Width: 390, Height: 844, Touch: true}, "ann")
	ann.allowed = lost
	ann.enters("#tea")
	ann.says("between us")
	ann.sees("between us")
	ann.types("half a secret")
	s.end(syscall.SIGTERM)
	other := &server{t: t, data: t.TempDir(), address: "127.0.0.1:0"}
	other.start()
	registered := other.tongue(t)
	registered.says(`{"action":"register","jim":2,"user":{"account_name":"ann","password":"correct horse"}}`)
	registered.hears(`"response":201`)
	other.end(syscall.SIGTERM)
	s.data = other.data
	s.start()
	ann.run("dispatchEvent(new Event('online'))")
	ann.until("document.getElementById('refusal').textContent.includes('(401:')")
	ann.fill("#name", "bob")
	ann.press("Enter")
	ann.until("!document.getElementById('chat').hidden && document.getElementById('self').textContent === 'bob'")
	ann.holds("!document.getElementById('chat').textContent.includes('between us') && document.getElementById('text').value === ''")
	ann.until("document.getElementById('side').checkVisibility() && !document.querySelector('[data-talk=\"#tea\"]')")
}

// wayBackEntersNoRoom goes back in the browser's history to a room that was left: nothing that is said there would be told.
func wayBackEntersNoRoom(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ann := s.comes(t, desktop, "ann")
	ann.enters("#tea")
	ann.run("history.pushState({ talk: '#tea' }, ''); history.pushState({ talk: '#milk' }, '')")
	ann.click("#leave")
	ann.until("document.getElementById('choose').checkVisibility()")
	ann.run("window.went = false; addEventListener('popstate', () => setTimeout(() => { window.went = true })); history.back()")
	ann.until("window.went")
	ann.holds("document.getElementById('choose').checkVisibility() && !document.getElementById('text').checkVisibility()")
}

// refusedWordsAreFound where the page shows another conversation: the list says where they are.
func refusedWordsAreFound(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ann := s.comes(t, desktop, "ann")
	ann.enters("#tea")
	ann.enters("#milk")
	ann.run(`const item = { id: 'x', to: '#gone', message: 'to nobody', time: 1 };
		sessionStorage.setItem('jim.outbox', JSON.stringify({ me: 'ann', left: [item, { ...item, id: 'y', to: 'gone' }] }))`)
	ann.must(ann.page.Reload())
	ann.until("document.querySelector('[data-talk=gone] .refusal')")

	// What is said not to be sent is not sent later on, when it could be.
	gone := s.peer(t, "gone")
	ann.must(ann.page.Reload())
	ann.until("document.querySelector('#dot.connected') && document.querySelector('[data-talk=\"#milk\"]')")
	ann.says("after that")
	ann.sees("after that")
	gone.says("ann", "nothing was said to me")
	ann.until("document.querySelector('[data-talk=gone] .count') && document.querySelector('[data-talk=gone] .refusal')")
	ann.click("[data-talk=gone]")
	ann.until("document.querySelector('.pending .text').textContent === 'to nobody' && document.querySelector('.fate.failed')")
	ann.click(".fate button:last-child")
	ann.enters("#milk")
	ann.until("document.querySelector('[data-talk=\"#gone\"] .refusal').ariaLabel === 'Not sent.' && document.getElementById('title').textContent === '#milk'")
	ann.holds("document.querySelectorAll('#lists .refusal').length === 1")
	ann.enters("#gone")
	ann.until("document.querySelector('.pending .text').textContent === 'to nobody' && document.querySelector('.fate.failed')")
	ann.click(".fate button")
	ann.until("document.getElementById('text').value === 'to nobody' && !document.querySelector('#lists .refusal')")
	ann.click("#text")
	ann.press("Enter")
	ann.sees("to nobody")
}
