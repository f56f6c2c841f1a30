package chat

import (
	"fmt"
	"net/netip"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"jim/wire"
)

// The guide for operators tells the rates that hold.
func TestOperatorsAreToldTheRates(t *testing.T) {
	guide, err := os.ReadFile("../docs/operating.md")
	if err != nil {
		t.Fatal(err)
	}
	if pace := fmt.Sprintf("more than %d objects in %d s", paceMax, pacePer/time.Second); !strings.Contains(string(guide), pace) {
		t.Errorf("docs/operating.md does not say %q", pace)
	}
	for what, r := range map[string]rate{
		"messages of one account": sayRate, "its `typing`": passingRate, "its other requests": askRate,
		"messages and `typing` from one address": sayHostRate, "other requests from one address": askHostRate,
		"wrong passwords for one name from addresses where it never was right": failAccountRate,
		"wrong passwords from one address for one name":                        failNameRate, "wrong logins from one address": failHostRate,
		"new guests from one address": guestRate, "names registered from one address": registerRate,
	} {
		then := fmt.Sprintf("%d a second", time.Second/r.every)
		if r.every > time.Second {
			then = fmt.Sprintf("1 every %d s", r.every/time.Second)
		}
		if row := fmt.Sprintf("| %s | %v | %s |", what, r.burst, then); !strings.Contains(string(guide), row) {
			t.Errorf("docs/operating.md does not say %s", row)
		}
	}
}

// TestGuessingFromManyAddresses has a thousand of them guess at one name for an
// hour, and its owner come from where he always did.
func TestGuessingFromManyAddresses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRates(false)
		home := netip.MustParseAddr("192.0.2.7")
		tried, bad := r.tryLogin(home, "ann")
		if bad != nil {
			t.Fatal("the owner may not log in")
		}
		r.right(tried, home, "ann")
		guesses := 0
		for range 60 {
			for i := range 1000 {
				if _, bad := r.tryLogin(netip.AddrFrom4([4]byte{10, 0, byte(i >> 8), byte(i)}), "ann"); bad == nil {
					guesses++
				}
			}
			<-time.After(time.Minute)
		}
		if most := 2 * int(failAccountRate.burst); guesses < 100 || guesses > most {
			t.Errorf("%d guesses in an hour, want up to %d", guesses, most)
		}
		for range 20 { // right each time: nothing adds up
			tried, bad := r.tryLogin(home, "ann")
			if bad != nil {
				t.Fatalf("the owner is locked out: %v", bad)
			}
			r.right(tried, home, "ann")
		}
		for i := range 10 { // as many as one address may
			if i == 9 && r.take(bucketKey{of: &failAccountRate, name: "ann"}) == 0 {
				t.Error("the account's tries are not used up")
			}
			for range 2 {
				r.take(bucketKey{of: &failAccountRate, name: "ann"})
			}
		}
		if _, bad := r.tryLogin(home, "ann"); bad != nil {
			t.Errorf("the owner is locked out while others guess: %v", bad)
		}
		if _, bad := r.tryLogin(netip.MustParseAddr("10.0.0.1"), "bob"); bad != nil {
			t.Errorf("bob pays for ann: %v", bad)
		}
	})
}

// TestGuessesAtTheSameTimeCount has them all come before the first is answered.
func TestGuessesAtTheSameTimeCount(t *testing.T) {
	r := newRates(false)
	var tried atomic.Int64
	var all sync.WaitGroup
	for range 200 {
		all.Go(func() {
			if _, bad := r.tryLogin(netip.MustParseAddr("192.0.2.7"), "ann"); bad == nil {
				tried.Add(1)
			}
		})
	}
	all.Wait()
	if n := tried.Load(); n != int64(failNameRate.burst) {
		t.Errorf("%d tries at once, want %v", n, failNameRate.burst)
	}
}

// Devices that come from a new address at the same time, all with the right password, leave to others as many tries as there were.
func TestRightLoginsAtTheSameTimeCostNoTry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, home := newRates(false), netip.MustParseAddr("192.0.2.7")
		var tried [5][]bucketKey
		for i := range tried {
			tried[i], _ = r.tryLogin(home, "ann")
		}
		for _, taken := range tried {
			r.right(taken, home, "ann")
		}
		if left := r.buckets[bucketKey{of: &failAccountRate, name: "ann"}].left; left != failAccountRate.burst {
			t.Errorf("%v tries are left of %v", left, failAccountRate.burst)
		}
	})
}

// TestStrangersCannotEmptyTheBuckets makes as many as the memory for them.
func TestStrangersCannotEmptyTheBuckets(t *testing.T) {
	r := newRates(false)
	for i := range bucketsMax + 1000 {
		r.take(bucketKey{of: &sayRate, account: AccountID(i)})
	}
	if n := len(r.buckets); n > bucketsMax || n < bucketsMax*8/10 {
		t.Errorf("%d buckets are kept of %d", n, bucketsMax)
	}
}

// TestOneAddressMaySayOnlySoMuch has ten accounts talk from one address, and one
// over a UNIX socket.
func TestOneAddressMaySayOnlySoMuch(t *testing.T) {
	h := &Hub{rates: newRates(false)}
	may := func(account AccountID, host netip.Addr) bool {
		s := &Session{hub: h, peer: &Peer{Host: host}, account: &Account{ID: account}}
		return s.may(&sayRate) == nil
	}
	said := 0
	for range 120 {
		for i := range 20 {
			if may(AccountID(1+i), netip.MustParseAddr("2001:db8::1")) {
				said++
			}
		}
	}
	if said < 1000 || said > 1100 {
		t.Errorf("%d messages at once from one address, want 1000", said)
	}
	if !may(100, netip.Addr{}) || !may(101, netip.MustParseAddr("2001:db8:1::1")) {
		t.Error("somebody elsewhere pays for it")
	}
}

// TestUnknownNamesCostTheSame compares what is hashed for a name that nobody has
// with what is kept for one that somebody has.
func TestUnknownNamesCostTheSame(t *testing.T) {
	p := newPasswords(func() uint64 { return 0 })
	kept, err := p.hash(t.Context(), "correct horse")
	if err != nil {
		t.Fatal(err)
	}
	shape := func(phc string) string {
		fields := strings.Split(phc, "$")
		return strings.Join(fields[:4], "$") + fmt.Sprint(len(fields[4]), len(fields[5]))
	}
	if shape(kept) != shape(p.dummy) {
		t.Errorf("%s is checked for those who are there and %s for those who are not", shape(kept), shape(p.dummy))
	}
	if right, err := p.check(t.Context(), "", string(make([]byte, argonKey)), func() *wire.Error { return nil }); right || err != nil {
		t.Errorf("nobody's password is right: %v", err)
	}
}
