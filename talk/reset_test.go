package talk

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"strconv"
	"testing"

	"jim/chat"
	"jim/client"
	"jim/wire"
)

// TestAClientThatIsResetHurtsNobody has clients of a room end as a program does that is killed with bytes unread: with
// RST instead of FIN (SO_LINGER 0), idle and in the midst of an object. Who stays is told each time that somebody has
// gone, and the room goes on.
func TestAClientThatIsResetHurtsNobody(t *testing.T) {
	folder, err := TempFolder()
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(folder)
	h, err := Open("tcp", folder, chat.Options{Guests: chat.Local, NoLimits: true, OperatorUID: -1})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	}()
	ctx, cancel := context.WithTimeout(t.Context(), 3*Patience)
	defer cancel()
	bob, err := client.Dial(ctx, h.Address, client.Options{Name: "bob"})
	if err != nil {
		t.Fatal(err)
	}
	defer bob.Close()
	if _, err := bob.Do(ctx, wire.Request{Action: wire.ActJoin, To: "#tea"}); err != nil {
		t.Fatal(err)
	}
	const resets = 4 // that somebody has gone is told after a moment
	for i := range resets {
		name := "ann" + strconv.Itoa(i)
		if err := resetInRoom(ctx, h.Address, name, i%2 == 1); err != nil {
			t.Fatal(err)
		}
		if err := hearsThatGone(ctx, bob, name); err != nil {
			t.Fatal(err)
		}
		if _, err := bob.Send(ctx, "#tea", "still here"); err != nil {
			t.Fatal(err)
		}
	}
}

// resetInRoom joins a room under a name and resets its connection, in the midst of an object or between two.
func resetInRoom(ctx context.Context, address, name string, midst bool) error {
	raw, err := client.Open(ctx, address, client.Options{})
	if err != nil {
		return err
	}
	defer raw.Close()
	stream, ok := raw.Stream().(*net.TCPConn)
	if !ok {
		return errors.New("no TCP connection")
	}
	text := `{"action":"presence","jim":2,"user":{"account_name":"` + name + `"}}{"action":"join","to":"#tea","id":"j"}`
	if midst {
		text += `{"action":"msg","to":"#te`
	}
	if _, err := io.WriteString(stream, text); err != nil {
		return err
	}
	if _, err := stream.Read(make([]byte, 1)); err != nil { // it is served; the rest stays unread
		return err
	}
	return errors.Join(stream.SetLinger(0), stream.Close())
}

// hearsThatGone waits until somebody is told that another one has gone.
func hearsThatGone(ctx context.Context, c *client.Client, name string) error {
	for {
		select {
		case e, ok := <-c.Events():
			switch {
			case !ok:
				return c.Err()
			case e.Action == wire.ActPresence && e.User != nil && e.User.Name == name && e.User.Status == "gone":
				return nil
			}
		case <-ctx.Done():
			return errors.New("nobody said that " + name + " has gone")
		}
	}
}
