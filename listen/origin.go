package listen

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"jim/wire"
)

// crossSite refuses requests that a browser makes for a page of another site.
// Other programs say nothing of an Origin and are not refused.
//
// A server that is reached over loopback is also careful of its own name: a page
// of evil.example can have that name point to 127.0.0.1, and is then of the same
// origin (DNS rebinding). Only names that nobody else can give are taken there,
// besides those in [Options.Origins].
func (o *Options) crossSite(r *http.Request) *wire.Error {
	origin, site := r.Header.Values("Origin"), r.Header.Get("Sec-Fetch-Site")
	if len(origin) == 0 && site == "" {
		return nil
	}
	if len(origin) == 1 && slices.ContainsFunc(o.Origins, func(s string) bool { return strings.EqualFold(s, origin[0]) }) {
		return nil
	}
	same := len(origin) == 1 && sameOrigin(origin[0], r.Host, r.TLS != nil)
	if len(origin) == 0 {
		same = site == "same-origin" || site == "none"
	}
	if !same {
		return wire.Errorf(wire.Forbidden, "pages of other sites may not use this server; its operator can allow their origin")
	}
	if a := webConnOf(r).a; a.local() && !a.proxied && !safeName(r.Host) {
		return wire.Errorf(wire.Forbidden, "this server does not know itself as %q; its operator can allow that origin", r.Host)
	}
	return nil
}

// sameOrigin tells whether origin, as "https://chat.example:8443", is the site at
// host. Behind a proxy the scheme is not known; inside TLS it is https.
func sameOrigin(origin, host string, secure bool) bool {
	u, err := url.Parse(origin)
	if err != nil || u.Host == "" || u.User != nil || u.Path != "" || u.RawQuery != "" || u.Fragment != "" {
		return false
	}
	if u.Scheme != "https" && (secure || u.Scheme != "http") {
		return false
	}
	return strings.EqualFold(withPort(u.Host, u.Scheme), withPort(host, u.Scheme))
}

// withPort is host with the port of its scheme, where it names none.
func withPort(host, scheme string) string {
	if _, _, err := net.SplitHostPort(host); err == nil {
		return host
	}
	if scheme == "https" {
		return host + ":443"
	}
	return host + ":80"
}

// safeName tells whether the host of a URL is one that no other site can have: an
// IP address, localhost, or a name without a dot, which the world's DNS has not.
func safeName(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.ToLower(strings.Trim(host, "[]"))
	if _, err := netip.ParseAddr(host); err == nil {
		return true
	}
	return !strings.Contains(host, ".") || strings.HasSuffix(host, ".localhost")
}
