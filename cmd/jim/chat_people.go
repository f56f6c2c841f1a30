package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"jim/wire"
)

// errNoTerminal is a password that would have to be asked for where there is nobody.
var errNoTerminal = errors.New("no terminal")

// who tells who is in the conversation at hand.
func (ch *chatting) who(ctx context.Context, _ string) error {
	here, err := ch.where()
	if err != nil {
		return err
	}
	if !wire.IsRoom(here) {
		r, err := ch.jim.Do(ctx, wire.Request{Action: wire.ActWhois, To: here})
		if err == nil && r.User != nil {
			ch.getFace().note(ch.persons([]wire.Person{*r.User}))
		}
		return err
	}
	r, err := ch.jim.Do(ctx, wire.Request{Action: wire.ActMembers, To: here, Limit: wire.JIM2.Page})
	if err != nil {
		return err
	}
	if len(r.Members) == 0 {
		ch.note(sayNobodyIn, visibleLine(here))
		return nil
	}
	text := ch.persons(r.Members)
	if r.More {
		text += " " + sayMore.in(ch.lang)
	}
	ch.getFace().note(text)
	return nil
}

// persons lists people with what they are doing, and learns their names.
func (ch *chatting) persons(people []wire.Person) string {
	ch.mu.Lock()
	defer ch.mu.Unlock()
	list := make([]string, len(people))
	for i, p := range people {
		ch.meet(p.Name)
		list[i] = visibleLine(p.Name)
		if p.Status != "" && p.Status != "here" {
			list[i] += " (" + visibleLine(p.Status) + ")"
		}
	}
	return strings.Join(list, ", ")
}

// rooms lists the conversations one has, then the rooms there are.
func (ch *chatting) rooms(ctx context.Context, _ string) error {
	r, err := ch.jim.Do(ctx, wire.Request{Action: wire.ActRooms, Limit: wire.JIM2.Page})
	if err != nil {
		return err
	}
	if len(r.Rooms) == 0 {
		ch.note(sayNoRooms)
		return nil
	}
	var b strings.Builder
	for i, room := range r.Rooms {
		if i > 0 {
			b.WriteByte('\n')
		}
		ch.mu.Lock()
		ch.meet(room.Name)
		ch.mu.Unlock()
		b.WriteString(pad(visibleLine(room.Name), 26))
		if room.Member {
			fmt.Fprintf(&b, " [%s]", sayMember.in(ch.lang))
			if room.Seq > room.Read && !ch.isHere(room.Name) {
				fmt.Fprintf(&b, " "+sayUnread.in(ch.lang), fmt.Sprint(room.Seq-room.Read))
			}
		}
		if room.Topic != "" {
			b.WriteString(" " + visibleLine(room.Topic))
		}
	}
	if r.More {
		b.WriteString("\n" + sayMore.in(ch.lang))
	}
	ch.getFace().note(b.String())
	return nil
}

// register makes the name one bears one's own.
func (ch *chatting) register(_ context.Context, invite string) error {
	password, err := ch.newPassword()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), askPatience) // the time for typing does not count
	defer cancel()
	r, err := ch.jim.Do(ctx, wire.Request{
		Action: wire.ActRegister, User: wire.User{Name: ch.jim.Name(), Password: password}, Invite: invite, Device: device(),
	})
	if err != nil {
		return err
	}
	name := ch.jim.Name()
	if r.User != nil {
		name = r.User.Name
	}
	ch.note(sayYours, visibleLine(name))
	return nil
}

func (ch *chatting) passwd(_ context.Context, _ string) error {
	old, err := ch.ask(sayOldPass)
	if err != nil && !errors.Is(err, errNoSecret) {
		return err
	}
	password, err := ch.newPassword()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), askPatience)
	defer cancel()
	if _, err := ch.jim.Do(ctx, wire.Request{Action: wire.ActPasswd, Old: old, Password: password, Device: device()}); err != nil {
		return err
	}
	ch.note(sayPassSet)
	return nil
}

// newPassword asks for a password twice.
func (ch *chatting) newPassword() (string, error) {
	first, err := ch.ask(sayNewPass)
	if err != nil {
		return "", err
	}
	second, err := ch.ask(sayAgain)
	if err != nil {
		return "", err
	}
	if first != second {
		return "", errors.New(sayDifferent.in(ch.lang))
	}
	return first, nil
}

func (ch *chatting) ask(question phrase) (string, error) {
	return ch.getFace().secret(question.in(ch.lang))
}
