package talk

import (
	"bytes"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"

	"jim/chat"
	"jim/wire"
)

// reading is what one read of a program of the course brought.
type reading struct {
	bytes []byte
	at    time.Time
}

// readAsTheCourse takes what comes as programs of the course do: one recv, one
// object. It ends when an object has the word "the end" in it.
func readAsTheCourse(c net.Conn) (all []reading, err error) {
	if err := c.SetReadDeadline(time.Now().Add(2 * Patience)); err != nil {
		return nil, err
	}
	for {
		buffer := make([]byte, 4096)
		n, err := c.Read(buffer)
		if err != nil {
			return all, err
		}
		all = append(all, reading{buffer[:n], time.Now()})
		if bytes.Contains(buffer[:n], []byte("the end")) {
			return all, nil
		}
	}
}

// The pause between objects as it is seen here: it is 75 ms, less what the
// machine was late with the one before.
const seenPause = 40 * time.Millisecond

// TestProgramsOfTheCourseGetOneObjectPerRead sends a long text and several short
// ones at once to a program that takes one read for one object. A machine that is
// busy may hold the reader up for so long that two objects wait for it, so there
// are several tries.
func TestProgramsOfTheCourseGetOneObjectPerRead(t *testing.T) {
	for _, transport := range []string{"tcp", "unix"} {
		t.Run(transport, func(t *testing.T) {
			t.Parallel()
			var err error
			for range 3 {
				if err = oneObjectPerRead(transport); err == nil {
					return
				}
			}
			t.Error(err)
		})
	}
}

func oneObjectPerRead(transport string) (err error) {
	folder, err := TempFolder()
	if err != nil {
		return err
	}
	h, err := Open(transport, folder, chat.Options{Guests: chat.Local, NoLimits: true, OperatorUID: -1})
	if err != nil {
		return err
	}
	defer func() {
		if e := h.Close(); err == nil {
			err = e
		}
	}()
	old, err := net.Dial(transport, h.place())
	if err != nil {
		return err
	}
	defer old.Close()
	if _, err := fmt.Fprintf(old, `{"action":"presence","time":1,"type":"status","user":{"account_name":"old","status":"x"}}`); err != nil {
		return err
	}
	answer := make([]byte, 4096)
	n, err := old.Read(answer)
	if err != nil || !bytes.HasPrefix(answer[:n], []byte(`{"response":200,"time":`)) {
		return fmt.Errorf("presence was answered %q (%v)", answer[:n], err)
	}
	long := strings.Repeat("щука ", 400)
	if err := sendAll(transport, h, long, "one", "two", "three", "the end"); err != nil {
		return err
	}
	all, err := readAsTheCourse(old)
	if err != nil {
		return err
	}
	return checkReadings(all, long+"one"+"two"+"three"+"the end")
}

// sendAll says texts to old, all at once.
func sendAll(transport string, h *House, texts ...string) error {
	c, err := net.Dial(transport, h.place())
	if err != nil {
		return err
	}
	defer c.Close()
	out := []byte(`{"action":"presence","jim":2,"user":{"account_name":"new"}}`)
	for i, text := range texts {
		out = fmt.Appendf(out, `{"action":"msg","id":"%d","to":"old","message":%q}`, i, text)
	}
	if _, err := c.Write(out); err != nil {
		return err
	}
	return awaitAnswers(c, len(texts))
}

// awaitAnswers reads until n messages have been kept.
func awaitAnswers(c net.Conn, n int) error {
	var got []byte
	buffer := make([]byte, 4096)
	for bytes.Count(got, []byte(`{"response":201`)) < n {
		m, err := c.Read(buffer)
		if err != nil {
			return fmt.Errorf("after %q: %w", got, err)
		}
		got = append(got, buffer[:m]...)
	}
	return nil
}

// checkReadings checks that each read brought one object of at most 640 bytes, a
// while after the one before, and that the texts are those sent.
func checkReadings(all []reading, want string) error {
	var text strings.Builder
	for i, r := range all {
		if len(r.bytes) > wire.JIM1.Answer {
			return fmt.Errorf("read %d has %d bytes", i, len(r.bytes))
		}
		var event struct {
			Action, To, From, Message string
			Time                      float64
		}
		if err := json.Unmarshal(r.bytes, &event, json.MatchCaseInsensitiveNames(true), json.RejectUnknownMembers(true)); err != nil {
			return fmt.Errorf("read %d is not one object: %q: %w", i, r.bytes, err)
		}
		if event.Action != "msg" || event.From != "new" || event.To != "old" || event.Time <= 0 {
			return fmt.Errorf("read %d is %q", i, r.bytes)
		}
		if i > 0 && r.at.Sub(all[i-1].at) < seenPause {
			return fmt.Errorf("read %d came %v after the one before", i, r.at.Sub(all[i-1].at))
		}
		text.WriteString(event.Message)
	}
	if text.String() != want || len(all) < 8 {
		return fmt.Errorf("%d reads brought %q", len(all), text.String())
	}
	return nil
}
