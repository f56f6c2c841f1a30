package check_test

import (
	"context"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"jim/chat"
	"jim/check"
	"jim/client"
	"jim/dialect"
	"jim/listen"
	"jim/store/ram"
	"jim/talk"
)

// house starts our own server.
func house(t *testing.T, transport string) *talk.House {
	t.Helper()
	return houseOf(t, transport, chat.Options{Server: "jim", Guests: chat.Everywhere, Register: chat.Everywhere})
}

func houseOf(t *testing.T, transport string, o chat.Options) *talk.House {
	t.Helper()
	folder, err := talk.TempFolder()
	if err != nil {
		t.Fatal(err)
	}
	h, err := talk.Open(transport, folder, o)
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

// forgetful starts our own server without a disk.
func forgetful(t *testing.T, address string, noLimits bool) *listen.Listeners {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	kept := new(ram.Disk).Open()
	hub := chat.New(kept, chat.Options{
		Server: "jim", Log: log, Guests: chat.Everywhere, Register: chat.Everywhere, NoLimits: noLimits,
		Interpret: dialect.New(dialect.Options{Lobby: "#lobby", Log: log}).Of,
	})
	l, err := listen.Open(t.Context(), []string{address}, listen.Options{Serve: hub.Serve, Log: log, SelfSignedDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		l.Stop()
		if err := hub.Shutdown(ctx, 0); err != nil {
			t.Error(err)
		}
		l.Close()
		if err := kept.Close(); err != nil {
			t.Error(err)
		}
	})
	return l
}

// run plays checks against an address.
func run(t *testing.T, o check.Options) *check.Report {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	r, err := check.Server(ctx, o)
	if err != nil {
		t.Errorf("%+v: %v", o, err)
		return &check.Report{}
	}
	return r
}

// complain reports every check that did not pass, but for those that cannot be made there.
func complain(t *testing.T, r *check.Report, notThere ...string) {
	t.Helper()
	for _, x := range r.Results {
		if x.State == check.Passed || x.State == check.Skipped && slices.ContainsFunc(notThere, func(why string) bool { return strings.Contains(x.Why, why) }) {
			continue
		}
		t.Errorf(r.Subject+" %s: %s\n  rule %s\n  expected %s\n  came %s\n  why %s", x.ID, x.State, x.Rule, x.Expected, x.Came, x.Why)
		for _, l := range x.Talk {
			t.Logf("    %s %s %s", l.Who, l.Way, l.Text)
		}
	}
	t.Logf("%s %s %+v grade %s in %v", r.Level, r.Subject, r.Sums(), r.Grade(), r.Took)
}

// TestOurServerPasses plays every level against a server as it is by default, with its limits.
func TestOurServerPasses(t *testing.T) {
	t.Parallel()
	h := house(t, "tcp")
	var all sync.WaitGroup // they wait more than they work
	for _, level := range check.Levels {
		all.Go(func() {
			r := run(t, check.Options{Address: h.Address, Level: level, Patience: 30 * time.Second})
			complain(t, r, "not over a stream", "an account with a password is needed")
			if !r.Passed() || r.Grade() != "A" || r.Sums().Percent() != 100 {
				t.Errorf("%s: passed %v, grade %s", level, r.Passed(), r.Grade())
			}
		})
	}
	all.Wait()
}

// TestOurServerPassesOverEveryTransport plays JIM/2 where the checks can be made.
func TestOurServerPassesOverEveryTransport(t *testing.T) {
	t.Parallel()
	var all sync.WaitGroup
	for _, address := range []string{"ws://127.0.0.1:0", "http://127.0.0.1:0", "udp://127.0.0.1:0", "unix://" + t.TempDir() + "/s", "tls://127.0.0.1:0", "quic://127.0.0.1:0"} {
		scheme, place, _ := strings.Cut(address, "://")
		if scheme == "ws" || scheme == "http" {
			address = "tcp://" + place
		}
		l := forgetful(t, address, false)
		_, place, _ = strings.Cut(l.Addresses()[0], "://")
		o := check.Options{Address: scheme + "://" + place, Level: check.JIM2, Patience: 30 * time.Second}
		switch scheme {
		case "tls", "quic":
			o.Fingerprint = l.Fingerprint()
			fallthrough
		case "unix": // they are streams like TCP
			o.Only = []string{"login.welcome", "frame", "json", "size", "msg", "sync"}
		}
		all.Go(func() { complain(t, run(t, o), "not over ") })
	}
	all.Wait()
}

// register registers names.
func register(t *testing.T, address string, names ...string) (accounts []check.Account) {
	t.Helper()
	for _, name := range names {
		a := check.Account{Name: name, Password: "correct horse"}
		accounts = append(accounts, a)
		c, err := client.Open(t.Context(), address, client.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Write([]byte(`{"action":"register","jim":2,"user":{"account_name":"` + name + `","password":"` + a.Password + `"}}` + "\n")); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Read(); err != nil {
			t.Fatal(err)
		}
		c.Close()
	}
	return accounts
}

func TestAccountsAreUsed(t *testing.T) {
	t.Parallel()
	h := houseOf(t, "tcp", chat.Options{Server: "jim", Register: chat.Everywhere, Guests: chat.Nowhere})
	accounts := register(t, h.Address, "ann", "bob", "carl", "dora")
	r := run(t, check.Options{Address: h.Address, Level: check.JIM1, Accounts: accounts, Patience: 30 * time.Second, Only: []string{"jim1.presence.code", "jim1.authenticate", "jim1.msg.told", "jim1.quit"}})
	complain(t, r)
	r = run(t, check.Options{Address: h.Address, Level: check.JIM2, Accounts: accounts, Patience: 30 * time.Second, Only: []string{"login.welcome", "password", "msg.members", "passwd"}})
	complain(t, r, "the names are accounts", "the passwords of the accounts given are left")
	r = run(t, check.Options{Address: h.Address, Level: check.JIM2, Patience: 30 * time.Second})
	if s := r.Sums(); s.Failed != 1 || s.Skipped != s.Total-1 || r.Grade() != "F" || r.Passed() {
		t.Errorf("where guests are not let in: %+v, grade %s", s, r.Grade())
	}
}
