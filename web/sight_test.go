//go:build unix

package web_test

import (
	"fmt"
	"strings"
	"testing"

	"jim/web/browser"
	"jim/wire"
)

// looks are the windows in which the page must be in order.
var looks = []struct {
	name string
	look browser.Look
}{
	{"phone-light", browser.Look{Width: 320, Height: 640, Scale: 2, Touch: true}},
	{"phone-dark", browser.Look{Width: 390, Height: 844, Scale: 2, Touch: true, Dark: true, Language: "zh-CN"}},
	{"desktop-light", browser.Look{Width: 1280, Height: 800}},
	{"desktop-dark", browser.Look{Width: 1280, Height: 800, Dark: true, Language: "ru-RU"}},
}

// sights takes a conversation through all windows, and pictures of them (see reader.picture).
func sights(t *testing.T) {
	t.Parallel()
	for _, l := range looks {
		t.Run(l.name, func(t *testing.T) { t.Parallel(); sight(t, l.name, l.look) })
	}
}

func sight(t *testing.T, name string, look browser.Look) {
	s := serve(t)
	bot := s.peer(t, "backup", "#ops", "#lobby")
	boris := s.peer(t, "Борис", "#ops")
	xiao := s.peer(t, "小雨", "#ops")
	topic := "what runs, and what does not"
	bot.does(wire.Request{Action: wire.ActTopic, To: "#ops", ID: "t", Topic: &topic})
	bot.says("#lobby", "nightly backup done")
	ann := s.looks(t, look, "")
	ann.fits(name + "-entry")
	ann.fill("#name", "ann")
	ann.click("#enter")
	ann.until("document.querySelector('#dot.connected')")
	xiao.says("ann", "在吗？")
	if look.Width < 720 {
		ann.until("document.querySelector('[data-talk=\"小雨\"] .count')")
		ann.fits(name + "-list")
	}
	ann.enters("#ops")
	boris.says("#ops", "Перезапускаю базу, минута тишины.\nЕсли что — пишите.")
	xiao.says("#ops", "好的，备份已经完成：https://example.org/backup/2026-11-21?size=512 。")
	xiao.says("#ops", "一切正常 👍")
	question := "Thanks! Is the old one still there? I'd like to look at what was said on Friday before we throw it away."
	ann.says(question)
	ann.sees(question)
	bot.says("#ops", "kept 7 of 7, sha512 "+strings.Repeat("9f86d081884c7d65", 8))
	boris.says("#ops", "есть, /srv/backup")
	ann.sees("есть, /srv/backup")
	ann.types("a line\nand another")
	boris.does(wire.Request{Action: wire.ActTyping, To: "#ops"})
	ann.until("document.getElementById('typing').textContent !== ''")
	ann.fits(name + "-talk")
	ann.run("[...document.querySelectorAll('.mine .json')].at(-1).click()")
	ann.fits(name + "-json")
	ann.click("#under")
	ann.until("document.querySelectorAll('#log .said .objects').length === document.querySelectorAll('#log .said').length")
	ann.fits(name + "-under")
	ann.click("#under")
	ann.click("#travelButton")
	ann.fits(name + "-travel")
}

// fits wants that nothing is wider than the window, nothing that can be pressed is too small
// (WCAG 2.2, 2.5.8), no word is left untranslated, and takes a picture.
func (r *reader) fits(name string) {
	r.t.Helper()
	r.until("document.documentElement.scrollWidth <= innerWidth")
	bad := value[[]string](r, `[...document.querySelectorAll('button, input, select, textarea, summary')].filter(e => e.checkVisibility()).flatMap(e => {
		const b = e.getBoundingClientRect(), small = e.type === 'checkbox' ? 18 : 24;
		const name = e.getAttribute('aria-label') || e.textContent || e.labels?.[0]?.textContent || '';
		return [
			b.width < small || b.height < small ? 'small: ' + e.outerHTML : '',
			b.right > innerWidth + 1 || b.left < -1 ? 'outside: ' + e.outerHTML : '',
			name.trim() === '' ? 'nameless: ' + e.outerHTML : '',
		].filter(Boolean);
	})`)
	for _, complaint := range bad {
		r.t.Errorf("%s: %s", name, complaint)
	}
	r.picture(name)
}

