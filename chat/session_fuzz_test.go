package chat_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"jim/chat"
	"jim/store"
	"jim/wire"
)

// FuzzSession is a peer who sends any objects, one on each line. Everything that
// comes back is an object a client understands, within the limits, and each
// request is answered once at most.
func FuzzSession(f *testing.F) {
	ann := `{"action":"presence","jim":2,"user":{"account_name":"ann"}}`
	for _, lines := range [][]string{
		{ann, `{"action":"msg","id":"1","to":"ann","message":"hi"}`, `{"action":"history","to":"ann"}`, `{"action":"quit"}`},
		{ann, `{"action":"join","to":"#tea"}`, `{"action":"topic","to":"#tea","topic":"x"}`, `{"action":"sync","since":{"#tea":0}}`, `{"action":"leave","to":"#tea"}`},
		{ann, `{"action":"read","to":"ann","seq":9}`, `{"action":"typing","to":"#lobby"}`, `{"action":"members","to":"#lobby","limit":1}`, `{"action":"rooms"}`},
		{ann, `{"action":"add_contact","to":"bob"}`, `{"action":"get_contacts"}`, `{"action":"whois","to":"ann"}`, `{"action":"sessions"}`, `{"action":"admin","do":"stats"}`},
		{`{"action":"register","jim":2,"user":{"account_name":"eve","password":"short"},"invite":"x"}`, `{"action":"authenticate","user":{"account_name":"eve","token":"x"}}`},
		{`{"action":"presence","time":1,"user":{"account_name":"old"}}`, `{"action":"msg","time":1,"to":"#all","message":"hi","encoding":"ascii"}`, `{"action":"get_contacts","user_login":"old"}`},
		{`{"action":"ping","id":"1"}`, `{}`, `{"action":"nonsense"}`, `{"action":"presence","jim":3}`, `{"action":"passwd","old":"a","password":"b"}`},
	} {
		f.Add([]byte(strings.Join(lines, "\n")))
	}
	log := slog.New(slog.DiscardHandler)
	s, err := store.Open(context.Background(), f.TempDir(), log)
	if err != nil {
		f.Fatal(err)
	}
	hub := chat.New(s, chat.Options{Log: log, NoLimits: true, Guests: chat.Everywhere, Register: chat.Everywhere})
	f.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if err := errors.Join(hub.Shutdown(ctx, time.Second), s.Close()); err != nil {
			f.Error(err)
		}
	})
	f.Fuzz(func(t *testing.T, data []byte) {
		lines := bytes.Split(data, []byte("\n"))
		if len(lines) > 60 {
			return
		}
		p := newPipe(1024)
		for _, line := range lines {
			p.in <- string(line)
		}
		close(p.in)
		hub.Serve(context.Background(), p) // until the end of what it sends
		answers := 0
		for len(p.got) > 0 {
			for _, object := range <-p.got {
				if !utf8.ValidString(object) || len(object) > wire.JIM2.Answer {
					t.Fatalf("%d bytes, or not UTF-8: %.200q", len(object), object)
				}
				from, err := wire.DecodeFromServer([]byte(object))
				if err != nil {
					t.Fatalf("%v: %.200q", err, object)
				}
				if from.Response != nil && from.Response.Code >= wire.OK {
					answers++
				}
			}
		}
		if answers > len(lines) {
			t.Fatalf("%d answers to %d objects: %q", answers, len(lines), data)
		}
	})
}
