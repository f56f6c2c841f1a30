package listen

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// bind opens an address; its errors are [*AddressError].
func bind(ctx context.Context, a address) (*door, error) {
	if a.scheme == schemeUNIX {
		return bindUNIX(ctx, a)
	}
	network := "tcp"
	if ip, err := netip.ParseAddr(a.host); err == nil && ip.Is4() {
		network = "tcp4" // or 0.0.0.0 would take IPv6 as well
	}
	config := net.ListenConfig{
		Control: boundUnread,
		KeepAliveConfig: net.KeepAliveConfig{
			Enable: true, Idle: keepAlive, Interval: keepAlive / 3, Count: 3,
		},
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second) // names are looked up
	defer cancel()
	l, err := config.Listen(ctx, network, net.JoinHostPort(a.host, strconv.Itoa(int(a.port))))
	if err != nil {
		return nil, a.explain(err)
	}
	return &door{Listener: l, address: a}, nil
}

// uri is the address that was really taken.
func (d *door) uri() string {
	if d.unix != nil {
		return schemeUNIX + "://" + d.address.path
	}
	return d.address.scheme + "://" + d.Addr().String()
}

// Close closes the address and removes what it left in the file system.
func (d *door) Close() error {
	if d.unix != nil {
		d.unix.remove()
	}
	if err := d.Listener.Close(); !errors.Is(err, net.ErrClosed) {
		return err
	}
	return nil
}

// explain puts the system's error into words for the person who gave the address.
func (a *address) explain(err error) error {
	e := &AddressError{URI: a.text, Err: err}
	var unknown *net.DNSError
	switch {
	case errors.As(err, &unknown):
		e.Reason = fmt.Sprintf("the host %q is not known", a.host)
		e.Advice = "check its spelling, or give an IP address of this machine: " + ownAddresses()
	case errors.Is(err, syscall.EADDRINUSE):
		e.Reason = "something listens there already"
		e.Advice = "stop that program, or choose another port"
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		e.Reason = fmt.Sprintf("%s is no address of this machine", a.host)
		e.Advice = "its addresses are " + ownAddresses() + "; 0.0.0.0 or [::] stands for all"
	case errors.Is(err, syscall.EACCES) || errors.Is(err, syscall.EPERM):
		e.Reason = "this user may not listen there"
		e.Advice = "choose a port from 1024 up, or give the program the right to use lower ones (CAP_NET_BIND_SERVICE)"
	default:
		e.Reason = lastWords(err)
		e.Advice = example
	}
	return e
}

// lastWords is the innermost error, without the address that is named anyway.
func lastWords(err error) string {
	for inner := errors.Unwrap(err); inner != nil; inner = errors.Unwrap(err) {
		err = inner
	}
	return err.Error()
}

// ownAddresses lists the addresses of this machine for people.
func ownAddresses() string {
	const enough = 8
	all, err := net.InterfaceAddrs()
	if err != nil || len(all) == 0 {
		return "unknown"
	}
	var names []string
	for _, a := range all {
		if n, ok := a.(*net.IPNet); ok && len(names) < enough && !n.IP.IsLinkLocalUnicast() {
			names = append(names, n.IP.String())
		}
	}
	return strings.Join(names, ", ")
}
