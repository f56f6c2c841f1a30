package client

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"jim/wire"
)

func TestSendIsRepeatedWithTheSameIDAfterALoss(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		c, p := start(t, n, Options{Quiet: true})
		sent := make(chan uint64, 1)
		go func() {
			seq, err := c.Send(t.Context(), "#tea", "milk?")
			if err != nil {
				t.Error(err)
			}
			sent <- seq
		}()
		first := p.hear(wire.ActMsg)
		p.s.close()

		p = n.accept()
		p.welcome(true)
		second := p.hear(wire.ActMsg)
		if second.ID != first.ID || len(first.ID) < 26 {
			t.Fatalf("sent as %q and then as %q", first.ID, second.ID)
		}
		p.say(`{"response":201,"id":%q,"to":"#tea","seq":7}`, second.ID)
		if seq := <-sent; seq != 7 {
			t.Fatalf("seq %d, want 7", seq)
		}
		c.Close()
	})
}

func TestRequestsKeepTheirOrderAcrossALoss(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		c, p := start(t, n, Options{Quiet: true})
		p.s.close()
		synctest.Wait()
		for i := range 5 {
			go c.Send(t.Context(), "#tea", fmt.Sprint(i))
			synctest.Wait()
		}
		p = n.accept()
		p.welcome(true)
		for i := range 5 {
			if q := p.hear(wire.ActMsg); q.Message != fmt.Sprint(i) {
				t.Fatalf("message %s in place %d", q.Message, i)
			}
		}
		c.Close()
	})
}

func TestWhatMustNotBeDoneTwiceIsNotRepeated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		c, p := start(t, n, Options{Quiet: true})
		failed := make(chan error, 1)
		go func() {
			_, err := c.Do(t.Context(), wire.Request{Action: wire.ActCreate, To: "#tea"})
			failed <- err
		}()
		p.hear(wire.ActCreate)
		p.s.close()
		if err := <-failed; !errors.Is(err, ErrUnknownOutcome) {
			t.Fatalf("%v, want ErrUnknownOutcome", err)
		}
		c.Close()
	})
}

func TestRequestsThatCannotBeRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		c, p := start(t, n, Options{Quiet: true})
		long := strings.Repeat("x", 300)
		for _, q := range []wire.Request{
			{Action: wire.ActMsg, To: "#tea", Message: strings.Repeat("x", 16<<10+1)},
			{Action: wire.ActMsg, To: "#tea", Message: strings.Repeat("\x01", 16<<10)}, // escaped it is too long
			{Action: wire.ActMsg, To: "#tea", Message: "a\x00b"},
			{Action: wire.ActMsg, To: "#tea", ID: long, Message: "hi"},
			{Action: wire.ActMsg, To: long, Message: "hi"},
			{Action: wire.ActTopic, To: "#tea", Topic: &long},
		} {
			var refused *Error
			if _, err := c.Do(t.Context(), q); !errors.As(err, &refused) || refused.Retry {
				t.Errorf("%s: %v, want a refusal", q.Action, err)
			}
		}
		failed := make(chan error, 1)
		go func() {
			_, err := c.Send(t.Context(), "#tea", "hi")
			failed <- err
		}()
		p.hear(wire.ActMsg)
		p.say(`{"response":400,"error":"not that way"}`)
		if err := <-failed; err == nil || err.Error() != "not that way (400)" {
			t.Errorf("%v, want the refusal without an id", err)
		}
		c.Close()
	})
}

// TestThePlaceInAListIsSentBack though the longest name stands in it.
func TestThePlaceInAListIsSentBack(t *testing.T) {
	c := &Client{}
	next := ">#" + strings.Repeat("x", wire.JIM2.Name)
	if err := c.fits(&wire.Request{Action: wire.ActRooms, Mark: next}, 100); err != nil {
		t.Error(err)
	}
	if err := c.fits(&wire.Request{Action: wire.ActRooms, Mark: next + "x"}, 100); err == nil {
		t.Error("the server would not read it")
	}
}

