//go:build unix

package web_test

import (
	"fmt"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"jim/web/browser"
)

// ownerComesByTheLink opens the link that a new server prints, and makes the owner of it.
func ownerComesByTheLink(t *testing.T) {
	t.Parallel()
	s := serve(t)
	link := regexp.MustCompile(`http://` + regexp.QuoteMeta(s.address) + `/(#invite=\S+)`).FindStringSubmatch(s.greeted)
	if link == nil {
		t.Fatalf("no link in\n%s", s.greeted)
	}
	ann := s.looks(t, desktop, link[1])
	ann.until("document.getElementById('invited').checkVisibility()")
	ann.holds("location.hash === '' && document.getElementById('invite').value !== ''")
	ann.fill("#name", "ann")
	ann.fill("#password", "short")
	ann.press("Enter")
	ann.until("document.getElementById('refusal').textContent.includes('(400:')") // and may be tried again
	ann.fill("#password", "correct horse")
	ann.press("Enter")
	ann.until("!document.getElementById('chat').hidden")
	ann.must(ann.page.Reload())
	ann.until("document.getElementById('self').textContent === 'ann' && document.querySelector('#dot.connected')") // by the token
	owner := value[bool](ann, `new Promise(done => {
		const ws = new WebSocket('ws://' + location.host + '/jim/ws');
		ws.onopen = () => ws.send(JSON.stringify({ action: 'presence', jim: 2, user: { account_name: 'ann', password: 'correct horse' } }));
		ws.onmessage = m => { ws.close(); done(Boolean(JSON.parse(m.data).user?.owner)) };
	})`)
	if !owner {
		t.Error("who came by the link does not own the server")
	}

	// Logging out forgets the token, here and on the server.
	token := value[string](ann, "JSON.parse(localStorage.getItem('jim.login')).token")
	ann.click("#logout")
	ann.until("!document.getElementById('entry').hidden && !localStorage.getItem('jim.login')")
	for password, says := range map[string]string{"": "(401:", "wrong horse": "(402:", token: "(402:"} {
		ann.fill("#name", "ann")
		ann.fill("#password", password)
		if password == "" {
			ann.run("document.getElementById('password').value = ''")
		}
		ann.press("Enter")
		ann.until("document.getElementById('refusal').textContent.includes(" + quote(says) + ") && !document.getElementById('enter').disabled")
		ann.run("document.getElementById('refusal').textContent = ''")
	}
	ann.fill("#password", "correct horse")
	ann.press("Enter")
	ann.until("!document.getElementById('chat').hidden")

	// The invitation makes one owner, and nobody more.
	eve := s.looks(t, desktop, link[1])
	eve.fill("#name", "eve")
	eve.fill("#password", "correct horse")
	eve.press("Enter")
	eve.until("document.getElementById('refusal').textContent.includes('(402:')")
}

// answerIsLost of a name that was registered: the invitation is used up by that, and who has the name now comes in.
func answerIsLost(t *testing.T) {
	t.Parallel()
	s := serve(t)
	link := regexp.MustCompile(`/(#invite=\S+)`).FindStringSubmatch(s.greeted)
	ann := s.looks(t, desktop, link[1])
	ann.run(`const take = Object.getOwnPropertyDescriptor(WebSocket.prototype, 'onmessage');
		window.lost = 0;
		Object.defineProperty(WebSocket.prototype, 'onmessage', { set(f) { take.set.call(this, f && (m => lost++ ? f(m) : this.close())) } })`)
	ann.fill("#name", "ann")
	ann.fill("#password", "correct horse")
	ann.press("Enter")
	ann.until("!document.getElementById('chat').hidden && document.getElementById('self').textContent === 'ann' && document.querySelector('#dot.connected')")
	ann.must(ann.page.Reload())
	ann.until("document.getElementById('self').textContent === 'ann' && document.querySelector('#dot.connected')") // by the token

	// Where it was another one who got the name, that is what is said.
	bob := s.looks(t, desktop, "")
	bob.run(`const { send } = WebSocket.prototype;
		window.lost = 0;
		WebSocket.prototype.send = function (text) { if (lost++) send.call(this, text); else this.close() }`)
	bob.click("#turn")
	bob.fill("#name", "ann")
	bob.fill("#password", "another horse")
	bob.press("Enter")
	bob.until("document.getElementById('refusal').textContent.includes('(409:')")
	bob.holds("lost > 1 && document.getElementById('password').autocomplete === 'new-password'")
}

