package chat_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"jim/chat"
	"jim/wire"
)

// Lists keep to what an answer may have, whatever people write into their rows, and nothing is left out between two pages.
func TestListsKeepToTheLimitOfAnswers(t *testing.T) {
	h := newHouse(t, chat.Options{NoLimits: true})
	defer h.close()
	const many = 120
	long := strings.Repeat(`\u0001`, wire.JIM2.Topic) // six bytes each as JSON
	ann := h.comes("ann")
	ask := func(format string, args ...any) string {
		ann.say(format, args...)
		return ann.answer(t, "q")
	}
	for i := range many {
		g := h.comes(fmt.Sprintf("guest%dx", i))
		g.say(`{"action":"presence","id":"s","status":"%s"}`, long)
		g.answer(t, "s")
		g.say(`{"action":"join","id":"j","to":"#tea"}`)
		g.answer(t, "j")
		ask(`{"action":"create","id":"q","to":"#ann%dx","topic":"%s"}`, i, long)
		ask(`{"action":"add_contact","id":"q","to":"guest%dx"}`, i)
		g.say(`{"action":"create","id":"c","to":"#other%dx","topic":"%s"}`, i, long)
		g.answer(t, "c")
	}
	for request, want := range map[string]int{
		`{"action":"members","id":"q","to":"#tea"`:    many,
		`{"action":"get_contacts","id":"q"`:           many,
		`{"action":"get_contacts","id":"q","limit":7`: many,
		`{"action":"rooms","id":"q"`:                  2*many + 1,
	} {
		seen, after, pages := map[string]bool{}, "", 0
		for more := true; more; pages++ {
			answer := ask("%s", request+after+"}")
			if len(answer) > wire.JIM2.Answer {
				t.Errorf("%s} is answered with %d bytes", request, len(answer))
			}
			var page struct {
				Members, Contacts []struct{ Account_name string }
				Rooms             []struct{ Name string }
				More              bool
				Next              string
			}
			if err := json.Unmarshal([]byte(answer), &page); err != nil {
				t.Fatal(err)
			}
			for _, p := range append(page.Members, page.Contacts...) {
				seen[p.Account_name] = true
			}
			for _, r := range page.Rooms {
				seen[r.Name] = true
			}
			more, after = page.More, fmt.Sprintf(`,"after":%q`, page.Next)
		}
		if len(seen) != want || pages < 2 {
			t.Errorf("%s} lists %d in %d pages, want %d", request, len(seen), pages, want)
		}
	}
}
