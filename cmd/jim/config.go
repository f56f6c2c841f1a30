package main

import (
	"os"
	"path/filepath"
)

// config is everything that can be configured. How each is called, and what it
// means, stands in [settings].
type config struct {
	listen   []string
	data     string
	limits   string
	insecure bool
	cert     string
	key      string
	guests   string
	register string
	proxy    []string
	origin   []string
	log      string
	logLevel string
}

// usualAddress is where a server listens, and where the commands look for one,
// when nothing is said.
const usualAddress = "tcp://127.0.0.1:7777"

// usualDatagrams is what is opened beside usualAddress, if it can be.
const usualDatagrams = "udp://127.0.0.1:7777"

// setting is one thing that can be configured. Flags, the environment, the file,
// `jim config` and the table in docs/operating.md are made from it.
type setting struct {
	name    string            // the flag and the file's key; JIM_… in the environment
	stands  string            // what stands for the value in help
	help    string            // one sentence
	choices []string          // the only values; nil = others decide
	field   func(*config) any // *string, *[]string or *bool
	check   func(value string) error

	standard string // the value when nothing is said; "" = none
	computed string // in place of standard in documents, when it is made from the environment
}

// settings is every setting, in the order in which people are told of them.
var settings = []setting{
	{
		name: "listen", stands: "URI", standard: usualAddress, check: checkAddress,
		help:  "Address to listen on, several times for several: tcp://HOST:PORT (every protocol on one port), tls://HOST:PORT, unix:///PATH, udp://HOST:PORT, quic://HOST:PORT.",
		field: func(c *config) any { return &c.listen },
	},
	{
		name: "data", stands: "DIR", check: checkFolder, computed: "$XDG_DATA_HOME/jim, else ~/.local/share/jim",
		help:  "Folder that keeps everything, and the socket jim.sock through which the server is administered.",
		field: func(c *config) any { return &c.data },
	},
	{
		name: "limits", stands: "on|off", standard: "on", choices: []string{"on", "off"},
		help:  "off lifts rates and the caps per address, for measurements; only where nobody else can connect.",
		field: func(c *config) any { return &c.limits },
	},
	{
		name: "insecure", standard: "false",
		help:  "Allow conversations in plain text from other machines.",
		field: func(c *config) any { return &c.insecure },
	},
	{
		name: "cert", stands: "FILE",
		help:  "Certificate chain for TLS (PEM); without one the server makes its own and prints its fingerprint.",
		field: func(c *config) any { return &c.cert },
	},
	{
		name: "key", stands: "FILE",
		help:  "Private key of the certificate (PEM).",
		field: func(c *config) any { return &c.key },
	},
	{
		name: "guests", stands: "WHERE", standard: "local", choices: []string{"local", "everywhere", "nowhere"},
		help:  "Where people without a password are let in: local (loopback and UNIX sockets), everywhere, nowhere.",
		field: func(c *config) any { return &c.guests },
	},
	{
		name: "register", stands: "WHERE", standard: "local", choices: []string{"local", "everywhere", "nowhere"},
		help:  "Where a name can be registered without an invitation: local, everywhere, nowhere.",
		field: func(c *config) any { return &c.register },
	},
	{
		name: "proxy", stands: "CIDR", check: checkPrefix,
		help:  "Network of a reverse proxy whose word about the peer's address is believed, several times for several.",
		field: func(c *config) any { return &c.proxy },
	},
	{
		name: "origin", stands: "ORIGIN", check: checkOrigin,
		help:  "Origin of a web page that may connect, besides the server's own, several times for several.",
		field: func(c *config) any { return &c.origin },
	},
	{
		name: "log", stands: "text|json", standard: "text", choices: []string{"text", "json"},
		help:  "Format of the log, which goes to stderr.",
		field: func(c *config) any { return &c.log },
	},
	{
		name: "log-level", stands: "LEVEL", standard: "info", choices: []string{"debug", "info", "warn", "error"},
		help:  "The least that is logged: debug, info, warn, error.",
		field: func(c *config) any { return &c.logLevel },
	},
}

// socket is the path of the server's own socket.
func (c *config) socket() string { return filepath.Join(c.data, "jim.sock") }

// addresses are all the server listens on; its own socket is the last.
func (c *config) addresses() []string {
	return append(c.listen[:len(c.listen):len(c.listen)], "unix://"+c.socket())
}

// standardData is the data folder when nothing is said (XDG Base Directory
// Specification); "" when there is no home to put it in.
func standardData() string {
	if dir := os.Getenv("XDG_DATA_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "jim")
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return ""
	}
	return filepath.Join(home, ".local", "share", "jim")
}
