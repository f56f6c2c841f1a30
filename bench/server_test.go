package bench

import (
	"errors"
	"strings"
	"testing"
)

func TestOnlyThisMachineIsPutUnderLoad(t *testing.T) {
	for _, foreign := range []string{
		"tcp://192.0.2.1:7777", "tls://example.org", "ws://10.0.0.1:80", "nats://192.0.2.1:4222", "irc://example.org:6667",
		"tcp://[2001:db8::1]:7777", "tcp://0.0.0.0:7777", "tcp://[::]:7777", "127.0.0.1.example.org:7777",
		"tcp://[::ffff:192.0.2.1]:7777", "evil.localhost:7777", "128.0.0.1:7777", "tcp://169.254.1.1:7777",
	} {
		_, err := At(foreign, 1)
		var refused *ForeignError
		if !errors.As(err, &refused) || !strings.Contains(err.Error(), "not an address of this machine") {
			t.Errorf("%s: %v", foreign, err)
		}
	}
	for _, none := range []string{"", "tcp://", "gopher://127.0.0.1:70", "tcp://127.0.0.1:99999"} {
		if _, err := At(none, 1); err == nil {
			t.Errorf("%q was taken", none)
		}
	}
	for address, want := range map[string]string{
		"127.0.0.1":            "127.0.0.1:7777",
		"localhost:80":         "127.0.0.1:80",
		"tcp://127.9.8.7:1":    "127.9.8.7:1",
		"tls://[::1]:2":        "[::1]:2",
		"ws://127.0.0.1:3":     "127.0.0.1:3",
		"nats://127.0.0.1:4":   "127.0.0.1:4",
		"irc://localhost:5":    "127.0.0.1:5",
		"unix:///run/jim.sock": "/run/jim.sock",
	} {
		s, err := At(address, 1)
		if err != nil || s.host != want || s.PID != 1 {
			t.Errorf("%s: %+v, %v", address, s, err)
		}
	}
}

func TestSizesAreBounded(t *testing.T) {
	good := Fanout{Rooms: 1, Members: 2, Publishers: 1, Window: 1, Size: headSize, Seconds: 1}
	if err := good.Check(); err != nil {
		t.Error(err)
	}
	for _, w := range []interface{ Check() error }{
		Fanout{Rooms: 200, Members: 200, Publishers: 1, Window: 1, Size: 100, Seconds: 1},
		Fanout{Rooms: 1, Members: 2, Publishers: 3, Window: 1, Size: 100, Seconds: 1},
		Fanout{Rooms: 1, Members: 2, Publishers: 1, Window: 1, Size: 100, Seconds: 1e6},
		Latency{Members: 2, Publishers: 1, Rate: 0, Size: 100, Seconds: 1},
		Latency{Members: 2, Publishers: 1, Rate: 1, Size: 10, Seconds: 1},
		Durable{Rooms: 2, Senders: 1, Window: 1, Size: 100, Seconds: 1},
		Durable{Rooms: 1, Senders: 1, Window: 1000, Size: 100, Seconds: 1},
		Idle{Conns: 1 << 20, Steps: 1},
		Idle{Conns: 5, Steps: 6},
		Storm{Conns: 0, Room: 1, AtATime: 1},
		History{Messages: 1 << 30, Rooms: 1, Page: 1, Pages: 1, Syncs: 1},
		History{Messages: 1, Rooms: 1, Page: 1, Pages: 1, Syncs: 1, Conversations: 1 << 20},
	} {
		if err := w.Check(); err == nil || !strings.Contains(err.Error(), "it can be") {
			t.Errorf("%+v: %v", w, err)
		}
	}
}
