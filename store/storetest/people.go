package storetest

import (
	"context"
	"strings"

	"jim/chat"
)

func accountNotFound(w *world) {
	w.person("ann")
	_, err := w.Account(w.ctx, "Ann")
	w.is(err, chat.ErrNotFound)
	_, err = w.AccountOf(w.ctx, 99)
	w.is(err, chat.ErrNotFound)
	_, err = w.AccountOfUID(w.ctx, 1000)
	w.is(err, chat.ErrNotFound)
	_, err = w.AccountOfUID(w.ctx, -1)
	w.is(err, chat.ErrNotFound)
	w.is(w.SetPassword(w.ctx, 99, "", "x"), chat.ErrNotFound)
	w.is(w.SetOwner(w.ctx, 99, true), chat.ErrNotFound)
	w.is(w.SetDisabled(w.ctx, 99, true), chat.ErrNotFound)
	w.is(w.SetUID(w.ctx, 99, "", 1000), chat.ErrNotFound)
}

func accountExists(w *world) {
	ann, err := w.AddAccount(w.ctx, chat.Account{Name: "Ann", Key: "ann", UID: 1000})
	w.ok(err)
	_, err = w.AddAccount(w.ctx, chat.Account{Name: "ANN", Key: "ann", UID: -1})
	w.is(err, chat.ErrExists)
	_, err = w.AddAccount(w.ctx, chat.Account{Name: "Bob", Key: "bob", UID: 1000})
	w.is(err, chat.ErrExists)
	_, err = w.Account(w.ctx, "bob")
	w.is(err, chat.ErrNotFound)
	got, err := w.Account(w.ctx, "ann")
	w.ok(err)
	w.same("the first stays", got, ann)

	bob := w.person("bob")
	w.is(w.SetUID(w.ctx, bob.ID, "", 1000), chat.ErrExists)
}

// accountAlike has names that look the same in two scripts, and with a digit.
func accountAlike(w *world) {
	add := func(name string, uid int) error {
		w.Helper()
		_, err := w.AddAccount(w.ctx, chat.Account{Name: name, Key: strings.ToLower(name), UID: uid})
		return err
	}
	w.ok(add("paypal", -1))
	for range 2 {
		w.is(add("раураӏ", -1), chat.ErrAlike)
		w.is(add("paypa1", -1), chat.ErrAlike)
		_, err := w.Account(w.ctx, "paypa1")
		w.is(err, chat.ErrNotFound)
		w.is(add("PAYPAL", -1), chat.ErrExists)
		w.restart()
	}
	w.ok(add("paypai", -1)) // which does not, while i is small
	w.ok(add("paypa1", 1001))
	w.is(add("paypaI", -1), chat.ErrExists)
	w.newRoom("#paypal")
	_, err := w.AddRoom(w.ctx, "#paypa1", "#paypa1")
	w.is(err, chat.ErrAlike)
	_, err = w.AddRoom(w.ctx, "#PayPal", "#paypal")
	w.is(err, chat.ErrExists)
	w.newRoom("#раура")
	_, err = w.Direct(w.ctx, w.person("ann").ID, w.person("bob").ID)
	w.ok(err)
	_, err = w.Direct(w.ctx, w.person("carl").ID, w.person("dan").ID)
	w.ok(err)
}

func account(w *world) {
	want, err := w.AddAccount(w.ctx, chat.Account{
		Name: "Ann", Key: "ann", Password: "$argon2id$…", UID: 0, Owner: true, Disabled: true, Created: 1763500000123456,
	})
	w.ok(err)
	if want.ID <= 0 || want.Created != 1763500000123456 {
		w.Errorf("want an id, and the time that was given: %+v", want)
	}
	other := w.person("bob")
	if other.ID == want.ID || other.Created == 0 {
		w.Errorf("want another id, and now as the time: %+v", other)
	}
	for range 2 {
		got, err := w.Account(w.ctx, "ann")
		w.ok(err)
		w.same("by key", got, want)
		got, err = w.AccountOf(w.ctx, want.ID)
		w.ok(err)
		w.same("by id", got, want)
		got, err = w.AccountOfUID(w.ctx, 0)
		w.ok(err)
		w.same("by uid", got, want)
		w.restart()
	}
}

func accountList(w *world) {
	for _, name := range []string{"dan", "ann", "яна", "bob", "明"} {
		w.person(name)
	}
	var keys []string
	for after := ""; ; {
		page, err := w.AccountList(w.ctx, after, 2)
		w.ok(err)
		if len(page) == 0 {
			break
		}
		if len(page) > 2 {
			w.Fatalf("want 2 at most, got %d", len(page))
		}
		for _, a := range page {
			keys = append(keys, a.Key)
		}
		after = keys[len(keys)-1]
	}
	w.same("keys, in the order of their bytes", keys, []string{"ann", "bob", "dan", "яна", "明"})
}

func accountChanges(w *world) {
	ann := w.person("ann")
	bob := w.person("bob")
	if any, err := w.AnyOwner(w.ctx); any || err != nil {
		w.Errorf("want no owner, got %v, %v", any, err)
	}
	w.ok(w.SetOwner(w.ctx, ann.ID, true))
	w.ok(w.SetPassword(w.ctx, ann.ID, "", "first"))
	w.is(w.SetPassword(w.ctx, ann.ID, "", "late"), chat.ErrChanged)
	w.ok(w.SetPassword(w.ctx, ann.ID, "first", "phc"))
	w.is(w.SetUID(w.ctx, ann.ID, "", 1000), chat.ErrChanged)
	w.ok(w.SetUID(w.ctx, ann.ID, "phc", 1000))
	w.ok(w.SetUID(w.ctx, ann.ID, "phc", 1000))
	if any, err := w.AnyOwner(w.ctx); !any || err != nil {
		w.Errorf("want an owner, got %v, %v", any, err)
	}
	ann.Owner, ann.Password, ann.UID = true, "phc", 1000
	got, err := w.AccountOf(w.ctx, ann.ID)
	w.ok(err)
	w.same("ann", got, ann)
	got, err = w.AccountOf(w.ctx, bob.ID)
	w.ok(err)
	w.same("bob is as before", got, bob)

	w.ok(w.SetUID(w.ctx, ann.ID, "phc", -1))
	w.ok(w.SetUID(w.ctx, bob.ID, "", 1000))
	w.ok(w.SetDisabled(w.ctx, ann.ID, true))
	got, err = w.AccountOf(w.ctx, ann.ID)
	w.ok(err)
	ann.Disabled, ann.UID = true, -1
	w.same("ann again", got, ann)
}

// endOfPatience asks every method with a context that has ended.
func endOfPatience(w *world) {
	ended, end := context.WithCancel(w.ctx)
	end()
	_, err := w.AddAccount(ended, chat.Account{Name: "ann", Key: "ann", UID: -1})
	w.is(err, context.Canceled)
	_, err = w.Account(ended, "ann")
	w.is(err, context.Canceled)
	_, err = w.Log(ended, 1, 0, 0, 1, false)
	w.is(err, context.Canceled)
	// And the store goes on.
	ann := w.person("ann")
	got, err := w.Account(w.ctx, "ann")
	w.ok(err)
	w.same("ann", got, ann)
	list, err := w.AccountList(w.ctx, "", 9)
	w.ok(err)
	w.same("only her", list, []chat.Account{ann})
}