// isAskedForThePassword: who registered, and whose token is worth nothing any more, is asked for the password of his name.
func isAskedForThePassword(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ann := s.looks(t, desktop, "")
	ann.allowed = lost
	ann.click("#turn")
	ann.fill("#name", "ann")
	ann.fill("#password", "correct horse")
	ann.press("Enter")
	ann.until("document.querySelector('#dot.connected')")
	lostToken := func() {
		s.end(syscall.SIGKILL)
		s.data = t.TempDir()
		s.start()
		ann.run("dispatchEvent(new Event('online'))")
		ann.until("document.getElementById('refusal').textContent.includes('(402:')")
		ann.holds("document.getElementById('password').autocomplete === 'current-password' && document.getElementById('name').value === 'ann'")
	}
	lostToken()
	ann.click("#turn")
	ann.fill("#password", "correct horse")
	ann.press("Enter")
	ann.until("document.querySelector('#dot.connected')")
	ann.must(ann.page.Reload())
	ann.until("document.querySelector('#dot.connected')")
	lostToken()
}

// staysWithAnotherTab logs out in one tab and in again; the other tab, which comes back with what was logged out,
// does not take from the browser what it stays logged in with.
func staysWithAnotherTab(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ann := s.looks(t, desktop, "")
	ann.click("#turn")
	ann.fill("#name", "ann")
	ann.fill("#password", "correct horse")
	ann.press("Enter")
	ann.until("!document.getElementById('chat').hidden && localStorage.getItem('jim.login')?.includes('jimt_')")
	ann.run("sessionStorage.setItem('jim.login', JSON.stringify({ name: 'ann', token: 'jimt_' + 'a'.repeat(43) }))")
	ann.must(ann.page.Reload())
	ann.until("document.getElementById('refusal').textContent.includes('(402:')")
	ann.must(ann.page.Reload())
	ann.until("document.getElementById('self').textContent === 'ann' && document.querySelector('#dot.connected')")
}

// nameIsTaken lets two guests want one name.
func nameIsTaken(t *testing.T) {
	t.Parallel()
	s := serve(t)
	s.comes(t, desktop, "ann")
	other := s.looks(t, desktop, "")
	other.fill("#name", "ann")
	other.press("Enter")
	other.until("document.getElementById('refusal').textContent === 'Somebody has this name now. (409: ann is connected already)'")
	other.fill("#name", "bob")
	other.press("Enter")
	other.until("!document.getElementById('chat').hidden")
}

// languages wants every language to be chosen by the browser, kept when chosen by hand, and complete.
func languages(t *testing.T) {
	t.Parallel()
	s := serve(t)
	for language, enter := range map[string]string{"ru-RU": "Войти", "zh-TW": "进入", "de-DE": "Come in"} {
		r := s.looks(t, browser.Look{Width: 800, Height: 600, Language: language}, "")
		r.until("document.getElementById('enter').textContent === " + quote(enter))
		missing := value[string](r, `import(document.querySelector('link[href$="words.js"]').href).then(async m => {
			const text = await (await fetch(document.querySelector('link[href$="words.js"]').href)).text();
			const keys = [...text.matchAll(/^  (\w+): \[/gm)].map(found => found[1]);
			const all = {};
			for (const one of Object.keys(m.languages)) { m.setLanguage(one); all[one] = keys.map(key => m.t(key, 'x', 'y')); }
			localStorage.clear();
			return keys.length < 60 ? 'only ' + keys.length : keys.filter((key, i) => !all.en[i] || !/[а-я]/i.test(all.ru[i]) && key !== 'didElse' || !/[\u4e00-\u9fff]/.test(all.zh[i]) && key !== 'didElse').join();
		})`)
		if missing != "" {
			t.Errorf("not said in every language: %s", missing)
		}
	}
	r := s.comes(t, browser.Look{Width: 800, Height: 600}, "ann")
	r.fill("#goTo", "＃茶") // as an input method writes it
	r.press("Enter")
	r.until("document.getElementById('title').textContent === '#茶'")
	r.enters("#чай")
	r.run("const l = document.getElementById('language2'); l.value = 'zh'; l.onchange()")
	r.until("document.querySelector('.note').textContent.startsWith('ann 创建了房间') && document.documentElement.lang === 'zh-Hans'")
	r.must(r.page.Reload())
	r.until("document.getElementById('link').textContent === '已连接' && document.getElementById('text').placeholder === '发消息给 #чай'")
}

