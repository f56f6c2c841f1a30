package dialect_test

import (
	"regexp"
	"testing"
	"testing/synctest"

	"jim/dialect"
)

// What somebody else says under an id like those of a program is none of its own words: it is told.
func TestNobodyHidesBehindTheIDsOfAProgram(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, dialect.Options{})
		ann := h.jim("ann")
		ann.say(`{"action":"join","to":"#lobby"}`)
		ann.answers(`"response":201`)
		old := h.connect(newPipe(16))
		old.say("%s", specPresence)
		old.hears(`"response":200`)
		old.say(`{"action":"msg","to":"#lobby","from":"old","message":"hello"}`)
		old.hears(`"response":200`)
		var own []string
		for own == nil {
			own = regexp.MustCompile(`"id":"([^"]+)","time":[^,]*,"message":"hello"`).FindStringSubmatch(ann.next())
		}
		ann.say(`{"action":"msg","id":"%s0","to":"#lobby","message":"hear me"}`, own[1])
		ann.answers(`"response":201`)
		old.hears(`"message":"hear me"`, `"from":"ann"`)
		h.close()
	})
}
