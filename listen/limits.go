package listen

import (
	"net/netip"
	"sync"
	"time"

	"jim/wire"
)

// limits counts connections, together and by host.
type limits struct {
	maxAll, maxHost int         // 0 = no limit
	full            func() bool // nil = never

	mu    sync.Mutex
	all   int
	hosts map[netip.Addr]int
}

// retryRefused is when a refused connection may come again.
const retryRefused = 5 * time.Second

// enter counts one more connection, or says why there is no place for it. Each
// one that was counted leaves once.
func (l *limits) enter() *wire.Error {
	if l.full != nil && l.full() {
		return wire.Errorf(wire.Unavailable, "this server has no memory left for more connections").After(retryRefused).Goodbye()
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.maxAll > 0 && l.all >= l.maxAll {
		return wire.Errorf(wire.Unavailable, "all %d places of this server are taken", l.maxAll).After(retryRefused).Goodbye()
	}
	l.all++
	return nil
}

// enterHost counts a connection that has entered against its host, too.
func (l *limits) enterHost(host netip.Addr) *wire.Error {
	if !host.IsValid() || l.maxHost == 0 {
		return nil
	}
	key := hostKey(host)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.hosts[key] >= l.maxHost {
		return wire.Errorf(wire.TooMany, "there are %d connections from your address already", l.maxHost).After(retryRefused).Goodbye()
	}
	l.hosts[key]++
	return nil
}

// leave takes a connection out of the count: of all, and of its host if that is
// valid.
func (l *limits) leave(host netip.Addr) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all--
	if !host.IsValid() || l.maxHost == 0 {
		return
	}
	key := hostKey(host)
	if l.hosts[key]--; l.hosts[key] <= 0 {
		delete(l.hosts, key)
	}
}

// hostKey is what is counted: an IPv4 address, or the /64 of an IPv6 one, which
// is the least that one customer has.
func hostKey(host netip.Addr) netip.Addr {
	host = host.Unmap().WithZone("")
	if host.Is4() {
		return host
	}
	p, err := host.Prefix(64)
	if err != nil {
		return host // not valid, and so a key like any other
	}
	return p.Addr()
}
