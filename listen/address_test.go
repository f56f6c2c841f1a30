package listen

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"jim/chat"
)

func TestAddressesAreTakenApart(t *testing.T) {
	good := map[string]address{
		"tcp://127.0.0.1:7777":       {scheme: "tcp", host: "127.0.0.1", port: 7777},
		"127.0.0.1:7777":             {scheme: "tcp", host: "127.0.0.1", port: 7777},
		":7777":                      {scheme: "tcp", port: 7777},
		"tcp://*:0":                  {scheme: "tcp"},
		"TLS://chat.example:443/":    {scheme: "tls", host: "chat.example", port: 443},
		"tcp://[::1]:65535":          {scheme: "tcp", host: "::1", port: 65535},
		"tcp://[fe80::1%eth0]:7":     {scheme: "tcp", host: "fe80::1%eth0", port: 7},
		"unix:///run/jim.sock":       {scheme: "unix", path: "/run/jim.sock", mode: 0o600},
		"unix:/run/jim.sock":         {scheme: "unix", path: "/run/jim.sock", mode: 0o600},
		"unix:///a%20b?mode=0666":    {scheme: "unix", path: "/a b", mode: 0o666},
		"unix:///run/x.sock?mode=60": {scheme: "unix", path: "/run/x.sock", mode: 0o060},
	}
	for uri, want := range good {
		want.text = uri
		if got, err := parseAddress(uri); err != nil || got != want {
			t.Errorf("%s: got %+v, %v; want %+v", uri, got, err, want)
		}
	}
}

func TestBadAddressesSayWhatToDo(t *testing.T) {
	bad := map[string]string{
		"":                              "no host and no port",
		"tcp://":                        "no host and no port",
		"tcp://127.0.0.1":               "not HOST:PORT",
		"7777":                          "not HOST:PORT",
		"tcp://::1:7777":                "in brackets",
		"tcp://127.0.0.1:http":          `"http" is no port`,
		"tcp://127.0.0.1:65536":         `"65536" is no port`,
		"tcp://127.0.0.1:-1":            `"-1" is no port`,
		"tcp://a b:1":                   `"a b" is no host`,
		"tcp://user@host:1":             "is no host",
		"tcp://host/path:1":             "is no host",
		"udp://127.0.0.1":               "not HOST:PORT",
		"quic://":                       "no host and no port",
		"https://127.0.0.1:7777":        "answered on every tcp://",
		"gopher://127.0.0.1:7777":       `"gopher" is unknown`,
		"unix://":                       "absolute path",
		"unix://jim.sock":               "absolute path",
		"unix:///run/":                  "absolute path",
		"unix:///run/%zz":               "absolute path",
		"unix:///run/%00":               "absolute path",
		"unix:///run/jim?mode=0999":     "permissions in octal",
		"unix:///run/jim?mode=01777":    "permissions in octal",
		"unix:///run/jim?owner=root":    "permissions in octal",
		"unix:///run/jim?mode=600&a=b":  "permissions in octal",
		"tcp://127.0.0.1:7777?backlog=": "is no port",
	}
	for uri, want := range bad {
		_, err := parseAddress(uri)
		e := new(AddressError)
		if !errors.As(err, &e) || e.URI != uri || e.Advice == "" || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error is %v, want one with %q and advice", uri, err, want)
		}
	}
}

func FuzzAddress(f *testing.F) {
	for _, s := range []string{"tcp://127.0.0.1:1", ":1", "unix:///a?mode=0600", "udp://", "tcp://[::1%25lo]:0"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, uri string) {
		a, err := parseAddress(uri)
		if err != nil {
			if e := new(AddressError); !errors.As(err, &e) {
				t.Fatalf("%q: error is %T", uri, err)
			}
			return
		}
		if (a.scheme == schemeUNIX) != (a.path != "") || a.mode&^0o777 != 0 {
			t.Fatalf("%q is %+v", uri, a)
		}
	})
}

