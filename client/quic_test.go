package client

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"jim/chat"
	"jim/listen"
	"jim/store/ram"
	"jim/wire"
)

// TestComingBackOverQUICResumes loses the connection as it is lost in life, and the server too:
// both times the client comes back with the ticket it has, and without 0-RTT.
func TestComingBackOverQUICResumes(t *testing.T) {
	dir, disk := t.TempDir(), new(ram.Disk)
	serve := func(address string) (ls *listen.Listeners, stop func()) {
		kept := disk.Open()
		hub := chat.New(kept, chat.Options{Server: "jim", Log: slog.New(slog.DiscardHandler), Guests: chat.Everywhere, Register: chat.Everywhere})
		ls, err := listen.Open(t.Context(), []string{address}, listen.Options{Serve: hub.Serve, SelfSignedDir: dir})
		if err != nil {
			t.Fatal(err)
		}
		return ls, func() {
			ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
			defer cancel()
			ls.Stop()
			if err := hub.Shutdown(ctx, 100*time.Millisecond); err != nil {
				t.Error(err)
			}
			ls.Close()
			if err := kept.Close(); err != nil {
				t.Error(err)
			}
		}
	}
	ls, stop := serve("quic://127.0.0.1:0")
	address := ls.Addresses()[0]
	back := make(chan struct{}, 10)
	c, err := Dial(t.Context(), address, Options{Name: "ann", Quiet: true, Fingerprint: ls.Fingerprint(), OnState: func(s State) {
		if s.Kind == Resumed {
			back <- struct{}{}
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	line := func() *quicStream {
		c.mu.Lock()
		defer c.mu.Unlock()
		return c.link.transport.(*stream).Conn.(*quicStream)
	}
	look := func(when string, resumed bool) {
		t.Helper()
		if state := line().conn.ConnectionState(); state.TLS.DidResume != resumed || state.Used0RTT {
			t.Errorf("%s: resumed %v, 0-RTT %v", when, state.TLS.DidResume, state.Used0RTT)
		}
	}
	look("at first", false)
	// A guest would be kept out until the server has given the lost connection up. The answer
	// comes after the ticket.
	ann := wire.User{Name: "ann", Password: "correct horse battery"}
	if _, err := c.Do(t.Context(), wire.Request{Action: wire.ActRegister, User: ann}); err != nil {
		t.Fatal(err)
	}
	_ = line().socket.Close() // what is still read there ends
	<-back
	look("after the connection was lost", true)
	stop()
	_, stop = serve(address)
	defer stop()
	<-back
	look("after the server was started again", true)
}
