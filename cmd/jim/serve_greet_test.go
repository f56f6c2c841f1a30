package main

import (
	"errors"
	"strings"
	"testing"
)

func greetingText(t *testing.T, g greeting, l language) string {
	t.Helper()
	var b strings.Builder
	if err := g.print(&b, l); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// Every phrase of the greeting is said in every language, and none is left in
// English.
func TestGreetingSpeaks(t *testing.T) {
	t.Setenv("JOURNAL_STREAM", "")
	g := greeting{[]string{"tcp://127.0.0.1:7777"}, "/data", "3A:5F", "INVITATION", true}
	all := []phrase{sayRunning, sayAddresses, sayData, sayPrint, sayPage, sayInvitation, sayOpenIt, sayUseIt, sayNext, sayChat, sayNetcat, sayScript, sayStop}
	for _, l := range []language{english, russian, chinese} {
		text := greetingText(t, g, l)
		for _, p := range all {
			if p.in(l) == "" || !strings.Contains(text, p.in(l)) {
				t.Errorf("language %d does not say %q", l, p.en)
			}
			if l != english && strings.Contains(text, p.en) {
				t.Errorf("language %d says %q", l, p.en)
			}
		}
	}
}

func TestGreetingTellsWhatToType(t *testing.T) {
	t.Setenv("HOME", "/srv/ann")
	t.Setenv("XDG_DATA_HOME", "")
	for _, test := range []struct {
		data      string
		addresses []string
		has       []string
		lacks     []string
	}{
		{"/data", []string{usualAddress}, []string{"  jim chat  ", "nc 127.0.0.1 7777", "echo hi | jim send '#lobby'  "}, []string{"--to"}},
		{"/srv/ann/.local/share/jim", []string{"tcp://127.0.0.1:4711"}, []string{"  jim chat  ", "nc 127.0.0.1 4711"}, []string{"--to"}},
		{"/data", []string{"tcp://127.0.0.1:4711"}, []string{"jim chat tcp://127.0.0.1:4711", "nc 127.0.0.1 4711", "jim send '#lobby' --to tcp://127.0.0.1:4711"}, nil},
		{"/data", []string{"tcp://[::]:7777"}, []string{"  jim chat  ", "nc 127.0.0.1 7777"}, []string{"tcp://127"}},
		{"/data", []string{"tls://0.0.0.0:7777", "unix:///data/jim.sock"}, []string{"jim chat unix:///data/jim.sock"}, []string{"nc "}},
	} {
		text := greetingText(t, greeting{addresses: test.addresses, data: test.data, first: true}, english)
		for _, part := range test.has {
			if !strings.Contains(text, part) {
				t.Errorf("%v: no %q in\n%s", test.addresses, part, text)
			}
		}
		for _, part := range test.lacks {
			if strings.Contains(text, part) {
				t.Errorf("%v: %q in\n%s", test.addresses, part, text)
			}
		}
	}
}

// The link to the page works in a browser on this machine, whatever is listened on.
func TestGreetingLinksToThePage(t *testing.T) {
	t.Setenv("JOURNAL_STREAM", "")
	for address, want := range map[string]string{
		"tcp://127.0.0.1:7777":  "  http://127.0.0.1:7777/#invite=SECRET\n",
		"tcp://[::]:7777":       "  http://127.0.0.1:7777/#invite=SECRET\n",
		"tcp://[::1]:7777":      "  http://[::1]:7777/#invite=SECRET\n",
		"tcp://192.0.2.1:7777":  "  https://192.0.2.1:7777/#invite=SECRET\n",
		"tls://0.0.0.0:7777":    "  https://127.0.0.1:7777/#invite=SECRET\n",
		"unix:///data/jim.sock": "once:\n\nType this in jim chat, which then asks for a password:\n\n  /register SECRET\n",
	} {
		text := greetingText(t, greeting{addresses: []string{address}, invitation: "SECRET"}, english)
		if !strings.Contains(text, want) || strings.Contains(address, "unix") && strings.Contains(text, "#invite") {
			t.Errorf("%s: no %q in\n%s", address, want, text)
		}
	}
}

func TestGreetingIsBriefLater(t *testing.T) {
	text := greetingText(t, greeting{addresses: []string{usualAddress}, data: "/data"}, english)
	for _, part := range []string{"jim chat", "owner", "fingerprint"} {
		if strings.Contains(text, part) {
			t.Errorf("%q in\n%s", part, text)
		}
	}
}

// Where the system's journal takes the output, an invitation would be in a log.
func TestGreetingHidesFromTheJournal(t *testing.T) {
	t.Setenv("JOURNAL_STREAM", "8:1234")
	text := greetingText(t, greeting{data: "/data", invitation: "SECRET", first: true}, english)
	if strings.Contains(text, "SECRET") || !strings.Contains(text, "jim user owner") {
		t.Error(text)
	}
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, errors.New("no space left") }

func TestGreetingThatCannotBeWritten(t *testing.T) {
	if err := (greeting{}).print(brokenWriter{}, english); err == nil {
		t.Error("no error")
	}
}
