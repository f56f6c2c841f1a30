//go:build unix

package lab

import (
	"net/netip"
	"strings"
	"testing"
)

func TestBroadcast(t *testing.T) {
	for network, want := range map[string]string{"192.168.1.77/24": "192.168.1.255", "10.1.2.3/8": "10.255.255.255", "172.16.5.4/20": "172.16.15.255", "192.0.2.1/30": "192.0.2.3"} {
		if got := broadcast(netip.MustParsePrefix(network)); got.String() != want {
			t.Errorf("%s: %v, want %s", network, got, want)
		}
	}
}

func TestCheckNick(t *testing.T) {
	for nick, good := range map[string]bool{"ann": true, "Аня": true, "小明": true, "": false, "a:b": false, "a\nb": false, "\x1b[m": false, strings.Repeat("a", 26): false, "\xff": false} {
		if err := CheckNick(nick); (err == nil) != good {
			t.Errorf("%q: %v", nick, err)
		}
	}
}
