package main

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"jim/client"
)

func TestTokens(t *testing.T) {
	home := t.TempDir()
	t.Setenv("XDG_STATE_HOME", home)
	find := func(address, name string) *tokenFile {
		t.Helper()
		f, err := findToken(address, name)
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	want := func(address, name, token string) {
		t.Helper()
		if got, err := find(address, name).read(); err != nil || got != token {
			t.Errorf("the token of %s at %s is %q (%v), want %q", name, address, got, err, token)
		}
	}
	want("localhost", "ann", "")
	for _, token := range []string{"first", "second"} {
		if err := find("localhost", "ann").write(token); err != nil {
			t.Fatal(err)
		}
	}
	want("tcp://localhost:7777", "ANN", "second")
	want("localhost:1", "ann", "")
	want("localhost", "bob", "")

	files, modes := 0, map[string]fs.FileMode{"dir": 0o700, "file": 0o600}
	filepath.WalkDir(home, func(path string, d fs.DirEntry, _ error) error {
		info, err := d.Info()
		kind := "file"
		if d.IsDir() {
			kind = "dir"
		} else {
			files++
		}
		if path != home && (err != nil || info.Mode().Perm() != modes[kind]) {
			t.Errorf("%s has mode %v (%v)", path, info.Mode(), err)
		}
		return nil
	})
	if files != 1 {
		t.Errorf("%d files are kept, want 1", files)
	}

	damaged := find("localhost", "ann")
	if err := os.WriteFile(damaged.path, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	want("localhost", "ann", "")
	for range 2 { // the second time there is none
		if err := damaged.forget(); err != nil {
			t.Error(err)
		}
	}
	if _, err := findToken("a b", "ann"); err == nil {
		t.Error("a token at no address")
	}
}

func TestPasswordFromStdinLeavesTheRest(t *testing.T) {
	in := strings.NewReader("secret\r\nthe text")
	if password, err := passwordFrom("-", in); err != nil || password != "secret" || in.Len() != len("the text") {
		t.Errorf("password %q (%v), %d bytes left", password, err, in.Len())
	}
	for _, empty := range []string{"", "\n", "\r\nx"} {
		if password, err := passwordFrom("-", strings.NewReader(empty)); err == nil {
			t.Errorf("%q gives the password %q", empty, password)
		}
	}
}

func TestWhatToSay(t *testing.T) {
	for _, row := range []struct {
		words []string
		stdin string
		want  string
		code  int
	}{
		{[]string{"one", "two"}, "ignored", "one two", 0},
		{nil, "a\nb\n", "a\nb", 0},
		{[]string{"-"}, "a\r\n", "a", 0},
		{nil, "a\n\n", "a\n", 0},
		{nil, "\n", "", exitUsage},
		{[]string{""}, "", "", exitUsage},
		{nil, "\xff", "", exitUsage},
		{[]string{"\xff"}, "", "", exitUsage},
	} {
		got, err := textOf(row.words, strings.NewReader(row.stdin))
		if got != row.want || exitCode(err) != row.code {
			t.Errorf("%q and %q: %q (%v)", row.words, row.stdin, got, err)
		}
	}
}

func TestClientErrorsHaveTheirCodes(t *testing.T) {
	for code, err := range map[int]error{
		exitNotFound:    &client.Error{Code: 404},
		exitRefused:     &client.Error{Code: 402},
		exitTryAgain:    &client.Error{Code: 507, Retry: true},
		exitUnreachable: &client.UnreachableError{},
		exitUsage:       &client.AddressError{},
		exitTimedOut:    context.DeadlineExceeded,
		exitFailed:      client.ErrClosed,
	} {
		if got := exitCode(clientError(err)); got != code {
			t.Errorf("%v ends with %d, want %d", err, got, code)
		}
	}
}

func TestDistance(t *testing.T) {
	for _, row := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"/who", "/who", 0}, {"/whp", "/who", 1}, {"/wo", "/who", 1}, {"/hwo", "/who", 2}, {"", "abc", 3}, {"тема", "тима", 1}} {
		if got := distance(row.a, row.b); got != row.want {
			t.Errorf("from %q to %q it is %d, want %d", row.a, row.b, got, row.want)
		}
	}
}
