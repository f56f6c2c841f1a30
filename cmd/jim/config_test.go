package main

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/pflag"
)

// loadWith loads a configuration from flags, an environment and the text of a
// file ("" = none), and nothing else of this machine.
func loadWith(t *testing.T, flags []string, env map[string]string, file string) (*config, map[string]said, error) {
	t.Helper()
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("XDG_DATA_HOME", "")
	t.Setenv("XDG_CONFIG_HOME", "")
	t.Setenv("JIM_CONFIG", filepath.Join(home, "jim.toml"))
	for i := range settings {
		t.Setenv(settings[i].env(), "")
	}
	for name, value := range env {
		t.Setenv(name, value)
	}
	if err := os.WriteFile(filepath.Join(home, "jim.toml"), []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
	fs := pflag.NewFlagSet("test", pflag.ContinueOnError)
	addSettings(fs)
	if err := fs.Parse(flags); err != nil {
		t.Fatal(err)
	}
	return load(fs)
}

func TestConfigErrors(t *testing.T) {
	env := func(name, value string) map[string]string { return map[string]string{name: value} }
	for _, test := range []struct {
		name  string
		flags []string
		env   map[string]string
		file  string
		exit  int
		says  string
	}{
		{"a choice by flag", []string{"--guests", "some"}, nil, "", exitUsage, `--guests: "some" is none of local, everywhere, nowhere`},
		{"a choice by environment", nil, env("JIM_GUESTS", "some"), "", exitConfig, `JIM_GUESTS: "some" is none of`},
		{"a choice by file", nil, nil, `guests = "some"`, exitConfig, `jim.toml: guests: "some" is none of`},
		{"not a boolean", nil, env("JIM_INSECURE", "maybe"), "", exitConfig, `JIM_INSECURE: "maybe" is neither true nor false`},
		{"no such key", nil, nil, "log = \"json\"\nlisten-on = [\"x\"]\n", exitConfig, `2| listen-on = ["x"]`},
		{"no such table", nil, nil, "[server]\nlog = \"json\"\n", exitConfig, `1| [server]`},
		{"wrong kind", nil, nil, "\nlisten = \"tcp://127.0.0.1:1\"\n", exitConfig, "listen must be an array of strings, [\"…\", \"…\"]:\n2| listen = "},
		{"a number for a text", nil, nil, "data = 7\n", exitConfig, "data must be a string, \"…\":\n1| data = 7"},
		{"a text for a boolean", nil, nil, "insecure = \"yes\"\n", exitConfig, "insecure must be true or false:\n1| insecure"},
		{"not TOML", nil, nil, "log = \"json\"\nlog-level\n", exitConfig, "2| log-level"},
		{"a key twice", nil, nil, "log = \"json\"\nlog = \"text\"\n", exitConfig, "2| log = "},
		{"no scheme", []string{"--listen", "127.0.0.1:7777"}, nil, "", exitUsage, "is not an address such as tcp://127.0.0.1:7777"},
		{"no port", []string{"--listen", "tcp://127.0.0.1"}, nil, "", exitUsage, "say a host and a port"},
		{"an unknown scheme", []string{"--listen", "gopher://127.0.0.1:70"}, nil, "", exitUsage, "begins with tcp://, tls://, unix://, udp:// or quic://"},
		{"a path after the port", []string{"--listen", "tcp://127.0.0.1:7777/x"}, nil, "", exitUsage, "nothing belongs around HOST:PORT"},
		{"a fragment", []string{"--listen", "tcp://127.0.0.1:7777#x"}, nil, "", exitUsage, "nothing belongs around HOST:PORT"},
		{"a relative socket", []string{"--listen", "unix://run/jim.sock"}, nil, "", exitUsage, "unix:///run/jim.sock"},
		{"one of several", nil, env("JIM_LISTEN", "tcp://127.0.0.1:1,nonsense"), "", exitConfig, `JIM_LISTEN: "nonsense"`},
		{"not a network", []string{"--proxy", "10.0.0.1"}, nil, "", exitUsage, "is not a network"},
		{"not an origin", []string{"--origin", "https://example.org/page"}, nil, "", exitUsage, "is not an origin"},
		{"no origin at all", []string{"--origin", "*"}, nil, "", exitUsage, "is not an origin"},
		{"a file that is not there", []string{"--config", "/nowhere/jim.toml"}, nil, "", exitUsage, "--config: "},
		{"a file of the environment that is not there", nil, env("JIM_CONFIG", "/nowhere/jim.toml"), "", exitConfig, "JIM_CONFIG: "},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, _, err := loadWith(t, test.flags, test.env, test.file)
			if err == nil {
				t.Fatal("it was taken")
			}
			if exitCode(err) != test.exit || !strings.Contains(err.Error(), test.says) {
				t.Errorf("exit %d: %v\nwant %d and %q", exitCode(err), err, test.exit, test.says)
			}
		})
	}
}

