package listen

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"
)

// renewal is a certificate in files, which are read again when they have changed: whoever renews a certificate
// need not stop the server. Connections that are there keep theirs.
type renewal struct {
	cert, key string
	log       *slog.Logger

	mu   sync.Mutex
	pair *tls.Certificate // the last that could be read
	seen [2]version       // of the files, when they were read last
}

// version tells one content of a file from the next.
type version struct {
	changed time.Time
	size    int64
}

func newRenewal(o Options) (*renewal, error) {
	r := &renewal{cert: o.CertFile, key: o.KeyFile, log: o.Log}
	r.seen = r.versions()
	return r, r.read()
}

func (r *renewal) read() error {
	pair, err := tls.LoadX509KeyPair(r.cert, r.key)
	if err != nil {
		return fmt.Errorf("listen: reading the certificate %s and its key %s: %w", r.cert, r.key, err)
	}
	r.pair = &pair
	return nil
}

// versions looks at both files. One that cannot be looked at is of no version.
func (r *renewal) versions() (v [2]version) {
	for i, name := range []string{r.cert, r.key} {
		if info, err := os.Stat(name); err == nil {
			v[i] = version{info.ModTime(), info.Size()}
		}
	}
	return v
}

// get is what a client is shown. Files that cannot be read, or do not belong to each other because only one of them
// has been replaced yet, leave the certificate as it was.
func (r *renewal) get() *tls.Certificate {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.versions()
	if now == r.seen {
		return r.pair
	}
	r.seen = now
	if err := r.read(); err != nil {
		r.log.Error("the certificate has changed and cannot be used; the old one goes on", "error", err)
	} else {
		r.log.Info("the certificate was read again", "file", r.cert, "ends", r.pair.Leaf.NotAfter)
	}
	return r.pair
}
