package main

import (
	"context"
	"errors"
	"net"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"jim/client"
	"jim/wire"
)

// The list of everybody comes in pages, and none may be lost or come twice.
func TestEverybodyComesInPages(t *testing.T) {
	const people, page = 7, 3
	asked := 0
	ask := func(_ context.Context, q wire.Request) (*wire.Response, error) {
		asked++
		from := 0
		if q.Mark != "" {
			var err error
			if from, err = strconv.Atoi(q.Mark); err != nil {
				t.Fatal(err)
			}
		}
		r := &wire.Response{Code: wire.OK}
		for i := from; i < min(from+page, people); i++ {
			r.Accounts = append(r.Accounts, wire.Person{Name: "p" + strconv.Itoa(i)})
		}
		if from+page < people {
			r.More, r.Next = true, strconv.Itoa(from+page)
		}
		return r, nil
	}
	all, err := everybody(t.Context(), ask)
	if err != nil || len(all) != people || asked != 3 {
		t.Fatalf("%d people of %d in %d pages, %v", len(all), people, asked, err)
	}
	for i, p := range all {
		if p.Name != "p"+strconv.Itoa(i) {
			t.Errorf("%s at place %d", p.Name, i)
		}
	}
	broken := func(context.Context, wire.Request) (*wire.Response, error) { return nil, errors.New("broken") }
	if _, err := everybody(t.Context(), broken); err == nil {
		t.Error("no error")
	}
}

// forbidden is what the system says of a socket that belongs to somebody else.
var forbidden = &client.UnreachableError{Address: "unix:///x", Err: &net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.EACCES)}}

// TestSomebodyElsesSocket is not tried again, and says who can use it.
func TestSomebodyElsesSocket(t *testing.T) {
	if want := "the socket unix:///x belongs to somebody else: run this as its user, or as root"; forbidden.Error() != want {
		t.Errorf("%v, want %s", forbidden, want)
	}
	if _, worth := again(forbidden, 0); worth {
		t.Error("it is tried again")
	}
}

func TestAdminExitCodes(t *testing.T) {
	refused := func(c wire.Code) error { return &client.Error{Code: c, Retry: c.Retryable()} }
	for _, test := range []struct {
		err  error
		code int
	}{
		{nil, exitDone},
		{errors.New("something"), exitFailed},
		{exitf(exitConfig, "something"), exitConfig},
		{refused(wire.BadRequest), exitFailed},
		{refused(wire.Conflict), exitFailed},
		{refused(wire.NotFound), exitNotFound},
		{refused(wire.Unauthorized), exitRefused},
		{refused(wire.WrongLogin), exitRefused},
		{refused(wire.Forbidden), exitRefused},
		{refused(wire.TooMany), exitTryAgain},
		{refused(wire.StorageFull), exitTryAgain},
		{refused(wire.Unavailable), exitTryAgain},
		{&client.UnreachableError{Address: "x", Err: errors.New("y")}, exitUnreachable},
		{forbidden, exitRefused},
		{&client.AddressError{Address: "x", Problem: "y"}, exitUsage},
		{context.DeadlineExceeded, exitTimedOut},
	} {
		if got := exitCode(clientError(test.err)); got != test.code {
			t.Errorf("%v ends with %d, want %d", test.err, got, test.code)
		}
	}
}

func TestFirstLine(t *testing.T) {
	for in, want := range map[string]string{
		"secret\n": "secret", "secret": "secret", "secret\r\nmore\n": "secret", " with spaces \n": " with spaces ",
		"": "", "\n": "", "\nsecond\n": "",
	} {
		got, err := firstLine(strings.NewReader(in))
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q, %v", in, got, err)
		}
	}
}