func TestConfigDisagreements(t *testing.T) {
	for _, test := range []struct {
		name  string
		flags []string
		env   map[string]string
		exit  int
		says  string
	}{
		{"a certificate alone", []string{"--cert", "c.pem"}, nil, exitUsage, "--cert: a certificate and its key belong together, and key is not said"},
		{"a key alone", nil, map[string]string{"JIM_KEY": "k.pem"}, exitConfig, "JIM_KEY: a certificate and its key belong together, and cert is not said"},
		{"a certificate that is not there", []string{"--cert", "/nowhere/c", "--key", "/nowhere/k"}, nil, exitConfig, "the certificate cannot be used"},
		{"no limits for everybody", []string{"--limits", "off", "--listen", "tcp://0.0.0.0:7777"}, nil, exitUsage, "tcp://0.0.0.0:7777 is not loopback"},
		{"no limits on every address", []string{"--limits=off", "--listen", "tcp://:7777"}, nil, exitUsage, "tcp://:7777 is not loopback"},
		{"no limits on a name", []string{"--limits=off", "--listen", "tls://chat.example.org:7777"}, nil, exitUsage, "is not loopback"},
		{"no limits on the second", []string{"--limits=off", "--listen", "tcp://127.0.0.1:1", "--listen", "tcp://10.0.0.1:1"}, nil, exitUsage, "tcp://10.0.0.1:1 is not loopback"},
		{"no limits by environment", []string{"--listen", "tcp://0.0.0.0:1"}, map[string]string{"JIM_LIMITS": "off"}, exitConfig, "JIM_LIMITS: limits can be off only"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c, all, err := loadWith(t, test.flags, test.env, "")
			if err != nil {
				t.Fatal(err)
			}
			if err := c.check(all); err == nil || exitCode(err) != test.exit || !strings.Contains(err.Error(), test.says) {
				t.Errorf("exit %d: %v\nwant %d and %q", exitCode(err), err, test.exit, test.says)
			}
		})
	}
	for _, uri := range []string{"tcp://127.0.0.1:1", "tcp://127.9.9.9:1", "tcp://localhost:1", "tls://[::1]:1", "unix:///run/jim.sock", "tcp://[::ffff:127.0.0.1]:1"} {
		c, all, err := loadWith(t, []string{"--limits=off", "--listen", uri}, nil, "")
		if err = errors.Join(err, c.check(all)); err != nil {
			t.Errorf("%s: %v", uri, err)
		}
	}
}

// TestConfigPrecedence says every setting in the file, then also in the
// environment, then also by flag, and each time the newest must win.
func TestConfigPrecedence(t *testing.T) {
	values := map[string][3]string{ // in the file, the environment, by flag
		"listen": {"tcp://127.0.0.1:1", "tcp://127.0.0.1:2", "tcp://127.0.0.1:3"},
		"data":   {"/file", "/env", "/flag"}, "limits": {"off", "on", "off"}, "insecure": {"true", "false", "true"},
		"cert": {"f", "e", "l"}, "key": {"f", "e", "l"},
		"guests": {"nowhere", "everywhere", "local"}, "register": {"nowhere", "everywhere", "local"},
		"proxy": {"10.0.0.0/8", "10.1.0.0/16", "10.2.0.0/16"}, "origin": {"http://f", "http://e", "http://l"},
		"log": {"json", "text", "json"}, "log-level": {"error", "warn", "debug"},
	}
	for i := range settings {
		s := &settings[i]
		t.Run(s.name, func(t *testing.T) {
			v, ok := values[s.name]
			if !ok {
				t.Fatal("this setting is not tested")
			}
			inFile := s.name + ` = "` + v[0] + `"`
			if s.isList() {
				inFile = s.name + ` = ["` + v[0] + `"]`
			} else if s.isBool() {
				inFile = s.name + " = " + v[0]
			}
			env, flags := map[string]string{}, []string(nil)
			for stage, by := range []string{"jim.toml", s.env(), "--" + s.name} {
				switch stage {
				case 1:
					env[s.env()] = v[1]
				case 2:
					flags = []string{"--" + s.name + "=" + v[2]}
				}
				c, all, err := loadWith(t, flags, env, inFile)
				if err != nil {
					t.Fatal(err)
				}
				got := all[s.name]
				if !strings.HasSuffix(got.by, by) || strings.Join(got.values, " ") != v[stage] || valueIn(c, s) != v[stage] {
					t.Errorf("%v by %s, used %s; want %s by %s", got.values, got.by, valueIn(c, s), v[stage], by)
				}
			}
		})
	}
}

