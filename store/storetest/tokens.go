package storetest

import (
	"cmp"
	"errors"
	"slices"
	"strconv"
	"sync/atomic"

	"jim/chat"
	"jim/wire"
)

func tokenNotFound(w *world) {
	ann, bob := w.person("ann"), w.person("bob")
	_, _, err := w.TokenAccount(w.ctx, [32]byte{1})
	w.is(err, chat.ErrNotFound)
	_, err = w.AddToken(w.ctx, chat.Token{Account: 99, Hash: [32]byte{1}})
	w.is(err, chat.ErrNotFound)

	t, err := w.AddToken(w.ctx, chat.Token{Account: ann.ID, Hash: [32]byte{1}})
	w.ok(err)
	_, err = w.AddToken(w.ctx, chat.Token{Account: bob.ID, Hash: [32]byte{1}})
	w.is(err, chat.ErrExists)
	w.is(w.DeleteToken(w.ctx, bob.ID, t.ID), chat.ErrNotFound) // not his
	w.is(w.DeleteToken(w.ctx, ann.ID, t.ID+1), chat.ErrNotFound)
	w.ok(w.DeleteToken(w.ctx, ann.ID, t.ID))
	w.is(w.DeleteToken(w.ctx, ann.ID, t.ID), chat.ErrNotFound)
	_, _, err = w.TokenAccount(w.ctx, [32]byte{1})
	w.is(err, chat.ErrNotFound)
	if has, err := w.HasToken(w.ctx, ann.ID); has || err != nil {
		w.Errorf("want no token, got %v, %v", has, err)
	}
	next, err := w.AddToken(w.ctx, chat.Token{Account: ann.ID, Hash: [32]byte{2}})
	w.ok(err)
	if next.ID == t.ID {
		w.Error("the number of a deleted token was given again")
	}
}

func token(w *world) {
	ann := w.person("ann")
	now, err := w.AddToken(w.ctx, chat.Token{Account: ann.ID, Hash: [32]byte{9, 31: 1}, Device: "phone"})
	w.ok(err)
	if now.ID <= 0 || now.Created == 0 || now.Seen != now.Created {
		w.Errorf("want an id, and now as both times: %+v", now)
	}
	for range 2 {
		t, a, err := w.TokenAccount(w.ctx, now.Hash)
		w.ok(err)
		w.same("the token", t, now)
		w.same("its account", a, ann)
		list, err := w.Tokens(w.ctx, ann.ID)
		w.ok(err)
		w.same("the tokens", list, []chat.Token{now})
		has, err := w.HasToken(w.ctx, ann.ID)
		w.ok(err)
		w.same("has one", has, true)
		w.restart()
	}
}

func tokenLimit(w *world) {
	ann, bob := w.person("ann"), w.person("bob")
	_, err := w.AddToken(w.ctx, chat.Token{Account: bob.ID, Hash: [32]byte{255}, Seen: 1})
	w.ok(err)
	for i := range chat.MaxTokens {
		seen := wire.Time(1_000_000 + i)
		if i == 7 {
			seen = 5 // the one unused for longest
		}
		_, err := w.AddToken(w.ctx, chat.Token{Account: ann.ID, Hash: [32]byte{byte(i)}, Created: 1, Seen: seen})
		w.ok(err)
	}
	// Older than any: it must not go itself.
	_, err = w.AddToken(w.ctx, chat.Token{Account: ann.ID, Hash: [32]byte{200}, Created: 1, Seen: 2})
	w.ok(err)
	list, err := w.Tokens(w.ctx, ann.ID)
	w.ok(err)
	w.same("how many", len(list), chat.MaxTokens)
	_, _, err = w.TokenAccount(w.ctx, [32]byte{7})
	w.is(err, chat.ErrNotFound)
	_, _, err = w.TokenAccount(w.ctx, [32]byte{200})
	w.ok(err)
	_, _, err = w.TokenAccount(w.ctx, [32]byte{255})
	w.ok(err)
}

func tokenForgotten(w *world) {
	ann, bob := w.person("ann"), w.person("bob")
	add := func(a chat.Account, b byte) {
		_, err := w.AddToken(w.ctx, chat.Token{Account: a.ID, Hash: [32]byte{b}})
		w.ok(err)
	}
	has := func(a chat.Account, want bool) {
		w.Helper()
		got, err := w.HasToken(w.ctx, a.ID)
		w.ok(err)
		w.same(a.Name+" has a token", got, want)
	}
	add(ann, 1)
	add(ann, 2)
	add(bob, 3)
	w.ok(w.SetPassword(w.ctx, ann.ID, "", "phc"))
	has(ann, false)
	has(bob, true)
	w.ok(w.SetOwner(w.ctx, bob.ID, true))
	has(bob, true)
	w.ok(w.SetDisabled(w.ctx, bob.ID, true))
	has(bob, false)
	add(bob, 4)
	w.ok(w.SetUID(w.ctx, bob.ID, "", 1000))
	has(bob, false)
	add(bob, 5)
	w.ok(w.SetUID(w.ctx, bob.ID, "", -1))
	has(bob, true)
}

// register makes a name somebody's with an invitation.
func (w *world) register(name string, was *chat.Account, invite byte) (chat.Account, error) {
	return w.Register(w.ctx, chat.Account{Name: name, Key: name, UID: -1, Password: "phc"}, was, &[32]byte{invite})
}

