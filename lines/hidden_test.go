package lines

import (
	"strings"
	"testing"
)

// What somebody else says under an id like those of who types is told; what was typed here is not.
func TestNobodyHidesBehindTheIDsOfWhoTypes(t *testing.T) {
	for from, told := range map[string]bool{"mallory": true, "Bob": false} {
		stream := &tape{}
		conn := New(stream, &local)
		conn.me, conn.here = "bob", "#ops"
		if err := conn.Write(batch(`{"action":"msg","to":"#ops","from":"` + from + `","seq":3,"id":"` + conn.id() + `","message":"hear me"}`)); err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(stream.out.String(), "hear me"); got != told {
			t.Errorf("what %s says is told: %v, want %v", from, got, told)
		}
	}
}