// cannotOpen makes sure that an address is refused with these words.
func cannotOpen(t *testing.T, uri string, words ...string) error {
	t.Helper()
	ls, err := Open(t.Context(), []string{uri}, Options{Serve: func(context.Context, chat.Conn) {}, Insecure: true})
	if err == nil {
		ls.Close()
		t.Fatalf("opened %s", uri)
	}
	for _, w := range append(words, uri) {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("error is %q, want %q in it", err, w)
		}
	}
	return err
}

func TestTakenAndForeignAddresses(t *testing.T) {
	h := open(t, Options{}, "tcp://127.0.0.1:0")
	if err := cannotOpen(t, h.Addresses()[0], "listens there already", "choose another port"); !errors.Is(err, syscall.EADDRINUSE) {
		t.Errorf("error is %v", err)
	}
	if err := cannotOpen(t, "tcp://198.51.100.77:0", "no address of this machine", "127.0.0.1", "0.0.0.0"); !errors.Is(err, syscall.EADDRNOTAVAIL) {
		t.Errorf("error is %v", err)
	}
	cannotOpen(t, "tcp://no.such.host.invalid:7777", "is not known", "127.0.0.1")
}

func TestErrorsOfTheSystemAreExplained(t *testing.T) {
	for err, want := range map[error]string{
		syscall.EACCES:                        "CAP_NET_BIND_SERVICE",
		&net.DNSError{IsNotFound: true}:       "check its spelling",
		&net.OpError{Err: syscall.ENOBUFS}:    "no buffer space",
		&net.OpError{Err: syscall.EADDRINUSE}: "listens there already",
	} {
		a := address{text: "tcp://h:1", host: "h"}
		if got := a.explain(err); !strings.Contains(got.Error(), want) || !errors.Is(got, err) {
			t.Errorf("%v is explained as %q, want %q", err, got, want)
		}
	}
	for err, want := range map[error]string{
		fs.ErrNotExist:   "make the folder",
		fs.ErrPermission: "choose a folder",
		syscall.EINVAL:   "about 100",
		syscall.ENOTSUP:  "not supported",
	} {
		a := address{text: "unix:///x", path: "/x"}
		if got := a.explainUNIX(err); !strings.Contains(got.Error(), want) {
			t.Errorf("%v is explained as %q, want %q", err, got, want)
		}
	}
}

func TestUNIXSocketFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "jim.sock")
	for uri, want := range map[string]fs.FileMode{"unix://" + path: 0o600, "unix://" + path + "?mode=0666": 0o666} {
		h := open(t, Options{}, uri)
		info, err := os.Stat(path)
		if err != nil || info.Mode().Perm() != want {
			t.Fatalf("%s: %v, %v; want the mode %v", uri, info, err, want)
		}
		h.Close()
		if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("the file is still there: %v", err)
		}
	}
	cannotOpen(t, "unix:///no/such/folder/s", "make the folder")
	cannotOpen(t, "unix:///"+strings.Repeat("x", 200), "about 100")
}

// stale leaves a socket's file as a server does that was killed.
func stale(t *testing.T, path string) {
	t.Helper()
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	l.SetUnlinkOnClose(false)
	l.Close()
}

func TestStaleSocketIsReplacedAndALiveOneIsNot(t *testing.T) {
	path := filepath.Join(t.TempDir(), "jim.sock")
	stale(t, path)
	h := open(t, Options{}, "unix://"+path)
	cannotOpen(t, "unix://"+path, "listens there already")
	c := h.dial(t, 0)
	say(t, c, "{}")
	gets(t, h.next(t), "{}")
	// Another server's file is not removed.
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	stale(t, path)
	h.Close()
	if _, err := os.Lstat(path); err != nil {
		t.Errorf("the other's file is gone: %v", err)
	}
}

func TestFileThatIsNoSocketStays(t *testing.T) {
	path := filepath.Join(t.TempDir(), "precious")
	if err := os.WriteFile(path, []byte("text"), 0o600); err != nil {
		t.Fatal(err)
	}
	cannotOpen(t, "unix://"+path, "no socket", "remove it")
	if data, err := os.ReadFile(path); string(data) != "text" {
		t.Errorf("the file has %q, %v", data, err)
	}
}
