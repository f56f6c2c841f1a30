package chat_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"jim/chat"
)

func TestEverybodyInTheRoomHears(t *testing.T) {
	h := newHouse(t, chat.Options{})
	defer h.close()
	ann, bob := h.comes("ann"), h.comes("bob")
	ann.say(`{"action":"join","id":"1","to":"#tea"}`)
	ann.hears(`"response":201`, `"seq":1`)
	ann.hears(`"action":"create"`, `"seq":1`)
	bob.say(`{"action":"join","id":"1","to":"#Tea"}`)
	bob.hears(`"response":200`, `"to":"#tea"`, `"seq":2`)
	bob.hears(`"action":"join"`, `"from":"bob"`)
	ann.hears(`"action":"join"`, `"from":"bob"`)
	bob.say(`{"action":"msg","id":"k","to":"#tea","message":"привет"}`)
	bob.hears(`"response":201`, `"id":"k"`, `"seq":3`)
	bob.hears(`"action":"msg"`, `"seq":3`, `"message":"привет"`)
	ann.hears(`"action":"msg"`, `"from":"bob"`, `"seq":3`, `"message":"привет"`)
	bob.say(`{"action":"msg","id":"k","to":"#tea","message":"привет"}`)
	bob.hears(`"response":201`, `"seq":3`)
	bob.say(`{"action":"msg","id":"k","to":"#tea","message":"other"}`)
	bob.hears(`"response":409`)
	ann.say(`{"action":"ping"}`)
	ann.hears(`"response":200`) // and heard nothing twice
}

func TestByeIsTheLastObject(t *testing.T) {
	h := newHouse(t, chat.Options{})
	ann := h.comes("ann")
	ann.say(`{"action":"msg","id":"1","to":"ann","message":"note to self"}`)
	ann.hears(`"response":201`)
	h.close()
	ann.hears(`"action":"msg"`)
	ann.hears(`"action":"bye"`, `"retry_after":1`)
	if len(ann.got) != 0 || len(ann.held) != 0 {
		t.Error("something follows bye")
	}
}

func TestWhoSaysNothingIsProbedAndThenClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, chat.Options{})
		begin := time.Now()
		silent := h.connect(newPipe(16))
		silent.hears(`"action":"probe"`, `"alert"`)
		if d := time.Since(begin); d != 2*time.Second {
			t.Errorf("probed after %v", d)
		}
		silent.hears(`"response":408`, `"retry":true`)
		silent.hears(`"action":"bye"`)
		if d := time.Since(begin); d != time.Minute {
			t.Errorf("closed after %v", d)
		}
		<-silent.closed
		h.close()
	})
}

func TestWhoTypesHasTenMinutes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, chat.Options{})
		begin := time.Now()
		p := newPipe(16)
		p.peer.Person = true
		slow, knows := h.connect(p), newPipe(16)
		knows.peer.Person = true
		known := h.connect(knows)
		known.say(`{"action":"presence","jim":2,"user":{"account_name":"ann"}}`)
		known.hears(`"response":200`)
		slow.hears(`"action":"probe"`, "/nick NAME")
		<-time.After(9 * time.Minute)
		slow.hears(`"response":408`)
		slow.hears(`"action":"bye"`)
		if d := time.Since(begin); d != 10*time.Minute {
			t.Errorf("closed after %v", d)
		}
		<-slow.closed
		known.say(`{"action":"ping","id":"p"}`)
		known.hears(`"id":"p"`)
		h.close()
	})
}

func TestWhoIsKnownIsLeftInPeace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, chat.Options{})
		ann := h.comes("ann")
		<-time.After(time.Hour)
		ann.say(`{"action":"ping","id":"p"}`)
		ann.hears(`"id":"p"`)
		h.close()
	})
}

func TestTooManyMessages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, chat.Options{})
		ann := h.comes("ann")
		var refused string
		for i := range 200 {
			ann.say(`{"action":"msg","id":"%d","to":"ann","message":"x"}`, i)
			answer := ann.hears(`"response":`)
			if strings.Contains(answer, `"response":429`) {
				refused = answer
				break
			}
			ann.hears(`"action":"msg"`)
		}
		if !strings.Contains(refused, `"retry":true`) || !strings.Contains(refused, `"retry_after":0.05`) {
			t.Fatalf("refused with %q", refused)
		}
		<-time.After(time.Second)
		ann.say(`{"action":"msg","id":"later","to":"ann","message":"x"}`)
		ann.hears(`"response":201`)
		h.close()
	})
}

