package client

import (
	"errors"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"jim/wire"
)

// TestADatagramClientThatOnlyListensFindsOutThatItsSessionIsGone: a server that was started again
// sends nothing to those it does not know.
func TestADatagramClientThatOnlyListensFindsOutThatItsSessionIsGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		here, there := net.Pipe()
		d := newDatagrams(here)
		defer d.close()
		defer there.Close()
		buf := make([]byte, 2048)
		hear := func() string {
			n, err := there.Read(buf)
			if err != nil {
				t.Fatal(err)
			}
			return string(buf[:n])
		}
		say := func(text string) {
			if _, err := there.Write([]byte(text + "\n")); err != nil {
				t.Fatal(err)
			}
		}
		ended := make(chan error, 1)
		go func() {
			for {
				if _, err := d.read(); err != nil {
					ended <- err
					return
				}
			}
		}()
		go func() { _ = d.write([][]byte{[]byte(`{"action":"presence","id":"p"}` + "\n")}) }()
		hear()
		say(`{"response":200,"id":"p"}`)
		begin := time.Now()
		look := hear()
		if pause := time.Since(begin); pause > 2*lookEvery || !strings.HasPrefix(look, `{"ack":0,`) || len(look) < 80 {
			t.Errorf("after %v of silence it sends %q", pause, look)
		}
		say(`{"response":401,"id":"somebody","cookie":"AAAAAAAAAAAAAAAA"}`) // came late
		synctest.Wait()
		select {
		case err := <-ended:
			t.Fatalf("ended by an answer to nothing: %v", err)
		default:
		}
		say(`{"response":401,"id":"` + d.look + `","cookie":"AAAAAAAAAAAAAAAA"}`)
		if err := <-ended; !errors.Is(err, errStale) {
			t.Errorf("ended by %v", err)
		}
		go func() { // what is said at the end
			for {
				if _, err := there.Read(buf); err != nil {
					return
				}
			}
		}()
	})
}

// TestWhatOvertakesTheWelcomeIsNotTaken: numbers mean something only when it is known of which log they are. It comes again.
func TestWhatOvertakesTheWelcomeIsNotTaken(t *testing.T) {
	d := &datagrams{asked: map[string]*asked{"p": {hello: true}}, conn: nobody{}, cookie: "AAAA"}
	take := func(text string) bool {
		t.Helper()
		m, err := wire.DecodeFromServer([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		fresh, err := d.take(&m)
		if err != nil {
			t.Fatal(err)
		}
		return fresh
	}
	const behind = `{"action":"behind","to":"#tea","seq":7,"ack":1}`
	if take(behind) {
		t.Error("taken before the answer to presence")
	}
	if !take(`{"response":200,"id":"p"}`) || !take(behind) || take(behind) {
		t.Error("not taken once after the answer")
	}
	d.in = false
	if !take(`{"action":"bye","ack":2}`) {
		t.Error("a goodbye is not taken")
	}
}

// nobody is a connection on which everything that is sent is lost.
type nobody struct{ net.Conn }

func (nobody) Write(p []byte) (int, error) { return len(p), nil }
