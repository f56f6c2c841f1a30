package chat_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"jim/chat"
	"jim/wire"
)

// Who comes over datagrams is told that he is in, however long his status is, and how much of what he has counts.
func TestAWelcomeFitsADatagram(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, chat.Options{})
		defer h.close()
		var since []string
		for i := range 45 {
			since = append(since, fmt.Sprintf(`"#room%d":918`, i))
		}
		for name, more := range map[string]string{
			"ann": fmt.Sprintf(`"user":{"account_name":"ann","status":%q}`, strings.Repeat("😀", wire.UDP.Topic)),
			"bob": fmt.Sprintf(`"user":{"account_name":"bob","status":%q},"log":"0a0b","since":{%s}`, strings.Repeat("я", 150), strings.Join(since, ",")),
		} {
			p := newPipe(64)
			p.peer.Datagrams = true
			g := h.connect(p)
			g.say(`{"action":"presence","jim":2,"id":"1",%s}`, more)
			answer := g.hears(`"response":200`, `"account_name":"`+name+`"`)
			if len(answer) >= wire.UDP.Answer {
				t.Errorf("%s is welcomed in %d bytes", name, len(answer))
			}
			if name == "bob" && strings.Count(answer, ":0") != len(since) {
				t.Errorf("bob is not told what counts: %s", answer)
			}
		}
	})
}

// A topic or status that is too long for a datagram keeps nobody out of a room, and is no end of a list.
func TestWhatIsTooLongIsLeftOutOfADatagram(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, chat.Options{})
		defer h.close()
		long := strings.Repeat(`\u0001`, wire.UDP.Topic)
		bob := h.comes("bob")
		bob.say(`{"action":"create","to":"#tea","topic":"%s"}`, long)
		bob.hears(`"response":201`)
		bob.hears(`"action":"create"`)
		bob.say(`{"action":"presence","status":"%s"}`, long)
		bob.hears(`"response":200`)
		p := newPipe(64)
		p.peer.Datagrams = true
		ann := h.connect(p)
		ann.say(`{"action":"presence","jim":2,"user":{"account_name":"ann"}}`)
		ann.hears(`"response":200`)
		ann.say(`{"action":"rooms","id":"1","limit":1}`)
		ann.hears(`"response":200`, `"name":"#tea"`)
		ann.say(`{"action":"join","id":"2","to":"#tea"}`)
		ann.hears(`"response":200`, `"seq":2`)
		ann.hears(`"action":"join"`)
		ann.say(`{"action":"members","id":"3","to":"#tea","after":"ann"}`)
		ann.hears(`"response":200`, `"account_name":"bob"`)
		ann.say(`{"action":"topic","id":"4","to":"#tea"}`) // is about nothing else
		ann.hears(`"response":413`)
	})
}
