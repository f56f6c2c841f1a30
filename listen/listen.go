package listen

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"sync"
	"time"

	"jim/chat"
)

// Options say who serves what is accepted, and who is.
type Options struct {
	// Serve takes every connection. It returns when the session is over, and has
	// closed the Conn then. It must also return soon after ctx is done.
	Serve func(ctx context.Context, c chat.Conn)

	// Lines makes a Conn of a stream on which a person types. It closes stream when
	// it is closed. Reading nothing from stream waits until there is something to
	// read, and holds no buffer; closing it wakes who reads and writes. Lines nil =
	// what is no JSON is answered 400.
	Lines func(stream io.ReadWriteCloser, peer *chat.Peer) chat.Conn

	Log *slog.Logger // nil = nothing is logged

	// CertFile and KeyFile (PEM) are shown to TLS clients, and read again when they
	// have changed. Where there are none, a certificate signed by itself is made in
	// SelfSignedDir when first needed, and kept there. So is the key of QUIC with
	// which a server that is started again knows the clients of the one before.
	CertFile, KeyFile string
	SelfSignedDir     string

	// Insecure allows plain text from other machines.
	Insecure bool

	// Proxy lists who must begin its connections with a PROXY header (version 1
	// or 2) that says for whom they are. Nobody else may.
	Proxy []netip.Prefix

	// Origins are the web sites, such as "https://chat.example", whose pages may
	// use this server beside its own.
	Origins []string

	// Page answers HTTP requests that are not the interface's; nil = 404.
	Page http.Handler

	// Beside are more addresses, which are of use but not needed: one that cannot
	// be opened is a warning in the log.
	Beside []string

	NoLimits bool // requests of HTTP come as fast as they like, also on one connection

	MaxConns   int // connections at the same time; 0 = no limit
	MaxPerHost int // the same from one address, or one /64 of IPv6; 0 = no limit

	// Full tells that there is no memory for one more connection; nil = never.
	Full func() bool

	// Patience is how long a connection may say nothing before it is taken for
	// JIM; 0 = 2 s.
	Patience time.Duration
}

// Times that are no choice of the operator's.
const (
	defaultPatience = 2 * time.Second
	// handshakeTimeout bounds a TLS handshake, and the wait for its first byte
	// where only TLS is served.
	handshakeTimeout = 10 * time.Second
	// headerTimeout bounds an HTTP header, a PROXY header, and the wait for the
	// rest of what begins like a method.
	headerTimeout = 5 * time.Second
	keepAlive     = 30 * time.Second
)

// Listeners are open addresses. All methods may be called from any goroutine.
type Listeners struct {
	o       Options
	log     *slog.Logger
	certs   *certificates
	tls     *tls.Config
	limits  limits
	doors   []*door
	sockets []*udpSocket
	uris    []string // of all that is open
	counts  udpCounts
	singles chan struct{} // bounds the single requests in datagrams
	// answered is what came of them.
	answered singles
	web      *web
	ctx      context.Context // done when Close is called
	cancel   context.CancelFunc
	unhook   func() bool // undoes Stop at the end of Open's context
	stop     sync.Once
	stopped  chan struct{} // closed by Stop
	// refusing bounds how many connections are told at once why they are refused.
	refusing chan struct{}
	wg       sync.WaitGroup // every goroutine, and every connection in net/http's hands

	mu      sync.Mutex
	closing bool
	early   map[net.Conn]struct{} // connections that are no session yet
}

// door is one open address.
type door struct {
	net.Listener
	address address
	unix    *socketFile // of a UNIX socket
}