// namesTurnNothing but themselves: what the page says stands in its own order beside names that are written from the right.
func namesTurnNothing(t *testing.T) {
	t.Parallel()
	s := serve(t)
	ann := s.comes(t, desktop, "ann")
	ann.enters("#tea")
	s.peer(t, "מרים", "#tea")
	dov := s.peer(t, "דוד", "#tea")
	topic := "תה"
	dov.does(wire.Request{Action: wire.ActTopic, To: "#tea", ID: "t", Topic: &topic})
	// order is the words of an element as they are seen, from the left.
	order := func(selector string) string {
		return value[string](ann, `(() => {
			const walker = document.createTreeWalker(document.querySelector(`+quote(selector)+`), NodeFilter.SHOW_TEXT), words = [];
			for (let node; (node = walker.nextNode());) for (const found of node.data.matchAll(/[\p{L}\d]+/gu)) {
				const range = document.createRange();
				range.setStart(node, found.index);
				range.setEnd(node, found.index + found[0].length);
				words.push([range.getBoundingClientRect().left, found[0]]);
			}
			return words.sort((a, b) => a[0] - b[0]).map(word => word[1]).join(' ');
		})()`)
	}
	ann.until("document.querySelectorAll('.note').length === 4 && document.getElementById('about').textContent.includes('3')")
	for selector, want := range map[string]string{
		".note:nth-last-child(3) .text": "מרים joined",
		".note:last-child .text":        "דוד set the topic תה",
		"#about":                        "תה 3 here ann דוד מרים",
	} {
		if got := order(selector); got != want {
			t.Errorf("%s is seen as %q, not as %q", selector, got, want)
		}
	}
}

// linksEnd where the sentence around them goes on, in every language.
func linksEnd(t *testing.T) {
	t.Parallel()
	s := serve(t)
	r := s.looks(t, desktop, "")
	for text, want := range map[string]string{
		"«https://example.org/a», “https://example.org/b” „https://example.org/c“ ‹https://example.org/d›": "a b c d",
		"(https://example.org/a_(b)) https://example.org/a_(b). (https://example.org/c)":                   "a_(b) a_(b) c",
		"https://example.org/a… https://example.org/b?c=d&e#f! https://example.org/~g/":                    "a b?c=d&e#f ~g/",
		"看https://example.org/甲。https://example.org/乙…… https://example.org/д":                             "%E7%94%B2 %E4%B9%99 %D0%B4",
	} {
		got := value[string](r, `import(document.querySelector('link[href$="dom.js"]').href).then(m =>
			m.linked(`+quote(text)+`).filter(one => one.href).map(one => one.href.replace('https://example.org/', '')).join(' '))`)
		if got != want {
			t.Errorf("%s has links to %s, not to %s", text, got, want)
		}
	}
}

// contrast measures every colour of text against what it is written on, light and dark
// (WCAG 2.2, 1.4.3: 4.5 to 1).
func contrast(t *testing.T) {
	t.Parallel()
	s := serve(t)
	for _, dark := range []bool{false, true} {
		r := s.looks(t, browser.Look{Width: 1280, Height: 800, Dark: dark}, "")
		for _, pair := range []string{
			"ink back", "ink side", "ink bubble", "ink mine", "ink over", "ink field", "soft back", "soft side", "soft field",
			"soft over", "soft mine", "accent back", "accent bubble", "accent mine", "accent side", "on-accent accent",
			"good back", "warn back", "warn side", "bad back", "bad side", "c0 back", "c1 back", "c2 back", "c3 back", "c4 back", "c5 back",
		} {
			a, b, _ := strings.Cut(pair, " ")
			contrast := value[float64](r, fmt.Sprintf(`(() => {
				const light = name => {
					const hex = getComputedStyle(document.documentElement).getPropertyValue('--' + name).trim();
					const [r, g, b] = [1, 3, 5].map(i => parseInt(hex.slice(i, i + 2), 16) / 255).map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
					return 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05;
				};
				const [a, b] = [light(%q), light(%q)];
				return Math.max(a, b) / Math.min(a, b);
			})()`, a, b))
			if !(contrast >= 4.5) {
				t.Errorf("dark %v: %s on %s has %.2f to 1", dark, a, b, contrast)
			}
		}
	}
}