func TestRefusals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		c, p := start(t, n, Options{Quiet: true})
		failed := make(chan error, 1)
		send := func(ctx context.Context) {
			go func() {
				_, err := c.Send(ctx, "#tea", "hi")
				failed <- err
			}()
		}
		send(t.Context())
		p.say(`{"response":404,"id":%q,"error":"no room","retry":false}`, p.hear(wire.ActMsg).ID)
		var refused *Error
		if err := <-failed; !errors.As(err, &refused) || refused.Code != wire.NotFound || refused.Text != "no room" {
			t.Fatalf("%v, want a 404", err)
		}

		send(t.Context())
		q, at := p.hear(wire.ActMsg), time.Now()
		p.say(`{"response":429,"id":%q,"retry_after":10}`, q.ID) // a code alone: 429 can be tried again
		again := p.hear(wire.ActMsg)
		if after := time.Since(at); again.ID != q.ID || after < 10*time.Second || after > 11*time.Second {
			t.Fatalf("sent again as %q after %v, want %q after 10 s", again.ID, after, q.ID)
		}
		p.say(`{"response":201,"id":%q,"seq":1}`, again.ID)
		if err := <-failed; err != nil {
			t.Fatal(err)
		}

		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		send(ctx)
		p.say(`{"response":507,"id":%q,"retry_after":60}`, p.hear(wire.ActMsg).ID)
		if err := <-failed; !errors.Is(err, context.DeadlineExceeded) || !errors.As(err, &refused) || refused.Code != wire.StorageFull {
			t.Fatalf("%v, want a deadline and the 507", err)
		}
		c.Close()
	})
}

// TestBackoff counts the attempts of an hour without a server: they become rare,
// and do not stop.
func TestBackoff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		states := make(chan State, 4096)
		c, p := start(t, n, Options{Quiet: true, OnState: func(s State) { states <- s }})
		n.down = true
		p.s.close()
		<-time.After(time.Hour) // of the bubble's clock
		c.Close()
		close(states)
		var longest time.Duration
		for s := range states {
			if s.Kind != Lost || s.Err == nil {
				t.Fatalf("state %+v, want Lost and why", s)
			}
			longest = max(longest, s.Retry)
		}
		if longest > 30*time.Second || longest < 20*time.Second {
			t.Errorf("waits of up to %v, want just under 30 s", longest)
		}
	})
}

func TestGoodbyes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		states := make(chan State, 10)
		c, p := start(t, n, Options{Quiet: true, OnState: func(s State) { states <- s }})
		at := time.Now()
		p.say(`{"action":"bye","alert":"upgrade","retry_after":60}`)
		p.s.close()
		p = n.accept()
		if after := time.Since(at); after < 60*time.Second || after > 61*time.Second {
			t.Errorf("came back after %v, want 60 s", after)
		}
		p.welcome(true)
		if s := <-states; s.Kind != Lost {
			t.Errorf("state %+v, want Lost", s)
		}
		if s := <-states; s.Kind != Resumed {
			t.Errorf("state %+v, want Resumed", s)
		}
		p.say(`{"action":"bye","alert":"logged out elsewhere"}`)
		p.s.close()
		<-c.Done()
		if err := c.Err(); err == nil || err.Error() != "logged out elsewhere (503)" {
			t.Errorf("gave up with %v", err)
		}
		if s := <-states; s.Kind != Ended {
			t.Errorf("state %+v, want Ended", s)
		}
		if _, err := c.Send(t.Context(), "#tea", "hi"); err == nil {
			t.Error("sent after the end")
		}
		c.Close()
	})
}

func TestLoginWhenComingBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		var kept string
		o := Options{
			Name: "Ann", Password: "secret enough", Device: "laptop", Quiet: true,
			OnToken: func(token string) { kept = token }, Dial: n.dial,
		}
		done := make(chan struct{})
		var p *peer
		go func() {
			defer close(done)
			p = n.accept()
			q := p.hear(wire.ActPresence)
			if q.Device != "laptop" || q.User.Password != "secret enough" {
				t.Errorf("presence %+v", q)
			}
			p.say(`{"response":200,"jim":2,"user":{"account_name":"ann"},"token":"T1"}`)
		}()
		c, err := Dial(t.Context(), "tcp://h:1", o)
		if err != nil {
			t.Fatal(err)
		}
		<-done
		if kept != "T1" || c.Name() != "ann" {
			t.Fatalf("token %q, name %q", kept, c.Name())
		}
		p.s.close()

		p = n.accept()
		if q := p.hear(wire.ActPresence); q.User.Token != "T1" || q.User.Password != "" || q.Device != "" {
			t.Errorf("came back with %+v", q.User)
		}
		p.say(`{"response":402,"error":"wrong login"}`)
		if q := p.hear(wire.ActPresence); q.User.Password != "secret enough" || q.User.Token != "" {
			t.Errorf("then with %+v", q.User)
		}
		p.say(`{"response":402,"error":"wrong login"}`)
		<-c.Done()
		var refused *Error
		if !errors.As(c.Err(), &refused) || refused.Code != wire.WrongLogin {
			t.Errorf("gave up with %v, want 402", c.Err())
		}
		c.Close()
	})
}

// TestOwnGhost: the server may hold the dead connection of a guest for alive.
func TestOwnGhost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		c, p := start(t, n, Options{Quiet: true})
		p.s.close()
		for range 3 {
			p = n.accept()
			p.hear(wire.ActPresence)
			p.say(`{"response":409,"error":"a guest of this name is connected","retry":false}`)
		}
		n.accept().welcome(true)
		synctest.Wait()
		if c.Err() != nil {
			t.Error(c.Err())
		}
		c.Close()
	})
}

// TestDeadServer: a connection on which nothing comes any more is noticed.
func TestDeadServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		_, p := start(t, n, Options{Quiet: true})
		at := time.Now()
		for range 2 {
			p.say(`{"response":200,"id":%q}`, p.hear(wire.ActPing).ID)
		}
		go func() { // it reads on, and answers nothing
			for {
				if _, err := p.s.read(); err != nil {
					return
				}
			}
		}()
		n.accept().welcome(true)
		if after := time.Since(at); after > 5*time.Minute {
			t.Errorf("noticed after %v", after)
		}
	})
}

func TestCloseWhileAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		c, p := start(t, n, Options{})
		n.down = true
		p.s.close()
		failed := make(chan error, 1)
		go func() {
			_, err := c.Send(t.Context(), "#tea", "hi")
			failed <- err
		}()
		synctest.Wait()
		c.Close()
		if err := <-failed; !errors.Is(err, ErrClosed) {
			t.Errorf("%v, want ErrClosed", err)
		}
		if _, ok := <-c.Events(); ok {
			t.Error("an event after Close")
		}
	})
}

// TestAServerThatWasSetBack has not come to the numbers of its clients: a backup was restored.
func TestAServerThatWasSetBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		c, p := start(t, n, Options{})
		for _, to := range []string{"#tea", "#new"} {
			for seq := 5; seq <= 9; seq++ {
				p.tell(to, seq)
				wantEvents(t, c, fmt.Sprint(to, " ", seq))
			}
		}
		p.say(`{"action":"behind","to":"#tea","seq":7}`) // of this connection: late, and known
		p.s.close()

		p = n.accept()
		p.welcome(true)
		p.say(`{"action":"behind","to":"#tea","seq":6}`)
		p.tell("#tea", 7)
		p.tell("#tea", 8)
		p.say(`{"action":"behind","to":"#tea","seq":7}`)
		wantEvents(t, c, "reset #tea 6", "#tea 7", "#tea 8")

		joined := make(chan error, 1) // a room that is not there any more, and is made again
		go func() {
			_, err := c.Do(t.Context(), wire.Request{Action: wire.ActJoin, To: "#new"})
			joined <- err
		}()
		p.say(`{"response":201,"id":%q,"to":"#new","seq":1}`, p.hear(wire.ActJoin).ID)
		if err := <-joined; err != nil {
			t.Fatal(err)
		}
		p.say(`{"action":"join","to":"#new","from":"ann","seq":1}`)
		wantEvents(t, c, "reset #new 0", "join #new 1")
		c.Close()
	})
}
