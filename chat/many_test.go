package chat_test

import (
	"fmt"
	"strings"
	"testing"

	"jim/chat"
)

// Who names thousands of conversations in each request makes the server look for each of them: it counts as so many requests,
// whenever it is said. Who has a thousand may come back with all of them, and again.
func TestWhoNamesManyConversationsAsksForMuch(t *testing.T) {
	h := newHouse(t, chat.Options{})
	defer h.close()
	since := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, `,"a%x":1`, i)
		}
		return fmt.Sprintf(`"since":{%s}`, b.String()[1:])
	}
	few, many := since(1000), since(6900)
	ask := func(g *guest, want, action, since string) {
		t.Helper()
		g.done(want, `{"action":%s,"id":"q","jim":2,"user":{"account_name":"ann"},%s}`, action, since)
	}
	comes := func(want, since string) *guest {
		t.Helper()
		ann := h.connect(newPipe(16))
		ask(ann, want, `"presence"`, since)
		return ann
	}
	for range 3 {
		ann := comes("200", few)
		ask(ann, "200", `"presence"`, few)
		ann.done("200", `{"action":"quit","id":"q"}`)
	}
	ann := comes("200", many)
	for _, action := range []string{`"presence"`, `"sync"`} {
		ask(ann, "429", action, many)
	}
	ann.done("200", `{"action":"quit","id":"q"}`)
	comes("429", many)
	comes("200", since(1)) // who comes with little is let in
}
