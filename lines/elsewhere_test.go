package lines

import (
	"strings"
	"testing"
)

// Who leaves the room on another device is told so where he types: what he says next would be said to people whom he does not
// hear. What he has left here is told once, whether the event or the answer comes first.
func TestWhoLeavesElsewhereIsToldSo(t *testing.T) {
	const event, answer = `{"action":"leave","to":"#ops","from":"BOB","seq":3}`, `{"response":200,"id":"ID","to":"#ops","seq":3}`
	for name, c := range map[string]struct {
		here  bool // it is typed here
		comes []string
	}{
		"elsewhere":        {false, []string{event}},
		"here":             {true, []string{answer, event}},
		"here, told first": {true, []string{event, answer}},
	} {
		t.Run(name, func(t *testing.T) {
			stream := &tape{}
			conn := New(stream, &local)
			conn.me, conn.here = "bob", "#Ops"
			if c.here {
				conn.mu.Lock()
				conn.leave("")
				conn.mu.Unlock()
			}
			for _, object := range c.comes {
				if conn.command != nil {
					object = strings.Replace(object, "ID", conn.command.id, 1)
				}
				if err := conn.Write(batch(object)); err != nil {
					t.Fatal(err)
				}
			}
			if got, want := stream.out.String(), sayLeft.in(english, "#ops")+"\n"; got != want || conn.here != "" {
				t.Errorf("told %q, want %q, and is in %q", got, want, conn.here)
			}
		})
	}
}
