package chat_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"jim/chat"
	"jim/wire"
)

// The list of one's own connections keeps to what an answer may have, however many there are and whatever their devices are
// called, and nothing is left out between two pages.
func TestSessionsKeepToTheLimitOfAnswers(t *testing.T) {
	h := newHouse(t, chat.Options{NoLimits: true, LookupUID: func(int) (string, error) { return "alice", nil }})
	defer h.close()
	const many = 300
	device := strings.Repeat(`\u0001`, wire.JIM2.ID)
	var alice *guest
	for range many {
		p := newPipe(many)
		p.peer.UID = 1000
		alice = h.connect(p)
		alice.done("200", `{"action":"presence","jim":2,"id":"q","device":"%s"}`, device)
	}
	for limit, most := range map[string]int{"": many + chat.MaxTokens, `,"limit":40`: 40} {
		seen, current, after, pages := map[string]bool{}, 0, "", 0
		for more := true; more; pages++ {
			answer := alice.done("200", `{"action":"sessions","id":"q"%s%s}`, limit, after)
			var page struct {
				Sessions []struct {
					ID      string
					Current bool
				}
				More bool
				Next string
			}
			if err := json.Unmarshal([]byte(answer), &page); err != nil {
				t.Fatal(err)
			}
			if len(answer) > wire.JIM2.Answer || len(page.Sessions) > most {
				t.Errorf("%d of them in %d bytes", len(page.Sessions), len(answer))
			}
			for _, row := range page.Sessions {
				seen[row.ID] = true
				if row.Current {
					current++
				}
			}
			more, after = page.More, fmt.Sprintf(`,"after":%q`, page.Next)
		}
		if len(seen) != many+chat.MaxTokens || current != 1 || pages < 2 {
			t.Errorf("%d rows in %d pages, %d of them the one that asks", len(seen), pages, current)
		}
	}
}