func invite(w *world) {
	_, err := w.register("ann", nil, 1)
	w.is(err, chat.ErrNotFound)
	w.ok(w.AddInvite(w.ctx, [32]byte{1}, true))
	w.ok(w.AddInvite(w.ctx, [32]byte{2}, false))
	w.ok(w.AddInvite(w.ctx, [32]byte{3}, true))
	_, err = w.register("ann", nil, 1)
	w.is(err, chat.ErrNotFound) // an owner's invitation replaces the one before
	w.ok(w.AddInvite(w.ctx, [32]byte{1}, true))
	w.is(w.AddInvite(w.ctx, [32]byte{1}, false), chat.ErrExists)
	w.restart()
	for n, want := range map[byte]bool{1: true, 2: true, 3: false} {
		has, err := w.HasInvite(w.ctx, [32]byte{n})
		w.ok(err)
		w.same("is there", has, want)
	}
	ann, err := w.register("ann", nil, 1)
	w.ok(err)
	w.same("makes an owner", ann.Owner, true)
	_, err = w.register("ann", nil, 2)
	w.is(err, chat.ErrExists) // and the invitation is not spent
	bob, err := w.register("bob", nil, 2)
	w.ok(err)
	w.same("makes an owner", bob.Owner, false)
	w.restart()
	for _, n := range []byte{1, 2} {
		_, err = w.register("cid", nil, n)
		w.is(err, chat.ErrNotFound)
	}
	_, err = w.Account(w.ctx, "cid")
	w.is(err, chat.ErrNotFound)
	kept, err := w.Account(w.ctx, "ann")
	w.ok(err)
	w.same("ann", kept, ann)
}

// registerGuest has a guest's account registered, which is as it was, or is not.
func registerGuest(w *world) {
	w.ok(w.AddInvite(w.ctx, [32]byte{1}, true))
	ann := w.person("ann")
	for _, was := range []chat.Account{{ID: ann.ID, Password: "x", UID: -1}, {ID: ann.ID, UID: 1000}} {
		_, err := w.register("ann", &was, 1)
		w.is(err, chat.ErrChanged)
	}
	w.ok(w.SetDisabled(w.ctx, ann.ID, true))
	_, err := w.register("ann", &ann, 1)
	w.is(err, chat.ErrChanged)
	w.ok(w.SetDisabled(w.ctx, ann.ID, false))
	_, err = w.AddToken(w.ctx, chat.Token{Account: ann.ID, Hash: [32]byte{1}})
	w.ok(err)
	got, err := w.register("ann", &ann, 1)
	w.ok(err)
	ann.Password, ann.Owner = "phc", true
	w.same("ann", got, ann)
	w.restart()
	got, err = w.Account(w.ctx, "ann")
	w.ok(err)
	w.same("ann", got, ann)
	has, err := w.HasToken(w.ctx, ann.ID)
	w.ok(err)
	w.same("has a token", has, false)
	has, err = w.HasInvite(w.ctx, [32]byte{1})
	w.ok(err)
	w.same("the invitation is there", has, false)
}

func inviteSpentOnce(w *world) {
	w.ok(w.AddInvite(w.ctx, [32]byte{1}, true))
	var spent, none atomic.Int32
	atOnce(16, func(i int) {
		switch _, err := w.register("somebody"+strconv.Itoa(i), nil, 1); {
		case err == nil:
			spent.Add(1)
		case errors.Is(err, chat.ErrNotFound):
			none.Add(1)
		}
	})
	w.same("spent, and not found", [2]int32{spent.Load(), none.Load()}, [2]int32{1, 15})
}

func contacts(w *world) {
	ann, bob, cid := w.person("ann"), w.person("bob"), w.person("cid")
	w.is(w.AddContact(w.ctx, ann.ID, 99), chat.ErrNotFound)
	w.is(w.AddContact(w.ctx, 99, ann.ID), chat.ErrNotFound)
	w.is(w.DeleteContact(w.ctx, ann.ID, bob.ID), chat.ErrNotFound)
	w.ok(w.AddContact(w.ctx, ann.ID, cid.ID))
	w.ok(w.AddContact(w.ctx, ann.ID, bob.ID))
	w.ok(w.AddContact(w.ctx, ann.ID, bob.ID))
	w.ok(w.AddContact(w.ctx, cid.ID, bob.ID))
	w.restart()
	list, err := w.Contacts(w.ctx, ann.ID)
	w.ok(err)
	w.same("by key", list, []chat.Account{bob, cid})
	list, err = w.Contacts(w.ctx, bob.ID)
	w.ok(err)
	w.same("not the other way round", len(list), 0)
	of, err := w.ContactOf(w.ctx, bob.ID)
	w.ok(err)
	slices.SortFunc(of, cmp.Compare)
	w.same("who has bob", of, []chat.AccountID{ann.ID, cid.ID})
	w.is(w.DeleteContact(w.ctx, bob.ID, ann.ID), chat.ErrNotFound)
	w.ok(w.DeleteContact(w.ctx, ann.ID, bob.ID))
	of, err = w.ContactOf(w.ctx, bob.ID)
	w.ok(err)
	w.same("who has bob still", of, []chat.AccountID{cid.ID})
}
