//go:build unix

package lab

import (
	"errors"
	"testing"
)

func TestParseAddress(t *testing.T) {
	for text, want := range map[string]string{
		"127.0.0.1:80":         "tcp://127.0.0.1:80",
		"5000":                 "tcp://127.0.0.1:5000",
		":5000":                "tcp://127.0.0.1:5000",
		"example.org":          "tcp://example.org:1234",
		"[::1]:80":             "tcp://[::1]:80",
		"::1":                  "tcp://[::1]:1234",
		"udp://localhost:53":   "udp://localhost:53",
		"ws://127.0.0.1:80":    "ws://127.0.0.1:80/",
		"ws://127.0.0.1/a/b":   "ws://127.0.0.1:1234/a/b",
		"unix:///tmp/x.sock":   "unix:///tmp/x.sock",
		"unix://x.sock":        "unix://x.sock",
		"tcp://0.0.0.0:65535":  "tcp://0.0.0.0:65535",
		"unix:///tmp/a b.sock": "unix:///tmp/a b.sock",
	} {
		a, err := ParseAddress(text, 1234, "tcp", "udp", "unix", "ws")
		if err != nil || a.String() != want {
			t.Errorf("%s is %v (%v), want %s", text, a, err, want)
		}
	}
	for _, text := range []string{"nonsense://x", "wss://x:1", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:", "1:2:3:x:y", "unix://", "tcp://a/b", "a b"} {
		var bad *InputError
		if a, err := ParseAddress(text, 1234, "tcp", "udp", "unix", "ws"); !errors.As(err, &bad) {
			t.Errorf("%s is %v (%v)", text, a, err)
		}
	}
	if _, err := ParseAddress("udp://1.2.3.4:5", 0, "tcp"); err == nil {
		t.Error("a network that the command does not take")
	}
	if _, err := ParseAddress("1.2.3.4", 0, "tcp"); err == nil {
		t.Error("no port")
	}
}
