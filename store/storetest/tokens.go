package storetest

import (
	"cmp"
	"errors"
	"slices"
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
	w.ok(w.SetUID(w.ctx, bob.ID, 1000))
	has(bob, false)
	add(bob, 5)
	w.ok(w.SetUID(w.ctx, bob.ID, -1))
	has(bob, true)
}

func invite(w *world) {
	_, err := w.UseInvite(w.ctx, [32]byte{1})
	w.is(err, chat.ErrNotFound)
	w.ok(w.AddInvite(w.ctx, [32]byte{1}, true))
	w.ok(w.AddInvite(w.ctx, [32]byte{2}, false))
	w.ok(w.AddInvite(w.ctx, [32]byte{3}, true))
	_, err = w.UseInvite(w.ctx, [32]byte{1})
	w.is(err, chat.ErrNotFound) // an owner's invitation replaces the one before
	w.ok(w.AddInvite(w.ctx, [32]byte{1}, true))
	w.is(w.AddInvite(w.ctx, [32]byte{1}, false), chat.ErrExists)
	w.restart()
	owner, err := w.UseInvite(w.ctx, [32]byte{1})
	w.ok(err)
	w.same("makes an owner", owner, true)
	owner, err = w.UseInvite(w.ctx, [32]byte{2})
	w.ok(err)
	w.same("makes an owner", owner, false)
	w.ok(w.ReturnInvite(w.ctx, [32]byte{2}, false))
	w.ok(w.ReturnInvite(w.ctx, [32]byte{2}, false))
	w.ok(w.ReturnInvite(w.ctx, [32]byte{1}, true))
	w.ok(w.ReturnInvite(w.ctx, [32]byte{3}, true)) // not beside the other
	w.restart()
	for n, want := range map[byte]error{1: nil, 2: nil, 3: chat.ErrNotFound} {
		_, err = w.UseInvite(w.ctx, [32]byte{n})
		w.is(err, want)
	}
	w.restart()
	_, err = w.UseInvite(w.ctx, [32]byte{1})
	w.is(err, chat.ErrNotFound)
}

func inviteSpentOnce(w *world) {
	w.ok(w.AddInvite(w.ctx, [32]byte{1}, true))
	var spent, none atomic.Int32
	atOnce(16, func(int) {
		switch _, err := w.UseInvite(w.ctx, [32]byte{1}); {
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
