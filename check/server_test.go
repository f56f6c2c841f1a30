package check_test

import (
	"context"
	"os"
	"testing"
	"time"

	"jim/chat"
	"jim/check"
	"jim/talk"
)

// house starts our own server.
func house(t *testing.T, transport string) *talk.House {
	t.Helper()
	folder, err := talk.TempFolder()
	if err != nil {
		t.Fatal(err)
	}
	h, err := talk.Open(transport, folder, chat.Options{Server: "jim", Guests: chat.Everywhere, Register: chat.Everywhere})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
		if err := os.RemoveAll(folder); err != nil {
			t.Error(err)
		}
	})
	return h
}

// run plays checks against an address.
func run(t *testing.T, o check.Options) *check.Report {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	r, err := check.Server(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// complain reports every check that did not pass.
func complain(t *testing.T, r *check.Report) {
	t.Helper()
	for _, x := range r.Results {
		if x.State == check.Passed {
			continue
		}
		t.Errorf("%s: %s\n  rule %s\n  expected %s\n  came %s\n  why %s", x.ID, x.State, x.Rule, x.Expected, x.Came, x.Why)
		for _, l := range x.Talk {
			t.Logf("    %s %s %s", l.Who, l.Way, l.Text)
		}
	}
	t.Logf("%+v grade %s in %v", r.Sums(), r.Grade(), r.Took)
}

func TestOurServerPasses(t *testing.T) {
	h := house(t, "tcp")
	for _, level := range check.Levels[:1] {
		t.Run(string(level), func(t *testing.T) {
			complain(t, run(t, check.Options{Address: h.Address, Level: level, Patience: 20 * time.Second}))
		})
	}
}
