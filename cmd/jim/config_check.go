package main

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strings"
)

// check finds settings that do not go together, and files that cannot be used.
func (c *config) check(all map[string]said) error {
	if (c.cert == "") != (c.key == "") {
		one, other := "cert", "key"
		if c.cert == "" {
			one, other = other, one
		}
		return exitf(all[one].exit, "%s: a certificate and its key belong together, and %s is not said", all[one].by, other)
	}
	if c.cert != "" {
		if _, err := tls.LoadX509KeyPair(c.cert, c.key); err != nil {
			return exitf(exitConfig, "%s: the certificate cannot be used: %w", all["cert"].by, err)
		}
	}
	if c.limits == "off" {
		for _, uri := range c.listen {
			if !isLocal(uri) {
				return exitf(all["limits"].exit, "%s: limits can be off only where nobody else can connect, and %s is not loopback", all["limits"].by, uri)
			}
		}
	}
	return nil
}

func checkFolder(path string) error {
	if path == "" {
		return errors.New("it is empty; say a folder")
	}
	return nil
}

// isLocal tells whether only programs on this machine can connect to an address.
func isLocal(uri string) bool {
	u, err := url.Parse(uri)
	if err != nil {
		return false
	}
	if u.Scheme == "unix" {
		return true
	}
	if strings.EqualFold(u.Hostname(), "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(u.Hostname())
	return err == nil && ip.Unmap().IsLoopback()
}

// checkAddress finds what is wrong with the form of an address to listen on;
// package listen then finds the rest.
func checkAddress(uri string) error {
	u, err := url.Parse(uri)
	if err != nil || u.Scheme == "" || !strings.Contains(uri, "://") {
		return fmt.Errorf("%q is not an address such as tcp://127.0.0.1:7777 or unix:///run/jim.sock", uri)
	}
	switch u.Scheme {
	case "unix":
		if u.Host != "" || !strings.HasPrefix(u.Path, "/") {
			return fmt.Errorf("%q: the path of a socket begins with /, so there are three: unix:///run/jim.sock", uri)
		}
		return nil
	case "tcp", "tls", "udp", "quic":
	default:
		return fmt.Errorf("%q: an address begins with tcp://, tls://, unix://, udp:// or quic://", uri)
	}
	if u.Path != "" && u.Path != "/" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return fmt.Errorf("%q: nothing belongs around HOST:PORT", uri)
	}
	if _, _, err := net.SplitHostPort(u.Host); err != nil || u.Port() == "" {
		return fmt.Errorf("%q: say a host and a port, such as tcp://127.0.0.1:7777", uri)
	}
	return nil
}

func checkPrefix(s string) error {
	if _, err := netip.ParsePrefix(s); err != nil {
		return fmt.Errorf("%q is not a network such as 10.0.0.0/8", s)
	}
	return nil
}

// checkOrigin takes what browsers send as Origin (RFC 6454, section 6.2).
func checkOrigin(s string) error {
	u, err := url.Parse(s)
	if err == nil && (u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || s != u.Scheme+"://"+u.Host) {
		err = errors.New("not an origin")
	}
	if err != nil {
		return fmt.Errorf("%q is not an origin such as https://chat.example.org", s)
	}
	return nil
}