// valueIn is the value of s that the program would use, as text.
func valueIn(c *config, s *setting) string {
	switch field := s.field(c).(type) {
	case *[]string:
		return strings.Join(*field, " ")
	case *bool:
		if *field {
			return "true"
		}
		return "false"
	default:
		return *field.(*string)
	}
}

func TestConfigLists(t *testing.T) {
	want := "tcp://127.0.0.1:1 tcp://127.0.0.1:2"
	for name, in := range map[string]struct {
		flags []string
		env   map[string]string
		file  string
	}{
		"flags":       {[]string{"--listen", "tcp://127.0.0.1:1", "--listen", "tcp://127.0.0.1:2"}, nil, ""},
		"commas":      {nil, map[string]string{"JIM_LISTEN": "tcp://127.0.0.1:1,tcp://127.0.0.1:2"}, ""},
		"spaces":      {nil, map[string]string{"JIM_LISTEN": " tcp://127.0.0.1:1  tcp://127.0.0.1:2 "}, ""},
		"an array":    {nil, nil, `listen = ["tcp://127.0.0.1:1", "tcp://127.0.0.1:2"]`},
		"flags count": {[]string{"--listen", "tcp://127.0.0.1:1", "--listen", "tcp://127.0.0.1:2"}, nil, `listen = ["tcp://127.0.0.1:9"]`},
	} {
		c, _, err := loadWith(t, in.flags, in.env, in.file)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if got := strings.Join(c.listen, " "); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

// An address to listen on must never be lost by growing the list of another.
func TestAddressesKeepTheList(t *testing.T) {
	c := &config{listen: make([]string, 1, 8), data: "/data"}
	c.listen[0] = "tcp://127.0.0.1:1"
	got := c.addresses()
	if len(got) != 2 || got[1] != "unix:///data/jim.sock" || len(c.listen) != 1 || c.listen[:2][1] != "" {
		t.Errorf("addresses %q over %q", got, c.listen[:2])
	}
}

// What counts as local decides whether limits can be off, so nothing else may.
func FuzzIsLocal(f *testing.F) {
	for _, uri := range []string{
		"tcp://127.0.0.1:1", "tcp://[::1]:1", "tls://localhost:1", "unix:///a", "tcp://0.0.0.0:1",
		"tcp://127.0.0.1:1#@10.0.0.1:1", "tcp://127.0.0.1@10.0.0.1:1", "tcp://:1", "tcp://[::ffff:127.0.0.1]:1", "tcp://127.0.0.1.example:1",
	} {
		f.Add(uri)
	}
	f.Fuzz(func(t *testing.T, uri string) {
		if checkAddress(uri) != nil || !isLocal(uri) {
			return
		}
		scheme, rest, _ := strings.Cut(uri, "://")
		if strings.EqualFold(scheme, "unix") {
			return
		}
		host, _, err := net.SplitHostPort(strings.TrimSuffix(rest, "/"))
		if err != nil {
			return // package listen refuses it, for this reason
		}
		host, _, _ = strings.Cut(host, "%")
		if ip := net.ParseIP(host); !strings.EqualFold(host, "localhost") && (ip == nil || !ip.IsLoopback()) {
			t.Errorf("%q counts as local", uri)
		}
	})
}

func TestDataFolder(t *testing.T) {
	for _, test := range []struct {
		env  map[string]string
		file string
		want string // below the home folder unless it begins with /
	}{
		{nil, "", ".local/share/jim"},
		{map[string]string{"XDG_DATA_HOME": "/xdg"}, "", "/xdg/jim"},
		{map[string]string{"XDG_DATA_HOME": "relative/counts/not"}, "", ".local/share/jim"},
		{nil, `data = "~/chat"`, "chat"},
	} {
		c, _, err := loadWith(t, nil, test.env, test.file)
		if err != nil {
			t.Fatal(err)
		}
		want := test.want
		if !filepath.IsAbs(want) {
			want = filepath.Join(os.Getenv("HOME"), want)
		}
		if c.data != want {
			t.Errorf("%v %q: %s, want %s", test.env, test.file, c.data, want)
		}
	}
	t.Setenv("HOME", "")
	fs := pflag.NewFlagSet("test", pflag.ContinueOnError)
	addSettings(fs)
	t.Setenv("JIM_CONFIG", "")
	t.Setenv("XDG_CONFIG_HOME", "")
	if _, _, err := load(fs); exitCode(err) != exitConfig || !strings.Contains(err.Error(), "--data DIR") {
		t.Errorf("without a home: %v", err)
	}
}
