//go:build unix

package web_test

import (
	"strings"
	"testing"

	"jim/wire"
)

// hostile texts try to be more than texts.
var hostile = []string{
	`<img src=x onerror="window.harmed=1">`,
	`<script>window.harmed=1</script>`,
	`"><svg onload=window.harmed=1>`,
	`javascript:window.harmed=1`,
	`[click](javascript:window.harmed=1) JaVaScRiPt://x/%0awindow.harmed=1`,
	`http://x.example/"onmouseover="window.harmed=1 data:text/html,<script>window.harmed=1</script>`,
	"\u202egnp.exe\u202c reversed \u2066isolated without an end",
	"مرحبا, english, שלום",
	"👩‍👩‍👧‍👦 🏳️‍🌈 e\u0301\u0301\u0301\u0301\u0301 Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯",
	"${harmed} {{harmed}} %s \\u003cb\\u003e &lt;b&gt; \x7f\u2028\u2029",
	strings.Repeat("long", 16<<10/4),
	"https://very.example/" + strings.Repeat("path", 400),
	strings.Repeat("\n", 50) + "x",
	"__proto__", "constructor",
}

// hostileTextsAreTexts says them from elsewhere and in the page, and names a room after markup.
func hostileTextsAreTexts(t *testing.T) {
	t.Parallel()
	s := serve(t, "--limits", "off")
	ann := s.comes(t, desktop, "ann")
	ann.enters("#tea")
	ann.click("#travelButton")
	bot := s.peer(t, "bot", "#tea", "#constructor")
	topic := `<img src=x onerror="window.harmed=1">`
	bot.does(wire.Request{Action: wire.ActTopic, To: "#tea", ID: "t", Topic: &topic})
	turning := "\u202eeht"
	bot.does(wire.Request{Action: wire.ActTopic, To: "#tea", ID: "turning", Topic: &turning})
	ann.until("document.querySelector('#about > bdi').textContent === " + quote(turning) + " && document.getElementById('about').textContent.endsWith(' · 2 here · ann, bot')")
	for _, text := range hostile {
		bot.says("#tea", text)
		ann.sees(text)
	}
	bot.says("ann", hostile[0])
	ann.until("document.querySelector('[data-talk=bot] .count')")
	ann.enters("#constructor")
	ann.enters("bot")
	ann.sees(hostile[0])
	ann.enters("#tea")
	ann.run("document.querySelectorAll('.json').forEach(b => b.click())")
	ann.until("document.querySelectorAll('#log .objects pre').length > 10")
	ann.holds("window.harmed === undefined")
	ann.holds("document.querySelectorAll('#log img, #log script, #log svg, #log iframe, #objects img').length === 0")
	ann.holds("[...document.querySelectorAll('#chat a')].every(a => /^https?:$/.test(a.protocol) && a.rel === 'noopener noreferrer' && a.target === '_blank')")
	ann.holds("document.querySelectorAll('#log .text a').length === 2")
	// Nothing is wider than the window, and what turns the direction of writing is written out in objects.
	ann.holds("document.documentElement.scrollWidth <= innerWidth && document.getElementById('scroll').scrollWidth <= document.getElementById('scroll').clientWidth")
	ann.holds("![...document.querySelectorAll('pre')].some(p => /[\\u202a-\\u202e\\u2066-\\u2069]/.test(p.textContent))")
	ann.holds("[...document.querySelectorAll('#log .objects pre')].some(p => p.textContent.includes('\\\\u202egnp.exe'))")
}

// policyHolds tries what a hole in the page would let somebody do.
func policyHolds(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ann := s.comes(t, desktop, "ann")
	refused := 0
	ann.allowed = func(fault string) bool {
		if strings.Contains(fault, "Content Security Policy") || strings.Contains(fault, "requires 'Trusted") {
			refused++
			return true
		}
		return false
	}
	for _, try := range []string{
		"document.body.innerHTML = '<b>x</b>'",
		"document.body.setAttribute('onclick', 'window.harmed=1'); document.body.click()",
		"const s = document.createElement('style'); s.textContent = 'body{}'; document.head.append(s)",
		"const i = new Image(); i.src = 'https://elsewhere.example/x'; document.body.append(i)",
		"const f = document.createElement('form'); f.action = '/'; document.body.append(f); f.submit()",
		"fetch('http://127.0.0.2:1/').catch(() => {})",
		"const f = document.createElement('iframe'); f.src = '/'; document.body.append(f)",
	} {
		before := value[int](ann, "(window.violations ??= (() => { window.count = 0; addEventListener('securitypolicyviolation', () => count++); return {} })(), count)")
		_ = ann.page.Run(try) // some of them throw
		ann.until("count > " + string(rune('0'+before)))
	}
	ann.holds("window.harmed === undefined")
}

// passwordsAreNotShown registers and logs in with the pane of objects open.
func passwordsAreNotShown(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ann := s.looks(t, desktop, "")
	ann.click("#turn")
	ann.fill("#name", "ann")
	ann.fill("#password", "correct horse")
	ann.press("Enter")
	ann.until("!document.getElementById('chat').hidden")
	ann.click("#travelButton")
	ann.until("document.querySelector('#objects .got b').textContent === '201'")
	ann.run("document.querySelectorAll('#objects details').forEach(d => d.open = true)")
	ann.until("document.querySelectorAll('#objects pre').length >= 4 && document.getElementById('objects').textContent.includes('•••')")
	ann.holds("!document.body.textContent.includes('correct horse') && !document.body.textContent.includes('jimt_')")
}
