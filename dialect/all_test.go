package dialect_test

import (
	"testing"
	"testing/synctest"

	"jim/dialect"
)

// Who joins what everybody is called hears what is said to everybody, and makes no room beside it.
func TestWhoJoinsEverybodyHearsEverybody(t *testing.T) {
	for _, room := range []string{"#all", "#", "#Lobby"} {
		t.Run(room, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := newHouse(t, dialect.Options{})
				ann := h.jim("ann")
				ann.say(`{"action":"create","to":"#lobby"}`)
				ann.answers(`"response":201`)
				old := h.connect(newPipe(16))
				old.say("%s", specPresence)
				old.hears(`"response":200`)
				old.say(`{"action":"join","room":%q}`, room)
				old.hears(`"response":200`)
				ann.say(`{"action":"msg","id":"m","to":"#lobby","message":"hear me"}`)
				ann.answers(`"response":201`)
				old.hears(`"message":"hear me"`)
				old.say(`{"action":"leave","room":%q}`, room)
				old.hears(`"response":200`)
				ann.say(`{"action":"msg","id":"n","to":"#lobby","message":"and now?"}`)
				ann.answers(`"response":201`)
				old.say(`{"action":"ping"}`)
				old.hears(`"response":200`)
				ann.say(`{"action":"rooms"}`)
				ann.answers(`"rooms":[{"name":"#lobby"`)
				h.close()
			})
		})
	}
}