// Open listens on uris and serves what comes until Stop. Those are
//
//	tcp://HOST:PORT, HOST:PORT, :PORT     everything on one port
//	tls://HOST:PORT                       the same, TLS only
//	unix:///PATH, unix:///PATH?mode=0666  a UNIX socket, by default for its owner only
//	udp://HOST:PORT                       datagrams, one object in each
//	quic://HOST:PORT                      QUIC; with udp:// of the same host and port on one socket
//
// Port 0 is any free one. The context is handed to Serve; once it is done, Open's
// work is stopped as by Stop. An error about an address is an [*AddressError]; then
// nothing stays open.
func Open(ctx context.Context, uris []string, o Options) (*Listeners, error) {
	if o.Serve == nil {
		return nil, errors.New("listen: Options.Serve is missing")
	}
	if len(uris) == 0 {
		return nil, errors.New("listen: no address given, such as tcp://127.0.0.1:7777")
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Patience == 0 {
		o.Patience = defaultPatience
	}
	certs, err := loadCertificates(o)
	if err != nil {
		return nil, err
	}
	ls := newListeners(ctx, o, certs)
	for _, uri := range uris {
		if err := ls.open(uri); err != nil {
			return nil, ls.giveUp(err)
		}
	}
	ls.openBeside(o.Beside)
	for _, s := range ls.sockets {
		if err := s.start(); err != nil {
			return nil, ls.giveUp(err)
		}
	}
	ls.run()
	return ls, nil
}

func newListeners(ctx context.Context, o Options, certs *certificates) *Listeners {
	ls := &Listeners{
		o: o, log: o.Log, certs: certs, tls: certs.config(),
		limits:   limits{maxAll: o.MaxConns, maxHost: o.MaxPerHost, full: o.Full, hosts: make(map[netip.Addr]int)},
		stopped:  make(chan struct{}),
		refusing: make(chan struct{}, maxRefusing),
		early:    make(map[net.Conn]struct{}),
		singles:  make(chan struct{}, maxSingles),
	}
	ls.ctx, ls.cancel = context.WithCancel(ctx)
	return ls
}

// run serves what comes to the open addresses.
func (ls *Listeners) run() {
	ls.web = newWeb(ls)
	ls.wg.Go(ls.web.run)
	for _, d := range ls.doors {
		ls.wg.Go(func() { ls.accept(d) })
	}
	ls.unhook = context.AfterFunc(ls.ctx, ls.Stop)
}

// giveUp closes what Open has opened so far.
func (ls *Listeners) giveUp(err error) error {
	ls.cancel()
	ls.closeDoors()
	for _, s := range ls.sockets {
		s.close()
	}
	ls.wg.Wait()
	return err
}

// open opens one address, and makes sure of a certificate where it needs one.
func (ls *Listeners) open(uri string) error {
	a, err := parseAddress(uri)
	if err != nil {
		return err
	}
	if a.scheme == schemeUDP || a.scheme == schemeQUIC {
		return ls.openUDP(a)
	}
	d, err := bind(ls.ctx, a)
	if err != nil {
		return err
	}
	ls.doors = append(ls.doors, d)
	ls.uris = append(ls.uris, d.uri())
	if d.unix != nil || a.scheme == schemeTCP && (ls.o.Insecure || isLoopback(d.Addr())) {
		return nil
	}
	return ls.needCertificate(a)
}

// needCertificate makes sure of a certificate for an address.
func (ls *Listeners) needCertificate(a address) error {
	if err := ls.certs.ensure(); err != nil {
		return &AddressError{
			a.text, "TLS is needed there and there is no certificate: " + err.Error(),
			"give a certificate and its key, or allow plain text from other machines", err,
		}
	}
	return nil
}

// Addresses are the open addresses as URIs, with the ports that were really
// taken, in the order of Open's.
func (ls *Listeners) Addresses() []string {
	return slices.Clone(ls.uris)
}

// Fingerprint is the SHA-256 of the certificate signed by itself, as openssl
// writes it: "3A:5F:…". It is "" while there is none.
func (ls *Listeners) Fingerprint() string { return ls.certs.fingerprint() }

// Stop accepts no more connections; those that are served go on. It may be
// called any number of times.
func (ls *Listeners) Stop() {
	ls.stop.Do(func() {
		close(ls.stopped)
		ls.closeDoors()
		for _, s := range ls.sockets {
			s.stop()
		}
		ls.web.server.SetKeepAlivesEnabled(false)
	})
}

func (ls *Listeners) closeDoors() {
	for _, d := range ls.doors {
		if err := d.Close(); err != nil {
			ls.log.Warn("closing an address failed", "address", d.uri(), "error", err)
		}
	}
}

// Close stops, ends every connection that is no session yet and every one of
// HTTP, makes the context of Serve done, and waits until every Serve has
// returned. To let sessions say goodbye, call Stop, end them, then call Close.
func (ls *Listeners) Close() {
	ls.unhook()
	ls.Stop()
	ls.cancel()
	ls.mu.Lock()
	ls.closing = true
	open := make([]net.Conn, 0, len(ls.early))
	for c := range ls.early {
		open = append(open, c)
	}
	ls.mu.Unlock()
	for _, c := range open {
		c.Close()
	}
	ls.web.close()
	for _, s := range ls.sockets {
		s.close()
	}
	ls.wg.Wait()
}

// hold notes a connection that is no session yet, so that Close can end it. It
// tells whether there is still time for that.
func (ls *Listeners) hold(c net.Conn) bool {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	if ls.closing {
		return false
	}
	ls.early[c] = struct{}{}
	return true
}

// letGo forgets what was held.
func (ls *Listeners) letGo(c net.Conn) {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	delete(ls.early, c)
}

// isLoopback tells whether a network address is of this machine alone.
func isLoopback(a net.Addr) bool {
	host, ok := hostOf(a)
	return ok && host.IsLoopback()
}

// hostOf is the IP address of a network address, IPv4 always as such.
func hostOf(a net.Addr) (netip.Addr, bool) {
	t, ok := a.(interface{ AddrPort() netip.AddrPort }) // of TCP and UDP
	if !ok {
		return netip.Addr{}, false
	}
	host := t.AddrPort().Addr().Unmap()
	return host, host.IsValid()
}

// trusted tells whether host must send a PROXY header.
func (o *Options) trusted(host netip.Addr) bool {
	return slices.ContainsFunc(o.Proxy, func(p netip.Prefix) bool { return p.Contains(host) })
}
