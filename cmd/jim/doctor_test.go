package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"jim/store"
)

// certificateUntil writes a certificate that ends at a time.
func certificateUntil(t *testing.T, file string, ends time.Time) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	form := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: ends.Add(-time.Hour), NotAfter: ends}
	der, err := x509.CreateCertificate(rand.Reader, form, form, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	text := append(pem.EncodeToMemory(&pem.Block{Type: "EC PARAMETERS", Bytes: []byte("x")}),
		pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})...)
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestDoctorCertificate(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "self-signed.pem")
	looked := func() []finding {
		d := &doctor{conf: &config{data: dir}}
		d.certificate()
		return d.findings
	}
	if got := looked(); len(got) != 0 {
		t.Errorf("without a certificate: %+v", got)
	}
	for _, c := range []struct {
		left time.Duration
		want state
		says string
	}{
		{-time.Hour, stateFault, "ended on"},
		{24 * time.Hour, stateWarning, "ends on"},
		{400 * 24 * time.Hour, stateOK, "good until"},
	} {
		certificateUntil(t, file, time.Now().Add(c.left))
		if got := looked(); len(got) != 1 || got[0].state != c.want || !strings.Contains(got[0].in(english), c.says) {
			t.Errorf("%v left: %+v", c.left, got)
		}
	}
}

func TestDoctorVerdict(t *testing.T) {
	for _, c := range []struct {
		name string
		make func(*doctor)
		exit int
		says state
	}{
		{"nothing", func(*doctor) {}, exitDone, stateOK},
		{"a warning", func(d *doctor) { d.warn("x", phrase{}, phrase{}) }, exitDone, stateWarning},
		{"a fault", func(d *doctor) { d.fault(exitFailed, "x", phrase{}, phrase{}); d.warn("x", phrase{}, phrase{}) }, exitFailed, stateFault},
		{"damage after another", func(d *doctor) {
			d.fault(exitFailed, "x", phrase{}, phrase{})
			d.fault(exitDamaged, "x", phrase{}, phrase{})
		}, exitDamaged, stateFault},
		{"damage before another", func(d *doctor) {
			d.fault(exitDamaged, "x", phrase{}, phrase{})
			d.fault(exitConfig, "x", phrase{}, phrase{})
		}, exitDamaged, stateFault},
	} {
		d := &doctor{conf: &config{}}
		c.make(d)
		if got := exitCode(d.verdict()); got != c.exit || d.report().State != c.says {
			t.Errorf("%s: %d, %s", c.name, got, d.report().State)
		}
	}
}

// TestDoctorWords wants words for every problem of the store, in all languages.
func TestDoctorWords(t *testing.T) {
	for _, p := range []store.Problem{
		store.BadPages, store.BadTrees, store.BadLinks, store.BadNumbers, store.Unreadable, store.LostTail, store.NoSums, store.NewSchema,
	} {
		for _, l := range []language{english, russian, chinese} {
			if says := sayProblems[p].in(l); strings.Count(says, "%s") != 1 {
				t.Errorf("%s, language %d: %q", p, l, says)
			}
		}
	}
}

// TestDoctorLeftovers has what an upgrade leaves that was killed, beside a copy of another.
func TestDoctorLeftovers(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"jim.db.before-2", "jim.db.before-3.part", "jim.db.before-3.part-journal", "self-signed.pem"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	d := &doctor{conf: &config{data: dir}}
	d.leftovers()
	for i, want := range []string{"left over: jim.db.before-3.part jim.db.before-3.part-journal (1 KiB)", "copies made before upgrades: jim.db.before-2 (1 KiB)"} {
		if len(d.findings) != 2 || d.findings[i].in(english) != want {
			t.Errorf("%+v, want %s", d.findings, want)
		}
	}
}

// TestDoctorSeesNothing of what is no folder, and of one that cannot be read: it says that, and of nothing that it is well.
func TestDoctorSeesNothing(t *testing.T) {
	dir := t.TempDir()
	file, locked := filepath.Join(dir, "file"), filepath.Join(dir, "locked")
	if err := errors.Join(os.WriteFile(file, nil, 0o644), os.Mkdir(locked, 0o000)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.Chmod(locked, 0o700) })
	looked := map[string]string{file: file + " is no folder"}
	if _, err := os.ReadDir(locked); err != nil { // root reads everything
		looked[locked] = "the data folder cannot be looked at: open " + locked + ": permission denied"
	}
	for data, want := range looked {
		d := &doctor{conf: &config{data: data}}
		d.examine(t.Context())
		if f := d.findings[0]; f.state != stateFault || f.in(english) != want || f.do.en == "" {
			t.Errorf("%s: %s %q, to do %q", data, f.state, f.in(english), f.do.en)
		}
		for _, f := range d.findings[1:] {
			if f.check != "files" && f.check != "memory" {
				t.Errorf("%s: %s %s", data, f.state, f.in(english))
			}
		}
	}
}
