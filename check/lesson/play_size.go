package lesson

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"jim/check"
)

func sizes() []*script {
	return []*script{{
		levels: jim1, needs: speaks, play: func(st *stage) { st.longText("limit.message", strings.Repeat("long ", 130)) },
		checks: []check.Check{prove("limit.message", jim1, check.Specification, "Its limits are those of the specification, in characters: object 640, message 500, action 15", "a text of 650 characters is not sent in one message")},
	}, {
		levels: jim1, needs: speaks, play: func(st *stage) { st.longText("limit.escapes", strings.Repeat("длинно ", 60)) },
		checks: []check.Check{prove("limit.escapes", jim1, check.Course, "Text is raw UTF-8, not `\\u` escapes.", "a text of 420 Cyrillic letters fits into an object of 640 characters")},
	}, {
		levels: jim2, needs: speaks, play: func(st *stage) {
			st.welcome = []any{"limits", raw(announced(1000, 2000))}
			st.longText("limit.announced", strings.Repeat("long ", 300))
		},
		checks: []check.Check{prove("limit.announced", jim2, check.Limits, "text of a message: bytes of UTF-8", "the limits that the server announces are kept: here a message of 1000 bytes, and an object of 2000")},
	}}
}

// longText has the client say a text that is too long for one message.
func (st *stage) longText(id, text string) {
	st.text = strings.TrimSpace(text)
	st.enters()
	if !st.o.isSender() {
		st.say(st.text)
	}
	st.hears(st.quiet(), func(h *heard) bool { return h.isMessage() })
	st.rest(st.quiet())
	largest := ""
	bad := st.find(func(h *heard) bool {
		if !h.isMessage() {
			return false
		}
		size, words := h.length(), utf8.RuneCountInString(h.words())
		most, mostWords := 640, 500
		if st.o.Level == check.JIM2 {
			size, words, most, mostWords = len(h.raw), len(h.words()), 2000, 1000
		}
		if size > most || words > mostWords {
			largest = fmt.Sprintf("an object of %d with a message of %d", size, words)
		}
		return largest != ""
	})
	st.check(id, bad == nil, "several messages, or words that it is too long", largest)
}
