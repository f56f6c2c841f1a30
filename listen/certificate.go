package listen

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// certificates are what TLS clients are shown: one in files, or one signed by
// itself, made when it is first needed.
type certificates struct {
	files *renewal                         // nil = none are named
	own   func() (*tls.Certificate, error) // made or read once
	print atomic.Pointer[string]
}

// selfSignedFile holds certificate and key, in a folder of its owner's.
const selfSignedFile = "self-signed.pem"

func loadCertificates(o Options) (*certificates, error) {
	c := new(certificates)
	if o.CertFile != "" || o.KeyFile != "" {
		var err error
		if c.files, err = newRenewal(o); err != nil {
			return nil, err
		}
	}
	c.own = sync.OnceValues(func() (*tls.Certificate, error) {
		if o.SelfSignedDir == "" {
			return nil, errors.New("no folder is named where one could be kept")
		}
		cert, err := selfSigned(filepath.Join(o.SelfSignedDir, selfSignedFile), time.Now())
		if err == nil {
			c.print.Store(fingerprint(cert.Certificate[0]))
		}
		return cert, err
	})
	return c, nil
}

// ensure makes sure that there is a certificate.
func (c *certificates) ensure() error {
	if c.files != nil {
		return nil
	}
	_, err := c.own()
	return err
}

// fingerprint is that of the certificate signed by itself, "" while there is none.
func (c *certificates) fingerprint() string {
	if p := c.print.Load(); p != nil {
		return *p
	}
	return ""
}

func (c *certificates) config() *tls.Config {
	return &tls.Config{
		MinVersion:     tls.VersionTLS12,
		NextProtos:     []string{alpnJIM, alpnHTTP},
		GetCertificate: c.choose,
		// Small first records help pages to be drawn early; here they would cut
		// up what is joined into one write.
		DynamicRecordSizingDisabled: true,
	}
}

func (c *certificates) choose(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	if c.files != nil {
		return c.files.get(), nil
	}
	return c.own()
}

// fingerprint is the SHA-256 of a certificate as openssl writes it.
func fingerprint(der []byte) *string {
	sum := sha256.Sum256(der)
	text := strings.ReplaceAll(fmt.Sprintf("% X", sum), " ", ":")
	return &text
}

// selfSigned reads the certificate kept in a file, or makes a new one where there
// is none or it is about to end.
func selfSigned(path string, now time.Time) (*tls.Certificate, error) {
	const enough = 24 * time.Hour
	data, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("reading the certificate of this server: %w", err)
	}
	if err == nil {
		pair, err := tls.X509KeyPair(data, data)
		if err != nil {
			return nil, fmt.Errorf("reading the certificate of this server, %s: %w", path, err)
		}
		if pair.Leaf.NotAfter.After(now.Add(enough)) {
			return &pair, nil
		}
	}
	if data, err = newSelfSigned(now); err != nil {
		return nil, fmt.Errorf("making a certificate: %w", err)
	}
	if err := keepFile(path, data); err != nil {
		return nil, fmt.Errorf("keeping the certificate of this server: %w", err)
	}
	pair, err := tls.X509KeyPair(data, data)
	return &pair, err
}

// newSelfSigned makes a certificate and its key (ECDSA, P-256) for the names and
// addresses that this machine has now. Who knows its fingerprint needs no names.
func newSelfSigned(now time.Time) ([]byte, error) {
	const tenYears = 10 * 365 * 24 * time.Hour
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return nil, err
	}
	template := x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: "JIM server"},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(tenYears),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true, DNSNames: []string{"localhost"},
	}
	if name, err := os.Hostname(); err == nil && name != "localhost" && isHostName(name) {
		template.DNSNames = append(template.DNSNames, name)
	}
	all, err := net.InterfaceAddrs()
	if err != nil {
		return nil, err
	}
	for _, a := range all {
		if n, ok := a.(*net.IPNet); ok {
			template.IPAddresses = append(template.IPAddresses, n.IP)
		}
	}
	cert, err := x509.CreateCertificate(rand.Reader, &template, &template, &key.PublicKey, key)
	if err != nil {
		return nil, err
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	for _, b := range []*pem.Block{{Type: "CERTIFICATE", Bytes: cert}, {Type: "PRIVATE KEY", Bytes: private}} {
		if err := pem.Encode(&out, b); err != nil {
			return nil, err
		}
	}
	return out.Bytes(), nil
}

// keepFile writes a file that only its owner may read, in whole or not at all.
func keepFile(path string, data []byte) error {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, "."+filepath.Base(path)+"-*") // its mode is 0600
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name()) // err is what matters
	}
	return err
}
