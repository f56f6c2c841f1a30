package client

import (
	"errors"
	"strings"
	"testing"
)

func TestAddresses(t *testing.T) {
	pin := strings.Repeat("0A:", 31) + "0a"
	for _, row := range []struct{ in, want string }{
		{"localhost", "tcp://localhost:7777"},
		{"127.0.0.1", "tcp://127.0.0.1:7777"},
		{"127.8.9.1:80", "tcp://127.8.9.1:80"},
		{"::1", "tcp://[::1]:7777"},
		{"[::1]", "tcp://[::1]:7777"},
		{"[::1]:99", "tcp://[::1]:99"},
		{"chat.example", "tls://chat.example:7777"},
		{"chat.example:443", "tls://chat.example:443"},
		{"192.0.2.7", "tls://192.0.2.7:7777"},
		{"tcp://chat.example", "tcp://chat.example:7777"},
		{"tls://chat.example:1/", "tls://chat.example:1"},
		{"tls://chat.example#fingerprint=" + pin, "tls://chat.example:7777"},
		{"unix:///run/jim.sock", "unix:///run/jim.sock"},
		{"/run/jim.sock", "unix:///run/jim.sock"},
		{"ws://localhost:7777", "ws://localhost:7777/jim/ws"},
		{"wss://chat.example/talk?x=1", "wss://chat.example:443/talk?x=1"},
	} {
		if got, err := Normalize(row.in); err != nil || got != row.want {
			t.Errorf("%s is %s (%v), want %s", row.in, got, err, row.want)
		}
	}
	if a, err := parseAddress("./jim.sock", ""); err != nil || !strings.HasPrefix(a.host, "/") || a.scheme != "unix" {
		t.Errorf("./jim.sock is %v (%v)", a, err)
	}
}

func TestWrongAddresses(t *testing.T) {
	for _, in := range []string{
		"", ":7777", "tcp://", "tcp://:1", "http://localhost", "localhost:", "localhost:0", "localhost:99999", "localhost:http",
		"a b", "a:b:c", "[::1", "unix://", "/run/", "unix:///" + strings.Repeat("x", 200), "ann@localhost", "tls://h#fingerprint=12",
		"tcp://localhost#fingerprint=" + strings.Repeat("00", 32), "tls://h#other", "ws://", "ws://ann:secret@h",
		"::%]", "[::1%a b]:7777",
	} {
		var bad *AddressError
		if got, err := Normalize(in); !errors.As(err, &bad) {
			t.Errorf("%q is %s (%v), want an AddressError", in, got, err)
		}
	}
}

func FuzzNormalize(f *testing.F) {
	for _, in := range []string{"localhost", "[::1]:99", "tls://h#fingerprint=00", "/run/jim.sock", "ws://h/x"} {
		f.Add(in)
	}
	f.Fuzz(func(t *testing.T, in string) {
		once, err := Normalize(in)
		if err != nil {
			return
		}
		if twice, err := Normalize(once); err != nil || twice != once {
			t.Errorf("%q is %q, and that is %q (%v)", in, once, twice, err)
		}
	})
}