// keys writes as people of several languages do.
func keys(t *testing.T) {
	t.Parallel()
	s := serve(t, "--limits", "off")
	ann := s.comes(t, desktop, "ann")
	ann.enters("#tea")
	ann.click("#text")
	low := value[float64](ann, "document.getElementById('text').offsetHeight")
	ann.types("one")
	ann.press("Shift+Enter")
	ann.types("two")
	ann.holds("document.getElementById('text').value === 'one\\ntwo'")
	if high := value[float64](ann, "document.getElementById('text').offsetHeight"); high <= low {
		t.Errorf("the composer stays %v px high", high)
	}
	ann.press("Enter")
	ann.sees("one\ntwo")
	ann.holds("document.getElementById('text').value === '' && document.getElementById('text').offsetHeight === " + value[string](ann, "String(text.offsetHeight)"))

	// Enter belongs to the input method while it composes.
	ann.must(ann.page.Compose("ni hao"))
	ann.press("Enter")
	ann.press("Process")
	ann.holds("document.getElementById('text').value.includes('ni hao') && document.querySelectorAll('.said').length === 1")
	ann.must(ann.page.Compose(""))
	ann.types("你好")
	ann.press("Enter")
	ann.sees("你好")

	ann.types("   ")
	ann.press("Enter") // nothing is said
	ann.run("document.getElementById('text').value = ''")
	ann.types(strings.Repeat("щ", 8193))
	ann.until("document.getElementById('keys').textContent === 'Too long: 16386 of 16384 bytes' && document.getElementById('send').disabled")
	ann.press("Enter")
	if said := ann.said(); len(said) != 2 {
		t.Errorf("said %q", said)
	}
	ann.run("document.getElementById('text').value = ''")
	ann.enters("#work")
	ann.press("Alt+ArrowUp")
	ann.until("document.getElementById('title').textContent === '#tea'")
	ann.press("Alt+ArrowDown")
	ann.until("document.getElementById('title').textContent === '#work'")

	// Everything can be reached by Tab, and it is seen where one is.
	reached := map[string]bool{}
	for range 30 {
		ann.press("Tab")
		reached[value[string](ann, "document.activeElement.id || document.activeElement.dataset.talk || ''")] = true
		ann.holds("document.activeElement === document.body || getComputedStyle(document.activeElement).outlineStyle !== 'none'")
	}
	for _, id := range []string{"logout", "goTo", "#tea", "leave", "travelButton", "scroll", "text", "send"} {
		if !reached[id] {
			t.Errorf("%s is not reached by Tab", id)
		}
	}
	ann.click("#leave")
	ann.until("document.getElementById('choose').checkVisibility() && !document.getElementById('talk').checkVisibility()")
}

// keyboardStays where it is while the page draws anew around it.
func keyboardStays(t *testing.T) {
	t.Parallel()
	s := serve(t, "--limits", "off")
	bot := s.peer(t, "bot", "#tea")
	for i := range 120 {
		bot.says("#tea", fmt.Sprint("message ", i))
	}
	ann := s.comes(t, desktop, "ann")
	ann.allowed = lost
	ann.enters("#tea")
	ann.sees("message 119")
	ann.run("document.querySelector('#log .said .json').focus(); window.at = document.activeElement.closest('li').dataset.seq; document.getElementById('scroll').scrollTop = 0")
	ann.until("document.querySelectorAll('#log .said').length > 60")
	ann.holds("document.activeElement.matches('.json') && document.activeElement.closest('li').dataset.seq === at")

	ann.run("const text = document.getElementById('text'); text.value = '\\u001b'.repeat(16000); document.getElementById('composer').requestSubmit()")
	ann.until("document.querySelector('.fate.failed')")
	ann.run("document.querySelector('.fate button:last-child').focus()")
	s.end(syscall.SIGKILL)
	ann.until("document.querySelector('#dot.waiting')")
	ann.holds("document.activeElement.textContent === 'Discard'")
	ann.press("Enter")
	ann.until("!document.querySelector('.fate') && document.activeElement.id === 'scroll'")
}