// A reader who stops gets, when it reads again, what was in its outbox, and then one number
// for all it missed.
func TestASlowReaderIsBehind(t *testing.T) {
	h := newHouse(t, chat.Options{NoLimits: true})
	defer h.close()
	ann := h.comes("ann")
	slow := h.connect(newPipe(0))
	slow.say(`{"action":"presence","jim":2,"user":{"account_name":"slow"}}`)
	slow.hears(`"response":200`)
	slow.say(`{"action":"join","to":"#tea"}`)
	slow.hears(`"response":201`)
	slow.hears(`"action":"create"`)
	ann.say(`{"action":"join","id":"j","to":"#tea"}`)
	ann.hears(`"response":200,"id":"j"`)
	ann.hears(`"action":"join"`)
	text := strings.Repeat("x", 10_000)
	const n = 300
	for i := range n {
		ann.say(`{"action":"msg","id":"%d","to":"#tea","message":"%s"}`, i, text)
		ann.hears(`"response":201`, fmt.Sprintf(`"seq":%d`, i+3))
		ann.hears(`"action":"msg"`) // it has been told to the slow one too, who came before
	}
	want := 2
	for {
		object := slow.hears()
		if strings.Contains(object, `"action":"behind"`) {
			if !strings.Contains(object, fmt.Sprintf(`"seq":%d}`, n+2)) {
				t.Fatalf("behind by %s", object)
			}
			break
		}
		if !strings.Contains(object, fmt.Sprintf(`"seq":%d,`, want)) {
			t.Fatalf("after %d came %.80s", want-1, object)
		}
		want++
	}
	if want == n+3 {
		t.Fatal("nothing was dropped")
	}
	slow.say(`{"action":"sync","id":"s","since":{"#tea":%d}}`, want-1)
	for ; want < n+3; want++ {
		slow.hears(fmt.Sprintf(`"seq":%d,`, want))
	}
	slow.hears(`"response":200`, `"id":"s"`)
	ann.say(`{"action":"msg","id":"last","to":"#tea","message":"done"}`)
	slow.hears(fmt.Sprintf(`"seq":%d,`, n+3), "done")
	slow.Close()
}

// printf … | nc closes its half when it has said everything: the answers still come.
func TestAnswersReachWhoHasSaidEverything(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, chat.Options{})
		p := newPipe(16)
		old := h.connect(p)
		old.say(`{"action":"presence","jim":2,"user":{"account_name":"old"}}`)
		old.say(`{"action":"join","to":"#tea"}`)
		old.say(`{"action":"msg","to":"#tea","message":"hi"}`)
		close(old.in)
		for answers := 0; answers < 3; {
			if strings.HasPrefix(old.next(), `{"response":20`) {
				answers++
			}
		}
		<-old.closed
		h.close()
	})
}

// Each new guest is a row that stays: strangers may not make as many as they like.
func TestTooManyNewGuests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, chat.Options{})
		for i := range 200 {
			h.comes(fmt.Sprint("g", i)).Close()
		}
		late := h.connect(newPipe(16))
		late.say(`{"action":"presence","jim":2,"id":"1","user":{"account_name":"late"}}`)
		late.hears(`"response":429`, `"id":"1"`, `"retry_after":`)
		<-time.After(2 * time.Second)
		late.say(`{"action":"presence","jim":2,"user":{"account_name":"late"}}`)
		late.hears(`"response":200`)
		h.close()
	})
}

// Guessing becomes slow, whatever the case of the letters, and does not lock
// others out.
func TestGuessingIsSlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, chat.Options{})
		owner := h.connect(newPipe(16))
		owner.say(`{"action":"register","jim":2,"user":{"account_name":"ann","password":"correct horse"}}`)
		owner.hears(`"response":201`)
		for i := range 11 {
			g := h.connect(newPipe(16))
			g.say(`{"action":"presence","jim":2,"user":{"account_name":%q,"password":"guess %d"}}`, []string{"ann", "Ann", "ANN"}[i%3], i)
			if i < 10 {
				g.hears(`"response":402`)
			} else {
				g.hears(`"response":429`, `"retry_after":`)
			}
			g.Close()
		}
		other := h.comes("bob")
		other.say(`{"action":"ping"}`)
		other.hears(`"response":200`)
		<-time.After(21 * time.Second)
		g := h.connect(newPipe(16))
		g.say(`{"action":"presence","jim":2,"user":{"account_name":"ann","password":"correct horse"}}`)
		g.hears(`"response":200`)
		h.close()
	})
}

// Who takes nothing for a minute is closed at the next look; who takes something in time is not.
func TestWhoStopsReadingIsClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, chat.Options{})
		ann := h.connect(newPipe(0)) // what is written waits until it is taken
		ann.say(`{"action":"presence","jim":2,"user":{"account_name":"ann"}}`)
		ann.hears(`"response":200`)
		for range 3 {
			ann.say(`{"action":"ping","id":"p"}`)
			<-time.After(59 * time.Second)
			ann.hears(`"id":"p"`)
		}
		ann.say(`{"action":"ping","id":"p"}`)
		began := time.Now()
		select {
		case <-ann.closed:
		case <-time.After(time.Hour):
		}
		if after := time.Since(began); after <= time.Minute || after > time.Minute+5*time.Second {
			t.Errorf("closed after %v", after)
		}
		h.close()
	})
}
